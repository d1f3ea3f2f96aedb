"""Numbers from columns: built once, from the rows without labels, and cached."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse

from querist._typing import Pool
from querist.data import feature_cache
from querist.data.dates import date_format, date_note
from querist.data.encoding import as_categories, encode_categories, encode_dates, encode_numbers, encode_text
from querist.data.hashing import pool_hash
from querist.data.kinds import Kind, kind_of
from querist.exceptions import DataError

if TYPE_CHECKING:
    import pandas as pd

# Raised when the same columns give other features, so that kept ones are not taken for them.
_RECIPE = 2


@dataclass(frozen=True)
class Features:
    """A pool of numbers.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_features), float64; or CSR matrix, float32, where there is text
    names : tuple of str of length n_features
    kinds : dict of str to str
        number, category, date, text or dropped, by column.
    notes : tuple of str
        What was decided, in words.
    X_test : as X, or None
        The rows of the second frame.
    """

    X: Pool
    names: tuple[str, ...]
    kinds: dict[str, Kind]
    notes: tuple[str, ...]
    X_test: Pool | None = field(default=None)


def build_features(
    frame: "pd.DataFrame",
    *,
    test_frame: "pd.DataFrame | None" = None,
    text_columns: Sequence[str] = (),
    cache_dir: str | os.PathLike[str] | None = None,
) -> Features:
    """Turn columns into numbers, without looking at labels.

    Numbers: gaps are filled with the median and marked in a column of their own. Categories: one
    column each, a gap is one too; from 40 on they are encoded by their letters (skrub's
    StringEncoder). Dates, also in words: year, month, day, weekday, hour, days since 1970. Free
    text: TF-IDF of words and pairs of words. Numbers and dates are brought to mean 0 and variance 1,
    columns of 0 and 1 stay. Constant columns and names of rows are left out, and told.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
    test_frame : DataFrame, default=None
        More rows, turned into numbers by what was learned from `frame`.
    text_columns : sequence of str, default=()
        Read as free text, whatever they look like.
    cache_dir : path, default=None
        Where features are kept for the next time; None does not keep them.

    Returns
    -------
    Features

    Raises
    ------
    DataError
        If no column can be used, a number is infinite or above 1e150, a cell of the test frame does not
        fit its column, or the test frame lacks a column.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"size": [1.0, 3.0, None, 3.0], "colour": ["red", "blue", "red", "green"]})
    >>> features = build_features(frame)
    >>> features.names
    ('size', 'size is missing', 'colour_blue', 'colour_green', 'colour_red')
    >>> features.X.shape, features.kinds
    ((4, 5), {'size': 'number', 'colour': 'category'})
    """
    _check_columns(frame, test_frame, text_columns)
    if test_frame is not None:
        test_frame = test_frame[list(frame.columns)]
    key = "" if cache_dir is None else _key(frame, test_frame, text_columns)
    cached = feature_cache.read(cache_dir, key)
    if isinstance(cached, dict):
        return Features(**cached)
    frames = [each.reset_index(drop=True) for each in (frame, test_frame) if each is not None]
    features = _built(frames, text_columns)
    feature_cache.write(cache_dir, key, features)
    if cached == feature_cache.DAMAGED:
        told = "the kept features of this file were damaged and have been built anew"
        return replace(features, notes=(*features.notes, told))
    return features


def _check_columns(frame: "pd.DataFrame", test_frame: "pd.DataFrame | None", text_columns: Sequence[str]) -> None:
    if not len(frame):
        raise DataError("The table has no rows.")
    names = [str(name) for name in frame.columns]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise DataError(f"Two columns are called {twice!r}. Rename one.")
    missing = [str(name) for name in frame.columns if test_frame is not None and name not in test_frame.columns]
    if missing:
        raise DataError(f"The test file lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.")
    unknown = [name for name in text_columns if name not in names]
    if unknown:
        raise DataError(f"There is no column {unknown[0]!r} to read as text. There is: {_listed(names, 30)}.")


def _built(frames: list["pd.DataFrame"], text_columns: Sequence[str]) -> Features:
    kinds: dict[str, Kind] = {}
    parts: list[tuple[list[Any], list[str]]] = []
    notes = []
    for name in frames[0].columns:
        columns = [frame[name] for frame in frames]
        kind, note = kind_of(columns[0], text_columns)
        kinds[str(name)] = kind
        if note:
            notes.append(f"column {str(name)!r}{' is left out' if kind == 'dropped' else ''}: {note}")
        if kind == "number":
            parts.append(encode_numbers(columns))
        elif kind == "date":
            known = columns[0].dropna().astype(str)
            format_ = None if columns[0].dtype.kind == "M" else date_format(known)
            if format_ is not None:
                notes.append(f"column {str(name)!r}: {date_note(known, format_)}")
            parts.append(encode_dates(columns, format_))
        elif kind == "text":
            parts.append(encode_text(columns))
    categories = [name for name in frames[0].columns if kinds[str(name)] == "category"]
    if categories:
        parts.append(encode_categories([frame[categories] for frame in frames]))
        notes += _unseen(frames, categories)
    names = [name for _, more in parts for name in more]
    if not names:
        raise DataError(f"No column is left to learn from. {'; '.join(notes).capitalize()}.")
    matrices = [_beside([part[number] for part, _ in parts]) for number in range(len(frames))]
    notes.insert(0, _told(kinds))
    return Features(matrices[0], tuple(names), kinds, tuple(notes), matrices[1] if len(matrices) > 1 else None)


def _unseen(frames: list["pd.DataFrame"], categories: Sequence[Any]) -> list[str]:
    """Return notes on categories that only the test frame has."""
    if len(frames) < 2:
        return []
    known, new = (as_categories(frame[list(categories)]) for frame in frames)
    notes = []
    for name in known.columns:
        count = int((~new[name].dropna().isin(known[name].cat.categories)).sum())
        if count:
            notes.append(f"column {name!r}: {count} rows of the test file have categories that the pool lacks")
    return notes


def _key(frame: "pd.DataFrame", test_frame: "pd.DataFrame | None", text_columns: Sequence[str]) -> str:
    packages = ("querist", "skrub", "scikit-learn", "pandas", "numpy")
    content = {
        "versions": {package: version(package) for package in packages},
        "frame": pool_hash(frame),
        "test": None if test_frame is None else pool_hash(test_frame),
        "text": sorted(text_columns),
        "recipe": _RECIPE,
    }
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()


def _told(kinds: dict[str, Kind]) -> str:
    groups = {kind: [name for name in kinds if kinds[name] == kind] for kind in ("number", "category", "date", "text")}
    words = {"number": "numbers", "category": "categories", "date": "dates", "text": "free text"}
    told = [f"{words[kind]}: {_listed(names)}" for kind, names in groups.items() if names]
    return "columns read as " + "; ".join(told)


def _listed(names: list[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _beside(parts: list[Any]) -> Pool:
    """Put matrices side by side: sparse where one of them is, else a plain array in C order."""
    if any(scipy.sparse.issparse(part) for part in parts):
        return scipy.sparse.hstack([scipy.sparse.csr_matrix(part, dtype=np.float32) for part in parts], format="csr")
    return np.ascontiguousarray(np.concatenate(parts, axis=1))


def default_cache_dir() -> Path:
    """Return the user's cache folder for features."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("querist")) / "features"
