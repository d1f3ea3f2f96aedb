"""Tasks as Label Studio imports and exports them."""

import uuid
from collections.abc import Iterable
from typing import Any, BinaryIO

from querist.data.own_columns import querist_names
from querist.labelling.export.json_lines import json_bytes
from querist.labelling.export.layout import Layout, utc
from querist.labelling.export.records import Record

# Names of the tags in the labelling configuration; docs/export.md shows one that fits.
FROM_NAME = "label"
_SPACE = uuid.UUID("6f1d9e0a-2c2b-4c39-9a2e-7d2f0a4f5b11")


def write_label_studio(records: Iterable[Record], target: BinaryIO, layout: Layout) -> tuple[str, ...]:
    """Write a list of tasks; each person's answer is an annotation, a skip a cancelled one."""
    separator = b"[\n"
    for record in records:
        target.write(separator + json_bytes(_task(record, layout)))
        separator = b",\n"
    target.write(b"[]\n" if separator == b"[\n" else b"\n]\n")
    return ()


def _task(record: Record, layout: Layout) -> dict[str, Any]:
    kept = ("label", "status", "how", "first_label", "flagged", "note", "copy_of")
    task: dict[str, Any] = {
        "id": record.row + 1,
        "data": {name: record.columns.get(name) for name in layout.columns}
        | {querist_names(layout.columns)["id"]: record.item_id},
        "annotations": _annotations(record, layout),
        "meta": {"querist": {key: layout.fields[key](record) for key in kept}},
    }
    if record.status == "model" and record.label is not None:
        # No person has said so: Label Studio, too, shows it as a prediction.
        promised = {"model_version": f"{layout.project_name}, labelled by the model", "score": record.confidence}
        task["predictions"] = [promised | {"result": _result(record.label, f"{record.row}-model", layout)}]
    elif layout.predictions and record.prediction is not None:
        guess = {"model_version": layout.project_name, "score": record.confidence}
        task["predictions"] = [guess | {"result": _result(record.prediction, f"{record.row}-guess", layout)}]
    return task


def _annotations(record: Record, layout: Layout) -> list[dict[str, Any]]:
    if record.status == "skipped":
        skip = {"annotator": record.annotator, "at": record.answered_at, "seconds": record.seconds}
        return [_annotation(record, 0, skip, [], layout) | {"was_cancelled": True}]
    return [
        _annotation(record, place, answer, _result(answer["label"], f"{record.row}-{place}", layout), layout)
        for place, answer in enumerate(record.answers)
    ]


def _annotation(
    record: Record, place: int, answer: dict[str, Any], result: list[dict[str, Any]], layout: Layout
) -> dict[str, Any]:
    return {
        "unique_id": str(uuid.uuid5(_SPACE, f"{layout.project_name}/{record.item_id}/{place}")),
        "result": result,
        "was_cancelled": False,
        "ground_truth": False,
        # Label Studio refuses the whole file for a person that it does not know; null is whoever imports it.
        "completed_by": None,
        "created_username": answer["annotator"],
        "created_at": utc(answer["at"]),
        "lead_time": answer["seconds"],
    }


def _result(label: str | float, number: str, layout: Layout) -> list[dict[str, Any]]:
    to_name = "text" if layout.image_column is None else "image"
    choice = {"id": f"querist-{number}", "from_name": FROM_NAME, "to_name": to_name, "type": "choices"}
    return [choice | {"value": {"choices": [label]}}]
