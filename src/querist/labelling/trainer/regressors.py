"""Models and strategies of projects that ask for a number, by name."""

from typing import Any

from querist._typing import Model
from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.registry import make_strategy, parse_spec

REGRESSORS = ("random_forest_regressor", "ridge")
# Strategies that do not ask what the answers are.
NUMBER_STRATEGIES = ("k_center", "random")


def make_regressor(spec: str) -> Model:
    """Return the regressor of a name with parameters, ``NAME[:key=value,...]``.

    Raises
    ------
    UnknownNameError
        If there is none of the name.
    InvalidParameterError
        If it has no such parameter.
    """
    name, params = parse_spec(spec)
    if name not in REGRESSORS:
        raise UnknownNameError.of("regressor", name, REGRESSORS)
    try:
        return _ridge(**params) if name == "ridge" else _forest(**params)
    except TypeError as error:
        raise InvalidParameterError(f"{name}: {error}") from None


def check_number_part(kind: str, spec: str) -> None:
    """Refuse a strategy or an estimator that a project that asks for a number cannot use.

    Parameters
    ----------
    kind : {"strategy", "estimator"}
    spec : str
        As ``NAME[:key=value,...]``.

    Raises
    ------
    UnknownNameError
        If the name is that of no such part.
    InvalidParameterError
        If it has no such parameter.
    """
    if kind == "estimator":
        make_regressor(spec)
        return
    name, params = parse_spec(spec)
    if name not in NUMBER_STRATEGIES:
        raise UnknownNameError.of("strategy for numbers", name, NUMBER_STRATEGIES)
    make_strategy(name, **params)


def _ridge(**params: Any) -> Model:
    import numpy as np
    from sklearn.linear_model import RidgeCV

    return RidgeCV(**{"alphas": np.logspace(-3, 3, 13)} | params)


def _forest(**params: Any) -> Model:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(**params)
