"""Fit a fresh copy of a regressor to the answers so far."""

import numpy as np
from sklearn.base import clone

from querist._random import derive_int
from querist._typing import AnyArray, FloatArray, Model, Pool
from querist._validation import n_rows, take_rows
from querist.base.contract import check_regressor
from querist.exceptions import InvalidParameterError, NotEnoughLabelsError, QueristError
from querist.learners.refit import unset_random_states
from querist.learners.settings import Settings
from querist.learners.waiting import enough_of_each
from querist.learners.weighting import check_takes_weights, weight_keyword
from querist.learners.wrapping import set_seeds, unfitted_copy


class RegressorRefitter:
    """Fits clones of one regressor, as `Refitter` does of a classifier; the regressor itself is never fitted.

    Parameters
    ----------
    estimator : regressor
        Anything with the scikit-learn contract, its tags included.
    seed : int
        Unset ``random_state`` parameters are derived from it and the number of answers.
    warm_start : bool, default=False
        Refused: which regressors come to the same solution from any start is not known.

    Raises
    ------
    InvalidParameterError
        If the object is no regressor, or `warm_start` is asked for.
    """

    def __init__(self, estimator: Model, *, seed: int, warm_start: bool = False) -> None:
        check_regressor(estimator, "estimator")
        if warm_start:
            raise InvalidParameterError("warm_start=True is for classifiers only. Leave it out with a regressor.")
        self.estimator = estimator
        self.warm_start = False
        self._seed = seed
        # A private unfitted copy: what the caller does to theirs later has no effect here.
        self._template = clone(estimator)
        self._unseeded = unset_random_states(self._template)
        self._validated = False

    def fit(self, X: Pool, targets: AnyArray, *, finite: bool, weights: FloatArray | None = None) -> Model:
        """Return a fitted clone, which has been asked about one row: some find out only then that they lack answers.

        Parameters
        ----------
        X : pool of shape (n_labelled, ...)
        targets : ndarray of shape (n_labelled,)
        finite : bool
            Whether X is known to hold no NaN or infinity.
        weights : ndarray of shape (n_labelled,), default=None

        Raises
        ------
        InvalidParameterError
            If there are weights, and the regressor takes none.
        Exception
            Whatever the regressor raises, with a note on what it was fitted on.
        """
        if weights is not None:
            check_takes_weights({"the regressor": self.estimator})
        told = {} if weights is None else {str(weight_keyword(self.estimator)): weights}
        model = unfitted_copy(self._template)
        if self._unseeded:
            set_seeds(model, self._unseeded, derive_int(self._seed, "fit", len(targets)))
        try:
            with self.settings(finite=finite):
                model.fit(X, targets, **told)
                model.predict(take_rows(X, slice(0, 1)))
        except Exception as error:
            error.add_note(f"Raised while fitting {type(self.estimator).__name__} on {len(targets)} answers.")
            raise
        self._validated = True
        return model

    def fit_or_wait(self, X: Pool, targets: AnyArray, *, finite: bool, weights: FloatArray | None = None) -> Model:
        """Return a fitted clone, or say that it takes more answers.

        Raises
        ------
        NotEnoughLabelsError
            If the regressor could not be fitted, and can be on the same answers repeated until there are enough.
        Exception
            Whatever else it raises.
        """
        try:
            return self.fit(X, targets, finite=finite, weights=weights)
        except (MemoryError, QueristError):
            raise
        except Exception as error:
            enough = enough_of_each(self.estimator)
            if len(targets) >= enough or not self._fits(X, targets, enough, weighted=weights is not None):
                raise
            first = str(error).strip().partition("\n")[0]
            raise NotEnoughLabelsError(
                f"{type(self.estimator).__name__} cannot be trained on {len(targets)} answers yet, and it can with "
                f"more. It said: {type(error).__name__}: {first}"
            ) from error

    def fit_as_far(self, X: Pool, targets: AnyArray, weights: FloatArray | None = None) -> Model:
        """Return a fitted clone; a regressor has no classes that could be left out, so it is `fit_or_wait`."""
        return self.fit_or_wait(X, targets, finite=False, weights=weights)

    def settings(self, *, finite: bool) -> Settings:
        """Return the context of fits and predictions: one BLAS thread, no checks that have been done before."""
        return Settings(assume_finite=finite, skip_parameter_validation=self._validated)

    def _fits(self, X: Pool, targets: AnyArray, enough: int, *, weighted: bool) -> bool:
        rows = np.resize(np.arange(n_rows(X)), enough)
        try:
            weights = np.ones(enough) if weighted else None
            self.fit(take_rows(X, rows), targets[rows], finite=False, weights=weights)
        except MemoryError:
            raise
        except Exception:
            return False
        return True
