"""Certificates and auto-labelling on the page's server, on both databases."""

import itertools
import uuid
from dataclasses import fields, replace

import numpy as np
import pytest
from example_project import make_project, sign_in

from querist.audit.auto_label import auto_labels
from querist.audit.auto_label_plan import plan_auto_label
from querist.audit.certificate import attempt_level, remainder_accuracy, rest_bound
from querist.audit.certificate_plan import labels_needed
from querist.audit.order import promise_numbers
from querist.audit.outcomes import RIGHT, WRONG
from querist.audit.past import Frozen
from querist.audit.promise import Promise, Region, standing
from querist.audit.promise_planning import (
    certificate_promise,
    guessed_accuracy,
    model_labels_promise,
    plan_certificate,
    plan_model_labels,
)
from querist.exceptions import InvalidParameterError, OutOfReachError
from querist.labelling.label_files.match import LabelRead, LabelsRead
from querist.labelling.log.classes import remove
from querist.labelling.log.events import MeasuredAt
from querist.labelling.log.promise import ProjectPromise, PromiseBegun, packed
from querist.labelling.log.ranking import Ranking
from querist.labelling.promises.plan import freeze, plan
from querist.labelling.promises.words import PendingPromise
from querist.labelling.reading.accuracy_statement import accuracy_statement
from querist.labelling.reading.exports import export
from querist.labelling.reading.figures import all_promises
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.row_filter import Filter
from querist.labelling.serving.actions import Action
from querist.labelling.serving.project import Project

N = 600


def truth(row):
    return row % 2


def teach(project, wrong=(), sure=None):
    """Give the project a ranking whose predictions are right but for some rows."""
    n_rows = project.board.n_rows
    prediction = np.array([truth(row) ^ (row in wrong) for row in range(n_rows)], np.int16)
    confidence = np.full(n_rows, 0.9, np.float32) if sure is None else np.asarray(sure, np.float32)
    order = np.setdiff1d(np.arange(n_rows), np.flatnonzero(project.board.labels >= 0)).astype(np.int32)
    ranking = Ranking(order, prediction, confidence, np.linspace(1, 0, n_rows, dtype=np.float32))
    header = {"type": "ranking", "seq": project.board.seq, "n_labels": project.board.n_labelled, "strategy": "margin"}
    project.trainer.take(header, ranking.to_bytes())
    return ranking


@pytest.fixture
def project(store_location):
    with Project.open(make_project(store_location(), N), train=False) as opened:
        yield opened


@pytest.fixture
def sqlite_project(tmp_path):
    with Project.open(make_project(tmp_path / "p.querist", N), train=False) as opened:
        yield opened


def action(row, class_id, **more):
    return Action(str(uuid.uuid4()), more.pop("kind", "answer"), row, class_id=class_id, **more)


def ask(project, who, want=1, tab="t"):
    return [item.row for item in project.submit(who, tab, [], holding=[], want=want).result().items]


def answer_all(project, who, most=10_000):
    """Answer what comes while a promise is pending; return the rows."""
    rows = []
    while project.board.pending is not None and len(rows) < most:
        (row,) = ask(project, who)
        project.submit(who, "t", [action(row, truth(row))], holding=[], want=0).result()
        rows.append(row)
    return rows


def statements(project):
    return accuracy_statement(project.board, project.view.info.name, now=0.0).statements


def the(project):
    return all_promises(project.board)[0]


def numbers_of(project, attempt=1):
    """The random numbers of an attempt at a promise about all rows."""
    return promise_numbers(project.store.info.seed, np.arange(N), attempt)


def test_a_certificate_from_plan_to_sentence(project):
    ada = sign_in(project)
    teach(project, wrong=range(0, N, 60))
    told = project.promises.plan("certificate", 0.9)
    expected = labels_needed(0.9, 0.95, N, level=attempt_level(1), power=0.8)
    n = expected.n_labels
    assert told.possible
    assert (told.n_labels, told.n_needed) == (n, expected.n_needed)
    assert project.board.promises == {}
    project.promises.begin(ada, "certificate", 0.9).result()
    assert the(project).state == "asking"
    assert project.progress(ada).promise == PendingPromise("certificate", n_closed=0, n_drawn=n)
    rows = answer_all(project, ada)
    # The draws come first, in the order of their random numbers, and without the model's guess.
    assert rows == np.argsort(numbers_of(project), kind="stable")[: len(rows)].tolist()
    assert the(project).state == "passed"
    right = sum(row % 60 != 0 for row in rows)
    # It ends when even wrong answers to all that are left would change nothing.
    assert right == expected.n_needed
    assert len(rows) <= n
    found = remainder_accuracy(right, len(rows), N)
    assert the(project).bound == pytest.approx(found.low)
    assert found.low >= 0.9
    assert the(project).rest == pytest.approx(rest_bound(right, len(rows), N))
    n_rest = N - len(rows)
    assert the(project).sentence.startswith(
        f"If you stop now, the remaining {n_rest} rows are labelled with at least 9"
    )
    assert project.progress(ada).promise is None
    assert "certificate" in {each.quantity.split()[0] for each in statements(project)} | {"certificate"}
    assert statements(project)[-1].low == the(project).rest


def test_what_is_left_is_judged_by_all_answers_not_by_the_draws_alone(sqlite_project):
    """The model gets them right, so what is left is worse than what was certified; the page said the same as before."""
    project = sqlite_project
    ada = sign_in(project)
    teach(project, wrong=range(0, N, 60))
    made = project.promises.begin(ada, "certificate", 0.9).result()
    answer_all(project, ada)
    before = the(project)
    easy = [row for row in range(N) if row % 60 and project.board.status(row) == "unlabelled"][:200]
    # Half of them were answered with the guess in sight: they may have been right, so they are taken for that.
    for place, row in enumerate(easy):
        told = action(row, truth(row), guess_shown=place % 2 > 0)
        project.submit(ada, "t", [told], holding=[], want=0).result()
    after = the(project)
    assert (after.state, after.bound, after.n_rest) == ("passed", before.bound, before.n_rest - 200)
    assert after.rest == pytest.approx((before.rest * before.n_rest - 200) / after.n_rest)
    left = np.flatnonzero(project.board.labels < 0)
    assert left.size == after.n_rest
    assert after.rest <= np.mean(left % 60 != 0)
    wrong = [row for row in range(0, N, 60) if project.board.status(row) == "unlabelled"][:2]
    for row in wrong:
        project.submit(ada, "t", [action(row, truth(row))], holding=[], want=0).result()
    # Where the model was wrong, nothing is taken from what is certain of the others.
    assert the(project).rest == pytest.approx(after.rest * after.n_rest / (after.n_rest - 2))
    # Logs of older versions hold what the model said of the draws only: then all others may have been right.
    project.board.promises[made] = replace(project.board.promises[made], packed="")
    assert the(project).rest == pytest.approx((after.rest * after.n_rest - 2) / (after.n_rest - 2))


def test_a_promise_comes_back_from_the_log_as_it_was(sqlite_project):
    project = sqlite_project
    ada = sign_in(project)
    teach(project, sure=sure_rows(project))
    for kind in ("certificate", "auto_label"):
        made = project.promises.begin(ada, kind, 0.9, most_labels=200).result()
        promise = project.board.promises[made]
        (event,) = [each for each in project.store.events() if each.data.get("id") == made and each.kind == "promise"]
        assert PromiseBegun.from_data(event.data).to_data() == event.data
        assert all(told_terms(promise)[name] == event.data[name] for name in told_terms(promise))
        assert promise.remaining.size == promise.terms.n_remaining
        assert promise.predicted()[0].size == promise.terms.regions[-1].size
        project.promises.cancel(ada, made).result()


def test_the_page_and_the_library_make_the_same_promise(sqlite_project):
    """Two doors, one engine: the same frozen model, rows and numbers give the same draws and the same decision."""
    project = sqlite_project
    teach(project)
    taken = freeze(project.board, project.view.current, project.store.info.seed)
    frozen = Frozen(taken.rows, numbers_of(project), np.full(N, np.float32(0.9), float))
    made = plan_certificate(frozen, 0.85, guessed_accuracy(0.85, frozen.confidences, None), attempt=1)
    page = plan(project.board, taken, "certificate", 0.85).begun
    assert told_terms(replace(page, terms=certificate_promise(made, frozen, attempt=1))) == told_terms(page)
    labels = plan_model_labels(frozen, 0.85, None, attempt=1)
    page = plan(project.board, taken, "auto_label", 0.85).begun
    assert told_terms(replace(page, terms=model_labels_promise(labels, frozen, attempt=1))) == told_terms(page)


def told_terms(begun):
    """The fields that the log holds of the terms."""
    told = PromiseBegun(**{each.name: getattr(begun, each.name) for each in fields(PromiseBegun)}).to_data()
    return {each.name: told[each.name] for each in fields(Promise)}


def test_draws_come_without_a_guess(project):
    ada = sign_in(project)
    teach(project)
    project.promises.begin(ada, "certificate", 0.9).result()
    items = project.submit(ada, "t", [], holding=[], want=20).result().items
    assert all(item.guess is None for item in items)
    project.submit(ada, "t", [action(items[0].row, 0)], holding=[], want=0).result()
    (event,) = [each for each in project.store.events() if each.kind == "answered"]
    assert event.data["how"] == "certificate"


def test_a_bad_model_fails_early(project):
    ada = sign_in(project)
    teach(project, wrong=range(0, N, 2))
    project.promises.begin(ada, "certificate", 0.95).result()
    rows = answer_all(project, ada)
    told = the(project)
    assert told.state == "failed"
    assert len(rows) < told.n_drawn
    assert told.sentence.startswith("Not passed: 95.0% cannot be promised.")
    # What the draws have shown is known from then on: what is wanted next is refused, and less is offered.
    with pytest.raises(OutOfReachError, match=r"is expected to pass with about \d+ labels\. Aim lower") as refused:
        project.promises.begin(ada, "certificate", 0.9)
    refusal = project.promises.plan("certificate", 0.9)
    assert (refusal.possible, refusal.why, refusal.offered) == (False, str(refused.value), refused.value.offered)
    # A second attempt has a stricter level, and new draws.
    project.promises.begin(ada, "certificate", refusal.offered).result()
    assert the(project).attempt == 2
    assert not set(rows) & set(next(reversed(project.board.promises.values())).terms.draws.tolist())


def test_what_counts_is_the_first_blind_answer(project):
    ada, bob = sign_in(project), sign_in(project, "bob", "annotator")
    teach(project)
    project.promises.begin(ada, "certificate", 0.9).result()
    first, second, third, fourth = project.board.pending.terms.draws[:4].tolist()

    def counts():
        return the(project).n_closed, the(project).n_correct

    project.submit(ada, "t", [action(first, truth(first))], holding=[], want=0).result()
    assert counts() == (1, 1)
    project.submit(ada, "t", [action(first, 1 - truth(first))], holding=[], want=0).result()
    assert counts() == (1, 1)  # a change does not count
    project.submit(ada, "t", [action(second, truth(second), guess_shown=True)], holding=[], want=0).result()
    assert counts() == (2, 1)  # given with the guess in sight: wrong
    project.submit(bob, "u", [action(third, None, kind="skip")], holding=[], want=0).result()
    assert counts() == (3, 1)
    wrong = action(fourth, 1 - truth(fourth))
    project.submit(ada, "t", [wrong], holding=[], want=0).result()
    assert counts() == (4, 1)
    undo = Action(str(uuid.uuid4()), "undo", fourth, target=wrong.uuid)
    project.submit(ada, "t", [undo], holding=[], want=0).result()
    assert counts() == (3, 1)
    assert fourth in ask(project, bob, want=3, tab="u")


def test_one_at_a_time_and_cancelled_ones_count(project):
    ada = sign_in(project)
    with pytest.raises(InvalidParameterError, match="no model yet"):
        project.promises.begin(ada, "certificate", 0.9)
    teach(project)
    made = project.promises.begin(ada, "certificate", 0.9).result()
    with pytest.raises(InvalidParameterError, match="Finish or cancel"):
        project.promises.begin(ada, "certificate", 0.8).result()
    project.promises.cancel(ada, made).result()
    assert the(project).state == "cancelled"
    assert project.board.pending is None
    with pytest.raises(InvalidParameterError, match="nothing to cancel"):
        project.promises.cancel(ada, made).result()
    told = project.promises.plan("certificate", 0.9)
    assert told.attempt == 2
    assert told.level == pytest.approx(attempt_level(2))
    with pytest.raises(InvalidParameterError, match="no promise"):
        project.promises.cancel(ada, "nonsense-id").result()


def test_out_of_reach_is_said_in_words(project):
    ada = sign_in(project)
    teach(project)
    told = project.promises.plan("certificate", 0.9999)
    assert not told.possible or told.n_labels <= N
    figures = {"accuracy": {"value": 0.7}, "running": {}, "advice": {}}
    project.board.measured.append(MeasuredAt(seq=1, n_labels=1, n_audited=1, n_skipped=0, **figures, at=0.0))
    told = project.promises.plan("certificate", 0.9)
    assert not told.possible
    assert "seems to be 70.0%" in told.why
    with pytest.raises(InvalidParameterError, match="out of reach"):
        project.promises.begin(ada, "certificate", 0.9)


def test_everything_is_in_the_log(project):
    ada = sign_in(project)
    teach(project, wrong=range(0, N, 60))
    project.promises.begin(ada, "certificate", 0.9).result()
    answer_all(project, ada, most=20)
    before, location = the(project), project.store.location
    project.close()
    with Project.open(location, train=False) as again:
        assert the(again) == before
        rest = answer_all(again, ada)
        assert the(again).state == "passed"
        assert len(rest) + 20 >= before.n_needed
        after = the(again)
    with ProjectView.read(location) as view:
        assert all_promises(view.board) == [after]


def sure_rows(project, n_sure=400):
    sure = np.full(N, 0.6)
    sure[np.random.default_rng(1).permutation(N)[:n_sure]] = 0.99
    return sure


def released(project):
    return np.flatnonzero(project.board.model_labels >= 0)


def test_the_model_labels_what_was_promised(project):
    ada = sign_in(project)
    sure = sure_rows(project)
    wrong = set(np.flatnonzero(sure < 0.9)[::2].tolist())
    teach(project, wrong=wrong, sure=sure)
    told = project.promises.plan("auto_label", 0.95, most_labels=200)
    assert told.possible
    made = project.promises.begin(ada, "auto_label", 0.95, most_labels=200).result()
    answer_all(project, ada)
    assert the(project).state == "passed"
    n_released = the(project).n_released
    assert n_released > 100
    assert f"may label {n_released} rows with at most 5.0% errors" in the(project).sentence
    project.promises.apply(ada, made).result()
    rows = released(project)
    assert rows.size == n_released == project.progress(ada).n_model
    assert not set(rows.tolist()) & set(project.board.promises[made].terms.draws.tolist())
    assert all(sure[rows] > 0.9)
    # They train nothing, and nobody is asked about them, unless the audit comes to them.
    trained, _ = project.board.labelled_rows()
    assert not set(trained.tolist()) & set(rows.tolist())
    assert [project.board.status(row) for row in rows[:3]] == ["model"] * 3
    assert project.rows.explore(Filter(status="model"), sort="row", offset=0, limit=5).total == n_released
    # A person's answer goes before the model's.
    row = int(rows[0])
    project.submit(ada, "t", [action(row, 1 - truth(row))], holding=[], want=0).result()
    assert project.board.status(row) == "labelled"
    assert project.progress(ada).n_model == n_released - 1
    with pytest.raises(InvalidParameterError, match="Only an auto-labelling that has passed"):
        project.promises.apply(ada, made).result()
    project.promises.undo(ada, made).result()
    assert released(project).size == 0
    assert the(project).state == "passed"
    project.promises.apply(ada, made).result()
    location, before = project.store.location, released(project)
    project.close()
    with ProjectView.read(location) as view:
        np.testing.assert_array_equal(np.flatnonzero(view.board.model_labels >= 0), before)


def test_no_ranked_row_is_one_of_the_models(sqlite_project):
    project = sqlite_project
    ada = sign_in(project)
    teach(project, sure=sure_rows(project))
    made = project.promises.begin(ada, "auto_label", 0.95, most_labels=200).result()
    answer_all(project, ada)
    project.promises.apply(ada, made).result()
    teach(project, sure=sure_rows(project))
    items = project.submit(ada, "t", [], holding=[], want=60).result().items
    held = {ticket.row: ticket.how for ticket in project._place.queue.held(ada, "t")}
    assert len(items) == 60
    asked = {row for row, how in held.items() if how == "strategy"}
    assert asked
    assert not asked & set(released(project).tolist())


def test_labels_of_the_model_do_not_come_back_as_answers(sqlite_project, tmp_path):
    project = sqlite_project
    ada = sign_in(project)
    teach(project, sure=sure_rows(project))
    made = project.promises.begin(ada, "auto_label", 0.95, most_labels=200).result()
    answer_all(project, ada)
    project.promises.apply(ada, made).result()
    n_labelled = project.board.n_labelled
    row = int(released(project)[0])
    from querist.labelling.label_files.match import read_labels_for

    for format_, name in (("csv", "a.csv"), ("jsonl", "a.jsonl"), ("parquet", "a.parquet"), ("label-studio", "a.json")):
        with (tmp_path / name).open("wb") as target:
            export(project.view, format_, target, rows="labelled")
        read = read_labels_for(project.rows, tmp_path / name)
        project.bulk.import_labels(read, source=name).result()
        assert project.board.n_labelled == n_labelled, format_
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()
    assert sum(",model," in line for line in text) >= released(project).size
    # A correction is a correction.
    name = {0: "good", 1: "bad"}[1 - truth(row)]
    project.bulk.import_labels(LabelsRead([LabelRead(row, name, None, None, False, "", "model")])).result()
    assert project.board.status(row) == "labelled"


def test_decisions_from_counts_are_those_of_the_library(sqlite_project):
    project = sqlite_project
    board = project.board
    rng = np.random.default_rng(3)
    sure = np.round(rng.beta(12, 1, N), 3)
    ranking = teach(project, sure=sure)
    frozen = freeze(board, project.view.current, project.store.info.seed)
    numbers = numbers_of(project)
    checked = set()
    for target, rate in itertools.product((0.85, 0.9), (0.0, 0.02, 0.06, 0.15)):
        made = ProjectPromise.of(plan(board, frozen, "auto_label", target, 300).begun, 0.0, frozen.rows)
        expected_plan = plan_auto_label(
            np.arange(N), ranking.confidence.astype(float), numbers, target=target, most_labels=300
        )
        terms = made.terms
        assert terms.draws.tolist() == expected_plan.sample.tolist()
        assert [each.size for each in terms.regions] == [each.size for each in expected_plan.regions]
        for _ in range(20):
            right = rng.random(terms.draws.size) >= rate
            expected = auto_labels(expected_plan, right)
            where = standing(terms, np.where(right, RIGHT, WRONG))
            assert where.n_passed == expected.n_regions
            np.testing.assert_array_equal(np.sort(made.released(where.n_passed)[0]), expected.rows)
            checked.add(where.n_passed)
    assert len(checked) > 2


def test_rows_are_packed_without_loss():
    rows, classes = np.array([5, 1, 70_000]), np.array([0, 3, 32_000])
    none = np.empty(0, np.int64)
    regions = (Region(2, 0, 0), Region(3, 0, 0))
    terms = Promise("auto_label", 0.9, 0.95, 1, 0.03, 3, None, regions, none, none)
    begun = PromiseBegun(
        id="x", terms=terms, seq=0, ranking=1, n_labels=2, predictions=(), packed=packed(rows, classes)
    )
    made = ProjectPromise.of(begun, 0.0, none)
    assert made.released(0)[0].size == 0
    assert [each.tolist() for each in made.released(2)] == [rows.tolist(), classes.tolist()]
    assert [each.tolist() for each in made.released(1)] == [rows[:2].tolist(), classes[:2].tolist()]


def test_a_false_promise_passes_at_most_at_its_level():
    """2,000 projects with a model just below the target; draws from their random order."""
    rng = np.random.default_rng(0)
    n_rows, target = 150, 0.9
    level = attempt_level(1)
    made_plan = labels_needed(target, 0.97, n_rows, level=level)
    passed = 0
    for _ in range(2000):
        right = np.ones(n_rows, bool)
        right[rng.permutation(n_rows)[:16]] = False  # 89.3 %
        passed += right[: made_plan.n_labels].sum() >= made_plan.n_needed
    assert passed / 2000 <= level + 3 * np.sqrt(level / 2000)


def test_a_promise_whose_answers_were_taken_back_is_asked_about_again(sqlite_project):
    project = sqlite_project
    ada, bob = sign_in(project), sign_in(project, "bob", "annotator")
    teach(project, sure=sure_rows(project))
    made = project.promises.begin(ada, "auto_label", 0.95, most_labels=200).result()
    answer_all(project, bob)
    project.promises.apply(ada, made).result()
    n_labelled = project.board.n_model_labels
    wanted = project.taking_back.of_person(bob)
    effect = project.taking_back.effect(wanted)
    assert [(each.attempt, each.kind) for each in effect.promises] == [(1, "auto_label")]
    project.taking_back.carry_out(ada, "without-bob", wanted, expected=effect.n_acts).result()
    told = the(project)
    assert (told.state, told.n_released, project.board.n_model_labels) == ("applied", None, n_labelled)
    assert "nothing is promised about them now" in told.sentence
    assert statements(project) == []
    # Its random rows come first again, and then it holds again.
    answer_all(project, ada)
    assert (the(project).state, the(project).n_released) == ("applied", n_labelled)
    assert "has labelled" in the(project).sentence
    assert len(statements(project)) == 1


def test_a_promise_that_classes_broke_says_so(sqlite_project):
    project = sqlite_project
    ada = sign_in(project)
    teach(project, sure=sure_rows(project))
    made = project.promises.begin(ada, "auto_label", 0.95, most_labels=200).result()
    answer_all(project, ada)
    project.promises.apply(ada, made).result()
    sentence = the(project).sentence
    project.change_classes(ada, lambda each: remove(each, 1), op="remove").result()
    assert "no longer support it" in the(project).sentence
    effect = project.taking_back.effect_of_class_change(2)
    project.taking_back.class_change(ada, 2, expected=effect.n_rows).result()
    assert the(project).sentence == sentence


def test_a_plan_says_what_it_takes_either_way_and_what_it_brings(sqlite_project):
    project = sqlite_project
    teach(project, sure=1 - 0.1 * np.random.default_rng(0).random(N))
    told = project.promises.plan("certificate", 0.85)
    assert 0 < told.labels_if_failed < told.n_labels
    assert told.n_needed <= told.labels_if_passed < told.n_labels
    assert (told.released, told.order, told.offered, told.offer) == (None, "", None, "")
    told = project.promises.plan("auto_label", 0.85, most_labels=150)
    assert told.labels_if_failed < told.labels_if_passed <= told.n_labels <= 150
    assert 0 < told.released <= told.released_at_most
    assert told.power > 0.5
    assert told.order.startswith("The rows that the model is surest of come first.")
    refused = project.promises.plan("auto_label", 0.999, most_labels=150)
    assert not refused.possible
    assert f"{refused.offered:.0%} is expected to pass with about" in refused.why
    assert refused.labels_if_passed is None
    easier = project.promises.plan("auto_label", refused.offered, most_labels=150)
    assert easier.possible
    assert easier.power >= 0.7


def test_rows_of_a_class_about_which_the_model_is_often_wrong_come_last(sqlite_project):
    """What the draws of a certificate have shown is known to the next plan."""
    project, rng = sqlite_project, np.random.default_rng(0)
    ada = sign_in(project)
    # What is said to be bad is; of what is said to be good, a third is not.
    wrong = {row for row in range(1, N, 2) if rng.random() < 0.5}
    said = teach(project, wrong, sure=0.9 + 0.05 * rng.random(N)).prediction
    for target in (0.69, 0.66):
        project.promises.begin(ada, "certificate", target).result()
        answer_all(project, ada)
    told = project.promises.plan("auto_label", 0.6, most_labels=150)
    assert "classes that it is often wrong about come later" in told.order
    made = project.promises.begin(ada, "auto_label", 0.6, most_labels=150).result()
    promise = project.board.promises[made]
    rows, classes = promise.predicted()
    first = promise.terms.regions[0].size
    assert classes.tolist() == said[rows].tolist()
    n_bad = int((said[promise.remaining] == 1).sum())
    assert (classes[:first] == 1).sum() == min(first, n_bad) > 50


def test_a_test_that_an_earlier_version_began_is_told_of_all_its_draws(sqlite_project):
    project = sqlite_project
    ada = sign_in(project)
    teach(project, wrong=range(0, N, 60))
    made = project.promises.begin(ada, "certificate", 0.9).result()
    answer_all(project, ada)
    (event,) = [each for each in project.store.events() if each.kind == "promise"]
    assert event.data["curtailed"]
    earlier = PromiseBegun.from_data({name: value for name, value in event.data.items() if name != "curtailed"})
    assert not earlier.terms.curtailed
    promise = project.board.promises[made]
    project.board.promises[made] = replace(promise, terms=earlier.terms)
    right = sum(row % 60 != 0 for row in promise.terms.draws if project.board.labels[row] >= 0)
    assert the(project).state == "passed"
    assert the(project).bound == pytest.approx(remainder_accuracy(right, promise.terms.draws.size, N).low)
