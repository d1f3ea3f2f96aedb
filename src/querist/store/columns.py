"""How values that databases do not keep exactly are written: JSON, texts of users, texts to search."""

import json
import re
from typing import Any

from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# Python allows half a surrogate pair in a text, no database does; PostgreSQL refuses NUL too.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """Return `text` with U+FFFD for each character that a database refuses."""
    return _UNSTORABLE.sub("\ufffd", text)


def to_json(value: Any) -> str:
    """Write JSON that stays readable in the file; only what a database refuses is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text if text.isascii() else _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class Json(TypeDecorator[Any]):
    """A JSON value as text.

    Not the databases' own JSON types: PostgreSQL's refuses NUL, and it sorts and merges keys.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write."""
        return None if value is None else to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read."""
        return None if value is None else json.loads(value)


class ExactText(TypeDecorator[str]):
    """A text as it is, or as a JSON string where a database would refuse it (or could take it for one)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write."""
        if value is None or not (value.startswith('"') or _UNSTORABLE.search(value)):
            return value
        return to_json(value)

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
