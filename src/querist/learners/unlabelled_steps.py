"""The steps of a pipeline before there are labels, for strategies that need numbers from the first question on."""

from sklearn.base import clone
from sklearn.pipeline import Pipeline

from querist._random import derive_int
from querist._threads import SingleBlasThread
from querist._typing import Model, Pool
from querist.exceptions import UnsupportedModelError
from querist.learners.refit import unset_random_states


def with_fitted_steps(pipeline: Pipeline, X: Pool, *, seed: int) -> Model:
    """Return a copy of a pipeline whose steps, but for the last, have learned from `X` without labels.

    Raises
    ------
    UnsupportedModelError
        If they cannot learn without labels.
    """
    *first, (name, last) = clone(pipeline).steps
    steps = Pipeline(first)
    if unset := unset_random_states(steps):
        steps.set_params(**dict.fromkeys(unset, derive_int(seed, "fit", 0)))
    try:
        with SingleBlasThread():
            steps.fit(X)
    except (TypeError, ValueError) as error:
        raise UnsupportedModelError(
            f"Distances between rows are measured behind the first steps of the Pipeline, and these cannot be fitted "
            f"before two classes have answers ({type(error).__name__}: {error}). Start with cold_start='random' and a "
            "strategy that needs a model, tell a few answers first, or pass numeric features as X."
        ) from error
    return Pipeline([*steps.steps, (name, last)])
