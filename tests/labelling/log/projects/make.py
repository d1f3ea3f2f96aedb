"""Made ``everything.*`` here, with the Querist of commit 40ecff0 and in its words: every kind of event that it wrote.

    cd CHECKOUT_OF_40ecff0 && python .../tests/labelling/log/projects/make.py

It is kept to tell what is in the project, and not to be run with another version: that people's projects of that time
still open and mean the same is what the files are there for. Each later version that adds to the log puts a project of
its own beside them.
"""

import gzip
import io
import json
import sys
import tempfile
import uuid
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from board_state import state

from querist.labelling import classes as class_lists
from querist.labelling.actions import Action
from querist.labelling.adding import add_file
from querist.labelling.explore import Filter
from querist.labelling.guessing import guess_plan
from querist.labelling.importing import import_rows
from querist.labelling.labels_in import LabelRead, LabelsRead
from querist.labelling.project import Project
from querist.labelling.ranking import Ranking
from querist.labelling.view import ProjectView

HERE = Path(__file__).parent
N_ROWS = 200


def truth(row):
    return row % 2


def table(first, n_rows, n_labelled):
    """Rows of a CSV file; the first of them have labels already."""
    lines = ["text,year,label"]
    for row in range(first, first + n_rows):
        label = ("good", "bad")[truth(row)] if row - first < n_labelled else ""
        lines.append(f"these are the words of text number {row},{2000 + row % 7},{label}")
    return "\n".join(lines) + "\n"


def teach(project, wrong=()):
    """Give the project a ranking, as the trainer would."""
    n_rows = project.board.n_rows
    prediction = np.array([truth(row) ^ (row in wrong) for row in range(n_rows)], np.int16)
    confidence = np.linspace(0.95, 0.8, n_rows).astype(np.float32)
    order = np.setdiff1d(np.arange(n_rows), np.flatnonzero(project.board.labels >= 0)).astype(np.int32)
    ranking = Ranking(order, prediction, confidence, np.linspace(1, 0, n_rows, dtype=np.float32))
    header = {"type": "ranking", "seq": project.board.seq, "n_labels": project.board.n_labelled, "strategy": "margin"}
    project._on_message(header, ranking.to_bytes())


def figures(project, value, at):
    """Tell figures, as the trainer would."""

    def estimate(quantity):
        return {
            "value": value, "low": value and value - 0.1, "high": value and value + 0.1, "n": 12, "quantity": quantity,
            "method": "a method", "confidence": 0.95, "note": "", "text": f"{quantity}: {value}",
        }  # fmt: skip

    advice = {"stop": False, "reason": "", "outlook": None, "labels_per_point": 100.0, "text": "Go on."}
    short = {
        "seq": project.board.seq, "n_labels": project.board.n_labelled, "n_audited": 12, "n_skipped": 1,
        "accuracy": estimate("model accuracy"), "running": estimate("running accuracy"), "advice": advice,
    }  # fmt: skip
    more = {"others": [], "classes": [], "calibration": None, "plan": None}
    project._on_message({"type": "figures", "at": at} | short | more, b"")


def sign_in(project, name, role):
    token, _ = project.invite(role=role).result()
    return project.person(project.join(token, name).result()).annotator_id


class Tab:
    """One tab of one person."""

    def __init__(self, project, who):
        self.project, self.who = project, who

    def send(self, kind, row=0, class_id=None, **more):
        """Send one action and return its uuid."""
        sent = Action(str(uuid.uuid4()), kind, row, class_id=class_id, **more)
        (result,) = self.project.submit(self.who, "tab", [sent], holding=[], want=0).result().results
        assert result.status == "saved", result
        return sent.uuid

    def next_row(self):
        (item,) = self.project.submit(self.who, "tab", [], holding=[], want=1).result().items
        return item["row"], item["guess"] is not None

    def answer(self, kind="answer", answer=truth, **more):
        """Take the next row and answer as a browser does."""
        row, shown = self.next_row()
        class_id = answer(row) if kind == "answer" else None
        now = self.project._clock()
        times = {"shown_at": now - 2.5, "answered_at": now - 0.5, "duration_ms": 2000.0}
        return row, self.send(kind, row, class_id, guess_shown=shown, class_version=1, **times, **more)


def keep_promise(project, tab):
    while project.board.pending is not None:
        tab.answer()


def label(project):
    """Do everything that can be done to a project."""
    ada = Tab(project, sign_in(project, "ada", "owner"))
    bob = Tab(project, sign_in(project, "bob", "annotator"))
    for _ in range(4):
        ada.answer()
    ada.answer("skip")
    figures(project, None, 2_000.0)
    teach(project, wrong=(3, 40, 41))
    answered = [ada.answer() for _ in range(20)]
    ada.answer("skip")
    ada.send("answer", answered[0][0], 1 - truth(answered[0][0]))  # changed
    ada.send("flag", answered[1][0], note="odd \ud800 one")
    ada.send("flag", answered[2][0])
    ada.send("unflag", answered[2][0])
    ada.send("note", answered[3][0], note="a note")
    ada.send("note", answered[4][0], note="")
    ada.send("undo", target=answered[5][1])
    ada.send("undo", target=ada.send("skip", answered[6][0]))
    ada.send("answer", 5, 1, duration_ms=None)  # found by a person
    figures(project, 0.8, 3_000.0)
    project.change_settings(ada.who, opinions=2, audit_share=0.4).result()
    bob.answer()
    bob.answer()
    project.change_settings(None, opinions=1, strategy="entropy").result()
    project.ask_again(ada.who, [answered[7][0], answered[8][0]]).result()
    bob.answer()
    project.change_classes(ada.who, lambda known: class_lists.add(known, "neither"), op="add").result()
    project.change_classes(ada.who, lambda known: class_lists.add(known, "mixed"), op="add").result()
    changes = {"name": "so-so", "key": "m", "description": "In between.", "examples": ["it was fine"]}
    project.change_classes(ada.who, lambda known: class_lists.change(known, 3, **changes), op="change").result()
    project.change_classes(ada.who, lambda known: class_lists.reorder(known, [3, 2, 1, 0]), op="reorder").result()
    group = str(uuid.uuid4())
    project.label_many(ada.who, group, Filter(search="number 1*", status="unlabelled"), 2).result()
    ada.send("undo", target=group)
    project.label_many(bob.who, str(uuid.uuid4()), [60, 61], 3).result()
    project.label_many(bob.who, str(uuid.uuid4()), [62], 2).result()
    project.label_many(bob.who, str(uuid.uuid4()), [63, 60], None).result()
    project.change_classes(ada.who, lambda known: class_lists.merge(known, 3, 1), op="merge").result()
    project.change_classes(ada.who, lambda known: class_lists.remove(known, 2), op="remove").result()
    pairs = [
        LabelRead(64, "good", "carl", 5.0, True, "seen", "labelled"),
        LabelRead(65, "new", None, None, False, "", "labelled"),
        LabelRead(66, None, None, None, False, "hard", "skipped"),
        LabelRead(67, None, None, None, True, "", "unlabelled"),
    ]
    project.import_labels(LabelsRead(pairs), source="more.csv").result()
    project.import_labels(LabelsRead(pairs[:1]), annotator=bob.who, source="again.csv").result()
    teach(project, wrong=(3,))
    project.begin_promise(ada.who, "certificate", 0.7).result()
    keep_promise(project, ada)
    teach(project)
    project.begin_promise(ada.who, "auto_label", 0.6, most_labels=20).result()
    keep_promise(project, bob)
    made = list(project.board.promises)
    project.apply_promise(ada.who, made[1]).result()
    project.undo_promise(ada.who, made[1]).result()
    project.apply_promise(ada.who, made[1]).result()
    project.change_settings(ada.who, labels_per_point=50.0).result()


def main():
    ticks = iter(range(10_000, 1_000_000))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "data.csv").write_text(table(0, N_ROWS, 6))
        import_rows(guess_plan(home / "data.csv"), home / "everything.querist", seed=7)
        (home / "more.csv").write_text(table(N_ROWS, 10, 2))
        add_file(home / "everything.querist", home / "more.csv")
        with Project.open(home / "everything.querist", train=False, clock=lambda: float(next(ticks))) as project:
            label(project)
            # A third attempt, which is given up.
            (home / "last.csv").write_text(table(N_ROWS + 10, 60, 0))
        add_file(home / "everything.querist", home / "last.csv")
        with Project.open(home / "everything.querist", train=False, clock=lambda: float(next(ticks))) as project:
            teach(project)
            project.begin_promise(1, "certificate", 0.6).result()
            project.cancel_promise(1, list(project.board.promises)[-1]).result()
            replayed = state(project.board)
        with ProjectView.read(home / "everything.querist") as view:
            assert state(view.board) == replayed
            records, log = io.BytesIO(), io.BytesIO()
            view.export("jsonl", records, predictions=True)
            view.export("log", log)
            told = {
                "board": replayed,
                "statement": view.statement(0.0),
                "records": [json.loads(line) for line in records.getvalue().splitlines()],
            }
        (HERE / "everything.querist.gz").write_bytes(
            gzip.compress((home / "everything.querist").read_bytes(), mtime=0)
        )
    (HERE / "everything.log.jsonl.gz").write_bytes(gzip.compress(log.getvalue(), mtime=0))
    (HERE / "everything.replays_to.json.gz").write_bytes(gzip.compress(json.dumps(told).encode(), mtime=0))
    print([(each["state"], each["n_passed"]) for each in replayed["standings"]], replayed["n_model_labels"])


if __name__ == "__main__":
    main()
