"""Figures of each class from a confusion matrix, and how they move together."""

from typing import NamedTuple

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray
from querist.exceptions import InvalidParameterError


class OfClasses(NamedTuple):
    """A figure of each class, whose mean is a figure of the model.

    Attributes
    ----------
    values : ndarray of shape (n_classes,)
    hits, rows : ndarray of shape (n_classes,)
        The share ``hits / rows`` from which each comes: given the number of rows, hits are binomial.
    correlation : ndarray of shape (n_classes, n_classes)
        Of the values, over samples of this size (delta method).
    """

    values: FloatArray
    hits: IntArray
    rows: IntArray
    correlation: FloatArray


def places(labels: AnyArray, classes: AnyArray) -> IntArray:
    """Return where each label stands among the sorted classes.

    Raises
    ------
    InvalidParameterError
        If one is not among them, or they are not sorted.
    """
    found = np.minimum(np.searchsorted(classes, labels), len(classes) - 1)
    strange = np.flatnonzero(np.asarray(classes)[found] != labels)
    if strange.size:
        raise InvalidParameterError(
            f"Label {labels[strange[0]]!r} is not among the classes {list(classes)}, or these are not sorted: "
            "give every class that was told or predicted, sorted."
        )
    return np.asarray(found, np.int64)


def confusion(truth: AnyArray, predicted: AnyArray, classes: AnyArray) -> FloatArray:
    """Return the counts: rows are true classes, columns predicted ones; `classes` is sorted."""
    k = len(classes)
    cells = places(truth, classes) * k + places(predicted, classes)
    return np.bincount(cells, minlength=k * k).reshape(k, k).astype(np.float64)


def recalls(matrix: FloatArray) -> OfClasses:
    """Return the recall of each class, ``M_cc / M_c.``; their mean is balanced accuracy.

    Each speaks of rows of its own, so they are not correlated.
    """
    hits, rows = np.diag(matrix), matrix.sum(axis=1)
    return OfClasses(hits / rows, hits.astype(np.int64), rows.astype(np.int64), np.eye(len(matrix)))


def f1_scores(matrix: FloatArray) -> OfClasses:
    """Return F1 of each class, ``2 M_cc / (M_c. + M_.c)``; their mean is macro F1.

    F1 is ``2 J / (1 + J)`` of Jaccard's index J, the share ``M_cc / (M_c. + M_.c - M_cc)`` of the rows that are the
    class or predicted as it. An error between two classes lowers the F1 of both. With p the shares of the smoothed
    matrix (`smoothed`) and ``d_c = p_c. + p_.c``, the delta method gives::

        cov(F_c, F_d) = F_c F_d (p_cd + p_dc) / (d_c d_d)      var(F_c) = F_c (1 - F_c) (2 - F_c) / d_c
    """
    hits = np.diag(matrix)
    rows = matrix.sum(axis=1) + matrix.sum(axis=0) - hits
    p = smoothed(matrix)
    p /= p.sum()
    both = p.sum(axis=0) + p.sum(axis=1)
    f1 = 2 * np.diag(p) / both
    covariance = np.outer(f1 / both, f1 / both) * (p + p.T)
    covariance[np.diag_indices(len(p))] = f1 * (1 - f1) * (2 - f1) / both
    deviation = np.sqrt(np.diag(covariance))
    return OfClasses(
        2 * hits / (rows + hits),
        hits.astype(np.int64),
        rows.astype(np.int64),
        covariance / np.outer(deviation, deviation),
    )


def smoothed(matrix: FloatArray) -> FloatArray:
    """Return the matrix with one more row per class, right and wrong in the proportion of all classes together.

    A class whose few rows are all right does not vary in the sample; its true recall may still be less than 1.
    """
    k = len(matrix)
    wrong = (matrix.sum() - np.trace(matrix) + 1) / (matrix.sum() + 2)
    extra: FloatArray = np.full((k, k), wrong / (k - 1))
    extra[np.diag_indices(k)] = 1 - wrong
    return matrix + extra
