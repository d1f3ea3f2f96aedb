"""`Reading`: how a file is to be read where it does not say so itself; one place for every door that reads tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from querist.data.cell_rules import CellRules
from querist.exceptions import DataError, FileFormatError, InvalidParameterError

SPREADSHEETS = (".xlsx", ".xls", ".ods")
_ARRAYS = (".npy",)
DELIMITED = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat")


@dataclass(frozen=True)
class Reading:
    r"""How a file is to be read where it does not say so itself.

    Attributes
    ----------
    sheet : str, default=None
        Sheet of a spreadsheet; None takes the first.
    header : bool, default=True
        Whether the first line of a delimited file or of a sheet holds the names of the columns.
    names : tuple of str, default=()
        The names of the columns of a file that has no line of names.
    delimiter : str, default=None
        What stands between the cells of a delimited file: one character; a blank stands for blanks and tabs of any
        number. None: detected.
    decimal : {"point", "comma"}, default=None
        How numbers are written; None: as the file shows.
    missing : tuple of str, default=()
        Words that mean a gap, in every column.
    header_lines : int, default=None
        How many lines hold the names, to be joined. None: one, and what looks like units or more names below it is no
        row.
    """

    sheet: str | None = None
    header: bool = True
    names: tuple[str, ...] = ()
    delimiter: str | None = None
    decimal: str | None = None
    missing: tuple[str, ...] = ()
    header_lines: int | None = None

    @classmethod
    def of(
        cls,
        *,
        sheet: str | None = None,
        header: bool = True,
        names: Sequence[str] | None = None,
        delimiter: str | None = None,
        decimal: str | None = None,
        missing: Sequence[str] = (),
        header_lines: int | None = None,
    ) -> "Reading":
        r"""Return what was asked for, checked; names mean that the file has no line of them.

        Raises
        ------
        InvalidParameterError
            If two names are the same or one is empty, the delimiter is not one character, `header_lines` is negative or
            contradicts `header` or `names`, or `decimal` or `missing` is not what `CellRules` takes.

        Examples
        --------
        >>> Reading.of(names=["text", "label"]).header
        False
        >>> Reading.of(delimiter="\\t").delimiter
        '\t'
        """
        given = tuple(str(name).strip() for name in names or ())
        if len(set(given)) < len(given) or not all(given):
            raise InvalidParameterError(f"The names of columns must differ, and none may be empty; got {list(given)}.")
        if delimiter is not None:
            delimiter = {"\\t": "\t", "tab": "\t", "\\x01": "\x01"}.get(delimiter, delimiter)
            if len(delimiter) != 1 or delimiter in '"\r\n':
                raise InvalidParameterError(f"A delimiter must be one character, such as ; or \\t; got {delimiter!r}.")
        rules = CellRules.of(decimal=decimal, missing=missing)
        header = header and not given and header_lines != 0
        if header_lines is not None and (header_lines < 0 or (header_lines > 0 and not header)):
            raise InvalidParameterError(
                f"header_lines is how many lines hold names, got {header_lines}. Where there is no such line, leave "
                "it out."
            )
        return cls(sheet, header, given, delimiter, rules.decimal, rules.missing, header_lines or None)

    def check(self, path: Path, kind: str) -> None:
        """Refuse what does not fit a file of this ending.

        Raises
        ------
        FileFormatError
        """
        if self.sheet is not None and kind not in SPREADSHEETS:
            raise FileFormatError(
                f"{path} is not a spreadsheet, so it has no sheet {self.sheet!r}. Leave the sheet out."
            )
        if not self.header and kind not in (*SPREADSHEETS, *DELIMITED, *_ARRAYS):
            raise FileFormatError(f"{path} names its columns itself. Leave out the names, and --no-header.")
        if self.header_lines is not None and kind not in (*SPREADSHEETS, *DELIMITED):
            raise FileFormatError(f"{path} names its columns itself. Leave out --header-lines (header_lines=).")
        if self.delimiter is not None and kind not in DELIMITED:
            raise FileFormatError(
                f"{path} is not delimited text, so it has no delimiter {self.delimiter!r}. Leave the delimiter out."
            )


def names_given(path: Path, reading: Reading, width: int) -> list[str]:
    """Return the names of the columns of a file without a line of names: those given, the others numbered.

    Raises
    ------
    DataError
        If there are more names than columns.
    """
    if len(reading.names) > width:
        raise DataError(f"{path} has {width} columns, but {len(reading.names)} names are given. Give {width} or fewer.")
    return [*reading.names, *(f"column {place}" for place in range(len(reading.names) + 1, width + 1))]
