"""Whether a classifier takes weights of rows, and under which name its ``fit`` wants them."""

import inspect
from collections.abc import Mapping
from typing import Any

from sklearn import get_config
from sklearn.utils.validation import has_fit_parameter

from querist._typing import FloatArray, Model
from querist.base.contract import estimators_in
from querist.exceptions import InvalidParameterError

NAME = "sample_weight"


def weight_keyword(estimator: Model) -> str | None:
    """Return the keyword under which ``fit`` takes weights that reach what is trained; None if there is none.

    Of a pipeline these are the weights of its last step, of a search those of what it searches. Ensembles and
    calibration, which would leave them out where their parts take none, take them if all parts do. Where
    scikit-learn's metadata routing is switched on, the requests (``set_fit_request``) decide.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> weight_keyword(LogisticRegression()), weight_keyword(KNeighborsClassifier())
    ('sample_weight', None)
    >>> weight_keyword(make_pipeline(StandardScaler(), LogisticRegression()))
    'logisticregression__sample_weight'
    """
    params = estimator.get_params(deep=False) if hasattr(estimator, "get_params") else {}
    if has_fit_parameter(estimator, NAME):
        own = type(estimator).__module__.startswith("querist.")
        return NAME if _parts_take_them(params, by_any_name=own) else None
    if not hasattr(estimator, "fit") or not _takes_any(estimator):
        return None
    if get_config()["enable_metadata_routing"]:
        return NAME if _is_routed(estimator) else None
    return _passed_on(params)


def _passed_on(params: Mapping[str, Any]) -> str | None:
    """Return the keyword for an estimator of scikit-learn whose ``fit`` passes keywords on to its parts."""
    if "steps" in params:
        name, last = params["steps"][-1]
        inner = weight_keyword(last)
        return None if inner is None else f"{name}__{inner}"
    if {"estimator", "refit", "cv", "error_score"} <= params.keys():
        return weight_keyword(params["estimator"])
    return NAME if "estimators" in params and _parts_take_them(params) else None


def check_takes_weights(estimators: Mapping[str, Model]) -> None:
    """Refuse weights that one of these would not be trained with.

    Parameters
    ----------
    estimators : dict of str to classifier
        By what they are called in the message.

    Raises
    ------
    InvalidParameterError
        Naming the first that takes none, and what to do.
    """
    for what, estimator in estimators.items():
        if weight_keyword(estimator) is None:
            raise InvalidParameterError(
                f"{NAME} was given, and {what} {_named(estimator)} cannot be trained with weights. Use a classifier "
                f"whose fit takes {NAME} (logistic_regression, svc, naive_bayes, random_forest, auto ...; of a "
                f"Pipeline the last step, of ensembles every part), or leave {NAME} out."
            )


def told_weights(estimator: Model, weights: FloatArray | None) -> dict[str, FloatArray]:
    """Return what ``fit`` is told of weights: nothing where all weigh the same, else them, under its keyword.

    To be told nothing and to be told that all weigh the same need not be one to a classifier of somebody's own.

    Raises
    ------
    InvalidParameterError
        If there are weights, and it takes none.
    """
    if weights is None:
        return {}
    check_takes_weights({"a member": estimator})
    return {str(weight_keyword(estimator)): weights}


def classifiers_of(strategy: Model) -> dict[str, Model]:
    """Return the classifiers that a query strategy trains besides the model, such as a committee, by their names."""
    found: dict[str, Model] = {}
    for name, value in strategy.get_params(deep=False).items():
        for place, part in enumerate(estimators_in(value)):
            found[f"the strategy's {name}[{place}]"] = part
    return found


def _parts_take_them(params: Mapping[str, Any], *, by_any_name: bool = False) -> bool:
    """Return whether all classifiers that one is made of take weights, under this very name or any."""
    named = params.get("estimators")
    several = [pair[-1] if isinstance(pair, tuple) else pair for pair in named] if isinstance(named, list) else []
    parts = [*several, params.get("estimator"), params.get("final_estimator")]
    # What is None is scikit-learn's to choose; a text leaves a part out.
    keywords = [weight_keyword(part) for part in parts if hasattr(part, "fit")]
    return all(keyword is not None if by_any_name else keyword == NAME for keyword in keywords)


def _takes_any(estimator: Model) -> bool:
    """Return whether ``fit`` passes keywords on."""
    kinds = [parameter.kind for parameter in inspect.signature(estimator.fit).parameters.values()]
    return inspect.Parameter.VAR_KEYWORD in kinds


def _is_routed(estimator: Model) -> bool:
    from sklearn.utils.metadata_routing import get_routing_for_object

    try:
        return NAME in get_routing_for_object(estimator).consumes("fit", [NAME])
    except (AttributeError, TypeError, ValueError):  # no part of scikit-learn's routing
        return False


def _named(estimator: Model) -> str:
    last = estimator.steps[-1][1] if hasattr(estimator, "steps") else None
    inner = f" (its last step is {type(last).__name__})" if last is not None else ""
    return f"{type(estimator).__name__}{inner}"
