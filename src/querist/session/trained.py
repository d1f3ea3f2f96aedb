"""A classifier that is refitted when answers are new, and what it says of rows."""

import warnings
from collections.abc import Mapping

import numpy as np

from querist._pool import like
from querist._typing import AnyArray, Classifier, FloatArray, IntArray, Label, Model, Pool
from querist._validation import take_rows
from querist.base.scoring import needs_probabilities
from querist.exceptions import ModelMismatchWarning, NotEnoughLabelsError
from querist.learners.refit import Refitter
from querist.session.journal import Journal


class Trained:
    """The last fitted model of one classifier, and which answers it was fitted on.

    Parameters
    ----------
    refitter : Refitter
    journal : Journal
        Where the answers stand.

    Attributes
    ----------
    model : classifier or None
        The last fitted one; it may be older than the last answers.
    """

    def __init__(self, refitter: Refitter, journal: Journal) -> None:
        self.refitter = refitter
        self.model: Classifier | None = None
        self._journal = journal
        self._version = -1

    def fit(self) -> Classifier:
        """Return the model of the present answers.

        Raises
        ------
        NotEnoughLabelsError
            If fewer than two classes have answers.
        Exception
            Whatever the classifier raises.
        """
        journal = self._journal
        if self.model is not None and self._version == journal.version:
            return self.model
        answers = journal.state.answers
        if journal.state.n_classes_answered < 2:
            raise NotEnoughLabelsError(
                f"{len(answers)} answers of {journal.state.n_classes_answered} classes cannot train a model; "
                "two classes are needed. Ask and tell more rows (until then ask() uses the cold-start strategy)."
            )
        model: Classifier = self.refitter.fit(
            answers.features(), answers.labels, finite=journal.is_finite, previous=self.model
        )
        self.model, self._version = model, journal.version
        return model

    def last(self) -> Classifier:
        """Return the last fitted model; see `Session.model`."""
        if self.model is None:
            from sklearn.exceptions import NotFittedError

            raise NotFittedError("No model yet: tell answers of at least two classes, then call fit().")
        return self.model

    def fit_on(self, rows: IntArray, labels: AnyArray) -> Classifier:
        """Fit a model of its own on some answers; the last fitted one stays."""
        model: Classifier = self.refitter.fit(take_rows(self._journal.X, rows), labels, finite=False, previous=None)
        return model

    def predict(self, X: Pool = None) -> AnyArray:
        """Return the likeliest class of each row of `X`, by default of the pool."""
        model = self.fit()
        X, finite = self._rows(X)
        with self.refitter.settings(finite=finite):
            return np.asarray(model.predict(X))

    def predict_rows(self, rows: IntArray) -> AnyArray:
        """Return the likeliest class of rows of the pool."""
        model = self.fit()
        with self.refitter.settings(finite=self._journal.is_finite):
            return np.asarray(model.predict(take_rows(self._journal.X, rows)))

    def predict_proba(self, X: Pool = None) -> AnyArray:
        """Return class probabilities; columns follow the session's classes.

        Raises
        ------
        UnsupportedModelError
            If the classifier has no ``predict_proba``.
        """
        model = self.fit()
        if not hasattr(model, "predict_proba"):
            raise needs_probabilities(model, "Session.predict_proba")
        X, finite = self._rows(X)
        with self.refitter.settings(finite=finite):
            return _aligned(model.classes_, np.asarray(model.predict_proba(X)), self._journal.state.classes)

    def confidences(self, rows: IntArray) -> FloatArray | None:
        """Return the largest probability of each row; None of a model without, or before there is one."""
        if self._journal.state.n_classes_answered < 2 or not hasattr(self.fit(), "predict_proba"):
            return None
        if not rows.size:
            return np.empty(0)
        return np.asarray(self.predict_proba(take_rows(self._journal.X, rows)).max(axis=1))

    def _rows(self, X: Pool) -> tuple[Pool, bool]:
        return (self._journal.X, self._journal.is_finite) if X is None else (like(X, self._journal.X), False)


def _aligned(known: AnyArray, proba: AnyArray, classes: list[Label]) -> AnyArray:
    """Return probabilities with one column for each of `classes`, 0 for those the model has not seen."""
    column = {label: position for position, label in enumerate(classes)}
    aligned = np.zeros((proba.shape[0], len(classes)), proba.dtype)
    aligned[:, [column[label] for label in np.asarray(known).tolist()]] = proba
    return aligned


def warn_of_mismatch(asking: Model, trained: Mapping[str, Model], *, stacklevel: int) -> None:
    """Warn where a classifier of another class asks than one that is trained.

    Parameters
    ----------
    asking : classifier
    trained : dict of str to classifier
        By what they are called.
    stacklevel : int
        As `warnings.warn` takes it: how many calls up stands who is told.

    Warns
    -----
    ModelMismatchWarning
    """
    others = [name for name, model in trained.items() if type(model) is not type(asking)]
    if others:
        warnings.warn(
            f"{type(asking).__name__} asks on behalf of {', '.join(others)}. In a comparison on 26 data sets, "
            "uncertainty of another model than the trained one was on average no better than random rows "
            "(Lu et al. 2023, arXiv 2306.08954). Leave out query_estimator unless you have checked that it helps.",
            ModelMismatchWarning,
            stacklevel=stacklevel + 1,
        )
