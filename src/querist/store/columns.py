"""How values that databases do not keep exactly are written: JSON, texts of users, texts to search."""

import json
import math
import re
from typing import Any

from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# Python allows half a surrogate pair in a text, no database does; PostgreSQL refuses NUL too.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


# Made once: a project of a million rows writes as many values.
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def storable(text: str) -> str:
    """Return `text` with U+FFFD for each character that a database refuses."""
    return _UNSTORABLE.sub("\ufffd", text)


def exact(text: str) -> str:
    """Return a text as it is, or as a JSON string where a database would refuse it (or could take it for one)."""
    return to_json(text) if text.startswith('"') or _UNSTORABLE.search(text) else text


def to_json(value: Any) -> str:
    """Write JSON that stays readable in the file; only what a database refuses is escaped."""
    text = _encoded(value)
    return text if text.isascii() else _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is too large a number")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)


class Json(TypeDecorator[Any]):
    """A JSON value as text.

    Not the databases' own JSON types: PostgreSQL's refuses NUL, and it sorts and merges keys.

    Parameters
    ----------
    shape : {dict, list}, default=dict
        What each value is.
    """

    impl = Text
    cache_ok = True

    def __init__(self, shape: type[dict[Any, Any]] | type[list[Any]] = dict) -> None:
        super().__init__()
        self.shape = shape

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write."""
        return None if value is None else to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read, or raise ValueError where another program wrote what Querist does not."""
        if value is None:
            return None
        try:
            read = _DECODER.decode(value)
        except RecursionError:
            raise ValueError("its JSON is nested too deeply") from None
        if type(read) is not self.shape:
            raise ValueError(f"its JSON is no {self.shape.__name__}")
        return read


class ExactText(TypeDecorator[str]):
    """A text as it is, or as a JSON string where a database would refuse it (or could take it for one)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write."""
        return None if value is None else exact(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Read."""
        return json.loads(value) if value is not None and value.startswith('"') else value


class SearchText(TypeDecorator[str]):
    """A text to search: characters that a database refuses are replaced."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write."""
        return None if value is None else storable(value)
