"""Events as a file holds them, one JSON object each, and back."""

import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from querist._labels import stored_labels
from querist._typing import AnyArray
from querist.exceptions import SessionFileError
from querist.session.events import KINDS, Event, LabelledRows, field_names

_OTHER_FILE = "Go back to a copy of the file, or read it with the version of Querist that wrote it."
# Fewer bytes are read faster.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

# What fields of these names hold, in whichever kind: arrays of numbers, which are made for all events together ...
_NUMBERS = {"rows": np.int64, "utilities": np.float64, "probabilities": np.float64, "weights": np.float64}
# ... and what is made of each by itself.
_OTHERS: dict[str, Callable[[Any], Any]] = {"predictions": tuple, "classes": tuple}


def as_lines(events: Iterable[Event]) -> bytes:
    """Return events as JSON lines, without the fields that are as the kind has them unless told otherwise.

    What a kind has unless told otherwise is part of the format, and never changes.
    """
    return "".join(f"{_encode(_told(event))}\n" for event in events).encode()


def read_events(told: Sequence[Mapping[str, Any]]) -> list[Event]:
    """Return the events that `to_dict` or `as_lines` wrote.

    Raises
    ------
    SessionFileError
        If a kind is not known, a field is missing, not known or of the wrong type; names the first such event.

    Notes
    -----
    5 microseconds an event: the numbers of all events are parts of a few arrays, and equal single labels one array.
    """
    try:
        return _read(told)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        return [_read_one(values) for values in told]


class _Shape(NamedTuple):
    """Objects of one kind that tell the same fields, and what is made of them."""

    kind: type[Event]
    untold: dict[str, Any]
    told: list[str]
    # What the events hold, to be completed.
    contents: list[dict[str, Any]]


@functools.cache
def _defaults(kind: str) -> dict[str, Any]:
    """Return the fields that need not be told, and what they hold then."""
    found = {}
    for item in fields(KINDS[kind]):
        if item.default is not MISSING:
            found[item.name] = item.default
        elif item.default_factory is not MISSING:
            found[item.name] = item.default_factory()
    return found


@functools.cache
def _untold(kind: str) -> dict[str, Any]:
    """Return the same as JSON takes it."""
    return {name: list(value) if isinstance(value, tuple | np.ndarray) else value
            for name, value in _defaults(kind).items()}  # fmt: skip


def _told(event: Event) -> dict[str, Any]:
    values = event.to_dict()
    for name, value in _untold(event.kind).items():
        if name in values and values[name] == value:
            del values[name]
    return values


def _read_one(values: Mapping[str, Any]) -> Event:
    kind = values.get("kind") if isinstance(values, Mapping) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise SessionFileError(f"The log holds an event of unknown kind {kind!r}. {_OTHER_FILE}")
    try:
        return _read([values])[0]
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise SessionFileError(
            f"The log's {kind} event number {values.get('number')} is damaged: {error}. {_OTHER_FILE}"
        ) from error


def _read(told: Sequence[Mapping[str, Any]]) -> list[Event]:
    shapes: dict[tuple[str, ...], _Shape] = {}
    events = []
    for values in told:
        names = (values["kind"], *values)
        shape = shapes.get(names)
        if shape is None:
            shape = shapes[names] = _shape(*names)
        # As the class would make it, which sets the fields of what is frozen one by one.
        event = object.__new__(shape.kind)
        content = event.__dict__
        content.update(shape.untold)
        content.update(values)
        del content["kind"]
        shape.contents.append(content)
        events.append(event)
    known: dict[tuple[type, Any], AnyArray] = {}
    for shape in shapes.values():
        if issubclass(shape.kind, LabelledRows):
            for content in shape.contents:
                content["labels"] = _labels(content, known)
        for name in shape.told:
            if name in _NUMBERS:
                _make_numbers(name, shape)
            elif name in _OTHERS:
                for content in shape.contents:
                    content[name] = _OTHERS[name](content[name])
    return events


def _shape(kind: str, *names: str) -> _Shape:
    cls = KINDS[kind]
    told = [name for name in names if name != "kind"]
    all_names, free = field_names(kind), _defaults(kind)
    if lacking := set(all_names).difference(free, told):
        raise KeyError(min(lacking))
    if strange := set(told).difference(all_names):
        raise TypeError(f"{min(strange)!r} is not known")
    return _Shape(cls, {name: value for name, value in free.items() if name not in told}, told, [])


def _make_numbers(name: str, shape: _Shape) -> None:
    """Give each event its array of numbers; all are parts of one."""
    contents = shape.contents
    if _defaults(shape.kind.kind).get(name, MISSING) is None:  # it may be told that there is none
        contents = [content for content in contents if content[name] is not None]
    sizes = np.fromiter((len(content[name]) for content in contents), np.int64, len(contents))
    whole = np.array(list(chain.from_iterable([content[name] for content in contents])), _NUMBERS[name])
    if whole.ndim != 1:
        raise TypeError(f"{name} is no list of numbers")
    alike = bool(sizes.size) and bool((sizes == sizes[0]).all())
    parts = whole.reshape(sizes.size, sizes[0]) if alike else np.split(whole, sizes.cumsum()[:-1])
    for content, part in zip(contents, parts, strict=False):  # of no events one part is made
        content[name] = part


def _labels(content: Mapping[str, Any], known: dict[tuple[type, Any], AnyArray]) -> AnyArray:
    """Return the labels of an event; those of equal single ones are the same array."""
    values, n_rows = content["labels"], len(content["rows"])
    if len(values) != n_rows:
        raise TypeError(f"{n_rows} rows and {len(values)} labels")
    weights = content["weights"]
    if weights is not None and len(weights) != n_rows:
        raise TypeError(f"{n_rows} labels and {len(weights)} weights")
    if n_rows != 1:
        return stored_labels(values)
    key = (type(values[0]), values[0])
    if key not in known:
        known[key] = stored_labels(values)
        known[key].flags.writeable = False
    return known[key]
