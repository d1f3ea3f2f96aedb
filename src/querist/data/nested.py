"""Cells that hold more than one value: objects become columns of their own, lists JSON texts, chats readable texts.

A column that nobody needs never stops a file. What was done is told.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from querist._words import quoted
from querist.data.label_cells import label_in
from querist.data.typed_cells import without_half_letters

Columns = dict[str, list[Any]]

# Objects in objects are followed so deep; what lies deeper is JSON text.
_DEPTH = 4
# An object's fields become columns as long as so many of their cells hold something: ids for keys would make thousands.
_FILLED = 0.25
_ALWAYS = 3
# How chats are written: who speaks, and what.
_SPOKEN = (("role", "content"), ("from", "value"))
# Where labels stand that are lists of one.
_LABELS = frozenset({"label", "labels", "cats", "category", "categories", "class", "tag"})
# Fields of objects that are labels; what else an object has would be lost.
_LABEL_FIELDS = frozenset({"choices", "value", "label", "score", "confidence", "type"})
_LISTED = 6


def flattened(columns: Columns) -> tuple[Columns, list[str]]:
    """Return columns of single values, and notes on what was done to others.

    Parameters
    ----------
    columns : dict of str to list
        Cells may be lists, objects (mappings) and arrays.

    Returns
    -------
    columns : dict of str to list
        The fields of an object stand in the place of its column, as ``column.field``.
    notes : list of str
    """
    told: dict[str, list[str]] = {}
    flat: Columns = {}
    taken = set(columns)
    for name, cells in columns.items():
        for part, values in _parts(name, cells, taken, told, _DEPTH):
            flat[part] = values
    return flat, [how.format(_named(names)) for how, names in told.items()]


def as_json(value: Any) -> str:
    """Return a value of several as JSON text, dates and the like as words.

    Examples
    --------
    >>> as_json([1, "é", {"a": None}])
    '[1, "é", {"a": null}]'
    """
    return json.dumps(_plain(value), ensure_ascii=False, default=str)


def is_nested(value: Any) -> bool:
    """Whether a cell holds several values."""
    return isinstance(value, list | tuple | dict | set | frozenset | Mapping) or (
        hasattr(value, "__array__") and getattr(value, "ndim", 0) > 0
    )


def _parts(
    name: str, cells: list[Any], taken: set[str], told: dict[str, list[str]], depth: int
) -> Iterable[tuple[str, list[Any]]]:
    if not any(map(is_nested, cells)):
        return [(name, cells)]
    cells = [_plain(cell) if is_nested(cell) else cell for cell in cells]
    known = [cell for cell in cells if cell is not None]

    def tell(how: str) -> None:
        told.setdefault(how, []).append(name)

    if name.lower() in _LABELS and all(map(_is_label, known)):
        tell("{}: lists of at most one label, as doccano writes them, or objects with one; the label is taken out")
        return [(name, [label_in(cell, written=False)[0] for cell in cells])]
    if all(map(_is_chat, known)):
        tell("{}: chats, read as texts with a paragraph for each message")
        return [(name, [None if cell is None else _spoken(cell) for cell in cells])]
    if all(isinstance(cell, dict) for cell in known):
        fields = list(dict.fromkeys(field for cell in known for field in cell))
        inner = {f"{name}.{without_half_letters(field)}": field for field in fields}
        n_held = sum(len(cell) for cell in known)
        dense = len(fields) <= _ALWAYS or n_held >= _FILLED * len(fields) * len(cells)
        if depth and dense and len(inner) == len(fields) and not taken & inner.keys():
            taken |= inner.keys()
            if depth == _DEPTH:
                tell("{}: objects, each field is a column of its own (column.field)")
            return [
                part
                for own, field in inner.items()
                for part in _parts(
                    own, [None if cell is None else cell.get(field) for cell in cells], taken, told, depth - 1
                )
            ]
    tell("{}: lists or objects, kept as JSON texts")
    return [(name, [as_json(cell) if is_nested(cell) else cell for cell in cells])]


def _is_label(cell: Any) -> bool:
    """Whether a cell holds one label or none, and nothing that would be lost with its list or object."""
    if not is_nested(cell):
        return True
    if isinstance(cell, dict):
        return bool(cell) and cell.keys() <= _LABEL_FIELDS and not label_in(cell, written=False)[1]
    return isinstance(cell, list) and not label_in(cell, written=False)[1] and not any(map(is_nested, cell))


def _is_chat(cell: Any) -> bool:
    return isinstance(cell, list) and bool(cell) and all(_speaker(message) for message in cell)


def _speaker(message: Any) -> tuple[str, str] | None:
    if not isinstance(message, dict):
        return None
    return next((keys for keys in _SPOKEN if all(key in message for key in keys)), None)


def _spoken(chat: Sequence[dict[str, Any]]) -> str:
    paragraphs = []
    for message in chat:
        who, what = _speaker(message) or _SPOKEN[0]
        paragraphs.append(f"{message[who]}: {_said(message[what])}")
    return "\n\n".join(paragraphs)


def _said(content: Any) -> str:
    """Return what a message says; one of several parts says its texts."""
    if isinstance(content, list):
        texts: list[Any] = [part.get("text") if isinstance(part, dict) else part for part in content]
        if all(isinstance(text, str) for text in texts):
            return "\n".join(texts)
    return "" if content is None else content if isinstance(content, str) else as_json(content)


def _plain(value: Any) -> Any:
    """Return lists and dicts instead of what other libraries have for them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted(map(_plain, value), key=str)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    convert: Callable[[], Any] | None = getattr(value, "tolist", None)
    return value if convert is None else _plain(convert()) if is_nested(value) else convert()


def _named(names: Sequence[str]) -> str:
    return f"column{'s' * (len(names) > 1)} {quoted(names, _LISTED)}"
