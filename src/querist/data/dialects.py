"""JSON that labelling programs write: Prodigy's tasks, Label Studio's, and Querist's own exports, as plain rows.

Which row it is, what was shown and which label it has become columns; what only the program needs is left out.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from querist.data.label_cells import label_in
from querist.data.own_columns import ID, querist_names

Row = dict[str, Any]

_ANSWERS = ("accept", "reject", "ignore")
_PRODIGY = frozenset({"options", "accept", "answer", "tokens", "config", "style", "time", "priority", "score"})
# What tells a task of Label Studio from rows that happen to have a column "data".
_LABEL_STUDIO = frozenset(
    {"annotations", "completions", "predictions", "id", "meta", "created_at", "project", "file_upload"}
)
# Labels by the model are no answers of people.
BY_MODEL = "model"


@dataclass(frozen=True)
class Recognised:
    """Rows, the column that holds their labels (None: no row has one), and in words what was recognised."""

    rows: list[Row]
    label: str | None
    notes: tuple[str, ...]


def recognised(rows: list[Row]) -> Recognised | None:
    """Return the rows of a file that another labelling program, or Querist itself, has written; None of any other."""
    for is_one, read in ((_is_own, _own), (_is_label_studio, _of_label_studio), (_is_prodigy, _of_prodigy)):
        if rows and all(map(is_one, rows)):
            return read(rows)
    return None


def accepted_option(task: Row) -> tuple[Any, str]:
    """Return the option that a task of Prodigy accepts, or its label; or why it names no class."""
    accept, answer = task.get("accept"), task.get("answer")
    if answer == "ignore":
        return None, ""
    if answer == "reject":
        return None, "its answer is 'reject', which names no class"
    if isinstance(accept, list) and len(accept) > 1:
        return None, f"it accepts {len(accept)} options; a row has one class here"
    if isinstance(accept, list) and accept:
        return accept[0], ""
    label = task.get("label")
    if label is None and answer == "accept":
        return None, "its answer is 'accept', but no option or label is named"
    return label_in(label)


def chosen_option(result: Iterable[Row]) -> tuple[Any, str]:
    """Return the one choice of an annotation of Label Studio; or why there is not one."""
    chosen = [choice for part in result if part.get("type") == "choices" for choice in part["value"]["choices"]]
    if len(chosen) == 1:
        return chosen[0], ""
    return None, f"its annotation has {len(chosen)} choices; a row has one class here"


def _is_prodigy(row: Row) -> bool:
    hashed = "_input_hash" in row or "_task_hash" in row
    answered = row.get("answer") in _ANSWERS and ("meta" in row or "accept" in row or "label" in row)
    return hashed or answered or (isinstance(row.get("accept"), list) and isinstance(row.get("options"), list))


def _is_own(row: Row) -> bool:
    return isinstance(_kept(row), dict) and (isinstance(row.get("data"), dict) or isinstance(row.get("meta"), dict))


def _kept(row: Row) -> Any:
    """Return what Querist has written for itself beside a row of its exports."""
    meta = row.get("meta")
    return row.get("querist", meta.get("querist") if isinstance(meta, dict) else None)


def _is_label_studio(row: Row) -> bool:
    known = row.keys() & _LABEL_STUDIO
    return isinstance(row.get("data"), dict) and (bool(known) or row.keys() == {"data"})


def _of_prodigy(rows: list[Row]) -> Recognised:
    left_out = sorted({key for row in rows for key in row if key.startswith("_") or key in _PRODIGY})
    shown = [{key: value for key, value in row.items() if key not in left_out and key != "label"} for row in rows]
    answered = [accepted_option(row) for row in rows]
    notes = ["written by Prodigy: an accepted option, or the label of an accepted task, is the row's label"]
    notes += [f"Prodigy's own fields are left out: {', '.join(left_out)}"] if left_out else []
    return _labelled(shown, [label for label, _ in answered], notes, [problem for _, problem in answered])


def _of_label_studio(rows: list[Row]) -> Recognised:
    answers = [_annotated(row) for row in rows]
    shown = []
    for row in rows:
        own = {"id": row["id"]} if "id" in row and "id" not in row["data"] else {}
        shown.append(own | row["data"])
    notes = ["written by Label Studio: the data of each task, and the choice of most of its annotations as label"]
    n_guessed = sum(bool(row.get("predictions")) for row in rows)
    notes += [f"predictions of {n_guessed} tasks are left out: they are not people's answers"] if n_guessed else []
    return _labelled(shown, [label for label, _ in answers], notes, [problem for _, problem in answers])


def _annotated(task: Row) -> tuple[Any, str]:
    """Return the choice of most people, the earliest among equals; and what is wrong with the annotations."""
    votes: Counter[Any] = Counter()
    problem = ""
    for annotation in task.get("annotations") or task.get("completions") or []:
        if not isinstance(annotation, dict) or annotation.get("was_cancelled") is True:
            continue
        try:
            label, why = chosen_option(annotation.get("result") or [])
        except (AttributeError, KeyError, TypeError):
            label, why = None, "its annotation is not written as Label Studio does"
        problem = problem or why
        if label is not None and not isinstance(label, list | dict):
            votes[label] += 1
    return (votes.most_common(1)[0][0], "") if votes else (None, problem)


def _own(rows: list[Row]) -> Recognised:
    read: Callable[[Row], Row] = _own_task if "querist" in rows[0] else _own_data
    shown = [read(row) for row in rows]
    labels = [_own_label(row) for row in rows]
    by_model = sum(_kept(row).get("status") == BY_MODEL for row in rows)
    notes = ["written by Querist: your columns and the labels; everything else it records about a row is left out"]
    notes += [told_by_model(by_model)] if by_model else []
    return _labelled(shown, labels, notes, [])


def told_by_model(n_rows: int) -> str:
    """Return the note on rows that the model has labelled."""
    return f"labels of {n_rows} rows were given by the model, under a promise: left out, since no person has given them"


def _own_task(row: Row) -> Row:
    """Return the user's columns from a task in Prodigy's form; the text or image is one, or stands among the others."""
    kept, meta = row["querist"], dict(row["meta"])
    if meta and str(next(reversed(meta.values()))) == str(kept.get("id")):
        meta.popitem()  # the id of the row stands behind the user's columns
    shown = kept.get("shown")
    value = row.get("text", row.get("image"))
    return meta if shown is None else {shown: value} | meta


def _own_data(row: Row) -> Row:
    data = dict(row["data"])
    data.pop(max((name for name in data if name.endswith(ID)), key=len, default=""), None)
    return data


def _own_label(row: Row) -> Any:
    kept = _kept(row)
    if kept.get("status") == BY_MODEL:
        return None
    if "querist" in row:
        return row.get("label")
    return kept["label"] if "label" in kept else _annotated(row)[0]


def _labelled(shown: list[Row], labels: list[Any], notes: list[str], problems: list[str]) -> Recognised:
    """Put labels behind the columns, under a name that no column has."""
    told = Counter(problem for problem in problems if problem)
    notes = [*notes, *(f"{count} tasks have no label: {problem}" for problem, count in told.most_common(3))]
    if all(label is None for label in labels):
        return Recognised(shown, None, tuple(notes))
    name = querist_names({column for row in shown for column in row})["label"]
    rows = [row | {name: label} for row, label in zip(shown, labels, strict=True)]
    return Recognised(rows, name, tuple(notes))
