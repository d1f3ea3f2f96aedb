"""libsvm and NPZ: files that hold a matrix and labels."""

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np

from querist._typing import AnyArray, Pool
from querist.data.table import Table
from querist.exceptions import DataError, FileFormatError

# Above this share of stored values a plain array is smaller and faster than a sparse matrix.
_DENSE = 0.2


def read_libsvm(path: Path, data: bytes, sheet: str | None) -> Table:
    """Read lines of ``label index:value index:value ...``; indices count from 1, or from 0 if a 0 occurs."""
    from sklearn.datasets import load_svmlight_file

    try:
        X, y = load_svmlight_file(io.BytesIO(data))
    except (ValueError, OverflowError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{path}{_bad_line(data)}: {error}. Expected: label index:value index:value ...") from None
    if not X.shape[0]:
        raise FileFormatError(f"{path} is empty.")
    if not X.nnz:
        raise DataError(f"{path} holds labels but no feature.")
    density = X.nnz / (X.shape[0] * X.shape[1])
    if density > _DENSE:
        return Table(path, matrix=X.toarray(), labels=y, notes=(f"{X.shape[1]} features, dense",))
    return Table(path, matrix=X.tocsr(), labels=y, notes=(f"{X.shape[1]} features, sparse ({density:.2%} filled)",))


def _bad_line(data: bytes) -> str:
    """Return where the first line stands that cannot be read, or nothing."""
    from sklearn.datasets import load_svmlight_file

    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            load_svmlight_file(io.BytesIO(line + b"\n"), n_features=None)
        except (ValueError, OverflowError, UnicodeDecodeError):
            return f", line {number}"
    return ""


def read_npz(path: Path, data: bytes, sheet: str | None) -> Table:
    """Read the arrays X and y that ``numpy.savez(path, X=X, y=y)`` wrote; objects are refused."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            missing = {"X", "y"} - set(arrays.files)
            if missing:
                raise FileFormatError(
                    f"{path} needs arrays X and y; it holds {', '.join(arrays.files) or 'nothing'}. "
                    "Write it with numpy.savez(path, X=X, y=y)."
                )
            X, y = arrays["X"], arrays["y"]
    except FileFormatError:
        raise
    except (ValueError, OSError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        hint = ""
        if "pickle" in str(error):
            hint = " Objects are refused, since reading them can run code: save numbers or texts, y.astype(str)."
        raise FileFormatError(f"{path} is not an NPZ file that can be read: {error}.{hint}") from None
    _check_arrays(path, X, y)
    return Table(path, matrix=X, labels=y)


def _check_arrays(path: Path, X: AnyArray, y: AnyArray) -> None:
    if X.ndim != 2 or y.ndim != 1 or y.shape[0] != X.shape[0]:
        raise FileFormatError(
            f"{path}: X must have one row per item and y one label per row, got shapes {X.shape} and {y.shape}. "
            "Reshape with X.reshape(len(X), -1) and y.ravel()."
        )
    if X.dtype.kind not in "biuf":
        raise DataError(f"{path}: X must hold numbers, got dtype {X.dtype}.")
    if X.size == 0:
        raise DataError(f"{path}: X is empty, got shape {X.shape}.")


def same_width(X: Pool, X_test: Pool, path: Path, test_path: Path) -> tuple[Pool, Pool]:
    """Bring two matrices to one kind and width; libsvm leaves out zeros, and with them trailing features.

    Raises
    ------
    DataError
        If arrays differ in width, or the test file has features that the pool lacks.
    """
    import scipy.sparse

    if X_test.shape[1] > X.shape[1] or (X_test.shape[1] < X.shape[1] and not _is_libsvm(test_path)):
        raise DataError(
            f"{path} has {X.shape[1]} features, {test_path} has {X_test.shape[1]}: they must be the same ones."
        )
    if not scipy.sparse.issparse(X_test):
        if not scipy.sparse.issparse(X):
            return X, np.pad(X_test, ((0, 0), (0, X.shape[1] - X_test.shape[1])))
        X_test = scipy.sparse.csr_matrix(X_test)
    X_test = X_test.copy()
    X_test.resize(X_test.shape[0], X.shape[1])
    return X, X_test if scipy.sparse.issparse(X) else X_test.toarray()


def _is_libsvm(path: Path) -> bool:
    return Path(path.name.lower().removesuffix(".gz")).suffix in (".svm", ".libsvm")
