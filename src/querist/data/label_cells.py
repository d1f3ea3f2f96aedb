"""Labels as programs write them in cells of several values: lists of one, objects with the label in a field."""

import ast
import json
from collections.abc import Mapping
from typing import Any

from querist._words import quoted

# Fields that hold the label of an object, the likeliest first; Label Studio has choices within values.
_FIELDS = ("choices", "value", "label", "name")
_OPENING, _CLOSING = "[{", "]}"
_LONGEST = 10_000
_SHOWN = 5


def label_in(cell: Any, *, written: bool = True) -> tuple[Any, str]:
    """Return the one label that a cell holds, None where it holds none; or why it does not say one.

    Parameters
    ----------
    cell : JSON value
        A list of one element is that, an empty one is no label; an object is what its field ``choices``, ``value``,
        ``label`` or ``name`` holds.
    written : bool, default=True
        Whether a text that is a list or an object, as JSON or Python writes it, is one.

    Returns
    -------
    label : JSON value
    problem : str
        Empty where there is none.

    Examples
    --------
    >>> label_in(["neg"]), label_in([]), label_in({"choices": ["pos"]}), label_in('["neg"]')
    (('neg', ''), (None, ''), ('pos', ''), ('neg', ''))
    >>> label_in(["a", "b"])
    (None, "it has 2 labels ('a', 'b'); a row has one class here: leave one")
    """
    if isinstance(cell, str):
        return label_in(read, written=False) if written and (read := _read(cell)) is not None else (cell, "")
    if isinstance(cell, list | tuple):
        if len(cell) > 1:
            return None, f"it has {len(cell)} labels ({quoted(cell, _SHOWN)}); a row has one class here: leave one"
        return label_in(cell[0], written=False) if cell else (None, "")
    if isinstance(cell, Mapping):
        field = next((name for name in _FIELDS if name in cell), None)
        if field is not None or not cell:
            return label_in(cell.get(field), written=False)
        told = quoted(cell, _SHOWN)
        return None, f"its label is an object with the fields {told}: write the name of the class, or a list of it"
    return cell, ""


def _read(text: str) -> Any:
    """Return the list or object that a text is; None of any other."""
    text = text.strip()
    if text[:1] not in _OPENING or text[-1:] not in _CLOSING or not text or len(text) > _LONGEST:
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
        return found if isinstance(found, list | tuple | dict) else None
    return None
