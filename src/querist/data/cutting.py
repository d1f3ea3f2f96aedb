"""A delimited text, cut into records and cells."""

import contextlib
import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

_LONGEST_CELL = 2**31 - 1
Quoting: TypeAlias = Literal[0, 3]  # as the csv module numbers QUOTE_MINIMAL and QUOTE_NONE


@dataclass(frozen=True)
class Dialect:
    """How a text is cut.

    Attributes
    ----------
    delimiter : str
    quoting : {csv.QUOTE_MINIMAL, csv.QUOTE_NONE}
    skip_blanks : bool
        Whether blanks behind a delimiter are passed over, so that a quote may follow.
    escape : str or None
        What stands before a quote within quotes; None: a second quote.
    """

    delimiter: str
    quoting: Quoting = 0
    skip_blanks: bool = False
    escape: str | None = None


def records(text: str, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line where it starts, 1-based; blank lines are passed over."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=dialect.delimiter,
        quoting=dialect.quoting,
        skipinitialspace=dialect.skip_blanks,
        escapechar=dialect.escape,
        doublequote=dialect.escape is None,
    )
    start = 1
    for record in reader:
        if record and (len(record) > 1 or record[0] == "" or record[0].strip()):
            yield start, record
        start = reader.line_num + 1


def sampled(text: str, dialect: Dialect, n: int) -> list[list[str]]:
    """Return the first records."""
    with long_cells():
        return [record for _, record in itertools.islice(records(text, dialect), n)]


@contextlib.contextmanager
def long_cells() -> Iterator[None]:
    """Lift Python's limit on the length of a cell, and put it back."""
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)
