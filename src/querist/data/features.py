"""Numbers from columns: built once, from the rows without labels, and cached."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from querist._files import user_cache_folder
from querist.data import feature_cache
from querist.data.feature_cache import Features
from querist.data.hashing import pool_hash
from querist.data.table_features import TableFeatures

if TYPE_CHECKING:
    import pandas as pd

# Raised when the same columns give other features, or other code makes them, so that kept ones are not taken for them.
_RECIPE = 6


def build_features(
    frame: "pd.DataFrame",
    *,
    test_frame: "pd.DataFrame | None" = None,
    text_columns: Sequence[str] = (),
    category_columns: Sequence[str] = (),
    day_first: bool = False,
    words_only: bool = False,
    cache_dir: str | os.PathLike[str] | None = None,
) -> Features:
    """Turn columns into numbers, without looking at labels: what `TableFeatures` makes of them, kept for the next time.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
    test_frame : DataFrame, default=None
        More rows, turned into numbers by what was learned from `frame`.
    text_columns : sequence of str, default=()
        Read as free text, whatever they look like.
    category_columns : sequence of str, default=()
        Read as categories, whatever they look like.
    day_first : bool, default=False
        Whether days come before months in dates that can be read either way.
    words_only : bool, default=False
        Whether free text is its words and pairs of words alone, as before there were other features of it.
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
    recipe = TableFeatures(
        text_columns=text_columns, category_columns=category_columns, day_first=day_first, words_only=words_only
    )
    key = "" if cache_dir is None else _key(frame, test_frame, recipe)
    cached = feature_cache.read(cache_dir, key)
    if isinstance(cached, Features):
        return cached
    features = _built(frame, test_frame, recipe)
    feature_cache.write(cache_dir, key, features)
    if cached == feature_cache.DAMAGED:
        told = "the kept features of this file were damaged and have been rebuilt"
        return replace(features, notes=(*features.notes, told))
    return features


def _built(frame: "pd.DataFrame", test_frame: "pd.DataFrame | None", recipe: TableFeatures) -> Features:
    X, X_test, notes = recipe.fit_transform(frame), None, []
    if test_frame is not None:
        X_test = recipe.encode(test_frame, source="test file")
        notes = [
            f"column {name!r}: {count} rows of the test file have categories that the pool lacks"
            for name, count in recipe.unseen(test_frame).items()
        ]
        notes += [
            f"column {name!r}: {count} cells of the test file do not fit it, read as missing"
            for name, count in recipe.misfits(test_frame).items()
        ]
    names = tuple(recipe.get_feature_names_out().tolist())
    return Features(X, names, recipe.kinds_, (*recipe.notes_, *notes), X_test)


def _key(frame: "pd.DataFrame", test_frame: "pd.DataFrame | None", recipe: TableFeatures) -> str:
    packages = ("querist", "skrub", "scikit-learn", "pandas", "numpy")
    content = {
        "versions": {package: version(package) for package in packages},
        "frame": pool_hash(frame),
        "test": None if test_frame is None else pool_hash(test_frame),
        "text": sorted(recipe.text_columns),
        "categories": sorted(recipe.category_columns),
        "day_first": recipe.day_first,
        "words_only": recipe.words_only,
        "recipe": _RECIPE,
    }
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()


def default_cache_dir() -> Path:
    """Return the user's cache folder for features."""
    return user_cache_folder("features")
