"""The trainer: follows the log, answers the newest wish, tells rankings."""

import io
import json
import subprocess
import sys
import uuid

import numpy as np
import pytest

from querist.audit import AuditPrefix, ScoredDraws, assess
from querist.labelling.log import classes as class_lists
from querist.labelling.log.ranking import Ranking
from querist.labelling.log.settings import Settings
from querist.labelling.trainer import kept_features, trainer
from querist.labelling.trainer.frames import read_frame
from querist.labelling.trainer.trainer import Trainer
from querist.session import Session
from querist.store.rows import EventRow, ItemRow, ProjectInfo
from querist.store.store import Store

GOOD = ("lovely", "splendid", "charming", "delightful")
BAD = ("dreadful", "awful", "boring", "tedious")
N_ROWS = 120


def text_of(row):
    words = GOOD if row % 2 else BAD
    return f"a {words[row // 2 % 4]} film about {['love', 'war', 'sea'][row % 3]} and {words[row // 8 % 4]} people"


def event(kind, row=None, **data):
    return EventRow(None, str(uuid.uuid4()), kind, 0.0, None, row, data)


def items(first, count):
    return [
        ItemRow(row, str(row), {"text": text_of(row)}, text_of(row), row / 1000, 0)
        for row in range(first, first + count)
    ]


class Wanted:
    """Wishes that a test makes: the trainer stops where there are no more."""

    class Over(BaseException):
        pass

    def __init__(self):
        self.seqs = []
        self.busy = False

    def wait(self):
        if not self.seqs:
            raise self.Over
        return self.seqs.pop(0)

    def waiting(self):
        return self.busy


class Play:
    """A project on disk, and a trainer that reads it."""

    def __init__(self, folder, n_rows=N_ROWS, **settings):
        location = folder / "p.querist"
        values = Settings("text", columns=("text",), text_columns=("text",), feature_columns=("text",), **settings)
        self.store = Store.create(location, ProjectInfo(str(uuid.uuid4()), "films", "text", 0.0, 7, values.to_dict()))
        self.classes = class_lists.added(["good", "bad", "other"])
        self.add(n_rows)
        self.write(self.classes_event(1))
        self.reader = Store.open(location, read_only=True)
        self.out = io.BytesIO()
        self.wanted = Wanted()
        self.trainer = Trainer(self.reader, self.wanted, self.out)

    def classes_event(self, version):
        return event("classes", version=version, classes=[each.to_dict() for each in self.classes])

    def add(self, count):
        first = self.store.n_items
        with self.store.writing() as tx:
            tx.add_items(first, items(first, count))
            tx.append([event("rows_added", n_rows=count, source=0)])

    def write(self, *events):
        with self.store.writing() as tx:
            return tx.append(events)[-1]

    def label(self, rows):
        return self.write(*(event("answered", row, class_id=self.truth(row)) for row in rows))

    def truth(self, row):
        return self.classes[(row + 1) % 2].id

    def run(self, *seqs):
        """Let the trainer answer wishes; return its messages."""
        self.wanted.seqs = list(seqs)
        start = self.out.tell()
        with pytest.raises(Wanted.Over):
            self.trainer.run()
        self.out.seek(start)
        messages = []
        while (frame := read_frame(self.out)) is not None:
            messages.append(frame)
        return messages

    def close(self):
        self.store.close()
        self.reader.close()


@pytest.fixture
def play(tmp_path):
    played = []

    def start(**options):
        played.append(Play(tmp_path, **options))
        return played[-1]

    yield start
    for each in played:
        each.close()


def kinds(messages):
    return [header["type"] for header, _ in messages if header["type"] != "progress"]


def last(messages, kind):
    return next((header, blob) for header, blob in reversed(messages) if header["type"] == kind)


def test_first_questions_then_a_model(play):
    project = play()
    messages = project.run(1)
    assert kinds(messages) == ["ready", "training", "ranking"]
    header, blob = last(messages, "ranking")
    assert header["strategy"] == "initial"
    assert header["n_labels"] == 0
    order = Ranking.from_bytes(blob).order
    seq = project.label(order[:12].tolist())
    messages = project.run(seq)
    assert kinds(messages)[:3] == ["training", "ranking", "details"]
    header, blob = last(messages, "ranking")
    assert (header["strategy"], header["n_labels"], header["seq"]) == ("margin", 12, seq)
    assert header["seconds"] > 0
    ranking = Ranking.from_bytes(blob)
    assert ranking.order.size == N_ROWS - 12
    truth = np.array([project.truth(row) for row in range(N_ROWS)])
    assert (ranking.prediction == truth).mean() > 0.7


def test_details_explain_the_rows_that_come_next(play):
    project = play()
    messages = project.run(project.label(range(30)))
    header, _ = last(messages, "details")
    order = Ranking.from_bytes(last(messages, "ranking")[1]).order
    assert set(header["because"]) == {str(row) for row in order[:200].tolist()}
    words = {each["word"] for row in header["because"].values() for each in row}
    assert words & set(GOOD)
    assert header["suspects"] == []


def test_wrong_labels_become_suspects_and_a_changed_answer_trains_again(play):
    project = play()
    project.label(range(2, 80))
    project.write(event("answered", 0, class_id=project.truth(1)))
    messages = project.run(project.write(event("answered", 1, class_id=project.truth(0))))
    suspects = last(messages, "details")[0]["suspects"]
    assert {each["row"] for each in suspects} >= {0, 1}
    assert all(each["suggested"] == project.truth(each["row"]) for each in suspects if each["row"] < 2)
    # The number of labels stays the same; the log does not.
    project.write(event("changed", 0, class_id=project.truth(0)))
    messages = project.run(project.write(event("changed", 1, class_id=project.truth(1))))
    assert last(messages, "ranking")[0]["n_labels"] == 80
    assert last(messages, "details")[0]["suspects"] == []


def test_each_position_of_the_log_is_learned_once(play):
    project = play()
    seq = project.label(range(20))
    assert kinds(project.run(seq, seq, 1)).count("ranking") == 1
    assert kinds(project.run(seq)).count("ranking") == 0
    assert kinds(project.run(project.label([20]))).count("ranking") == 1


def test_undo_and_merged_classes_count(play):
    project = play()
    project.label(range(20))
    answer = event("answered", 21, class_id=project.classes[2].id)
    project.write(answer)
    messages = project.run(project.write(event("undone", target=answer.uuid)))
    assert last(messages, "ranking")[0]["n_labels"] == 20
    assert 21 in Ranking.from_bytes(last(messages, "ranking")[1]).order
    good, bad, _ = project.classes
    project.classes = class_lists.merge(project.classes, bad.id, good.id)
    messages = project.run(project.write(project.classes_event(2)))
    assert last(messages, "ranking")[0]["strategy"] == "initial"  # one class is left


def test_skipped_rows_are_not_asked(play):
    project = play()
    project.label(range(20))
    messages = project.run(project.write(event("skipped", 30)))
    order = Ranking.from_bytes(last(messages, "ranking")[1]).order
    assert 30 not in order
    assert order.size == N_ROWS - 21


def test_new_rows_are_ranked(play):
    project = play()
    project.run(project.label(range(20)))
    project.add(15)
    messages = project.run(project.label([20]))
    assert kinds(messages)[0] == "ready"
    ranking = Ranking.from_bytes(last(messages, "ranking")[1])
    assert ranking.n_rows == N_ROWS + 15
    assert N_ROWS + 14 in ranking.order


def test_settings_take_effect(play):
    project = play()
    project.label(range(20))
    messages = project.run(project.write(event("settings", changes={"strategy": "entropy"})))
    assert last(messages, "ranking")[0]["strategy"] == "entropy"


def test_a_mistake_is_told_and_the_trainer_lives_on(play):
    project = play(estimator="logistic_regresion")
    messages = project.run(project.label(range(20)))
    header, _ = last(messages, "failed")
    assert "logistic_regression" in header["error"]
    assert header["where"] == "training"
    messages = project.run(project.write(event("settings", changes={"estimator": "logistic_regression"})))
    assert "ranking" in kinds(messages)


def test_an_error_of_the_model_is_told_with_its_kind(play, capsys):
    project = play(estimator="naive_bayes")  # takes no sparse matrix
    messages = project.run(project.label(range(20)))
    assert "TypeError" in last(messages, "failed")[0]["error"]
    assert "20 answers" in last(messages, "failed")[0]["error"]
    assert "Traceback" in capsys.readouterr().err


def test_nothing_to_learn_from_is_told(tmp_path, play):
    project = play(n_rows=1)
    with project.store.writing() as tx:
        tx.set_info(settings=Settings("table", feature_columns=("nothing",)).to_dict())
    messages = project.run(1)
    assert "No column is left" in last(messages, "failed")[0]["error"]


def test_details_are_given_up_for_a_new_wish(play):
    project = play()
    project.wanted.busy = True
    assert kinds(project.run(project.label(range(30)))) == ["ready", "training", "ranking"]


def test_as_a_process_it_talks_in_messages_only_and_ends_with_its_input(play):
    project = play()
    seq = project.label(range(40))
    process = subprocess.Popen(
        [sys.executable, "-m", "querist.labelling.trainer", str(project.store.location)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        process.stdin.write(json.dumps({"cmd": "train", "seq": seq}).encode() + b"\n")
        process.stdin.flush()
        seen = []
        while "details" not in seen:
            header, _ = read_frame(process.stdout)
            seen.append(header["type"])
        process.stdin.close()
        assert process.wait(10) == 0
    assert [kind for kind in seen if kind != "progress"] == ["ready", "training", "ranking", "details"]


def answered(project, row, how, truth=None, **data):
    told = project.truth(row) if truth is None else truth
    return event("answered", row, class_id=told, how=how, blind=True, **data)


def audited(project, n):
    """Rows in the order of their permanent random numbers."""
    return np.argsort(project.store.audit_numbers(), kind="stable")[:n].tolist()


def beside(project, n):
    """Rows that are not among the first n of that order, nor the one after them: it ends the audit sample."""
    return sorted(set(range(N_ROWS)) - set(audited(project, n + 1)))


def test_figures_follow_the_ranking_and_are_those_of_the_library(play):
    project = play()
    drawn = audited(project, 30)
    others = beside(project, 30)[:20]
    wrong = drawn[3]
    project.write(*(answered(project, row, "strategy") for row in others))
    seq = project.write(
        *(
            answered(
                project, row, "audit", truth=project.classes[row % 2].id if row == wrong else None,
                guess=project.truth(row), confidence=0.9, guess_labels=20 + place,
            )
            for place, row in enumerate(drawn)
        )
    )  # fmt: skip
    messages = project.run(seq)
    order = kinds(messages)
    assert order.index("ranking") < order.index("details") < order.index("figures")
    told = last(messages, "figures")[0]
    assert (told["n_labels"], told["n_audited"], told["n_skipped"]) == (50, 30, 0)
    assert told["running"]["n"] == 30
    assert told["running"]["value"] == pytest.approx(29 / 30, abs=1e-5)
    rows, labels = project.trainer._board.labelled_rows()
    session = Session(project.trainer._features.X, estimator="auto:C=5,class_weight=None", random_state=7)
    session.tell(rows, labels)
    expected = assess(
        session._trained.fit_on,
        project.trainer._features.X,
        rows,
        labels,
        order=np.argsort(project.store.audit_numbers(), kind="stable"),
        prefix=AuditPrefix(np.array(drawn), np.empty(0, int)),
        truth=np.array([labels[rows.tolist().index(row)] for row in drawn]),
        confidence_of=session._trained.confidences,
        scored=ScoredDraws(50, np.arange(20, 50), np.array([row != wrong for row in drawn], float)),
    )
    for name in ("value", "low", "high"):
        assert told["accuracy"][name] == pytest.approx(getattr(expected.accuracy, name), abs=1e-4)
    # The finest of what the rows of the project are enough for.
    assert told["plan"]["total"] == expected.plan(told["plan"]["half_width"]).total <= project.store.n_items
    assert [each["class_id"] for each in told["classes"]] == [each.label for each in expected.classes]
    assert "Too early" in told["advice"]["text"] or "Go on" in told["advice"]["text"]


def test_figures_are_not_starved_by_wishes_nor_do_they_hold_up_rankings(play):
    project = play()
    project.wanted.busy = True  # a new wish is always waiting
    drawn = audited(project, 21)
    told = []
    for row in drawn[:20]:
        seq = project.write(answered(project, row, "audit"))
    told.append(kinds(project.run(seq)))
    for row in [row for row in range(N_ROWS) if row not in drawn][:45]:
        told.append(kinds(project.run(project.write(answered(project, row, "strategy")))))
    assert all(each.count("ranking") == 1 for each in told)
    at = [place for place, each in enumerate(told) if "figures" in each]
    # 20 audit rows take 20 trainings, the other rows' confidences five: one training after each ranking.
    assert len(at) >= 1
    assert at[0] == 20
    project.wanted.busy = False
    assert "figures" in kinds(project.run(project.write(answered(project, drawn[20], "audit"))))


def test_a_second_look_and_a_guess_in_sight(play):
    project = play()
    drawn = audited(project, 12)
    project.write(*(answered(project, row, "strategy") for row in beside(project, 12)))
    seen = event("answered", drawn[0], class_id=project.truth(drawn[0]), how="strategy", blind=False, guess_shown=True)
    seq = project.write(seen, *(answered(project, row, "audit") for row in drawn[1:11]))
    before = last(project.run(seq), "figures")[0]
    assert "1 of the answers were given with the model's guess in sight" in before["accuracy"]["note"]
    assert before["n_audited"] == 11
    # All are turned round on a second look, but the first, blind answers are what counts.
    turned = [event("changed", row, class_id=project.classes[row % 2].id) for row in drawn[1:11]]
    again = last(project.run(project.write(*turned, answered(project, drawn[11], "audit"))), "figures")[0]
    assert again["n_audited"] == 12
    prevalence = [each["prevalence"]["value"] for each in again["classes"]]
    truth = [project.truth(row) for row in drawn]
    assert prevalence == pytest.approx([truth.count(each["class_id"]) / 12 for each in again["classes"]], abs=1e-5)


def test_advice_counts_with_what_a_point_is_worth(play):
    project = play()
    drawn = audited(project, 30)
    project.write(*(answered(project, row, "strategy") for row in beside(project, 30)))
    project.write(
        *(
            answered(project, row, "audit", guess=project.truth(row), confidence=0.9, guess_labels=50 + place)
            for place, row in enumerate(drawn)
        )
    )

    def told_at(labels_per_point):
        changes = {"labels_per_point": labels_per_point}
        return last(project.run(project.write(event("settings", None, changes=changes))), "figures")[0]

    dear, cheap = told_at(1e6), told_at(0.01)
    assert "Judging by the audited answers" in dear["advice"]["reason"]
    # Nothing but a class of which no random row was seen speaks against stopping.
    assert cheap["advice"]["reason"].startswith("Too few random rows of 'other' predicted before their answer: 0")
    assert (dear["advice"]["stop"], cheap["advice"]["stop"]) == (False, False)
    assert (dear["advice"]["labels_per_point"], cheap["advice"]["labels_per_point"]) == (1e6, 0.01)
    assert dear["accuracy"] == cheap["accuracy"]


def test_rows_that_nobody_can_tell_widen_the_interval(play):
    project = play()
    drawn = audited(project, 20)
    project.write(*(answered(project, row, "strategy") for row in beside(project, 20)))
    project.write(*(answered(project, row, "audit") for row in drawn[3:]))
    seq = project.write(*(event("skipped", row, how="audit") for row in drawn[:3]))
    told = last(project.run(seq), "figures")[0]
    assert (told["n_audited"], told["n_skipped"]) == (17, 3)
    assert told["accuracy"]["low"] < 17 / 20
    assert "3 audit rows that nobody could answer" in told["accuracy"]["note"]


def test_questions_are_answered_by_its_features(tmp_path):
    play = Play(tmp_path)
    question = {"cmd": "similar", "id": 4, "row": 1, "most": 3}
    play.trainer.answer(question)
    play.run(play.label(range(4)))
    start = play.out.tell()
    play.trainer.answer(question)
    play.trainer.answer(question | {"row": N_ROWS})
    play.out.seek(0)
    told = []
    while (frame := read_frame(play.out)) is not None:
        if frame[0]["type"] == "similar":
            told.append(frame[0])
    assert play.out.tell() > start
    play.close()
    assert [each["id"] for each in told] == [4, 4, 4]
    before, found, missing = (each["rows"] for each in told)
    assert (before, missing) == (None, None)
    assert (found[0], len(found)) == (1, 3)


@pytest.mark.parametrize("busy", [False, True])
def test_features_of_many_rows_are_kept_for_the_next_trainer(play, monkeypatch, busy):
    monkeypatch.setattr(kept_features, "MANY", N_ROWS)
    monkeypatch.setattr(trainer, "_ROUNDS_TO_KEEP", 1)
    played = play()
    played.wanted.busy = busy
    played.run(1, 2, 3)
    monkeypatch.setattr(trainer, "pool_features", None)  # they are not built again
    features, _ = Trainer(played.reader, played.wanted, io.BytesIO())._catch_up()
    assert (features.X != played.trainer._features.X).nnz == 0
    assert features.names == played.trainer._features.names
