"""`CellRules`: what somebody says of the cells of a file, beside what they say themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from querist.data.table import Table
from querist.data.written_numbers import Style
from querist.exceptions import InvalidParameterError

_STYLES: dict[str, Style] = {"point": "point", ".": "point", "comma": "comma", ",": "comma"}


@dataclass(frozen=True)
class CellRules:
    """How the words of a file are to be read.

    Attributes
    ----------
    decimal : {"point", "comma"} or None
        How numbers are written; None: as the file shows.
    missing : tuple of str
        Words that mean a gap, in every column.
    like : Table or None
        The file to learn from: numbers are written as there, and what is a number there is one here.
    """

    decimal: Style | None = None
    missing: tuple[str, ...] = ()
    like: Table | None = None

    @classmethod
    def of(cls, *, decimal: str | None = None, missing: Sequence[str] = (), like: Table | None = None) -> "CellRules":
        """Return what was asked for, checked.

        Raises
        ------
        InvalidParameterError
            If `decimal` is neither "point" nor "comma", or `missing` is one word instead of a list.
        """
        if decimal is not None and decimal not in _STYLES:
            raise InvalidParameterError(f'decimal must be "point" or "comma", got {decimal!r}.')
        if isinstance(missing, str):
            raise InvalidParameterError(f"missing is a list of words, got the word {missing!r}: write [{missing!r}].")
        words = tuple(str(word).strip() for word in missing)
        return cls(None if decimal is None else _STYLES[decimal], words, like)

    @property
    def style(self) -> Style | None:
        """How numbers are written, if it is known before the file is read."""
        return self.decimal or (None if self.like is None else self.like.style)
