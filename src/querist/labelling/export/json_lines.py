"""JSON Lines that Prodigy takes as its own, and that lose nothing."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from querist.data.cell_texts import as_text
from querist.data.own_columns import querist_names
from querist.labelling.export.layout import Layout, shown_text
from querist.labelling.export.records import Record

_ANSWERS = {"labelled": "accept", "skipped": "ignore"}


def write_json_lines(records: Iterable[Record], target: BinaryIO, layout: Layout) -> tuple[str, ...]:
    """Write one task of Prodigy's choice interface a line; rows nobody has seen have no ``answer``."""
    options = [{"id": name, "text": name} for name in layout.classes]
    for record in records:
        target.write(json_bytes(_task(record, layout, options)) + b"\n")
    return ()


def json_bytes(value: Any) -> bytes:
    r"""Return JSON in readable UTF-8; halves of characters, which UTF-8 cannot write, as ``\ud800``.

    Examples
    --------
    >>> json_bytes("é").decode(), json_bytes("\ud800").decode()
    ('"é"', '"\\ud800"')
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False).encode()


def _task(record: Record, layout: Layout, options: list[dict[str, str]]) -> dict[str, Any]:
    task, meta = _shown(record, layout)
    meta["id" if "id" not in layout.columns else querist_names(layout.columns)["id"]] = record.item_id
    # Prodigy has no interface for numbers: there the label stands alone.
    accept = [] if record.label is None or layout.numbers else [record.label]
    task |= {"meta": meta, "options": options, "accept": accept}
    if record.status in _ANSWERS:
        task["answer"] = _ANSWERS[record.status]
    shown = json.dumps({name: task[name] for name in ("text", "image") if name in task})
    task |= {
        "_input_hash": _hash(shown),
        "_task_hash": _hash(shown + json.dumps(options)),
        "_view_id": "choice",
        "label": record.label,
    }
    if record.status in _ANSWERS:
        task["_annotator_id"] = task["_session_id"] = record.annotator or "import"
        if record.answered_at is not None:
            task["_timestamp"] = int(record.answered_at)
    fields = {key: get(record) for key, get in layout.fields.items() if key != "label"}
    # Which column the text or image is; None where it stands among the others.
    column = layout.shown_column if layout.shown_column not in meta else None
    answers = {"answers": list(record.answers), "comments": list(record.comments), "shown": column}
    return task | {"querist": {"project": layout.project_name} | fields | answers}


def _shown(record: Record, layout: Layout) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the text or image, and the other columns."""
    column = layout.shown_column
    value = None if column is None else record.columns.get(column)
    key = "text" if layout.image_column is None else "image"
    if isinstance(value, str):
        return {key: value}, {name: record.columns.get(name) for name in layout.columns if name != column}
    everything = {name: record.columns.get(name) for name in layout.columns}
    return {key: shown_text(everything, layout.text_columns) if column is None else as_text(value)}, everything


def _hash(text: str) -> int:
    """A stable whole number of 32 bits; not the one that Prodigy would compute, which does not matter to it."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), signed=True)
