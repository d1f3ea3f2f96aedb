"""Whether values are of the types that a dataclass names: what stands in a file may be anything."""

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Fits = Callable[[Any], bool]

# SQLite, PostgreSQL and numpy count no further.
_LARGEST = 2**63


def misfits(kind: Any, values: Mapping[str, Any]) -> list[str]:
    """Return the names of those values that are not of their field's type; names that are no fields are passed over.

    Numbers must be finite and within 64 bits. A tuple may be a list, as JSON has it.
    """
    fit = checks(kind)
    return [name for name, value in values.items() if name in fit and not fit[name](value)]


@cache
def checks(kind: Any) -> dict[str, Fits]:
    """Return for each field of a dataclass whether a value is of its type."""
    hints = get_type_hints(kind)
    return {each.name: _fits(hints[each.name]) for each in fields(kind)}


def _fits(hint: Any) -> Fits:
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return lambda value: type(value) in (str, int) and value in inner
    if origin in (Union, types.UnionType):
        options = [_fits(each) for each in inner]
        return lambda value: any(fits(value) for fits in options)
    if origin in (tuple, list):
        element = _fits(inner[0])
        return lambda value: type(value) in (tuple, list) and all(map(element, value))
    if origin is dict:
        return lambda value: type(value) is dict
    own = origin or hint
    return lambda value: isinstance(value, own)


_PLAIN: dict[Any, Fits] = {
    Any: lambda value: True,
    int: lambda value: type(value) is int and -_LARGEST <= value < _LARGEST,
    float: lambda value: math.isfinite(value) if type(value) is float else type(value) is int and abs(value) < _LARGEST,
    str: lambda value: type(value) is str,
    bool: lambda value: type(value) is bool,
    type(None): lambda value: value is None,
}
