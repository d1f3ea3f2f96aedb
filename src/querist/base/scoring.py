"""From a fitted model to one number per candidate, streamed in row blocks."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from querist._blocks import row_blocks
from querist._partitioned import PartitionedPool, needs_whole
from querist._typing import AnyArray, FloatArray, IntArray, Model, Pool
from querist._validation import n_rows, take_rows
from querist.base.adapted import name_of
from querist.base.blocks import pool_width
from querist.base.forest_scoring import forest_probabilities
from querist.base.linear import is_logistic, logistic_probabilities, products
from querist.base.returned import not_finite
from querist.exceptions import NotEnoughLabelsError, UnsupportedModelError
from querist.measures.uncertainty import UNCERTAINTIES, Uncertainty, decision_margin

BlockFunction = Callable[[Pool], FloatArray]


def score_rows(X: Pool, candidates: IntArray, function: BlockFunction, *, n_outputs: int) -> FloatArray:
    """Apply `function` to the candidates' rows of `X`, block by block; in a pool of partitions, where they are.

    Blocks of which most rows are candidates are passed as views and the rest
    dropped afterwards: gathering rows costs more than scoring a few too many.

    Parameters
    ----------
    X : pool of shape (n_rows, ...)
    candidates : ndarray of shape (n_candidates,)
        Ascending row numbers.
    function : callable
        From a block of rows to one float per row.
    n_outputs : int
        Values per row that `function` computes; with the width of X it sets the block size.

    Returns
    -------
    ndarray of shape (n_candidates,)
    """
    if isinstance(X, PartitionedPool) and candidates.size:
        return X.by_rows(partial(_scores_of_part, function, n_outputs), candidates)
    result = np.empty(candidates.size, np.float64)
    for positions, block, inside in candidate_blocks(X, candidates, n_outputs=n_outputs):
        values = function(block)
        result[positions] = values if inside is None else values[inside]
    return result


def _scores_of_part(function: BlockFunction, n_outputs: int, part: Pool, rows: IntArray | None) -> FloatArray:
    return score_rows(part, np.arange(n_rows(part)) if rows is None else rows, function, n_outputs=n_outputs)


def candidate_probabilities(model: Model, X: Pool, candidates: IntArray) -> FloatArray:
    """Return what a model says of each candidate, asked block by block; for strategies that need all of it at once.

    Parameters
    ----------
    model : classifier
        Fitted.
    X : pool of shape (n_rows, ...)
    candidates : ndarray of shape (n_candidates,)
        Ascending row numbers.

    Returns
    -------
    ndarray of shape (n_candidates, n_classes)

    Raises
    ------
    UnsupportedModelError
        If the model has no probabilities.
    """
    n_classes = known_classes(model).size
    if not hasattr(model, "predict_proba"):
        raise needs_probabilities(model, "this strategy")
    result = np.empty((candidates.size, n_classes))
    for positions, block, inside in candidate_blocks(X, candidates, n_outputs=n_classes):
        found = probabilities(model, block)
        result[positions] = found if inside is None else found[inside]
    return result


def predicted_targets(model: Model, X: Pool, candidates: IntArray) -> FloatArray:
    """Return the target that a regressor predicts for each candidate, asked block by block.

    Parameters
    ----------
    model : regressor
        Fitted on one target per row.
    X : pool of shape (n_rows, ...)
    candidates : ndarray of shape (n_candidates,)
        Ascending row numbers.

    Returns
    -------
    ndarray of shape (n_candidates,)

    Raises
    ------
    UnsupportedModelError
        If it predicts no number, or several, for a row.
    """
    return score_rows(X, candidates, partial(targets, model), n_outputs=1)


def targets(model: Model, block: Pool) -> FloatArray:
    """Return ``predict`` of a regressor for a block, shape (n,), refusing values that are not numbers."""
    return one_each(model.predict(block), block, f"{name_of(model)}.predict")


def one_each(values: Any, block: Pool, what: str) -> FloatArray:
    """Return what a regressor says of the rows of a block as one number each, or refuse it."""
    array: FloatArray = np.asarray(values, np.float64)
    if array.size != n_rows(block) or array.ndim > 2:
        raise UnsupportedModelError(
            f"{what} returned shape {array.shape} for {n_rows(block)} rows; one number per row is wanted. Fit the "
            "regressor on one target per row."
        )
    if not np.isfinite(array.sum()):
        raise not_finite(what)
    return array.reshape(-1)


def candidate_blocks(
    X: Pool, candidates: IntArray, *, n_outputs: int = 1
) -> Iterator[tuple[slice, Pool, IntArray | None]]:
    """Yield the candidates' rows of `X` in blocks.

    Blocks of which most rows are candidates come whole, as views where X is an array:
    gathering rows costs more than working through a few too many.

    Parameters
    ----------
    X : pool of shape (n_rows, ...)
    candidates : ndarray of shape (n_candidates,)
        Ascending row numbers.
    n_outputs : int, default=1
        Values per row that the caller computes; with the width of X it sets the block size.

    Yields
    ------
    positions : slice
        Which candidates the block covers.
    block : pool of shape (n_block, ...)
    inside : ndarray or None
        Rows of the block that are the candidates; None if all are.

    Raises
    ------
    InvalidParameterError
        If it is a pool of partitions, whose rows do not come here.
    """
    if isinstance(X, PartitionedPool):
        raise needs_whole("This strategy")
    begin = 0
    for block in row_blocks(n_rows(X), max(pool_width(X), n_outputs)):
        end = begin + int(np.searchsorted(candidates[begin:], block.stop))
        if end == begin:
            continue
        rows = candidates[begin:end]
        size = block.stop - block.start
        if rows.size == size:
            yield slice(begin, end), take_rows(X, block), None
        elif 2 * rows.size > size:
            yield slice(begin, end), take_rows(X, block), rows - block.start
        else:
            yield slice(begin, end), take_rows(X, rows), None
        begin = end


def uncertainty(model: Model, X: Pool, candidates: IntArray, kind: Uncertainty) -> FloatArray:
    """Return how uncertain `model` is about each candidate.

    Parameters
    ----------
    model : classifier
        Fitted; with ``predict_proba``, or with ``decision_function`` where the order
        of margins is all that counts (any number of classes for ``"margin"``, two
        for the others, which then order rows alike).
    X : pool of shape (n_rows, ...)
    candidates : ndarray of shape (n_candidates,)
        Ascending row numbers.
    kind : {"least_confidence", "margin", "entropy"}

    Returns
    -------
    ndarray of shape (n_candidates,)
        Larger = less certain. See `querist.measures.uncertainty` for the ranges;
        from decision values it is `decision_margin`, in (0, 1].

    Raises
    ------
    UnsupportedModelError
        If the model has neither method, or lacks probabilities that `kind` needs.
    """
    n_classes = known_classes(model).size
    if hasattr(model, "predict_proba"):
        measure = UNCERTAINTIES[kind]
        return score_rows(X, candidates, lambda block: measure(probabilities(model, block)), n_outputs=n_classes)
    if hasattr(model, "decision_function"):
        if kind == "margin" or n_classes == 2:
            return score_rows(
                X, candidates, lambda block: decision_margin(decision_values(model, block)), n_outputs=n_classes
            )
        raise needs_probabilities(model, f"{kind} of more than two classes")
    raise UnsupportedModelError(
        f"{name_of(model)} has neither predict_proba nor decision_function, so its uncertainty is unknown. "
        "Use another estimator, or a strategy that needs no model."
    )


def needs_probabilities(model: Model, purpose: str) -> UnsupportedModelError:
    """Return the error for a model without ``predict_proba``, naming the remedies."""
    return UnsupportedModelError(
        f"{name_of(model)} has no predict_proba, and {purpose} needs probabilities. "
        "Wrap it in sklearn.calibration.CalibratedClassifierCV, or use a strategy that is content "
        "with decision_function for any number of classes."
    )


def known_classes(model: Model) -> AnyArray:
    """Return the classes that a fitted model tells apart.

    Raises
    ------
    NotEnoughLabelsError
        If it has seen only one class.
    UnsupportedModelError
        If it is not a fitted classifier.
    """
    classes = getattr(model, "classes_", None)
    if classes is None:
        raise UnsupportedModelError(f"{type(model).__name__} has no classes_: pass a classifier that has been fitted.")
    if len(classes) < 2:
        raise NotEnoughLabelsError(
            f"The model knows only the class {classes[0]!r}; label rows of at least two classes first, "
            "for example rows drawn at random."
        )
    return np.asarray(classes)


def probabilities(model: Model, block: Pool) -> AnyArray:
    """Return ``predict_proba`` of a block, refusing values that are not numbers."""
    # A wrapper that changes nothing of what its classifier says names it.
    model = getattr(model, "answering_", model)
    proba = _logistic(model, block) if _is_plain_logistic(model, block) else forest_probabilities(model, block)
    if proba is None:
        proba = np.asarray(model.predict_proba(block))
    # A sum is not finite when any of its terms is not, and costs no temporary array.
    if not np.isfinite(proba.sum()):
        raise not_finite(f"{name_of(model)}.predict_proba")
    return proba


def _is_plain_logistic(model: Model, block: Pool) -> bool:
    return (
        isinstance(block, np.ndarray)
        and block.ndim == 2
        and block.dtype.kind in "biuf"
        and len(model.classes_) == 2
        and is_logistic(model)
    )


def _logistic(model: Model, block: AnyArray) -> AnyArray:
    """Return what ``LogisticRegression.predict_proba`` computes for two classes, without its checks.

    It is the commonest model of the loop. On small pools the checks take longer than the
    arithmetic, on large ones copies take a good part of the time (``benchmarks/speed``).
    """
    decision = products(block, model.coef_[0])
    decision += model.intercept_[0]
    return logistic_probabilities(decision)


def decision_values(model: Model, block: Pool) -> AnyArray:
    """Return ``decision_function`` of a block, refusing values that are not numbers."""
    scores = np.asarray(model.decision_function(block))
    if not np.isfinite(scores.sum()):
        raise not_finite(f"{name_of(model)}.decision_function")
    return scores
