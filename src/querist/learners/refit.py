"""Fit a fresh copy of a classifier to the answers so far."""

import contextlib
import warnings

import numpy as np
from sklearn.base import clone

from querist._random import derive_int
from querist._typing import AnyArray, FloatArray, IntArray, Model, Pool
from querist._validation import take_rows
from querist.base.adapted import Adapted, keeps_contract
from querist.base.contract import check_classifier
from querist.exceptions import InvalidParameterError, NotEnoughLabelsError, QueristError
from querist.learners.encoding import encoded
from querist.learners.few_labels import FewLabels, unwrapped
from querist.learners.label_encoded import LabelEncoded, label_encoded
from querist.learners.logistic import NewtonLogisticRegression
from querist.learners.settings import Settings
from querist.learners.waiting import (
    enough_of_each,
    fewest,
    kept_classes,
    kind_of,
    needed_of_each,
    other_trouble,
    others_of,
    told,
)
from querist.learners.weighting import check_takes_weights, weight_keyword
from querist.learners.wrapping import begin_at, set_seeds, unfitted_copy

_FEW_LABELS = 2000
# So many answers no classifier needs before it can predict a row.
_FEW_TO_PREDICT = 1000
# What XGBoost says of labels other than 0 to n_classes - 1, also where it stands hidden in a class of somebody's own.
_WANTS_CODES = "Invalid classes inferred"


def warm_startable(estimator: Model) -> bool:
    """Return whether starting from the last solution is known to be safe for this classifier.

    That is so where the objective is strictly convex, so that the start changes the
    time and not the solution: logistic regression with a gradient solver, and ours.
    """
    from sklearn.linear_model import LogisticRegression

    estimator = unwrapped(estimator)
    return _goes_on(estimator) or (type(estimator) is LogisticRegression and estimator.solver != "liblinear")


def _goes_on(estimator: Model) -> bool:
    """Return whether a classifier comes to the same solution from any start, so that it always starts from the last."""
    return type(unwrapped(estimator)) is NewtonLogisticRegression


def unset_random_states(estimator: Model) -> list[str]:
    """Return the names of the ``random_state`` parameters, nested ones too, that are None; sorted."""
    params = estimator.get_params(deep=True)
    return [name for name in sorted(params) if name.rpartition("__")[2] == "random_state" and params[name] is None]


class Refitter:
    """Fits clones of one classifier; the classifier itself is never fitted.

    Parameters
    ----------
    estimator : classifier
        Anything with the scikit-learn contract; parts that take only integer codes are wrapped.
    seed : int
        Unset ``random_state`` parameters are derived from it and the number of answers.
    warm_start : bool
        Start from the last solution while the classes stay the same, also where the start decides when a solver stops.

    Raises
    ------
    InvalidParameterError
        If the object is no classifier, or `warm_start` is asked of one that is not known to take it.
    """

    def __init__(self, estimator: Model, *, seed: int, warm_start: bool = False) -> None:
        check_classifier(estimator, "estimator")
        self.estimator = encoded(estimator)
        if warm_start and not warm_startable(self.estimator):
            raise InvalidParameterError(
                f"warm_start=True is not safe for {type(estimator).__name__}; it is for LogisticRegression "
                "with any solver but liblinear. Use warm_start=False."
            )
        self.warm_start = warm_start
        self._seed = seed
        # What was found to be for want of answers, and so need not be tried again.
        self._excused: set[tuple[str, str]] = set()
        self._prepare(clone(self.estimator))

    def _prepare(self, template: Model) -> None:
        # A private unfitted copy: what the caller does to theirs later has no effect here.
        self._template = template
        params = template.get_params(deep=True)
        self._unseeded = unset_random_states(template)
        self._keeps_contract = keeps_contract(template)
        # Neighbours are counted when a row is predicted; what others do then nobody knows.
        self._may_fail_later = not self._keeps_contract or any(name.endswith("n_neighbors") for name in params)
        self._goes_on = _goes_on(template)
        self._validated = False

    def fit(
        self,
        X: Pool,
        labels: AnyArray,
        *,
        finite: bool,
        previous: Model = None,
        n_same: int = 0,
        weights: FloatArray | None = None,
    ) -> Model:
        """Return a fitted clone, which answers as `querist.base.adapted` says.

        Parameters
        ----------
        X : pool of shape (n_labelled, ...)
            The labelled rows, in the order of their answers.
        labels : ndarray of shape (n_labelled,)
        finite : bool
            Whether X is known to hold no NaN or infinity, so that it need not be searched again.
        previous : classifier, default=None
            The last fitted one, for a warm start.
        n_same : int, default=0
            How many of the first rows are those of `previous`, in their order.
        weights : ndarray of shape (n_labelled,), default=None
            Of the rows; None: all weigh the same, and the classifier is not told of weights.

        Raises
        ------
        InvalidParameterError
            If there are weights, and the classifier takes none.
        Exception
            Whatever the classifier raises, with a note on what it was fitted on.
        """
        if weights is not None:
            check_takes_weights({"the classifier": self.estimator})
        try:
            return self._fitted(X, labels, finite=finite, previous=previous, n_same=n_same, weights=weights)
        except Exception as error:
            if _WANTS_CODES in str(error) and not isinstance(self._template, LabelEncoded):
                model = self._fitted_on_codes(X, labels, finite=finite, weights=weights)
                if model is not None:
                    return model
            error.add_note(f"Raised while fitting {type(self.estimator).__name__} on {len(labels)} answers.")
            raise

    def fit_or_wait(
        self,
        X: Pool,
        labels: AnyArray,
        *,
        pool: Pool,
        rows: IntArray,
        finite: bool,
        previous: Model = None,
        n_same: int = 0,
        weights: FloatArray | None = None,
    ) -> Model:
        """Return a fitted clone, or say that it takes more answers.

        Parameters
        ----------
        X, labels, finite, previous, n_same, weights
            As in `fit`.
        pool : pool
            Where the answered rows come from: what cannot be told from them alone is tried on others besides.
        rows : ndarray of shape (n_labelled,)
            Where in the pool they stand.

        Raises
        ------
        NotEnoughLabelsError
            If the classifier could not be fitted, and could be with more answers.
        Exception
            Whatever else the classifier raises, with a note on what it was fitted on.

        Notes
        -----
        To find out costs one or two fits on up to 30 answers of each class (or as many as there are folds), the
        first time that the classifier raises an error of this kind. See `waiting.enough_of_each`.
        """
        try:
            return self.fit(X, labels, finite=finite, previous=previous, n_same=n_same, weights=weights)
        except (MemoryError, QueristError):
            raise
        except Exception as error:
            if not self._waits(X, labels, error, pool, rows, weighted=weights is not None):
                raise
            raise NotEnoughLabelsError(told(self.estimator, labels, error)) from error

    def fit_as_far(self, X: Pool, labels: AnyArray, weights: FloatArray | None = None) -> Model:
        """Return a fitted clone; of a classifier that takes more answers, one for the classes that have enough.

        Raises
        ------
        NotEnoughLabelsError
            If there are no two such classes.
        Exception
            Whatever else the classifier raises, with a note on what it was fitted on.
        """
        try:
            return self.fit_or_wait(X, labels, pool=X, rows=np.arange(len(labels)), finite=False, weights=weights)
        except NotEnoughLabelsError:
            model = self.fit_known(X, labels, finite=False, weights=weights)
            if model is None:
                raise
            return model

    def fit_known(self, X: Pool, labels: AnyArray, *, finite: bool, weights: FloatArray | None = None) -> Model | None:
        """Return a clone fitted to the classes that have enough answers; None if there are no two of them.

        For a classifier that `fit_or_wait` found to wait. A function of the answers: a session that was saved and
        loaded has the same.
        """
        for kept in kept_classes(labels, needed_of_each(self.estimator)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    some = None if weights is None else weights[kept]
                    return self.fit(take_rows(X, kept), labels[kept], finite=finite, weights=some)
                except (MemoryError, QueristError):
                    raise
                except Exception:
                    continue
        return None

    def _waits(
        self, X: Pool, labels: AnyArray, error: Exception, pool: Pool, rows: IntArray, *, weighted: bool
    ) -> bool:
        enough = enough_of_each(self.estimator)
        if fewest(labels) >= enough:
            return False
        if kind_of(error) in self._excused:
            return True
        others = others_of(pool, rows, labels, enough)

        def fit(some: Pool, named: AnyArray) -> Model:
            # Weights of 1, so that trouble with weights as such is met here too.
            return self.fit(some, named, finite=False, weights=np.ones(len(named)) if weighted else None)

        trouble = other_trouble(fit, X, labels, enough, others)
        if trouble is not None:
            error.add_note(f"With {enough} answers of each class it would still fail: {str(trouble).strip()}")
            return False
        self._excused.add(kind_of(error))
        return True

    def _fitted(
        self,
        X: Pool,
        labels: AnyArray,
        *,
        finite: bool,
        previous: Model = None,
        n_same: int = 0,
        weights: FloatArray | None = None,
    ) -> Model:
        model = unfitted_copy(self._template)
        if self._unseeded:
            set_seeds(model, self._unseeded, derive_int(self._seed, "fit", len(labels)))
        if previous is not None and self._goes_on:
            begin_at(model, previous.estimator_ if isinstance(model, FewLabels) else previous, n_same)
        elif self.warm_start and not self._goes_on:
            _start_from(model, previous, labels)
        with self.settings(finite=finite):
            _fit(model, X, labels, weights)
            if not self._keeps_contract:
                if getattr(model, "classes_", None) is None:
                    # Whoever is handed this model shall know them too. Some make theirs of their parts, and refuse.
                    with contextlib.suppress(AttributeError):
                        model.classes_ = np.unique(labels)
                model = Adapted(model, labels)
            if self._may_fail_later and len(labels) < _FEW_TO_PREDICT:
                model.predict(take_rows(X, slice(0, 1)))
        self._validated = True
        return model

    def _fitted_on_codes(self, X: Pool, labels: AnyArray, *, finite: bool, weights: FloatArray | None) -> Model | None:
        """Try once more with codes, and go on so if that helps."""
        before = self._template
        self._prepare(label_encoded(before))
        try:
            return self._fitted(X, labels, finite=finite, weights=weights)
        except Exception:
            self._prepare(before)
            return None

    def settings(self, *, finite: bool) -> Settings:
        """Return the context of fits and predictions: one BLAS thread, no checks that have been done before."""
        return Settings(assume_finite=finite, skip_parameter_validation=self._validated)


def _fit(model: Model, X: Pool, labels: AnyArray, weights: FloatArray | None) -> None:
    # To be told nothing and to be told that all weigh the same need not be one to a classifier of somebody's own.
    told = {} if weights is None else {str(weight_keyword(model)): weights}
    if len(labels) > _FEW_LABELS or 2 * len(set(labels.tolist())) < len(labels):
        model.fit(X, labels, **told)
        return
    with warnings.catch_warnings():
        # scikit-learn asks whether many classes with few labels each are meant: here they are the rule.
        warnings.filterwarnings("ignore", "The number of unique classes is greater than 50%", UserWarning)
        model.fit(X, labels, **told)


def _start_from(model: Model, previous: Model, labels: AnyArray) -> None:
    model.set_params(warm_start=True)
    if previous is None or not np.array_equal(np.unique(labels), previous.classes_):
        return
    begin_at(model, previous.estimator_ if isinstance(model, FewLabels) else previous)
