"""Smooth functions of a confusion matrix, with the influence of one row: figures and their variances."""

import math
from typing import NamedTuple

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray
from querist.exceptions import InvalidParameterError


class Figure(NamedTuple):
    """A figure of a confusion matrix.

    Attributes
    ----------
    value : float
    influence : ndarray of shape (n_classes, n_classes)
        By how much a further row of that cell moves the figure, times the number of rows: the
        derivative with respect to the cell's share. Its mean over the matrix is 0.
    """

    value: float
    influence: FloatArray


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


def balanced_accuracy(matrix: FloatArray) -> Figure:
    """Return the mean recall over classes: ``mean_c M_cc / M_c.``.

    Influence of a row of class j predicted as k: ``(1[j = k] - r_j) / (C p_j)``, p_j the class's share.
    """
    shares = matrix.sum(axis=1) / matrix.sum()
    recalls = np.diag(matrix) / matrix.sum(axis=1)
    influence = (np.eye(len(matrix)) - recalls[:, None]) / (len(matrix) * shares[:, None])
    return Figure(float(recalls.mean()), influence)


def macro_f1(matrix: FloatArray) -> Figure:
    """Return the mean F1 over classes, ``F_c = 2 M_cc / (M_c. + M_.c)``.

    Influence: the mean over classes of ``(2 [j=k=c] - F_c ([j=c] + [k=c])) / d_c`` with d_c the share of
    true plus that of predicted rows of the class (delta method).
    """
    size = matrix.sum()
    both = (matrix.sum(axis=0) + matrix.sum(axis=1)) / size
    f1 = 2 * np.diag(matrix) / size / both
    weight = f1 / both
    influence = (np.diag(2 / both) - weight[:, None] - weight[None, :]) / len(matrix)
    return Figure(float(f1.mean()), influence)


def effective_size(matrix: FloatArray, figure: Figure) -> float:
    """Return the sample size with which a proportion of this value would have the figure's standard error.

    ``v (1 - v) / se^2`` with ``se^2 = sum_jk share_jk influence_jk^2 / n`` (delta method).
    """
    size = matrix.sum()
    se2 = float((matrix / size * figure.influence**2).sum() / size)
    return figure.value * (1 - figure.value) / se2 if se2 > 0 else math.inf


def smoothed(matrix: FloatArray) -> FloatArray:
    """Return the matrix with one more row per class, right and wrong in the proportion of all classes together.

    A class whose few rows are all right does not vary in the sample; its true recall may still be less than 1.
    """
    k = len(matrix)
    wrong = (matrix.sum() - np.trace(matrix) + 1) / (matrix.sum() + 2)
    extra: FloatArray = np.full((k, k), wrong / (k - 1))
    extra[np.diag_indices(k)] = 1 - wrong
    return matrix + extra
