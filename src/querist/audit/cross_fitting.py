"""Predictions for the audit rows by models that have not seen them."""

from collections.abc import Callable, Generator
from typing import NamedTuple

import numpy as np

from querist._typing import AnyArray, Classifier, FloatArray, IntArray, PoolLike
from querist._validation import take_rows
from querist.audit.folds import held_out
from querist.audit.steps import finished
from querist.base.adapted import adapted, over_classes
from querist.exceptions import NotEnoughLabelsError

Fit = Callable[[IntArray, AnyArray], Classifier]


class CrossFit(NamedTuple):
    """What models that never saw the rows say about them.

    Attributes
    ----------
    predicted : ndarray of shape (n,)
        Labels.
    probabilities : ndarray of shape (n, n_classes) or None
        Columns in the order of `classes`; a class unknown to a fold's model gets 0. None if the
        models have no ``predict_proba``.
    classes : ndarray of shape (n_classes,)
    """

    predicted: AnyArray
    probabilities: FloatArray | None
    classes: AnyArray

    @property
    def confidence(self) -> FloatArray | None:
        """The largest probability of each row."""
        return None if self.probabilities is None else self.probabilities.max(axis=1)

    @property
    def sure(self) -> FloatArray:
        """The same, of models that have probabilities."""
        assert self.probabilities is not None
        return np.asarray(self.probabilities.max(axis=1))

    def over(self, classes: AnyArray) -> FloatArray:
        """Return the probabilities with a column for each of these sorted classes, which hold all of `classes`."""
        assert self.probabilities is not None
        wide = np.zeros((len(self.predicted), classes.size))
        wide[:, np.searchsorted(classes, self.classes)] = self.probabilities
        return wide


def cross_fit(
    fit: Fit, X: PoolLike, rows: IntArray, labels: AnyArray, held: IntArray, *, n_folds: int | None = None
) -> CrossFit:
    """Predict each held row with a model trained on all labels but those of the held rows in its fold.

    Parameters
    ----------
    fit : callable
        From (rows, labels) to a fitted classifier.
    X : pool
    rows, labels : ndarray of shape (n_labelled,)
        Every labelled row and its answer.
    held : ndarray of shape (n,)
        Those of `rows` to predict: the audit sample.
    n_folds : int, default=None
        See `held_out`.

    Returns
    -------
    CrossFit
        In the order of `held`.

    Raises
    ------
    InvalidParameterError
        If a held row has no label.
    Exception
        Whatever `fit` raises.

    Notes
    -----
    Labels outside the held rows train every fold's model: they were chosen, so no honest figure can
    be taken from them, but the model whose accuracy is asked for has seen them. A fold that leaves answers of one class
    only predicts that class; one that leaves too few answers for the classifier (`NotEnoughLabelsError`) predicts the
    commonest class of those answers, with their shares as probabilities.
    """
    return finished(cross_fitting(fit, X, rows, labels, held, n_folds=n_folds))


def cross_fitting(
    fit: Fit, X: PoolLike, rows: IntArray, labels: AnyArray, held: IntArray, *, n_folds: int | None = None
) -> Generator[None, None, CrossFit]:
    """Do what `cross_fit` does, a fold a step."""
    classes = np.unique(labels)
    predicted = np.empty(held.size, labels.dtype)
    probabilities: FloatArray | None = np.zeros((held.size, classes.size))
    for inside, train in held_out(rows, held, n_folds):
        yield
        left = np.unique(labels[train])
        if left.size == 1:
            predicted[inside] = left[0]
            if probabilities is not None:
                probabilities[inside, np.searchsorted(classes, left[0])] = 1.0
            continue
        try:
            model = adapted(fit(rows[train], labels[train]), labels[train])
        except NotEnoughLabelsError:
            shares = np.array([np.mean(labels[train] == label) for label in classes])
            predicted[inside] = classes[shares.argmax()]
            if probabilities is not None:
                probabilities[inside] = shares
            continue
        block = take_rows(X, held[inside])
        if hasattr(model, "predict_proba") and probabilities is not None:
            probabilities[inside] = over_classes(model, block, classes)
            predicted[inside] = classes[probabilities[inside].argmax(axis=1)]
        else:
            probabilities = None
            predicted[inside] = model.predict(block)
    return CrossFit(predicted, probabilities, classes)
