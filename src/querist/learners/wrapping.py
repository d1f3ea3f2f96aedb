"""What wrappers around one classifier have in common: its parameters, what it has learned, and its tags."""

import copy
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils import check_array, column_or_1d, get_tags
from sklearn.utils.multiclass import check_classification_targets

from querist._typing import AnyArray, Model


def unfitted_copy(estimator: Model) -> Model:
    """Return an unfitted copy, as `sklearn.base.clone` does.

    Where an unfitted estimator holds only what nobody changes, a shallow copy is a clone, without the inspection of
    signatures that takes clone longer than a small fit's algebra.
    """
    held = dict(getattr(estimator, "__dict__", {"_": estimator}))
    inner = held.pop("estimator", None) if isinstance(estimator, Wrapper) else None
    if any(name.endswith("_") for name in held) or not all(map(_is_fixed, held.values())):
        return clone(estimator)
    twin = copy.copy(estimator)
    if inner is not None:
        twin.estimator = unfitted_copy(inner)
    return twin


def begin_at(model: Model, fitted: Model, n_same: int = 0) -> None:
    """Let the next fit of a linear classifier begin at the solution of one of the same kind.

    Parameters
    ----------
    model : classifier
        Unfitted, and the caller's own; one of scikit-learn's with ``warm_start=True``.
    fitted : classifier
        Of the same classes, where `model` does not look at these itself. It is not changed.
    n_same : int, default=0
        How many of the first rows of the next fit are those of `fitted`, in their order.
    """
    if hasattr(model, "start_from"):
        model.start_from(fitted, n_same=n_same)
        return
    # Copies: the caller may still hold the fitted one.
    model.coef_ = fitted.coef_.copy()
    model.intercept_ = fitted.intercept_.copy()
    model.classes_ = fitted.classes_


def set_seeds(estimator: Model, names: list[str], seed: int) -> None:
    """Set ``random_state`` parameters, as ``set_params`` does, which reads all others first.

    Parameters
    ----------
    estimator : classifier
        Unfitted, and the caller's own.
    names : list of str
        Of the parameters, nested ones too.
    seed : int
    """
    for name in names:
        if name == "random_state":
            estimator.random_state = seed
        elif name == "estimator__random_state" and isinstance(estimator, Wrapper):
            estimator.estimator.random_state = seed
        else:
            estimator.set_params(**{name: seed})


def _is_fixed(value: object) -> bool:
    # Wrappers replace the dicts that they hold, and never change them.
    if isinstance(value, dict):
        return all(map(_is_fixed, value.values()))
    return value is None or isinstance(value, str | int | float)


class Wrapper(ClassifierMixin, BaseEstimator):
    """Stands in a classifier's place.

    A search sets the classifier's parameters by their own names (``max_depth``, beside ``estimator__max_depth``), and
    what it has learned can be read here.

    Attributes
    ----------
    estimator : classifier
        The parameter of that name.
    estimator_ : classifier
        The fitted one.
    """

    estimator: Any

    def set_params(self, **params: object) -> Self:
        """Set parameters of this, or of the classifier by their own names."""
        own = {name.partition("__")[0] for name in self.get_params(deep=False)}
        inner = {name: value for name, value in params.items() if name.partition("__")[0] not in own}
        super().set_params(**{name: value for name, value in params.items() if name not in inner})
        if inner:
            self.estimator.set_params(**inner)
        return self

    def _labels(self, y: ArrayLike) -> AnyArray:
        """Return class labels as an array, or refuse what is none."""
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None.")
        if isinstance(y, np.ndarray) and y.ndim == 1 and y.size and y.dtype.kind in "biuU":
            # Labels as sessions have them: nothing can be missing, and what to look for takes as long as a small fit.
            return y
        labels: AnyArray = column_or_1d(check_array(y, ensure_2d=False, dtype=None, input_name="y"), warn=True)
        check_classification_targets(labels)
        return labels

    def _take_names(self, fitted: Model) -> None:
        """Know the features that the fitted classifier knows."""
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(fitted, name):
                setattr(self, name, getattr(fitted, name))

    def __getattr__(self, name: str) -> Any:
        # What the fitted classifier has learned: coefficients, trees. Not before there is one.
        fitted = self.__dict__.get("estimator_")
        if fitted is None or not self._lends(name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(fitted, name)

    @staticmethod
    def _lends(name: str) -> bool:
        """Return whether this attribute of the fitted classifier can be read here: what it has learned."""
        return name.endswith("_") and not name.startswith("_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        tags.classifier_tags.multi_class = inner.classifier_tags.multi_class
        tags.classifier_tags.poor_score = inner.classifier_tags.poor_score
        return tags
