"""The one adapter between Querist and a classifier: whatever it returns takes one form here, and nowhere else."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.metaestimators import available_if

from querist._typing import AnyArray, FloatArray, Label, Model, Pool
from querist._validation import n_rows
from querist.base.contract import parts_of, predicts_numbers
from querist.base.returned import Names, as_array, as_probabilities, flat, not_finite
from querist.exceptions import UnsupportedModelError

# Who keeps scikit-learn's contract to the letter.
_KEPT_BY = ("sklearn", "querist")
# Attributes of models that are made of no others: looked at first, since a session asks this in each round.
_PLAIN = frozenset((str, int, float, bool, np.ndarray, np.float64, np.int64, type(None)))


def adapted(model: Model, labels: AnyArray) -> Model:
    """Return a fitted classifier that answers in one form: this one where it does so anyway, else an `Adapted`.

    Parameters
    ----------
    model : classifier
        Fitted on `labels`. A regressor, which has no classes to be named, stays as it is.
    labels : ndarray of shape (n_labelled,)
        The classes that it was told, in any order and number.

    Returns
    -------
    classifier
        ``classes_`` are told classes, in their type, in the model's own order; ``predict`` returns shape (n,) of them,
        ``predict_proba`` float64 of shape (n, n_classes) with rows that add up to 1.

    Raises
    ------
    UnsupportedModelError
        If its ``classes_`` are none that it was told.
    """
    if isinstance(model, Adapted) or keeps_contract(model) or predicts_numbers(model):
        return model
    return Adapted(model, labels)


def original(model: Model) -> Model:
    """Return the classifier as its library made it."""
    return model.estimator_ if isinstance(model, Adapted) else model


def keeps_contract(model: Model) -> bool:
    """Return whether a classifier and all that it is made of come from scikit-learn or from Querist."""
    if not _from_here(model):
        return False
    if all(map(_is_plain, vars(model).values())):
        return True
    return all(_from_here(part) for part in parts_of(model).values())


def _is_plain(value: Any) -> bool:
    """Return whether nothing of somebody else's is in an attribute, as far as can be seen without asking for parts."""
    if type(value) in _PLAIN:
        return True
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return _from_here(value) and all(map(_is_plain, getattr(value, "__dict__", {"": object}).values()))


def _from_here(part: Any) -> bool:
    return type(part).__module__.partition(".")[0] in _KEPT_BY


def _inner_has(method: str) -> Any:
    return available_if(lambda self: hasattr(self.estimator_, method))


class Adapted:
    """A fitted classifier, answering in one form. All that is not asked for here is the classifier's own.

    Parameters
    ----------
    estimator : classifier
        Fitted on `labels`.
    labels : ndarray of shape (n_labelled,)

    Attributes
    ----------
    estimator_ : classifier
        The one that was given.
    classes_ : ndarray of shape (n_classes,)
        Told classes. Where the classifier does not say which it knows, all that it was told, sorted.

    Examples
    --------
    >>> class Column:  # as CatBoost does with three classes and more
    ...     classes_ = ["no", "yes"]
    ...     def predict(self, X):
    ...         return [["yes"]] * len(X)
    >>> Adapted(Column(), np.array(["yes", "no"])).predict(np.zeros((2, 1)))
    array(['yes', 'yes'], dtype='<U3')
    """

    def __init__(self, estimator: Model, labels: AnyArray) -> None:
        self.estimator_ = estimator
        self.classes_ = _classes_of(estimator, np.unique(labels))
        self._names = Names(self.classes_)

    def predict(self, X: Pool) -> AnyArray:
        """Return the likeliest class of each row, shape (n,), as it was told.

        Raises
        ------
        UnsupportedModelError
            If the classifier returns another shape, or labels that it was not told.
        """
        return self.as_told(self.estimator_.predict(X), n_rows(X))

    def as_told(self, values: Any, n: int) -> AnyArray:
        """Return what ``predict`` gave for n rows as told classes."""
        what = f"{name_of(self)}.predict"
        values = flat(values, n, what)
        if not values.size:
            return self.classes_[:0]
        distinct, inverse = _distinct(values)
        places = self._names.places(distinct)
        for value, place in zip(distinct, places, strict=True):
            if place is None:
                raise UnsupportedModelError(
                    f"{what} returned {value!r}, which is none of its classes {self.classes_.tolist()[:10]}. "
                    "A classifier must answer with the labels that it was fitted on."
                )
        found: AnyArray = self.classes_[np.array(places)[inverse]]
        return found

    @_inner_has("predict_proba")  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def predict_proba(self, X: Pool) -> FloatArray:
        """Return the probabilities of shape (n, n_classes), columns as in ``classes_``; see `as_probabilities`."""
        what = f"{name_of(self)}.predict_proba"
        return as_probabilities(self.estimator_.predict_proba(X), n_rows(X), self.classes_, what)

    @_inner_has("decision_function")  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def decision_function(self, X: Pool) -> AnyArray:
        """Return decision values: shape (n,) for two classes, else (n, n_columns).

        Raises
        ------
        UnsupportedModelError
            If the shape is another.
        QueristError
            If a value is not finite.
        """
        what, n = f"{name_of(self)}.decision_function", n_rows(X)
        array = as_array(self.estimator_.decision_function(X))
        if self.classes_.size == 2:
            if array.shape == (n, 2):
                array = array[:, 1] - array[:, 0]
            array = flat(array, n, what)
        elif array.ndim != 2 or array.shape[0] != n:
            raise UnsupportedModelError(
                f"{what} returned shape {array.shape} for {n} rows and {self.classes_.size} classes; it must be "
                f"({n}, {self.classes_.size})."
            )
        array = array.astype(np.float64, copy=False)
        if not np.isfinite(array.sum()):
            raise not_finite(what)
        return array

    def __getattr__(self, name: str) -> Any:
        # Not before __init__, and nothing that Python itself looks for: copies and pickles are made without it.
        if name.startswith("__") or name == "estimator_":
            raise AttributeError(name)
        return getattr(self.estimator_, name)

    def __sklearn_clone__(self) -> Model:
        """An unfitted copy is one of the classifier: labels belong to a fit."""
        return clone(self.estimator_)


def name_of(model: Model) -> str:
    """Return what a classifier is called in messages: its own class."""
    return type(original(model)).__name__


def _classes_of(model: Model, told: AnyArray) -> AnyArray:
    """Return the classes that a model knows, in its own order: told ones in their type, others as it has them."""
    given = getattr(model, "classes_", None)
    if given is None:
        return told
    known: AnyArray = flat(given, None, f"{type(model).__name__}.classes_")
    if not told.size:
        return known
    values = known.tolist()
    places = Names(told).places(values)
    found = [place for place in places if place is not None]
    if not found or len(set(found)) < len(found):
        raise UnsupportedModelError(
            f"{type(model).__name__}.classes_ is {values[:10]}, but the labels that it was fitted on are "
            f"{told.tolist()[:10]}. A classifier must know its classes by these labels."
        )
    if None not in places:
        return np.asarray(told[np.array(places)])
    # It may know of classes that this fit had no answers of.
    labels = told.tolist()
    named = [value if place is None else labels[place] for value, place in zip(values, places, strict=True)]
    if len({type(label) for label in named}) == 1:
        return np.asarray(named)
    return np.array(named, dtype=object)


def _distinct(values: AnyArray) -> tuple[list[Any], AnyArray]:
    """Return the distinct values, and which of them stands at each place."""
    if values.dtype != object:
        distinct, inverse = np.unique(values, return_inverse=True)
        return distinct.tolist(), inverse.reshape(-1)
    place: dict[Any, int] = {}
    if any(getattr(value, "__hash__", None) is None for value in values.tolist()):
        raise UnsupportedModelError(
            f"A classifier's predict returned {values[0]!r} for a row, which is no label. Let it return labels."
        )
    inverse = np.array([place.setdefault(value, len(place)) for value in values.tolist()])
    return list(place), inverse


def over_classes(model: Model, X: Pool, classes: Sequence[Label] | AnyArray) -> AnyArray:
    """Return a model's probabilities with a column for each of `classes`: 0 for those that it does not know.

    Parameters
    ----------
    model : classifier
        With ``predict_proba``, from `adapted`.
    X : pool of shape (n, ...)
    classes : sequence of labels

    Returns
    -------
    ndarray of shape (n, n_classes)

    Raises
    ------
    UnsupportedModelError
        If the model finds a class likely that is none of them.
    """
    proba = np.asarray(model.predict_proba(X))
    column = {label: place for place, label in enumerate(list(classes))}
    known = np.asarray(model.classes_).tolist()
    aligned = np.zeros((proba.shape[0], len(column)), proba.dtype)
    mine = [place for place, label in enumerate(known) if label in column]
    aligned[:, [column[known[place]] for place in mine]] = proba[:, mine]
    if len(mine) < len(known):
        strange = [place for place, label in enumerate(known) if label not in column]
        if proba[:, strange].any():
            raise UnsupportedModelError(
                f"{name_of(model)} gives probabilities to the class {known[strange[0]]!r}, which is none of "
                f"{list(column)}. Declare it (Session.add_classes), or make the classifier without it."
            )
    return aligned
