"""A project with labels, what its trainer says of every row, and what its exported model says."""

import csv
import io
import runpy
import sys
import uuid
import zipfile

import numpy as np
import pytest

from querist.labelling.intake.create import import_rows
from querist.labelling.intake.guess import guess_plan
from querist.labelling.log.ranking import Ranking
from querist.labelling.model_export.write import export_model
from querist.labelling.trainer.frames import read_frame
from querist.labelling.trainer.trainer import Trainer
from querist.store.rows import EventRow
from querist.store.store import Store


def labelled_project(path, labels, *, n_labels, seed=3, settings=None, judged=True, **options):
    """Make a project of a file and label the first rows of the audit's order; `judged`: the page has shown a figure."""
    location = path.parent / f"{path.name}.querist"
    plan = guess_plan(path, labels=sorted(set(labels)), **options)
    import_rows(plan, location, seed=seed)
    with Store.open(location) as store:
        if settings:
            with store.writing() as tx:
                tx.set_info(settings=store.info.settings | settings)
        ids = {name: number for number, name in class_names(store).items()}
        rows = np.argsort(store.audit_numbers())[:n_labels].tolist()
        with store.writing() as tx:
            tx.append([answer(row, ids[labels[row]]) for row in rows])
    if judged:
        figure_of(location)
    return location


def figure_of(location, text="model accuracy: 50.0% as the page said."):
    """Write down a figure of the present model, as the page's trainer tells it; then none is computed for an export."""
    estimate = {
        "quantity": "model accuracy", "value": 0.5, "low": 0.4, "high": 0.6, "n": 30, "method": "m",
        "confidence": 0.95, "note": "", "text": text,
    }  # fmt: skip
    with Store.open(location) as store:
        seq = max(event.seq for event in store.events())
        shown = {"seq": seq, "n_labels": 0, "n_audited": 30, "n_skipped": 0, "accuracy": estimate}
        shown |= {"running": estimate | {"text": "running accuracy: 12.0%."}, "advice": {}}
        with store.writing() as tx:
            tx.append([EventRow(None, str(uuid.uuid4()), "measured", 1e9, None, None, shown)])


def answer(row, class_id):
    data = {"class_id": class_id, "how": "audit", "class_version": 1, "blind": True}
    return EventRow(None, str(uuid.uuid4()), "answered", 0.0, None, row, data)


class Once:
    """One wish."""

    class Over(BaseException):
        pass

    def __init__(self, seq):
        self._seqs = [seq]

    def wait(self):
        if not self._seqs:
            raise self.Over
        return self._seqs.pop()

    def waiting(self):
        return True  # what comes after the ranking is not asked for here


def trainer_says(location):
    """Return the number of each row's class, and its probability, as the page's trainer sends them."""
    out = io.BytesIO()
    with Store.open(location, read_only=True) as store:
        seq = max(event.seq for event in store.events())
        with pytest.raises(Once.Over):
            Trainer(store, Once(seq), out).run()
    out.seek(0)
    while (frame := read_frame(out)) is not None:
        header, blob = frame
        assert header["type"] != "failed", header
        if header["type"] == "ranking":
            ranking = Ranking.from_bytes(blob)
            return ranking.prediction, ranking.confidence
    raise AssertionError("no ranking")


def exported(location):
    """Export the model; return the folder with the unpacked zip."""
    folder = location.parent / "model"
    with (location.parent / "model.zip").open("wb") as target:
        export_model(location, target)
    with zipfile.ZipFile(location.parent / "model.zip") as archive:
        archive.extractall(folder)
    return folder


def run_script(folder, monkeypatch, *arguments):
    """Run the zip's own script in this process; return its exit status and the rows it wrote."""
    out = folder / "said.csv"
    monkeypatch.setattr(sys, "argv", ["use_model.py", *map(str, arguments), "--out", str(out)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(folder / "use_model.py"), run_name="__main__")
    return ended.value.code, rows_of(out) if ended.value.code == 0 else []


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def assert_says_the_same(location, monkeypatch, *arguments):
    """The script, run over the file that was labelled, says what the trainer says, and keeps the columns."""
    prediction, confidence = trainer_says(location)
    with Store.open(location, read_only=True) as store:
        name_of = class_names(store)
    code, rows = run_script(exported(location), monkeypatch, *arguments)
    assert code == 0
    assert [row["prediction"] for row in rows] == [name_of[number] for number in prediction.tolist()]
    np.testing.assert_allclose([float(row["confidence"]) for row in rows], confidence, atol=1e-6, rtol=0)
    return rows


def class_names(store):
    classes = next(event.data["classes"] for event in store.events() if event.kind == "classes")
    return {each["id"]: each["name"] for each in classes}
