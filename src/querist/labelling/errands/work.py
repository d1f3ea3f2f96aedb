"""The errands: what each takes, does and tells."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from querist.labelling.label_files.match import LabelRead, LabelsRead


@dataclass(frozen=True)
class Rows:
    """Write the rows of a project, or its log, to the file `out` of a folder (`querist.labelling.reading.exports`)."""

    format: str
    rows: Literal["all", "labelled"] = "all"
    predictions: bool = False


@dataclass(frozen=True)
class Model:
    """Train a project's model on its present labels, and write it to the file `out` of a folder."""


@dataclass(frozen=True)
class Labels:
    """Read a file of labels, whose bytes go with the errand, and find the rows of its lines.

    Attributes
    ----------
    name : str
        Of the file; its ending says the format.
    label_column : str, default=None
        The column that holds the labels, where its name does not say so.
    """

    name: str
    label_column: str | None = None


Errand = Rows | Model | Labels
_KINDS: Mapping[str, type[Errand]] = {"rows": Rows, "model": Model, "labels": Labels}
OUT = "out"


def header_of(
    errand: Errand, location: str, *, folder: str | None = None, most_memory: int | None = None
) -> dict[str, Any]:
    """Return what a process is told that is to carry out an errand."""
    kind = next(name for name, each in _KINDS.items() if isinstance(errand, each))
    return {
        "errand": kind,
        "given": errand,
        "location": location,
        "folder": folder,
        "most_memory": most_memory,
    }


def carry_out(header: Mapping[str, Any], blob: bytes) -> tuple[dict[str, Any], bytes]:
    """Do what a header of `header_of` says; return what is told, and bytes that go with it.

    Raises
    ------
    QueristError
        What the errand raises.
    """
    errand, location = _KINDS[header["errand"]](**header["given"]), header["location"]
    match errand:
        case Rows():
            from querist.labelling.reading.exports import export
            from querist.labelling.reading.project_view import ProjectView

            with ProjectView.read(location) as view, (Path(header["folder"]) / OUT).open("xb") as target:
                export(view, errand.format, target, rows=errand.rows, predictions=errand.predictions)
        case Model():
            from querist.labelling.model_export.write import export_model

            with (Path(header["folder"]) / OUT).open("xb") as target:
                export_model(location, target)
        case Labels():
            return _labels(location, blob, errand)
    return {}, b""


def _labels(location: str, blob: bytes, errand: Labels) -> tuple[dict[str, Any], bytes]:
    from querist.labelling.label_files.match import read_labels_for
    from querist.labelling.reading.project_view import ProjectView
    from querist.labelling.reading.rows import Rows as RowsOf

    with ProjectView.read(location) as view:
        read = read_labels_for(RowsOf(view), blob, errand.name, label_column=errand.label_column)
    # A line each: who reads them can do something else between two.
    pairs = "\n".join(json.dumps(pair) for pair in read.pairs)
    return {"refused": read.refused, "without_label": read.without_label, "notes": read.notes}, pairs.encode()


def labels_of(told: Mapping[str, Any], blob: bytes) -> LabelsRead:
    """Return the labels that the errand `Labels` has told."""
    pairs = [LabelRead(*json.loads(line)) for line in blob.splitlines()]
    refused = [(where, message) for where, message in told["refused"]]
    return LabelsRead(pairs, refused, told["without_label"], told["notes"])
