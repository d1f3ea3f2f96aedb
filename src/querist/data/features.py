"""Numbers from columns: built once, from the rows without labels, and cached."""

import hashlib
import json
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse

from querist._typing import Pool
from querist.data import feature_cache
from querist.data.hashing import data_hash
from querist.data.kinds import Kind, kind_of
from querist.exceptions import DataError

if TYPE_CHECKING:
    import pandas as pd

# Squares of larger numbers overflow, and with them every distance and variance.
_HUGE = 1e150
_SEED = 0


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

    Numbers: gaps are filled with the median and marked in a column of their own. Categories: one column each, up to 40;
    more are encoded by their letters (skrub's StringEncoder). Dates: year, month, day ... (skrub's DatetimeEncoder).
    Free text: TF-IDF of words and pairs of words. What is not 0 or 1 or TF-IDF is brought to mean 0 and variance 1.
    Constant columns and names of rows are left out, and told.

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
        If no column can be used, a number is infinite or above 1e150, or the test frame lacks a column.
    """
    import pandas as pd

    missing = [str(name) for name in frame.columns if test_frame is not None and name not in test_frame.columns]
    if missing:
        raise DataError(f"The test file lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.")
    unknown = [name for name in text_columns if name not in frame.columns]
    if unknown:
        raise DataError(
            f"There is no column {unknown[0]!r} to read as text. There is: {', '.join(map(str, frame.columns))}."
        )
    if test_frame is not None:
        test_frame = test_frame[list(frame.columns)]
    key = _key(frame, test_frame, text_columns)
    cached = feature_cache.read(cache_dir, key)
    if cached is not None:
        return Features(**cached)
    kinds: dict[str, Kind] = {}
    notes = []
    for name in frame.columns:
        kinds[str(name)], reason = kind_of(frame[name], text_columns)
        if reason:
            notes.append(f"column {name!r} is left out: {reason}")
    for table, where in ((frame, ""), (test_frame, " of the test file")):
        if table is not None:
            _check_numbers(table, kinds, where)
    used = {kind: [name for name in frame.columns if kinds[str(name)] == kind] for kind in ("text", "date")}
    plain = [name for name in frame.columns if kinds[str(name)] in ("number", "category", "date")]
    if not plain and not used["text"]:
        raise DataError(f"No column is left to learn from: {'; '.join(notes)}.")
    frames = [frame] if test_frame is None else [frame, test_frame]
    parts, names = [], []
    if plain:
        values, more = _plain_features([pd.DataFrame(each[plain]) for each in frames], kinds)
        parts.append(values)
        names += more
    for name in used["text"]:
        values, more = _text_features([each[name] for each in frames], str(name))
        parts.append(values)
        names += more
    matrices = [_beside([part[number] for part in parts]) for number in range(len(frames))]
    notes.insert(0, _told(kinds))
    features = Features(matrices[0], tuple(names), kinds, tuple(notes), matrices[1] if len(matrices) > 1 else None)
    feature_cache.write(cache_dir, key, features)
    return features


def _key(frame: "pd.DataFrame", test_frame: "pd.DataFrame | None", text_columns: Sequence[str]) -> str:
    packages = ("querist", "skrub", "scikit-learn", "pandas", "numpy")
    content = {
        "versions": {package: version(package) for package in packages},
        "frame": data_hash(frame),
        "test": None if test_frame is None else data_hash(test_frame),
        "text": sorted(text_columns),
    }
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()


def _told(kinds: dict[str, Kind]) -> str:
    groups = {kind: [name for name in kinds if kinds[name] == kind] for kind in ("number", "category", "date", "text")}
    words = {"number": "numbers", "category": "categories", "date": "dates", "text": "free text"}
    told = [f"{words[kind]}: {_listed(names)}" for kind, names in groups.items() if names]
    return "columns read as " + "; ".join(told)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _check_numbers(frame: "pd.DataFrame", kinds: dict[str, Kind], where: str) -> None:
    for name, kind in kinds.items():
        if kind != "number":
            continue
        values = np.asarray(frame[name], np.float64)
        wrong = np.flatnonzero(np.abs(values) > _HUGE)
        if wrong.size:
            value = values[wrong[0]]
            what = "is infinite" if np.isinf(value) else f"holds {value:g}, too large to compute with"
            raise DataError(f"Column {name!r}, row {wrong[0] + 1}{where} {what}. Correct it, or leave the cell empty.")


def _plain_features(frames: list[Any], kinds: dict[str, Kind]) -> tuple[list[Any], list[str]]:
    from skrub import StringEncoder, TableVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import StandardScaler

    frames = [_as_kinds(frame, kinds) for frame in frames]
    with warnings.catch_warnings():
        # What matters of them is told in the notes: categories that only the test file has, gaps.
        warnings.simplefilter("ignore")
        vectorizer = TableVectorizer(high_cardinality=StringEncoder(random_state=_SEED))
        tables = [vectorizer.fit_transform(frames[0]), *(vectorizer.transform(frame) for frame in frames[1:])]
        imputer = SimpleImputer(strategy="median", add_indicator=True)
        filled = [imputer.fit_transform(tables[0]), *(imputer.transform(table) for table in tables[1:])]
    names = [str(name) for name in imputer.get_feature_names_out(tables[0].columns)]
    matrices = [np.ascontiguousarray(matrix, dtype=np.float64) for matrix in filled]
    graded = np.flatnonzero(~np.isin(matrices[0], (0.0, 1.0)).all(axis=0))
    if graded.size:
        scaler = StandardScaler().fit(matrices[0][:, graded])
        for matrix in matrices:
            matrix[:, graded] = scaler.transform(matrix[:, graded])
    return matrices, names


def _as_kinds(frame: Any, kinds: dict[str, Kind]) -> Any:
    import pandas as pd

    columns = {}
    for name in frame.columns:
        column = frame[name]
        if kinds[str(name)] == "number":
            columns[name] = pd.to_numeric(column, errors="coerce").astype("float64")
        elif kinds[str(name)] == "date":
            columns[name] = pd.to_datetime(column, errors="coerce", format="mixed")
        else:
            columns[name] = column.map(str, na_action="ignore").astype(object).where(column.notna(), None)
    return pd.DataFrame(columns).reset_index(drop=True)


def _text_features(columns: list[Any], name: str) -> tuple[list[Any], list[str]]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [column.fillna("").astype(str).tolist() for column in columns]
    options = {"sublinear_tf": True, "ngram_range": (1, 2), "dtype": np.float32, "strip_accents": "unicode"}
    try:
        vectorizer = TfidfVectorizer(min_df=2, max_features=100_000, **options)
        first = vectorizer.fit_transform(texts[0])
    except ValueError:  # no word stands twice
        try:
            vectorizer = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b", **options)
            first = vectorizer.fit_transform(texts[0])
        except ValueError as error:
            raise DataError(f"Column {name!r} is read as text, but holds no words.") from error
    matrices = [first, *(vectorizer.transform(text) for text in texts[1:])]
    return matrices, [f"{name}: {word}" for word in vectorizer.get_feature_names_out()]


def _beside(parts: list[Any]) -> Pool:
    if len(parts) == 1:
        return parts[0]
    return scipy.sparse.hstack([scipy.sparse.csr_matrix(part, dtype=np.float32) for part in parts], format="csr")


def default_cache_dir() -> Path:
    """Return the user's cache folder for features."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("querist")) / "features"
