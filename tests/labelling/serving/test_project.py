"""A project that people label, on both databases."""

import threading
import time
import uuid

import pytest
from example_project import N_ROWS, make_project, sign_in, teach

from querist.exceptions import InvalidParameterError, ProjectInUseError, StoreError, StoreWriteError
from querist.labelling.label_files.match import LabelRead, LabelsRead
from querist.labelling.log import classes as class_lists
from querist.labelling.log.audit_answers import Waiting, audit_moment, waiting_answers
from querist.labelling.log.settings import Settings
from querist.labelling.reading.figures import measured
from querist.labelling.reading.insights import insights
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.row_filter import Filter
from querist.labelling.serving.actions import Action
from querist.labelling.serving.bulk import Outcome
from querist.labelling.serving.project import Project


@pytest.fixture
def project(store_location):
    with Project.open(make_project(store_location()), train=False) as opened:
        yield opened


def act(project, who, *actions, holding=(), want=0, tab="t"):
    return project.submit(who, tab, list(actions), holding=holding, want=want).result()


def answer(row, class_id=0, **more):
    return Action(more.pop("uuid", str(uuid.uuid4())), "answer", row, class_id=class_id, **more)


def test_rows_come_as_cards_and_answers_stay(project):
    ada = sign_in(project)
    first = act(project, ada, want=3)
    assert len(first.items) == 3
    assert vars(first.items[0].fields[0]) == {
        "name": "text",
        "value": f"text number {first.items[0].row} <b>",
        "role": "text",
    }
    rows = [item.row for item in first.items]
    reply = act(project, ada, answer(rows[0], 1), holding=rows[1:], want=1)
    assert [result.status for result in reply.results] == ["saved"]
    assert reply.items[0].row not in rows
    assert reply.progress.n_labelled == reply.progress.mine == 1
    assert reply.progress.by_class == {"1": 1}
    location = project.store.location
    project.close()
    with ProjectView.read(location) as again:
        assert again.board.labels[rows[0]] == 1


def test_a_repeated_action_changes_nothing(project):
    ada = sign_in(project)
    action = answer(3)
    act(project, ada, action)
    before = project.board.n_events
    reply = act(project, ada, action, action)
    assert [result.status for result in reply.results] == ["repeated", "repeated"]
    assert project.board.n_events == before


def test_one_bad_action_keeps_no_other_from_being_saved(project):
    ada = sign_in(project)
    reply = act(project, ada, answer(N_ROWS + 5), answer(1, 99), answer(2, None), answer(3, 1))
    assert [(result.status, result.code) for result in reply.results] == [
        ("refused", "unknown_row"),
        ("refused", "unknown_class"),
        ("refused", "empty_answer"),
        ("saved", None),
    ]
    assert project.board.n_labelled == 1


def test_undo_of_answer_and_only_by_its_owner(project):
    ada, bob = sign_in(project), sign_in(project, "bob", "annotator")
    done = answer(5, 1)
    act(project, ada, done)
    refused = act(project, bob, Action("undo-by-bob", "undo", 5, target=done.uuid)).results[0]
    assert (refused.status, refused.code) == ("refused", "not_yours")
    assert act(project, ada, Action("undo-by-ada", "undo", 5, target=done.uuid)).results[0].status == "saved"
    assert project.board.n_labelled == 0
    assert project.rows.history(ada, 10)[0].undone


def test_a_change_of_mind_is_a_change_and_the_prediction_is_scored_once(project):
    ada = sign_in(project)
    teach(project, prediction=1)
    act(project, ada, answer(5, 1))
    act(project, ada, answer(5, 0))
    first, second = project.board.acts_on(5)
    assert (first.kind, first.guess) == ("answered", 1)
    assert (second.kind, second.guess) == ("changed", None)


def test_why_a_row_was_asked_stands_beside_its_answer(project):
    ada = sign_in(project)
    teach(project, prediction=0)
    reply = act(project, ada, want=20)
    act(project, ada, *(answer(item.row) for item in reply.items))
    hows = {act_.row: act_ for act_ in project.board.acts()}
    assert {act_.how for act_ in hows.values()} == {"audit", "strategy"}
    drawn = [event.row for event in project.store.events(kinds=["asked"])]
    assert set(drawn) == {row for row, act_ in hows.items() if act_.how == "audit"}
    event = next(event for event in project.store.events(kinds=["answered"]) if event.data["how"] == "strategy")
    assert event.data["strategy"] == "margin"
    assert event.data["ranking"] == 1
    assert event.data["share"] == 0.2
    assert event.data["utility"] is not None


def test_guesses_are_hidden_on_audited_rows(project):
    ada = sign_in(project)
    teach(project, prediction=0)
    reply = act(project, ada, want=N_ROWS)
    tickets = {ticket.row: ticket for ticket in project._place.queue.leases.of_tab(ada, "t")}
    assert all((item.guess is None) == tickets[item.row].hidden for item in reply.items)
    assert any(item.guess for item in reply.items)


def test_many_at_once_with_confirmation_and_one_undo(project):
    ada = sign_in(project)
    teach(project, prediction=1)
    with pytest.raises(InvalidParameterError, match="now finds 40 rows, not 39"):
        project.bulk.label_many(ada, "bulk-uuid", Filter(prediction=1), 0, expected=39).result()
    assert project.bulk.label_many(ada, "bulk-uuid", Filter(prediction=1), 0, expected=40).result() == Outcome(40)
    assert project.bulk.label_many(ada, "bulk-uuid", Filter(prediction=1), 0, expected=40).result() == Outcome(40)
    assert project.board.n_labelled == 40
    assert project.rows.find_rows(Filter(disagree=True)) == list(range(40))
    act(project, ada, Action("undo-uuid", "undo", 0, target="bulk-uuid"))
    assert project.board.n_labelled == 0


def test_classes_change_while_people_label(project):
    ada = sign_in(project)
    act(project, ada, answer(1, 1), answer(2, 0))
    told = project.change_classes(ada, lambda each: class_lists.add(each, "ugly"), op="add").result()
    assert told.class_version == 2
    project.change_classes(ada, lambda each: class_lists.merge(each, 1, 2), op="merge").result()
    assert project.board.labels[1] == 2
    project.change_classes(ada, lambda each: class_lists.remove(each, 0), op="remove").result()
    assert project.board.status(2) == "unlabelled"
    late = act(project, ada, answer(3, 0)).results[0]
    assert (late.status, late.code) == ("saved", "removed_class")
    with pytest.raises(InvalidParameterError, match="already"):
        project.change_classes(ada, lambda each: class_lists.add(each, "ugly")).result()


def read(*pairs):
    return LabelsRead([LabelRead(row, label, None, None, *more) for row, label, *more in pairs])


def test_labels_from_elsewhere(project):
    first = read((0, "good", False, "", "labelled"), (1, "new", False, "", "labelled"))
    assert project.bulk.import_labels(first, source="x.csv").result() == Outcome(2, new_classes=("new",))
    second = read(
        (0, "good", True, "odd", "labelled"), (1, "bad", False, "", "labelled"), (2, None, False, "", "skipped")
    )
    assert project.bulk.import_labels(second, source="x.csv").result() == Outcome(2, n_replaced=1, n_same=1)
    assert project.bulk.import_labels(second, source="x.csv").result() == Outcome(0, n_same=3)
    assert [each.name for each in project.board.classes] == ["good", "bad", "new"]
    assert project.rows.detail(1).answers[0].person == "import"
    assert (project.board.skipped, project.board.flagged, project.board.notes) == ({2}, {0}, {0: "odd"})


def test_after_a_kill_tabs_keep_what_they_held_and_why(project):
    ada, bob = sign_in(project), sign_in(project, "bob", "annotator")
    teach(project, 1)
    held = {item.row for item in act(project, ada, want=10, tab="a").items}
    before = {ticket.row: ticket.how for ticket in project._place.queue.held(ada, "a")}
    location = project.store.location
    project.close()
    with Project.open(location, train=False) as again:
        fresh = {item.row for item in act(again, bob, want=20, tab="b").items}
        assert not fresh & held
        assert {ticket.row: ticket.how for ticket in again._place.queue.held(ada, "a")} == before
        act(again, ada, *(answer(row) for row in held), tab="a")
        assert {each.row: each.how for each in again.board.acts()} == before


def test_explore_finds_sorts_and_pages(project):
    ada = sign_in(project)
    teach(project, prediction=0, confidence=0.5)
    act(project, ada, answer(7, 1, duration_ms=9000.0), Action("flag-uuid", "flag", 8, note="look"))
    assert project.rows.find_rows(Filter(search="number 7")) == [7]
    assert project.rows.find_rows(Filter(label=1)) == [7]
    assert project.rows.find_rows(Filter(flagged=True)) == [8]
    assert project.rows.find_rows(Filter(annotator=ada)) == [7, 8]
    assert project.rows.find_rows(Filter(disagree=True)) == [7]
    assert project.rows.find_rows(Filter(status="labelled")) == [7]
    assert project.rows.find_rows(Filter(), "-row")[0] == N_ROWS - 1
    assert project.rows.find_rows(Filter(), "-seconds")[0] == 7
    assert project.rows.find_rows(Filter(min_confidence=0.6)) == []
    page = project.rows.explore(Filter(status="unlabelled"), sort="row", offset=10, limit=5)
    assert page.total == N_ROWS - 1
    assert [item.row for item in page.items] == [11, 12, 13, 14, 15]


def test_explore_tells_how_many_rows_are_to_be_answered_blind(project):
    ada, bob = sign_in(project), sign_in(project, "bob", "annotator")
    teach(project, prediction=0, confidence=0.5)
    held = [item for item in act(project, ada, want=20).items if item.guess is None]
    act(project, bob, *(answer(item.row, 1) for item in held))
    told = project.rows.explore(Filter(label=1), sort="row", offset=0, limit=50, reader=project.reader(ada))
    assert (told.total, told.n_blind) == (0, len(held))
    told = project.rows.explore(Filter(label=1), sort="row", offset=0, limit=50, reader=project.reader(bob))
    assert (told.total, told.n_blind) == (len(held), 0)


def test_confusions_count_audit_answers_before_they_train(project):
    ada = sign_in(project)
    teach(project, prediction=1)
    reply = act(project, ada, want=N_ROWS)
    act(project, ada, *(answer(item.row, item.row % 2) for item in reply.items))
    audited = [each.row for each in project.board.acts() if each.how == "audit"]
    told = insights(project.rows)
    assert told.confusion.n == len(audited)
    assert told.confusion.counts[1][1] == sum(row % 2 for row in audited)


def test_settings_are_checked_kept_and_logged(project):
    with pytest.raises(InvalidParameterError, match="audit share"):
        project.change_settings(None, audit_share=2.0)
    with pytest.raises(InvalidParameterError, match="point of accuracy"):
        project.change_settings(None, labels_per_point=0)
    with pytest.raises(InvalidParameterError, match="nonsense"):
        project.change_settings(None, strategy="nonsense")
    project.change_settings(None, opinions=2, strategy="entropy").result()
    assert Settings.from_dict(project.store.info.settings).opinions == 2
    assert project._place.queue.overlap.opinions == 2


def test_all_answers_may_teach_until_rows_are_set_aside(project):
    project.change_settings(None, audit_design="measure").result()
    teach(project, prediction=1)
    assert not project.board.reserve.is_open
    project.change_settings(None, audit_design="exchangeable").result()
    teach(project, prediction=1)
    assert project.board.reserve.is_open
    with pytest.raises(InvalidParameterError, match="set aside for check questions"):
        project.change_settings(None, audit_design="measure").result()
    assert Settings.from_dict(project.store.info.settings).audit_design == "exchangeable"


def test_a_second_server_is_told_about_the_first(project):
    project.store.announce("http://127.0.0.1:8765")
    with pytest.raises(ProjectInUseError, match="8765"):
        Project.open(project.store.location, train=False)


def test_nothing_is_acknowledged_that_is_not_written(project, monkeypatch):
    ada = sign_in(project)
    act(project, ada, answer(1, 1))

    def fail(self, events):
        raise StoreWriteError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("querist.store.writing.Writing.append", fail)
        with pytest.raises(StoreWriteError):
            act(project, ada, answer(2, 1))
    assert project.board.n_labelled == 1
    assert act(project, ada, answer(2, 1)).results[0].status == "saved"
    assert project.board.n_labelled == 2


def test_leases_do_not_run_out_while_nothing_can_be_written(tmp_path, monkeypatch):
    now = [0.0]
    with Project.open(make_project(tmp_path / "p.querist"), train=False, clock=lambda: now[0]) as project:
        ada = sign_in(project)
        held = [item.row for item in project.submit(ada, "first", [], holding=[], want=5).result().items]

        def fail(self, tabs):
            raise StoreWriteError("the database is gone")

        with monkeypatch.context() as patch:
            patch.setattr("querist.store.writing.Writing.keep_tabs", fail)
            for now[0] in (30.0, 100.0, 500.0):
                with pytest.raises(StoreWriteError):
                    project.submit(ada, "first", [], holding=held, want=0).result()
        other = project.submit(ada, "second", [], holding=[], want=10).result().items
        assert not {item.row for item in other} & set(held)


def test_many_tabs_at_once_lose_and_double_nothing(project):
    people = [sign_in(project, f"p{number}") for number in range(4)]
    sent = {}

    def work(who):
        items = act(project, who, want=3, tab=str(who)).items
        while items:
            action = answer(items[0].row, uuid=str(uuid.uuid4()))
            sent[action.uuid] = items[0].row
            holding = [item.row for item in items[1:]]
            items = items[1:] + act(project, who, action, holding=holding, want=1, tab=str(who)).items

    threads = [threading.Thread(target=work, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    logged = {event.uuid: event.row for event in project.store.events(kinds=["answered"])}
    assert logged == sent
    assert sorted(logged.values()) == list(range(N_ROWS))


def test_listeners_hear_of_changes(project):
    heard = []
    stop = project.live.listen(heard.append)
    ada = sign_in(project)
    act(project, ada, answer(1))
    teach(project, 0)
    project.change_classes(ada, lambda each: class_lists.add(each, "more")).result()
    time.sleep(0.05)
    stop()
    act(project, ada, answer(2))
    assert {"progress", "ranking", "model", "classes"} <= set(heard)


def test_what_is_no_project_is_refused(tmp_path):
    (tmp_path / "x.querist").write_text("hello")
    with pytest.raises(StoreError):
        Project.open(tmp_path / "x.querist", train=False)


def test_an_overlap_and_a_decision_outlive_a_restart(project):
    people = [sign_in(project, name, "annotator") for name in ("ada", "bob")]
    rae = sign_in(project, "rae", "reviewer")
    with pytest.raises(InvalidParameterError, match="overlap"):
        project.change_settings(None, overlap=0.0)
    project.change_settings(None, opinions=2, overlap=0.5, audit_share=1.0).result()
    first = [item.row for item in act(project, people[0], want=6).items]
    act(project, people[0], *[answer(row, 0) for row in first])
    second = [item.row for item in act(project, people[1], want=3).items]
    act(project, people[1], *[answer(row, 1) for row in second])
    asked = [act_.how for row in second for act_ in project.board.acts_on(row)[1:]]
    assert set(second) & set(first)
    assert set(asked) <= {"overlap"}
    conflict = next(row for row in second if row in first)
    project.adjudication.decide(rae, "decision-1", conflict, 1).result()
    project.adjudication.decide(rae, "decision-1", conflict, 0).result()
    assert project.board.labels[conflict] == 1
    with ProjectView.read(project.store.location) as again:
        assert again.board.labels[conflict] == 1
        assert (again.settings.opinions, again.settings.overlap) == (2, 0.5)
    with pytest.raises(InvalidParameterError, match="do not differ"):
        project.adjudication.decide(rae, "decision-2", 39, 1).result()


def test_check_questions_that_a_closed_tab_held_come_first_in_the_next_and_count(store_location):
    location = make_project(store_location(), n_rows=100)
    with Project.open(location, train=False) as project:
        ada = sign_in(project)
        rows = [item.row for item in act(project, ada, want=13, tab="old").items]
        act(project, ada, *(answer(row, asked=True) for row in rows[:5]), holding=rows[5:], tab="old")
    with Project.open(location, train=False) as again:
        teach(again, prediction=0)
        items = act(again, ada, want=8, tab="new").items
        assert [item.row for item in items] == rows[5:]
        act(again, ada, *(answer(row, asked=True) for row in rows[6:]), tab="new")
        assert waiting_answers(again.board, again.view.audit_order) == Waiting(7, 1)
        assert measured(again.view).waiting == Waiting(7, 1)
        assert act(again, ada, want=1, tab="new").items[0].row == rows[5]
        act(again, ada, answer(rows[5], asked=True), tab="new")
        assert waiting_answers(again.board, again.view.audit_order) is None
        assert audit_moment(again.board, again.view.audit_order).n_audited == 8


def test_an_answer_after_the_lease_ran_out_is_still_one_to_a_check_question(store_location):
    now = [0.0]
    with Project.open(make_project(store_location()), train=False, clock=lambda: now[0]) as project:
        ada = sign_in(project)
        row = act(project, ada, want=1).items[0].row
        now[0] = 100.0
        act(project, sign_in(project, "bob"), want=0)
        project._place.queue.release(ada)
        act(project, ada, answer(row, asked=True))
        assert project.board.acts_on(row)[0].how == "audit"
