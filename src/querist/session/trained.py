"""A classifier that is refitted when answers are new, and what it says of rows."""

import warnings
from collections.abc import Callable, Mapping

import numpy as np

from querist._pool import like
from querist._typing import AnyArray, Classifier, FloatArray, IntArray, Model, Pool
from querist._validation import take_rows
from querist._words import quoted
from querist.base.adapted import over_classes
from querist.base.blocks import by_blocks
from querist.base.scoring import needs_probabilities
from querist.exceptions import ModelMismatchWarning, ModelWaitsWarning, NotEnoughLabelsError
from querist.learners.few_labels import kind_of
from querist.learners.refit import Refitter
from querist.session.journal import Journal
from querist.session.lessons import AllAnswers, Lessons

# A version that no answers have.
_NONE = (-1, -1)
# From `Trained.usable` up to who calls `Session.ask`.
_CALLER = 6


class Trained:
    """The last fitted model of one classifier, and which answers it was fitted on.

    Parameters
    ----------
    refitter : Refitter
    journal : Journal
        Where the answers stand.
    lessons : Lessons, default=None
        Those that it may know; None: all.

    Attributes
    ----------
    model : classifier or None
        The last fitted one; it may be older than the last answers.
    waiting : str
        What the classifier waits for; "" if for nothing.
    """

    def __init__(self, refitter: Refitter, journal: Journal, lessons: Lessons | None = None) -> None:
        self.refitter = refitter
        self.lessons: Lessons = AllAnswers(journal) if lessons is None else lessons
        self.model: Classifier | None = None
        self.waiting = ""
        self._journal = journal
        self._version = _NONE
        # At which version of the answers the classifier was found to wait, and what stands in for it.
        self._waits_at = _NONE
        self._stand_in: Classifier | None = None
        self._has_warned = False
        # The last model that was fitted here, and the rows that it learned from, in their order.
        self._learned: tuple[Classifier | None, IntArray] = (None, np.empty(0, np.int64))

    def fit(self) -> Classifier:
        """Return the model of the present answers.

        Raises
        ------
        NotEnoughLabelsError
            If fewer than two classes have answers, or the classifier takes more answers of them.
        Exception
            Whatever else the classifier raises.
        """
        version = self.lessons.version
        if self.model is not None and self._version == version:
            return self.model
        self._require_answers()
        if self._waits_at == version:
            raise NotEnoughLabelsError(self.waiting)
        try:
            model: Classifier = self._fitted()
        except NotEnoughLabelsError as error:
            self._wait(str(error))
            raise NotEnoughLabelsError(self.waiting) from error.__cause__
        self.model, self._version, self.waiting, self._stand_in = model, version, "", None
        self._learned = (model, self.lessons.rows)
        return model

    def _require_answers(self) -> None:
        """Refuse to train where no model could be made of the answers."""
        lessons = self.lessons
        if lessons.n_classes < 2:
            self.waiting = ""
            raise NotEnoughLabelsError(
                f"{lessons.rows.size} answers of {lessons.n_classes} classes cannot train a model; "
                "two classes are needed. Ask and tell more rows (until then ask() uses the cold-start strategy)."
            )

    def _fitted(self) -> Model:
        """Return the model of the present answers, or raise that there are too few for it."""
        journal, lessons = self._journal, self.lessons
        model: Model = self.refitter.fit_or_wait(
            lessons.features(),
            lessons.labels,
            pool=journal.X,
            rows=lessons.rows,
            finite=journal.is_finite,
            previous=self._last_whole(),
            n_same=self._n_same(),
            weights=lessons.weights,
        )
        return model

    def usable(self) -> Classifier | None:
        """Return the model to go on with: of the present answers, or, while it waits, of the classes that have enough.

        None while there is neither.

        Warns
        -----
        ModelWaitsWarning
            When the classifier begins to wait.
        """
        try:
            model = self.fit()
        except NotEnoughLabelsError:
            if self.waiting and not self._has_warned:
                self._has_warned = True
                warnings.warn(self.waiting, ModelWaitsWarning, stacklevel=_CALLER)
            return self._stand_in if self.waiting else None
        self._has_warned = False
        return model

    def last(self) -> Classifier:
        """Return the last fitted model; see `Session.model`."""
        if self.model is None:
            from sklearn.exceptions import NotFittedError

            raise NotFittedError("No model yet: tell answers of at least two classes, then call fit().")
        return self.model

    def fit_on(self, rows: IntArray, labels: AnyArray) -> Classifier:
        """Fit a model of its own on some answers; the last fitted one stays. See `Refitter.fit_as_far`."""
        weights = self._journal.state.answers.weights_of(rows)
        model: Classifier = self.refitter.fit_as_far(take_rows(self._journal.X, rows), labels, weights)
        return model

    def predict(self, X: Pool = None) -> AnyArray:
        """Return the likeliest class of each row of `X`, by default of the pool."""
        model = self.fit()
        X, finite = self._rows(X)
        with self.refitter.settings(finite=finite):
            return by_blocks(self._says(model), X)

    def predict_rows(self, rows: IntArray, model: Classifier | None = None) -> AnyArray:
        """Return the likeliest class of rows of the pool, as `model` says or, without one, the present model."""
        model = self.fit() if model is None else model
        with self.refitter.settings(finite=self._journal.is_finite):
            return by_blocks(self._says(model), self._journal.X, rows)

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
            return by_blocks(self._proba_of(model), X)

    def confidences(self, rows: IntArray) -> FloatArray | None:
        """Return the largest probability of each row; None of a model without, or while there is none to go on with."""
        model = self.usable()
        if model is None or not hasattr(model, "predict_proba"):
            return None
        if not rows.size:
            return np.empty(0)
        proba = self._proba_of(model)
        with self.refitter.settings(finite=self._journal.is_finite):
            return by_blocks(lambda part: np.asarray(proba(part).max(axis=1)), self._journal.X, rows)

    def _says(self, model: Model) -> Callable[[Pool], AnyArray]:
        """Return what a model predicts for rows, as a function of a block of them."""
        predict: Callable[[Pool], AnyArray] = model.predict
        return predict

    def _proba_of(self, model: Model) -> Callable[[Pool], AnyArray]:
        classes = self._journal.state.classes
        return lambda part: over_classes(model, part, classes)

    def _wait(self, why: str) -> None:
        self._waits_at = self.lessons.version
        self._stand_in = self._find_stand_in()
        if self._stand_in is None:
            then = "Until then ask() uses the cold-start strategy."
        else:
            then = (
                f"Until then ask() goes on with a model of {quoted(np.asarray(self._stand_in.classes_).tolist(), 5)}."
            )
            self.model = self._stand_in
            self._version = _NONE
        self.waiting = f"{why.rstrip('.')}. {then}"

    def _find_stand_in(self) -> Model | None:
        """Return a model of the classes that have enough answers; None if there is none."""
        lessons = self.lessons
        return self.refitter.fit_known(
            lessons.features(), lessons.labels, finite=self._journal.is_finite, weights=lessons.weights
        )

    def _last_whole(self) -> Classifier | None:
        return None if self.model is self._stand_in else self.model

    def _n_same(self) -> int:
        """Return how many of the first rows are those of the last model: all of them, or none."""
        model, rows = self._learned
        same = model is not None and model is self.model and np.array_equal(self.lessons.rows[: rows.size], rows)
        return rows.size if same else 0

    def _rows(self, X: Pool) -> tuple[Pool, bool]:
        return (self._journal.X, self._journal.is_finite) if X is None else (like(X, self._journal.X), False)


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
    others = [name for name, model in trained.items() if kind_of(model) is not kind_of(asking)]
    if others:
        warnings.warn(
            f"{kind_of(asking).__name__} asks on behalf of {', '.join(others)}. In a comparison on 26 data sets, "
            "uncertainty of another model than the trained one was on average no better than random rows "
            "(Lu et al. 2023, arXiv 2306.08954). Leave out query_estimator unless you have checked that it helps.",
            ModelMismatchWarning,
            stacklevel=stacklevel + 1,
        )
