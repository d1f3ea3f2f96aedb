"""Labels as Prodigy and Label Studio write them, task by task."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from querist.data.dialects import accepted_option, chosen_option
from querist.labelling.log.classes import class_name_of


@dataclass(frozen=True)
class LabelRow:
    """What a file says of one row: `problem` is why it says nothing that can be used.

    `cells` are the user's columns as far as they are there, `numbers` those that hold numbers in another spelling
    (decimal commas); `shown` is a text or image whose column is not named.
    """

    where: str
    own_id: str | None = None
    cells: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, Any] = field(default_factory=dict)
    shown: str | None = None
    label: str | None = None
    skipped: bool = False
    annotator: str | None = None
    at: float | None = None
    flagged: bool = False
    note: str = ""
    problem: str = ""
    # The model has labelled it, and Querist has written that down.
    by_model: bool = False


def understood(where: str, read: Callable[..., Iterator[LabelRow]], *task: Any) -> list[LabelRow]:
    """Return what a task says; one of another shape than its program writes is a problem, not the end."""
    try:
        return list(read(where, *task))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return [LabelRow(where, problem=f"it is not written in the way of Prodigy or Label Studio ({error!r})")]


def prodigy(where: str, task: dict[str, Any]) -> Iterator[LabelRow]:
    """Yield what a task of Prodigy says: an accepted option of a choice, or the label of a yes-or-no question."""
    own: Any = task.get("querist")
    own = own if isinstance(own, dict) else {}
    given: Any = task.get("meta")
    shown = words(task.get("text", task.get("image")))
    meta: dict[str, Any] = given if isinstance(given, dict) else {}
    # In Querist's own files every column stands in `meta`, or is named by `shown`.
    cells = dict(meta) if own else task | meta
    if own.get("shown") and shown is not None:
        cells[own["shown"]] = shown
    base = LabelRow(
        where,
        own_id=identity(own.get("id")),
        cells=cells,
        shown=shown,
        flagged=own.get("flagged") is True or task.get("flagged") is True,
        note=words(own.get("note")) or "",
        by_model=own.get("status") == "model",
    )
    answers = own.get("answers")
    if isinstance(answers, list) and answers:
        for answer in answers:
            person, at = words(answer.get("annotator")), seconds_of(answer.get("at"))
            yield replace(base, label=class_name_of(answer.get("label")), annotator=person, at=at)
        return
    label, problem = accepted_option(task)
    yield replace(
        base,
        label=class_name_of(label),
        problem=problem,
        skipped=task.get("answer") == "ignore",
        annotator=words(own.get("annotator") if own else task.get("_annotator_id")),
        at=seconds_of(task.get("_timestamp")),
    )


def label_studio(where: str, task: dict[str, Any], id_name: str) -> Iterator[LabelRow]:
    """Yield what a task of Label Studio says, one row an annotation."""
    data: dict[str, Any] = task["data"]
    kept: Any = (task.get("meta") or {}).get("querist") or {}
    base = LabelRow(
        where,
        own_id=identity(data.get(id_name)),
        cells=data,
        shown=words(data.get("text", data.get("image"))),
        flagged=kept.get("flagged") is True,
        note=words(kept.get("note")) or "",
    )
    annotations = task.get("annotations") or task.get("completions") or []
    if not annotations:
        yield base
    for annotation in annotations:
        skipped = annotation.get("was_cancelled") is True
        label, problem = (None, "") if skipped else chosen_option(annotation.get("result") or [])
        person, at = _completed_by(annotation), seconds_of(annotation.get("created_at"))
        yield replace(base, label=class_name_of(label), problem=problem, skipped=skipped, annotator=person, at=at)


def _completed_by(annotation: dict[str, Any]) -> str | None:
    person = annotation.get("completed_by")
    if isinstance(person, dict):
        return words(person.get("email") or person.get("id"))
    name = annotation.get("created_username")
    return words(name) if name else (None if person is None else f"user {person}")


def identity(value: Any) -> str | None:
    """Spreadsheets turn whole numbers into floats."""
    if value is None or value == "":
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def words(value: Any) -> str | None:
    """Return a value as text; None stays None."""
    return None if value is None else str(value)


def seconds_of(value: Any) -> float | None:
    """Return seconds since 1970 of a number, an ISO 8601 text or a datetime; None where it is neither."""
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime.datetime):
        return None
    return (value if value.tzinfo else value.replace(tzinfo=datetime.UTC)).timestamp()
