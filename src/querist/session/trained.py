"""A classifier that is refitted when answers are new."""

import warnings
from collections.abc import Mapping

import numpy as np

from querist._typing import AnyArray, Label, Model, Pool
from querist.exceptions import ModelMismatchWarning, NotEnoughLabelsError
from querist.learners.refit import Refitter
from querist.session.state import State


class Trained:
    """The last fitted model of one classifier, and which answers it was fitted on."""

    def __init__(self, refitter: Refitter) -> None:
        self.refitter = refitter
        self.model: Model = None
        self._version = -1

    def fresh(self, state: State, version: int, *, finite: bool) -> Model:
        """Return the model of the present answers; `version` counts how often they have changed.

        Raises
        ------
        NotEnoughLabelsError
            If fewer than two classes have answers.
        """
        if self._version == version:
            return self.model
        answers = state.answers
        if state.n_classes_answered < 2:
            raise NotEnoughLabelsError(
                f"{len(answers)} answers of {state.n_classes_answered} classes cannot train a model; "
                "two classes are needed. Ask and tell more rows (until then ask() uses the cold-start strategy)."
            )
        self.model = self.refitter.fit(answers.features(), answers.labels, finite=finite, previous=self.model)
        self._version = version
        return self.model


def aligned_probabilities(model: Model, X: Pool, classes: list[Label]) -> AnyArray:
    """Return ``predict_proba`` with one column for each of `classes`, 0 for those the model has not seen."""
    proba = np.asarray(model.predict_proba(X))
    column = {label: position for position, label in enumerate(classes)}
    aligned = np.zeros((proba.shape[0], len(classes)), proba.dtype)
    aligned[:, [column[label] for label in np.asarray(model.classes_).tolist()]] = proba
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
