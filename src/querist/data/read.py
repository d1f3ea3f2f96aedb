"""Read a file, whatever its format, and say what was detected."""

import gzip
import json
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from querist.data.delimited import read_delimited
from querist.data.table import Table
from querist.exceptions import DataError, FileFormatError

if TYPE_CHECKING:
    import pandas as pd


def read_table(path: str | os.PathLike[str], *, sheet: str | None = None) -> Table:
    """Read a table.

    Parameters
    ----------
    path : path
        By its ending: .csv, .tsv, .txt (any delimiter; encoding, delimiter and decimal comma are detected), .xlsx, .xls,
        .ods, .parquet, .jsonl, .ndjson, .json (a list of records), .svm, .libsvm, .npz (arrays X and y); each but the
        spreadsheets and .npz also with .gz behind it.
    sheet : str, default=None
        Sheet of a spreadsheet; None takes the first.

    Returns
    -------
    Table

    Raises
    ------
    FileFormatError
        If it is missing, empty, of unknown kind, or not what its ending says; the message names the place.
    DataError
        If two columns have the same name, or there is a header and no row.

    Notes
    -----
    In delimited files a cell that is empty counts as missing. In columns of numbers so do NA, N/A, NaN, null, None, ?
    and -; in columns of words these are words, since "None" may well be an answer.
    """
    path = Path(path)
    if path.is_dir():
        raise FileFormatError(f"{path} is a folder. Name a file in it.")
    if not path.exists():
        near = sorted(item.name for item in path.parent.glob(f"*{path.suffix}"))[:5] if path.parent.is_dir() else []
        hint = f" There is {', '.join(near)}." if near else ""
        raise FileFormatError(f"There is no file {path}.{hint}")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = bool(suffixes) and suffixes[-1] == ".gz"
    kind = suffixes[-2] if packed and len(suffixes) > 1 else "" if packed or not suffixes else suffixes[-1]
    if kind not in _READERS:
        known = ", ".join(_READERS)
        raise FileFormatError(
            f"{path.name}: the ending {kind or path.suffix!r} is not known. Known: {known}, and .gz of these."
        )
    data = _content(path, packed)
    if not data.strip():
        raise FileFormatError(f"{path} is empty.")
    table = _READERS[kind](path, data, sheet)
    if table.frame is not None:
        _check_frame(path, table.frame)
    if table.n_rows == 0:
        raise DataError(f"{path} has a header but no row of data.")
    return table.told("unpacked gzip") if packed else table


def _content(path: Path, packed: bool) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if packed else data
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileFormatError(f"{path} cannot be unpacked: {error}. Is it gzip, and complete?") from error


def _check_frame(path: Path, frame: "pd.DataFrame") -> None:
    names = [str(name) for name in frame.columns]
    for name in names:
        if names.count(name) > 1:
            places = [str(place) for place, other in enumerate(names, 1) if other == name]
            raise DataError(f"{path}: columns {' and '.join(places)} are both called {name!r}. Rename one.")


def _spreadsheet(path: Path, data: bytes, sheet: str | None) -> Table:
    import io

    import pandas as pd

    try:
        book = pd.ExcelFile(io.BytesIO(data), engine="calamine")
    except Exception as error:  # calamine has no common error
        raise FileFormatError(f"{path} is not a spreadsheet that can be read: {error}.") from error
    if sheet is not None and sheet not in book.sheet_names:
        raise FileFormatError(f"{path} has no sheet {sheet!r}. It has: {', '.join(map(str, book.sheet_names))}.")
    # Without a header pandas does not rename columns that stand twice.
    raw = book.parse(sheet if sheet is not None else 0, header=None)
    if raw.empty:
        raise FileFormatError(f"{path} is empty.")
    frame = raw.iloc[1:].reset_index(drop=True).infer_objects()
    frame.columns = pd.Index([str(name) for name in raw.iloc[0]])
    notes = (
        () if sheet is not None or len(book.sheet_names) == 1 else (f"read the first sheet, {book.sheet_names[0]!r}",)
    )
    return Table(path, frame, notes=notes)


def _parquet(path: Path, data: bytes, sheet: str | None) -> Table:
    import io

    import pandas as pd

    try:
        return Table(path, pd.read_parquet(io.BytesIO(data)).reset_index(drop=True))
    except Exception as error:  # pyarrow's errors have no common root
        raise FileFormatError(f"{path} is not a Parquet file that can be read: {error}.") from error


def _json_lines(path: Path, data: bytes, sheet: str | None) -> Table:
    import pandas as pd

    text = _utf8(path, data)
    records = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise FileFormatError(f"{path}, line {number}: not JSON ({error}).") from error
        if not isinstance(record, dict):
            raise FileFormatError(f"{path}, line {number}: expected an object {{...}}, got {type(record).__name__}.")
        records.append(record)
    return Table(path, pd.DataFrame(records))


def _json(path: Path, data: bytes, sheet: str | None) -> Table:
    import pandas as pd

    try:
        records = json.loads(_utf8(path, data))
    except json.JSONDecodeError as error:
        raise FileFormatError(f"{path}: not JSON ({error}). One object per line is .jsonl.") from error
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise FileFormatError(f"{path}: expected a list of objects, [{{...}}, ...].")
    return Table(path, pd.DataFrame(records))


def _utf8(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{path}: byte {error.start} is not UTF-8, which JSON must be.") from error


def _libsvm(path: Path, data: bytes, sheet: str | None) -> Table:
    import io

    from sklearn.datasets import load_svmlight_file

    try:
        X, y = load_svmlight_file(io.BytesIO(data))
    except (ValueError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{path} is not a libsvm file (label index:value ...): {error}.") from error
    density = X.nnz / max(X.shape[0] * X.shape[1], 1)
    if density > 0.2:
        return Table(path, matrix=X.toarray(), labels=y, notes=(f"{X.shape[1]} features, dense",))
    return Table(
        path, matrix=X.tocsr(), labels=y, notes=(f"{X.shape[1]} features, sparse ({100 * density:.2g} % filled)",)
    )


def _npz(path: Path, data: bytes, sheet: str | None) -> Table:
    import io

    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            missing = {"X", "y"} - set(arrays.files)
            if missing:
                raise FileFormatError(f"{path} needs arrays X and y; it holds {', '.join(arrays.files) or 'nothing'}.")
            X, y = arrays["X"], arrays["y"]
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        if isinstance(error, FileFormatError):
            raise
        raise FileFormatError(
            f"{path} cannot be read: {error}. Pickled objects are refused: save numbers or strings, "
            "for example with numpy.savez(path, X=X, y=y.astype(str))."
        ) from error
    if X.ndim != 2 or y.shape != X.shape[:1]:
        raise FileFormatError(f"{path}: X must be a table and y one label per row, got shapes {X.shape} and {y.shape}.")
    return Table(path, matrix=X, labels=y)


def _delimited(path: Path, data: bytes, sheet: str | None) -> Table:
    return read_delimited(path, data)


_Reader = Callable[[Path, bytes, Any], Table]
_READERS: dict[str, _Reader] = {
    ".csv": _delimited,
    ".tsv": _delimited,
    ".txt": _delimited,
    ".xlsx": _spreadsheet,
    ".xls": _spreadsheet,
    ".ods": _spreadsheet,
    ".parquet": _parquet,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    ".svm": _libsvm,
    ".libsvm": _libsvm,
    ".npz": _npz,
}
