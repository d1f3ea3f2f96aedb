"""Fit a fresh copy of a classifier to the answers so far."""

import copy
import warnings

import numpy as np
import sklearn
from sklearn.base import clone

from querist._random import derive_int
from querist._threads import SingleBlasThread
from querist._typing import AnyArray, Model, Pool
from querist.exceptions import InvalidParameterError
from querist.learners.label_encoded import LabelEncoded, needs_encoding

_FEW_LABELS = 2000


def warm_startable(estimator: Model) -> bool:
    """Return whether starting from the last solution is known to be safe for this classifier.

    That is so where the objective is strictly convex, so that the start changes the
    time and not the solution: logistic regression with a gradient solver.
    """
    from sklearn.linear_model import LogisticRegression

    return type(estimator) is LogisticRegression and estimator.solver != "liblinear"


def unset_random_states(estimator: Model) -> list[str]:
    """Return the names of the ``random_state`` parameters, nested ones too, that are None; sorted."""
    params = estimator.get_params(deep=True)
    return [name for name in sorted(params) if name.rpartition("__")[2] == "random_state" and params[name] is None]


class Refitter:
    """Fits clones of one classifier; the classifier itself is never fitted.

    Parameters
    ----------
    estimator : classifier
        Anything with the scikit-learn contract; one that takes only integer codes is wrapped.
    seed : int
        Unset ``random_state`` parameters are derived from it and the number of answers.
    warm_start : bool
        Start from the last solution while the classes stay the same.

    Raises
    ------
    InvalidParameterError
        If the object is no classifier, or `warm_start` is asked of one that is not known to take it.
    """

    def __init__(self, estimator: Model, *, seed: int, warm_start: bool = False) -> None:
        if isinstance(estimator, type) or not (hasattr(estimator, "fit") and hasattr(estimator, "predict")):
            raise InvalidParameterError(
                f"estimator must be a classifier object with fit and predict, got {estimator!r}."
            )
        self.estimator = LabelEncoded(estimator) if needs_encoding(estimator) else estimator
        if warm_start and not warm_startable(self.estimator):
            raise InvalidParameterError(
                f"warm_start=True is not safe for {type(estimator).__name__}; it is for LogisticRegression "
                "with any solver but liblinear. Use warm_start=False."
            )
        self.warm_start = warm_start
        self._seed = seed
        # A private unfitted copy: what the caller does to theirs later has no effect here.
        self._template = clone(self.estimator)
        params = self._template.get_params(deep=True)
        self._unseeded = unset_random_states(self._template)
        # Of an unfitted estimator whose parameters are immutable, a shallow copy is a clone,
        # without the inspection of signatures that takes clone longer than a small fit's algebra.
        self._copy_is_clone = all(value is None or isinstance(value, str | int | float) for value in params.values())
        self._validated = False

    def fit(self, X: Pool, labels: AnyArray, *, finite: bool, previous: Model = None) -> Model:
        """Return a fitted clone.

        Parameters
        ----------
        X : pool of shape (n_labelled, ...)
            The labelled rows, in the order of their answers.
        labels : ndarray of shape (n_labelled,)
        finite : bool
            Whether X is known to hold no NaN or infinity, so that it need not be searched again.
        previous : classifier, default=None
            The last fitted one, for a warm start.

        Raises
        ------
        Exception
            Whatever the classifier raises, with a note on what it was fitted on.
        """
        model = copy.copy(self._template) if self._copy_is_clone else clone(self._template)
        if self._unseeded:
            seed = derive_int(self._seed, "fit", len(labels))
            model.set_params(**dict.fromkeys(self._unseeded, seed))
        if self.warm_start:
            _start_from(model, previous, labels)
        try:
            with self.settings(finite=finite):
                _fit(model, X, labels)
        except Exception as error:
            error.add_note(f"Raised while fitting {type(self.estimator).__name__} on {len(labels)} answers.")
            raise
        self._validated = True
        return model

    def settings(self, *, finite: bool) -> "Settings":
        """Return the context of fits and predictions: one BLAS thread, no checks that have been done before."""
        return Settings(assume_finite=finite, skip_parameter_validation=self._validated)


class Settings(SingleBlasThread):
    """Context with one BLAS thread and fewer of scikit-learn's checks; what the caller has switched off stays off."""

    def __init__(self, **switches: bool) -> None:
        self._switches = switches

    def __enter__(self) -> None:
        before = sklearn.get_config()
        self._before = {name: before[name] for name in self._switches}
        sklearn.set_config(**{name: on or before[name] for name, on in self._switches.items()})
        super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        sklearn.set_config(**self._before)


def _fit(model: Model, X: Pool, labels: AnyArray) -> None:
    if len(labels) > _FEW_LABELS or 2 * len(set(labels.tolist())) < len(labels):
        model.fit(X, labels)
        return
    with warnings.catch_warnings():
        # scikit-learn asks whether many classes with few labels each are meant: here they are the rule.
        warnings.filterwarnings("ignore", "The number of unique classes is greater than 50%", UserWarning)
        model.fit(X, labels)


def _start_from(model: Model, previous: Model, labels: AnyArray) -> None:
    model.set_params(warm_start=True)
    if previous is None or not np.array_equal(np.unique(labels), previous.classes_):
        return
    # Copies: the caller may still hold the previous model.
    model.coef_ = previous.coef_.copy()
    model.intercept_ = previous.intercept_.copy()
    model.classes_ = previous.classes_
