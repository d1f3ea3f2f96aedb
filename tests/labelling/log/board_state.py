"""What a log replays to, as JSON: all that a `Board` answers. Written against the words that every version has."""

import dataclasses
from typing import Any

_ACT = (
    "number", "uuid", "kind", "row", "annotator", "at", "class_id", "seconds", "how", "strategy", "ranking", "guess",
    "confidence", "guess_labels", "blind", "note", "undone",
)  # fmt: skip
_PROMISE = (
    "id", "kind", "target", "confidence", "level", "attempt", "at", "seq", "ranking", "n_labels", "n_remaining",
    "power", "regions", "draws", "predictions", "inside", "packed", "cancelled", "applied", "n_applied",
)  # fmt: skip


def _as_then(measured: Any) -> dict[str, Any]:
    """Return figures without what later versions tell beside them, where a log does not have it."""
    return {
        name: value
        for name, value in vars(measured).items()
        if value is not None or name not in ("largest", "headline")
    }


def state(board: Any) -> dict[str, Any]:
    """Return the whole state of a board."""
    rows = range(board.n_rows)
    labelled, labels = board.labelled_rows()
    return _plain(
        {
            "seq": board.seq,
            "n_events": board.n_events,
            "labels": board.labels.tolist(),
            "n_opinions": board.n_opinions.tolist(),
            "model_labels": board.model_labels.tolist(),
            "n_model_labels": board.n_model_labels,
            "status": [board.status(row) for row in rows],
            "classes": [each.to_dict() for each in board.classes],
            "class_version": board.class_version,
            "counts_for": {each.id: board.label_of(each.id) for each in board.classes},
            "settings": board.settings,
            "skipped": sorted(board.skipped),
            "flagged": sorted(board.flagged),
            "notes": board.notes,
            "opinions_wanted": board.opinions_wanted,
            "drawn": board.drawn,
            "measured": [_as_then(each) for each in board.measured],
            "counts": board.counts,
            "by_person": board.by_person,
            "acts": [[_named(act, _ACT) for act in board.acts_on(row)] for row in rows],
            "first_answers": [act and act.uuid for act in map(board.first_answer, rows)],
            "answers": [{who: act.uuid for who, act in board.answers(row).items()} for row in rows],
            "labelled_rows": [labelled.tolist(), labels.tolist()],
            "promises": [_named(each, _PROMISE) for each in board.promises.values()],
            "standings": [_standing(board, each) for each in board.promises.values()],
            "released": [[part.tolist() for part in each.released(each.n_applied)] for each in board.promises.values()],
        }
    )


def _standing(board: Any, made: Any) -> dict[str, Any]:
    """Return where a promise stands; what it takes to be told so moved, and how many draws are open where it ended."""
    where = board.standing(made.id)
    told = {name: getattr(where, name) for name in ("n_passed", "stage", "n_answered", "n_correct", "n_closed")}
    state = made.state(where) if hasattr(made, "state") else where.state
    return told | {"state": state, "open": where.open if state == "asking" else ()}


def _named(thing: Any, names: tuple[str, ...]) -> dict[str, Any]:
    # What is promised stood beside what became of it.
    return {name: getattr(thing if hasattr(thing, name) else thing.terms, name) for name in names}


def _plain(value: Any) -> Any:
    """Return a value as JSON gives it back."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if dataclasses.is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
