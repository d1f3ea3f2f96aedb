"""libsvm (svmlight): lines of a label and the features that are not zero."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from querist._typing import AnyArray
from querist.data.bounds import Bounds
from querist.data.reading import Reading
from querist.data.table import Table, nothing_in
from querist.exceptions import DataError, FileFormatError

# Above this share of stored values a plain array is smaller and faster than a sparse matrix.
_DENSE = 0.2
_MARK = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LINE = re.compile(rb"\s*[^\s:#]+(\s+\S+:\S+)+\s*(#.*)?")
_SAMPLE = 20
_WRONG = (ValueError, OverflowError, UnicodeDecodeError)


def read_libsvm(path: Path, data: bytes, reading: Reading, bounds: Bounds) -> Table:
    """Read lines of ``label index:value index:value ...``; indices count from 1, or from 0 if a 0 occurs.

    Labels may be numbers or words.
    """
    from sklearn.datasets import load_svmlight_file

    notes = []
    if data.startswith(_UTF16):
        raise FileFormatError(f"{path} is written in UTF-16. Save it as UTF-8 or plain text.")
    if data.startswith(_MARK):
        data = data.removeprefix(_MARK)
        notes.append("a byte-order mark at its beginning skipped")
    words: AnyArray | None = None
    coded = _coded(data)
    if coded is not None:
        data, words = coded
    try:
        X, y = load_svmlight_file(io.BytesIO(data), zero_based=True)
    except _WRONG as error:
        where = f"{path}{_bad_line(data)}"
        raise FileFormatError(
            f"{where}: {str(error).rstrip('.')}. Expected: label index:value index:value ..."
        ) from None
    if not X.shape[0]:
        raise FileFormatError(nothing_in(path))
    if not X.nnz:
        raise DataError(
            f"{path} holds labels but no feature. Write lines of the form: label index:value index:value ..."
        )
    # Read as if counted from 0; where no row names a feature 0, the file counts from 1.
    first = int(X.indices.min())
    first = min(first, 1)
    X = X[:, first:]
    density = X.nnz / (X.shape[0] * X.shape[1])
    notes.append(f"{X.shape[1]} features, " + ("dense" if density > _DENSE else f"sparse ({density:.2%} filled)"))
    if words is not None:
        y = words[y.astype(np.int64)]
    return Table(
        path,
        matrix=X.toarray() if density > _DENSE else X,
        labels=y,
        first_feature=first,
        notes=tuple(notes),
        lacks_zeros=True,
    )


def looks_like_libsvm(data: bytes) -> bool:
    """Whether a file of another ending holds such lines."""
    lines = [line for line in data[: 1 << 16].removeprefix(_MARK).split(b"\n")[:_SAMPLE] if line.strip()]
    return bool(lines) and all(
        _LINE.fullmatch(line) or line.startswith(b"#") for line in lines[: max(1, len(lines) - 1)]
    )


def _coded(data: bytes) -> tuple[bytes, AnyArray] | None:
    """Return lines with numbers for words as labels, and the words; None where labels are numbers, or lack."""
    if all(not label or _is_number(label) for label, _ in _labels(data[: 1 << 12])):
        return None
    codes: dict[bytes, int] = {}
    lines = []
    for label, rest in _labels(data):
        if not label:
            lines.append(b"")  # so that lines keep their numbers
            continue
        if b":" in label or (b"," in label and all(map(_is_number, label.split(b",")))):
            return None  # no label, or several: told by the line
        lines.append(b"%d %s" % (codes.setdefault(label, len(codes)), rest))
    if all(map(_is_number, codes)):
        return None
    try:
        words = np.asarray([label.decode() for label in codes])
    except UnicodeDecodeError:
        return None
    return b"\n".join(lines), words


def _labels(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield label and rest of each line; of a comment and an empty line nothing."""
    for line in data.split(b"\n"):
        parts = line.split(None, 1)
        is_row = bool(parts) and not parts[0].startswith(b"#")
        yield parts[0] if is_row else b"", parts[1] if is_row and len(parts) > 1 else b""


def _is_number(word: bytes) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _bad_line(data: bytes) -> str:
    """Return where the first line stands that cannot be read, or nothing."""
    from sklearn.datasets import load_svmlight_file

    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            load_svmlight_file(io.BytesIO(line + b"\n"), zero_based=True)
        except _WRONG:
            return f", line {number}"
    return ""
