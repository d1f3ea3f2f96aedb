"""The same files by readers of others, and what Querist has read otherwise without a word."""

import bz2
import datetime
import gzip
import io
import json
import lzma
import math
import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import scipy.sparse
from scipy.io import arff

from querist.data.table import Table

# What is told of a file that is read as any other reader would read it.
_PLAIN = re.compile(
    r"encoding [\w-]+( \(byte-order mark\))?; (delimiter [\w\\]+|one text per line.*)|unpacked \w+|ARFF, encoding.*|"
    r"(RIS|NBIB), encoding .*|\d+ of \d+ records have no abstract.*|row \d+, the last, .*|\d+ features, .*|"
    r"the first line .* was taken for the column names.*|column '?.*|columns '.*"
)
_NUMBER = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d*)?([eE][+-]?\d+)?|[+-]?\.\d+([eE][+-]?\d+)?")
_INFINITE = ("inf", "infinity")


def form(cell: Any) -> str:
    """Return a cell as every format holds it: 1, 1.0 and "1" are the same, so are True and "TRUE"; a gap is empty."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime.date | datetime.time):
        cell = cell.isoformat()
    return _form_of_words(cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell))


def _form_of_words(text: str) -> str:
    words = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if re.fullmatch(r"[+-]?(0|[1-9]\d*)", words):
        return str(int(words))
    if _NUMBER.fullmatch(words) and words.isascii():
        return form(float(words))
    lower = words.lower()
    if lower.lstrip("+-") in _INFINITE:
        return "-inf" if words.startswith("-") else "inf"
    return lower if lower in ("true", "false") else words


def second_reading(path: Path, table: Table) -> pd.DataFrame | None:
    """Return what another reader finds in a file, or None where it refuses or there is none."""
    try:
        kind, data = _unpacked(path)
        return _READERS[kind](data, table) if kind in _READERS else None
    except (Exception, pl.exceptions.PanicException):  # whatever it refuses with
        return None


def unsaid(table: Table, other: pd.DataFrame) -> str:
    """Return where a table differs from what another reader found, without a note on it; or nothing."""
    frame: Any = table.frame
    structural = [note for note in table.notes if not _PLAIN.fullmatch(note)]
    if len(frame) != len(other):
        return "" if structural else f"{len(frame)} rows, the other reader finds {len(other)}"
    if len(frame.columns) != len(other.columns):
        return "" if structural else f"{list(frame.columns)}, the other reader finds {list(other.columns)}"
    for place, name in enumerate(frame.columns):
        found, theirs = ([form(cell) for cell in column.tolist()] for column in (frame[name], other.iloc[:, place]))
        wrong = [row for row, pair in enumerate(zip(found, theirs, strict=True)) if pair[0] != pair[1]]
        if wrong and not structural and not any(repr(name) in note for note in table.notes):
            row = wrong[0]
            return f"column {name!r}, row {row + 1} is {found[row]!r}, the other reader finds {theirs[row]!r}"
    return ""


def _unpacked(path: Path) -> tuple[str, bytes]:
    data, ending = path.read_bytes(), path.suffix[1:]
    if ending == "zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return Path(archive.namelist()[0]).suffix[1:], archive.read(archive.namelist()[0])
    unpack: dict[str, Callable[[bytes], bytes]] = {
        "gz": gzip.decompress, "bz2": bz2.decompress, "xz": lzma.decompress, "zst": _zst,
    }  # fmt: skip
    if ending in unpack:
        return Path(path.stem).suffix[1:], unpack[ending](data)
    return ending, data


def _zst(data: bytes) -> bytes:
    with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as file:
        return bytes(file.read())


def _delimited(data: bytes, table: Table) -> pd.DataFrame | None:
    quoted = b'"' in data.replace(b'""', b"")
    if quoted and any("quote" in note or "quoted" in note for note in table.notes):
        return None  # told
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return pd.read_csv(
        io.BytesIO(data), sep=table.delimiter, dtype=str, keep_default_na=False, encoding=encoding,
        skip_blank_lines=True, index_col=False, on_bad_lines="error",
    )  # fmt: skip


def _json_lines(data: bytes, table: Table) -> pd.DataFrame | None:
    return _flat(pd.read_json(io.BytesIO(data), lines=True, **_AS_IT_IS))


def _json(data: bytes, table: Table) -> pd.DataFrame | None:
    held = json.loads(data)
    if isinstance(held, dict) and set(held) == {"data"}:
        data = json.dumps(held["data"]).encode()
    return _flat(pd.read_json(io.BytesIO(data), **_AS_IT_IS))


_AS_IT_IS: Any = {"dtype": False, "convert_dates": False, "convert_axes": False, "precise_float": True}


def _flat(frame: pd.DataFrame) -> pd.DataFrame | None:
    parts = []
    for name in frame.columns:
        cells = frame[name].tolist()
        if all(isinstance(cell, dict) for cell in cells):
            fields = dict.fromkeys(field for cell in cells for field in cell)
            parts += [pd.Series([cell.get(field) for cell in cells], dtype=object) for field in fields]
        else:
            parts.append(pd.Series(cells, dtype=object))
    flat = pd.concat(parts, axis=1)
    return None if any(isinstance(cell, list | dict) for cell in flat.to_numpy().ravel()) else flat


def _excel(data: bytes, table: Table) -> pd.DataFrame:
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(values_only=True) if any(cell not in (None, "") for cell in row)]
    return pd.DataFrame(rows[1:], dtype=object)


def _polars(read: Callable[[io.BytesIO], Any]) -> Callable[[bytes, Table], pd.DataFrame]:
    def found(data: bytes, table: Table) -> pd.DataFrame:
        columns = read(io.BytesIO(data))
        return pd.DataFrame({name: pd.Series(columns[name].to_list(), dtype=object) for name in columns.columns})

    return found


def _arrow(file: io.BytesIO) -> Any:
    return pl.read_ipc(file, memory_map=False) if file.getvalue()[:6] == b"ARROW1" else pl.read_ipc_stream(file)


def _arff(data: bytes, table: Table) -> pd.DataFrame | None:
    if b"\\" in data:
        return None  # scipy keeps escapes as they are
    records, _ = arff.loadarff(io.StringIO(data.decode()))
    return pd.DataFrame({name: pd.Series(records[name].tolist(), dtype=object) for name in records.dtype.names})


def _references(data: bytes, table: Table) -> pd.DataFrame | None:
    """Read records that all have the same tags, once each, a line a tag."""
    text = data.decode("utf-8-sig").replace("\r\n", "\n").strip("\n")
    blocks = [re.findall(r"^([A-Z][A-Z0-9]{1,3}) *-(?: (.*))?$", block, re.MULTILINE) for block in text.split("\n\n")]
    tags = [tag for tag, _ in blocks[0]]
    is_plain = len({*tags}) == len(tags) and all([tag for tag, _ in block] == tags for block in blocks)
    if not is_plain or "\r" in text or sum(map(len, blocks)) != len(re.findall(r"^[^\n]", text, re.MULTILINE)):
        return None
    frame = pd.DataFrame([{tag: value.strip() for tag, value in block} for block in blocks])
    frame = frame.drop(columns="ER", errors="ignore")
    return None if frame.iloc[0].eq("").any() else frame  # columns come in the order in which they hold something


def _npy(data: bytes, table: Table) -> pd.DataFrame:
    array = np.load(io.BytesIO(data), allow_pickle=False)
    return pd.DataFrame(array if array.dtype.names is None else {name: array[name] for name in array.dtype.names})


_READERS: dict[str, Callable[[bytes, Table], pd.DataFrame | None]] = {
    **dict.fromkeys(["csv", "tsv", "tab", "txt", "dat", "data"], _delimited),
    "jsonl": _json_lines,
    "ndjson": _json_lines,
    "json": _json,
    "xlsx": _excel,
    "parquet": _polars(pl.read_parquet),
    "feather": _polars(_arrow),
    "arrow": _polars(_arrow),
    "arff": _arff,
    "npy": _npy,
    "ris": _references,
    "nbib": _references,
}


def second_matrix(path: Path) -> tuple[Any, list[str]] | None:
    """Return the rows of numbers and the labels that another reader finds, or None where there is none."""
    try:
        kind, data = _unpacked(path)
        if kind == "npz":
            with np.load(io.BytesIO(data)) as arrays:
                return None if "X" not in arrays else (arrays["X"], [form(each) for each in arrays["y"].tolist()])
        return _libsvm(data.decode().split("\n"))
    except Exception:  # whatever it refuses with
        return None


def _libsvm(lines: Iterable[str]) -> tuple[Any, list[str]]:
    labels, rows = [], []
    for line in lines:
        words = line.partition("#")[0].split()
        if words:
            labels.append(_label(words[0]))
            rows.append({int(index): float(value) for index, value in (word.split(":") for word in words[1:])})
    first = min(min(row, default=1) for row in rows)
    last = max(max(row, default=0) for row in rows)
    return np.array([[row.get(place, 0.0) for place in range(min(first, 1), last + 1)] for row in rows]), labels


def _label(word: str) -> str:
    try:
        return form(float(word))
    except ValueError:
        return form(word)


def matrix_unsaid(table: Table, other: tuple[Any, list[str]]) -> str:
    """Return in what a matrix differs from that of another reader, or nothing."""
    ours: Any = table.matrix
    ours = ours.toarray() if scipy.sparse.issparse(ours) else ours
    if ours.shape != other[0].shape or not np.array_equal(ours, other[0], equal_nan=ours.dtype.kind == "f"):
        return f"another matrix: {ours.tolist()}, the other reader finds {other[0].tolist()}"
    labels: Any = table.labels
    found = [form(each) for each in labels.tolist()]
    return "" if found == other[1] else f"labels {found}, the other reader finds {other[1]}"
