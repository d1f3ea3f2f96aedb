"""CSV and its relatives: encoding, delimiter and decimal comma are detected and told."""

import csv
import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from querist.data.table import Table
from querist.exceptions import DataError, FileFormatError

if TYPE_CHECKING:
    import pandas as pd

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_RECORDS = 200
_SAMPLE_LETTERS = 1 << 20
# What stands for "missing" in a column of numbers; in a column of words only the empty cell does.
_NO_NUMBER = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?|[+-]?\d+")
_LEADING_ZERO = re.compile(r"[+-]?0\d+")


def read_delimited(path: Path, data: bytes) -> Table:
    """Read a delimited file.

    Raises
    ------
    FileFormatError
        If it is binary or cannot be decoded, or a record has another number of cells than the header.
    DataError
        If two columns have the same name.
    """
    import pandas as pd

    text, encoding = _decoded(path, data)
    delimiter = _delimiter(text, path)
    _check_shape(path, text, delimiter)
    frame = pd.read_csv(
        io.StringIO(text), sep=delimiter, dtype=str, keep_default_na=False, header=0, index_col=False,
        names=_header(text, delimiter), skip_blank_lines=True,
    )  # fmt: skip
    notes = [f"{encoding}; delimiter {_DELIMITERS[delimiter]}"]
    columns = {}
    for name in frame.columns:
        columns[name], note = _typed(frame[name], comma=delimiter != ",")
        if note:
            notes.append(f"column {name!r}: {note}")
    return Table(path, pd.DataFrame(columns), notes=tuple(notes))


def _decoded(path: Path, data: bytes) -> tuple[str, str]:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(name), f"encoding {name.removesuffix('-sig')} (byte-order mark)"
            except UnicodeDecodeError as error:
                raise FileFormatError(f"{path}: byte {error.start} cannot be decoded as {name}.") from error
    if b"\0" in data[:65536]:
        raise FileFormatError(f"{path} is a binary file, not text. If it is a spreadsheet or Parquet, name it so.")
    try:
        return data.decode("utf-8"), "encoding utf-8"
    except UnicodeDecodeError as error:
        first = error.start
    from charset_normalizer import from_bytes

    # Around the first byte that is not ASCII, where the evidence is.
    best = from_bytes(data[max(0, first - 32768) : first + 65536]).best()
    control = sum(byte < 9 or 13 < byte < 32 for byte in data[:65536])
    if best is None or control > len(data[:65536]) // 100:
        raise FileFormatError(f"{path}: byte {first} fits no encoding that can be recognised. Save the file as UTF-8.")
    encoding = {"cp1250": "cp1252", "latin_1": "cp1252", "iso8859_1": "cp1252"}.get(best.encoding, best.encoding)
    try:
        return data.decode(encoding), f"encoding {encoding} (guessed; save the file as UTF-8 if letters look wrong)"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "encoding latin-1 (guessed; save the file as UTF-8 if letters look wrong)"


def _records(text: str, delimiter: str, count: int | None = None) -> list[list[str]]:
    _allow_long_cells()
    found: list[list[str]] = []
    for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        if record:
            found.append(record)
        if len(found) == count:
            break
    return found


def _allow_long_cells() -> None:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


def _delimiter(text: str, path: Path) -> str:
    """Return the delimiter that cuts most records into as many cells as the header, and into most cells."""
    scores = {}
    # The last record of a cut text may be half a record; it counts for little among 200.
    sample = text[:_SAMPLE_LETTERS]
    for delimiter in _DELIMITERS:
        records = _records(sample, delimiter, _SAMPLE_RECORDS)
        width = len(records[0])
        agreeing = sum(len(record) == width for record in records) / len(records)
        scores[delimiter] = (width > 1 and agreeing >= 0.9, agreeing if width > 1 else 0.0, width)
    if path.name.lower().removesuffix(".gz").endswith(".tsv") and scores["\t"][2] > 1:
        return "\t"
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return best if scores[best][2] > 1 else ","


def _header(text: str, delimiter: str) -> list[str]:
    return [name.strip() for name in _records(text[:_SAMPLE_LETTERS], delimiter, 1)[0]]


def _check_shape(path: Path, text: str, delimiter: str) -> None:
    names = _header(text, delimiter)
    for place, name in enumerate(names, 1):
        if name in names[: place - 1]:
            first = names.index(name) + 1
            raise DataError(f"{path}: columns {first} and {place} are both called {name!r}. Rename one.")
    _allow_long_cells()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    for number, record in enumerate(reader):
        if record and len(record) != len(names):
            raise FileFormatError(
                f"{path}, line {start} (row {number}): {len(record)} cells, but the header has {len(names)} "
                f"(delimiter {_DELIMITERS[delimiter]}). Quote cells that hold the delimiter, or fill in what is missing."
            )
        start = reader.line_num + 1


def _typed(column: "pd.Series[str]", *, comma: bool) -> tuple["pd.Series", str]:  # type: ignore[type-arg]
    """Return a column of words as numbers where all its cells are numbers, and a note on what was decided."""
    import pandas as pd

    words = column.str.strip()
    missing = words.str.lower().isin(_NO_NUMBER)
    known = words[~missing]
    note = ""
    if known.empty:
        return pd.Series(float("nan"), index=column.index), "empty"
    numbers = pd.to_numeric(known, errors="coerce")
    if comma and numbers.isna().any() and known.str.fullmatch(_DECIMAL_COMMA).all():
        numbers = pd.to_numeric(known.str.replace(",", ".", regex=False), errors="coerce")
        note = "decimal comma"
    if numbers.isna().any():
        return column.where(words != ""), ""
    if known.str.fullmatch(_LEADING_ZERO).any():
        return column.where(words != ""), "kept as words, since numbers would lose their leading zeros"
    if missing.any():
        numbers = numbers.astype("float64").reindex(column.index)
    return numbers, note
