"""How uncertain a prediction is: one number per row of probabilities or decision values.

Larger always means more uncertain. Rows are worked through in blocks that stay in
the processor's cache, so beyond the result nothing of the size of the input is
allocated, whatever the number of classes.
"""

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np

from querist._typing import AnyArray, FloatArray

_BLOCK_VALUES = 1 << 16
# Up to this many columns a sweep over columns is faster than a reduction along rows.
_NARROW = 32


def least_confidence(proba: AnyArray) -> FloatArray:
    """One minus the highest probability.

    Parameters
    ----------
    proba : ndarray of shape (n_rows, n_classes)
        Class probabilities; rows sum to 1.

    Returns
    -------
    ndarray of shape (n_rows,)
        In [0, 1 - 1/n_classes]; 0 where the model is certain.

    References
    ----------
    .. [1] D. D. Lewis, W. A. Gale, "A sequential algorithm for training text
       classifiers", SIGIR 1994, doi:10.1007/978-1-4471-2099-5_1.
    """
    return _by_blocks(proba, lambda block: 1.0 - _highest(block))


def margin(proba: AnyArray) -> FloatArray:
    """One minus the gap between the two highest probabilities.

    Parameters
    ----------
    proba : ndarray of shape (n_rows, n_classes)
        Class probabilities; rows sum to 1. A missing second class counts as 0.

    Returns
    -------
    ndarray of shape (n_rows,)
        In [0, 1]; 1 where the two likeliest classes tie.

    References
    ----------
    .. [1] T. Scheffer, C. Decomain, S. Wrobel, "Active hidden Markov models for
       information extraction", IDA 2001, doi:10.1007/3-540-44816-0_31.
    """

    def of_block(block: AnyArray) -> FloatArray:
        first, second = two_highest(block)
        return 1.0 - (first - second)

    return _by_blocks(proba, of_block)


def entropy(proba: AnyArray) -> FloatArray:
    """Shannon entropy of the probabilities, in nats.

    Parameters
    ----------
    proba : ndarray of shape (n_rows, n_classes)
        Class probabilities; rows sum to 1. 0 * log 0 counts as 0.

    Returns
    -------
    ndarray of shape (n_rows,)
        In [0, log(n_classes)].

    References
    ----------
    .. [1] C. E. Shannon, "A mathematical theory of communication", Bell System
       Technical Journal, 1948, doi:10.1002/j.1538-7305.1948.tb01338.x.
    """
    tiny = np.finfo(np.float64).tiny

    def of_block(block: AnyArray) -> FloatArray:
        logs = np.maximum(block, tiny, dtype=np.float64)
        np.log(logs, out=logs)
        result: FloatArray = -np.einsum("ij,ij->i", block, logs)
        return np.maximum(result, 0.0, out=result)

    return _by_blocks(proba, of_block)


def expected_gradient(proba: AnyArray) -> FloatArray:
    """Expected length of the gradient of the log loss with respect to the values behind a softmax.

    ``sum_c p_c |p - e_c|`` with e_c the indicator of class c, where ``|p - e_c|**2 = |p|**2 + 1 - 2 p_c``.

    Parameters
    ----------
    proba : ndarray of shape (n_rows, n_classes)
        Class probabilities; rows sum to 1.

    Returns
    -------
    ndarray of shape (n_rows,)
        In [0, sqrt(1 - 1/n_classes)]; 0 where the model is certain.

    References
    ----------
    .. [1] B. Settles, M. Craven, S. Ray, "Multiple-instance active learning", NIPS 2007.
    """

    def of_block(block: AnyArray) -> FloatArray:
        lengths = (1.0 + np.einsum("ij,ij->i", block, block, dtype=np.float64))[:, np.newaxis] - 2.0 * block
        # Rounding can leave a tiny negative number where a class is certain.
        np.sqrt(np.maximum(lengths, 0.0, out=lengths), out=lengths)
        expected: FloatArray = np.einsum("ij,ij->i", block, lengths)
        return expected

    return _by_blocks(proba, of_block)


def decision_margin(scores: AnyArray) -> FloatArray:
    """Closeness to the decision boundary, from a model without probabilities.

    ``1 / (1 + g)``, where g is the absolute decision value of a binary model or
    the gap between the two highest values of a multi-class model. It orders rows
    exactly as the raw gap does, and like a probability margin it is positive and
    at most 1, so it can serve as a weight.

    Parameters
    ----------
    scores : ndarray of shape (n_rows,) or (n_rows, n_classes)
        What ``decision_function`` returns.

    Returns
    -------
    ndarray of shape (n_rows,)
        In (0, 1]; 1 on the boundary.
    """
    if scores.ndim == 1:
        return 1.0 / (1.0 + np.abs(scores.astype(np.float64, copy=False)))

    def of_block(block: AnyArray) -> FloatArray:
        first, second = two_highest(block)
        return 1.0 / (1.0 + (first - second))

    return _by_blocks(scores, of_block)


Uncertainty: TypeAlias = Literal["least_confidence", "margin", "entropy"]
# What strategies with an `uncertainty` parameter take. A new one stands here, in the type, and in their docstrings.
UNCERTAINTIES: dict[Uncertainty, Callable[[AnyArray], FloatArray]] = {
    "least_confidence": least_confidence,
    "margin": margin,
    "entropy": entropy,
}


def _by_blocks(values: AnyArray, function: Callable[[AnyArray], FloatArray]) -> FloatArray:
    rows, columns = values.shape
    result = np.empty(rows, np.float64)
    step = max(_BLOCK_VALUES // max(columns, 1), 64)
    for start in range(0, rows, step):
        result[start : start + step] = function(values[start : start + step])
    return result


def _highest(block: AnyArray) -> FloatArray:
    if block.shape[1] > _NARROW:
        highest: FloatArray = np.max(block, axis=1).astype(np.float64, copy=False)
        return highest
    first = block[:, 0].astype(np.float64)
    for column in range(1, block.shape[1]):
        np.maximum(first, block[:, column], out=first)
    return first


def two_highest(block: AnyArray) -> tuple[FloatArray, FloatArray]:
    """Return the highest value of each row of an array of shape (n, n_columns), and the second highest; 0 if none."""
    if block.shape[1] == 1:
        first = block[:, 0].astype(np.float64)
        return first, np.zeros_like(first)
    if block.shape[1] > _NARROW:
        top = np.partition(block, block.shape[1] - 2, axis=1)[:, -2:].astype(np.float64, copy=False)
        return top[:, 1], top[:, 0]
    first = np.maximum(block[:, 0], block[:, 1], dtype=np.float64)
    second = np.minimum(block[:, 0], block[:, 1], dtype=np.float64)
    lower = np.empty_like(first)
    for column in range(2, block.shape[1]):
        np.minimum(first, block[:, column], out=lower)
        np.maximum(second, lower, out=second)
        np.maximum(first, block[:, column], out=first)
    return first, second
