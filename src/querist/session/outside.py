"""A session whose model is not trained: probabilities that another program gave."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from querist._label_rows import by_index
from querist._labels import as_labels
from querist._pool import as_pool
from querist._typing import AnyArray, Classifier, FloatArray, IntArray, Label, Pool
from querist._validation import n_rows
from querist.base.returned import exact_shares, listed
from querist.exceptions import InvalidParameterError
from querist.learners.outside import OutsideProbabilities
from querist.learners.refit import Refitter
from querist.session.journal import Journal
from querist.session.lessons import Lessons
from querist.session.trained import Trained


def outside_model(probabilities: Any, X: Pool, classes: Iterable[Label] | str | None) -> OutsideProbabilities:
    """Return probabilities from outside as a classifier of the pool.

    Parameters
    ----------
    probabilities : array or data frame of shape (n_rows, n_classes)
        A frame's columns name the classes.
    X : pool
        As `as_pool` returns it. A frame that names its rows otherwise than by 0, 1, 2 ... is matched by name.
    classes : sequence of labels or None
        What the columns stand for; of a frame that names them, the order wanted.

    Raises
    ------
    InvalidParameterError
        If there is not one row for each of the pool and one column for each class, or a row is no distribution.
    """
    table = as_pool(probabilities, "probabilities")
    if len(table.shape) != 2 or table.shape[1] < 2 or n_rows(table) != n_rows(X):
        raise InvalidParameterError(
            f"probabilities must have one row for each of the {n_rows(X)} rows of X and one column for each class, at "
            f"least two; got shape {tuple(table.shape)}."
        )
    if hasattr(table, "iloc"):
        table = table.iloc[_order(table.index, X)]
    named = _names(table)
    wanted = named if classes is None else as_labels(classes, name="classes", if_missing="Leave it out.")
    if wanted is None:
        raise InvalidParameterError(
            f"What the {table.shape[1]} columns of probabilities stand for is not told. Pass classes=[...] in their "
            "order, or a data frame whose columns are named after the classes."
        )
    if wanted.size != table.shape[1]:
        raise InvalidParameterError(
            f"{wanted.size} classes need as many columns of probabilities, got {table.shape[1]}."
        )
    if len(set(wanted.tolist())) < wanted.size:
        raise InvalidParameterError(f"The classes of probabilities must be distinct, got {wanted.tolist()[:10]}.")
    if named is not None and named is not wanted:
        table = table.iloc[:, _columns(named, wanted)]
    return OutsideProbabilities(_shares(table), wanted)


def _order(index: Any, X: Pool) -> IntArray:
    import pandas as pd

    return np.asarray(by_index(pd.Series(np.arange(len(index)), index=index), np.arange(n_rows(X)), X, "probabilities"))


def _names(table: Any) -> AnyArray | None:
    """Return what a frame calls its columns; None where it only numbers them, or is none."""
    if not hasattr(table, "columns") or type(table.columns).__name__ == "RangeIndex":
        return None
    return as_labels(list(table.columns), name="the columns of probabilities", if_missing="Name it after its class.")


def _columns(named: AnyArray, wanted: AnyArray) -> list[int]:
    known = named.tolist()
    if set(known) != set(wanted.tolist()):
        raise InvalidParameterError(
            f"The columns of probabilities are named {known[:10]}, and classes are {wanted.tolist()[:10]}. Name the "
            "columns after the classes, or pass probabilities.to_numpy() if they stand in the order of classes."
        )
    return [known.index(label) for label in wanted.tolist()]


def _shares(table: Any) -> FloatArray:
    try:
        array = np.asarray(table, np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidParameterError(f"probabilities must hold numbers: {error}.") from None
    exact, wrong = exact_shares(array)
    if wrong is not None:
        row = array[wrong]
        why = (
            "each must be a finite number of at least 0" if not (row >= 0).all() else f"they add up to {row.sum():.4g}"
        )
        raise InvalidParameterError(
            f"Row {wrong} of probabilities holds {listed(row)}: {why}, and each row must add up to 1. "
            "Scores and logits become probabilities by scipy.special.softmax(scores, axis=1)."
        )
    return exact


def check_alone(estimator: Any) -> None:
    """Refuse another model beside probabilities from outside.

    Raises
    ------
    InvalidParameterError
        If `estimator` is not left at its default.
    """
    if estimator is not None and estimator != "logistic_regression":
        raise InvalidParameterError(
            "probabilities are the model of the session, and an estimator was given besides. Leave one of them out."
        )


class OutsideModel(Trained):
    """What is said of rows by probabilities from outside; see `Trained`. Nothing is ever fitted.

    It learns from no answers; `lessons` are those that the strategy may know.
    """

    def __init__(self, model: OutsideProbabilities, journal: Journal, lessons: Lessons | None = None) -> None:
        super().__init__(_NeverRefitted(model), journal, lessons)
        self.model = self.outside = model

    def replace(self, model: OutsideProbabilities) -> None:
        """Go on with the probabilities of a longer pool."""
        self.refitter = _NeverRefitted(model)
        self.model = self.outside = model

    def fit(self) -> Classifier:
        """Return the model."""
        return self.outside

    def fit_on(self, rows: IntArray, labels: AnyArray) -> Classifier:
        """Return the model: it has seen none of the answers, whichever are held back."""
        return self.outside

    def _rows(self, X: Pool) -> tuple[Pool, bool]:
        # Other rows than the pool's are refused by the model.
        return (self._journal.X if X is None else X), False


def extended(trained: Trained, probabilities: Any, X: Pool) -> OutsideProbabilities | None:
    """Return the model of a longer pool; None where it is one that is trained.

    Raises
    ------
    InvalidParameterError
        If they are missing, those of the old rows differ, or the session's model is trained and there are some.
    """
    if not isinstance(trained, OutsideModel):
        if probabilities is not None:
            raise InvalidParameterError("The session was made without probabilities: leave them out.")
        return None
    if probabilities is None:
        raise InvalidParameterError(
            "The session was made with probabilities: extend takes those of the whole new pool too, "
            "extend(X, probabilities=...)."
        )
    old = trained.outside
    longer = outside_model(probabilities, X, old.classes.tolist())
    n_old = old.probabilities.shape[0]
    if not np.array_equal(longer.probabilities[:n_old], old.probabilities):
        raise InvalidParameterError(
            f"The probabilities of the {n_old} old rows differ from those that the session was made with. Figures and "
            "answers belong to these: begin another session for another model."
        )
    return longer


class _NeverRefitted(Refitter):
    """Holds the model where others hold the classifier to be fitted."""

    def __init__(self, model: OutsideProbabilities) -> None:
        self.estimator = model
        self.warm_start = False
        self._validated = True
