"""What a session's parts cannot work with is found when it is made, not after the labelling."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from querist._partitioned import PartitionedPool, needs_whole
from querist._typing import Model, Pool
from querist.base.space import is_numeric
from querist.base.strategy import QueryStrategy
from querist.data.hashing import check_readable
from querist.exceptions import InvalidParameterError
from querist.learners.few_labels import kind_of


def check_pool(X: Pool, *, estimator: Model, asking: Model, strategies: Iterable[QueryStrategy]) -> None:
    """Refuse a pool that would fail later: when a model is trained, a row asked or the session saved.

    Parameters
    ----------
    X : pool
        As `as_pool` returns it.
    estimator, asking : classifier
        Unfitted: the one that is trained, and the one that asks.
    strategies : iterable of QueryStrategy
        All that will ask.

    Raises
    ------
    InvalidParameterError
        If a cell has a content that cannot be compared, texts are missing or are no texts, a table is given where the
        pipeline starts from texts, or a strategy needs distances between rows that are no numbers or lie in the
        partitions of a Dask collection.

    Notes
    -----
    Arrays of numbers are not looked at. Cells of Python objects and texts cost one pass.
    """
    if len(X.shape) == 1 and hasattr(X, "iloc") and X.dtype.kind in "biufc":
        raise InvalidParameterError(
            "X is a Series of numbers; it must have one row per item and one column per feature. Use X.to_frame()."
        )
    if len(X.shape) > 1 and X.shape[1] == 0:
        raise InvalidParameterError("X has no columns: there is nothing to learn from. Pass at least one.")
    if getattr(getattr(X, "dtype", None), "kind", "") == "c":
        raise InvalidParameterError("X holds complex numbers. Pass their parts as columns of their own.")
    check_readable(X)
    for model in (estimator, asking):
        _check_texts(X, model)
    for strategy in strategies:
        if isinstance(X, PartitionedPool) and _compares_rows(strategy):
            raise needs_whole(repr(strategy))
        if strategy.measures_distances and not _has_steps(asking) and not is_numeric(X):
            raise InvalidParameterError(
                f"{strategy!r} measures distances between rows, the pool is not numeric, and "
                f"{kind_of(asking).__name__} is no Pipeline whose first steps turn it into numbers. Pass "
                "sklearn.pipeline.make_pipeline(STEPS, CLASSIFIER) as the estimator, numeric features as X, or another "
                "strategy."
            )


def _compares_rows(strategy: QueryStrategy) -> bool:
    """Return whether a strategy, or the filter before it, measures distances from all rows of the pool."""
    if strategy.candidates is not None:
        return strategy.candidates.measures_distances
    # Of a strategy that leaves this to its parts it is a property, and a selection compares a few rows only.
    own: object = type(strategy).measures_distances
    return own is True


def _has_steps(model: Model) -> bool:
    return len(getattr(model, "steps", ())) > 1


def _check_texts(X: Pool, model: Model) -> None:
    """Refuse what the vectoriser that a pipeline starts with is known to refuse."""
    if not _has_steps(model):
        return
    from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer

    first = model.steps[0][1]
    if not isinstance(first, CountVectorizer | HashingVectorizer):
        return
    if len(X.shape) > 1:
        column = f"X[{X.columns[0]!r}]" if hasattr(X, "columns") and len(X.columns) else "X[:, 0]"
        raise InvalidParameterError(
            f"{type(first).__name__} takes one text a row, and X is a table of {X.shape[1]} columns. "
            f"Pass one column, such as {column}, or let a ColumnTransformer name it."
        )
    if first.preprocessor is not None or callable(first.analyzer) or first.input != "content":
        return  # something of the caller's own comes first
    for position, text in enumerate(X.tolist()):
        if not isinstance(text, str | bytes):
            raise InvalidParameterError(
                f"X[{position}] is {_shown(text)}, and {type(first).__name__} takes texts. "
                'Replace it, for example by "", or leave the row out.'
            )


def _shown(value: Any) -> str:
    is_gap = value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and np.isnan(value))
    return "missing (None, NaN or NA)" if is_gap else f"of type {type(value).__name__}"
