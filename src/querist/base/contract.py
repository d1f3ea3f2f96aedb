"""What a classifier or regressor can do, asked before it is fitted."""

import inspect
import warnings
from collections.abc import Iterator
from typing import Any

from sklearn.base import clone, is_regressor

from querist._typing import Model, Task
from querist.exceptions import InvalidParameterError


def check_classifier(estimator: Model, what: str) -> None:
    """Refuse what is no classifier object.

    Raises
    ------
    InvalidParameterError
        If it is a class, has no ``fit``, ``predict`` or ``get_params``, or is a regressor.
    """
    _check_can(estimator, what, "classifier")
    if predicts_numbers(estimator):
        raise InvalidParameterError(f"{what} must be a classifier, and {type(estimator).__name__} is a regressor.")


def check_regressor(estimator: Model, what: str) -> None:
    """Refuse what is no regressor object.

    Raises
    ------
    InvalidParameterError
        If it is a class, has no ``fit``, ``predict`` or ``get_params``, or does not say that it is a regressor.
    """
    _check_can(estimator, what, "regressor")
    if not predicts_numbers(estimator):
        raise InvalidParameterError(
            f"{what} must be a regressor, and {type(estimator).__name__} is none by scikit-learn's is_regressor. "
            "Let its class inherit from sklearn.base.RegressorMixin."
        )


def _check_can(estimator: Model, what: str, kind: str) -> None:
    if isinstance(estimator, type) or not (can(estimator, "fit") and can(estimator, "predict")):
        raise InvalidParameterError(f"{what} must be a {kind} object with fit and predict, got {estimator!r}.")
    if not hasattr(estimator, "get_params"):
        raise InvalidParameterError(
            f"{what} has no get_params, which Querist needs to make fresh copies of it. Let the class "
            f"{type(estimator).__name__} inherit from sklearn.base.BaseEstimator."
        )


def task_of(estimator: Model) -> Task:
    """Return what an estimator is for: ``"regression"`` where it says that it is a regressor."""
    return "regression" if predicts_numbers(estimator) else "classification"


def predicts_numbers(estimator: Model) -> bool:
    """Return whether an estimator says that it is a regressor, by scikit-learn's tags."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return bool(is_regressor(estimator))
        except (AttributeError, TypeError, ValueError):  # an object without scikit-learn's tags
            return False


def can(estimator: Model, method: str) -> bool:
    """Return whether a classifier has a method, or will have it once it is fitted.

    Of an unfitted one ``hasattr`` does not tell: `StackingClassifier` asks the model that it will fit last, which
    does not exist before; others keep their methods in what ``fit`` makes.

    Parameters
    ----------
    estimator : classifier
        Fitted or not.
    method : str

    Examples
    --------
    >>> from sklearn.ensemble import StackingClassifier
    >>> from sklearn.svm import SVC, LinearSVC
    >>> stacked = StackingClassifier([("svc", LinearSVC())])
    >>> hasattr(stacked, "predict_proba"), can(stacked, "predict_proba"), can(SVC(), "predict_proba")
    (False, True, False)
    """
    if hasattr(estimator, method):
        return True
    known = inspect.getattr_static(type(estimator), method, None)
    if known is None or hasattr(estimator, "classes_"):
        return False
    if isinstance(known, property):  # of its own making, and it raises before there is a fit
        return True
    filled = _with_last_models(estimator)
    return filled is not None and hasattr(filled, method)


def _with_last_models(estimator: Model) -> Model | None:
    """Return a copy with the models that scikit-learn would fit last where none is named; None if all are."""
    from sklearn.linear_model import LogisticRegression

    if not hasattr(estimator, "get_params"):
        return None
    named = estimator.get_params(deep=True)
    missing = [name for name, value in named.items() if name.rpartition("__")[2] == "final_estimator" and value is None]
    return clone(estimator).set_params(**{name: LogisticRegression() for name in missing}) if missing else None


def parts_of(estimator: Model) -> dict[str, Model]:
    """Return an estimator, by the name "", and all that it is made of, by the names of their parameters.

    What a search may put in place of a part stands in lists and dicts; it is named after these.
    """
    parts = {"": estimator}
    for name, value in estimator.get_params(deep=True).items():
        for place, part in enumerate(estimators_in(value)):
            parts[name if part is value else f"{name}[{place}]"] = part
    return parts


def estimators_in(value: Any) -> Iterator[Model]:
    """Yield the estimators that a parameter holds: itself, or those in its lists and dicts."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from estimators_in(item)
    elif hasattr(value, "fit") and hasattr(value, "get_params") and not isinstance(value, type):
        yield value
