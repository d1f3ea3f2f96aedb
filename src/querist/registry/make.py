"""Parts built from their names."""

import inspect
from typing import TYPE_CHECKING, Any

from querist._typing import Regressor
from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.registry.names import SINGULAR, kind_of_estimator, load, package_of, part_names
from querist.registry.specs import parse_spec, split_rules

if TYPE_CHECKING:  # names must be known (for --help) without loading scikit-learn
    from querist.base.strategy import QueryStrategy
    from querist.stopping.rule import StoppingRule

_COMBINING = ("all", "any")


def make_strategy(name: str, **params: Any) -> "QueryStrategy":
    """Build a query strategy from its registered name.

    Parameters
    ----------
    name : str
        One of `strategy_names()`.
    **params
        Its parameters. ``selection`` and ``candidates`` may be names too, and
        ``selection__beta=2`` sets a parameter of theirs.

    Raises
    ------
    UnknownNameError
        If the strategy, or a part named in `params`, is not known.
    InvalidParameterError
        If the strategy has no parameter of that name.

    Examples
    --------
    >>> make_strategy("margin", selection="power", selection__beta=2.0)
    MarginSampling(selection=PowerTopK(beta=2.0))
    """
    direct = {key: value for key, value in params.items() if "__" not in key}
    for part, kind in (("selection", "selections"), ("candidates", "candidates")):
        if isinstance(direct.get(part), str):
            direct[part] = load(kind, direct[part])()
    strategy = _build("strategies", name, direct)
    nested = {key: value for key, value in params.items() if "__" in key}
    if nested:
        try:
            strategy.set_params(**nested)
        except (ValueError, AttributeError) as error:
            raise InvalidParameterError(f"Strategy {name!r}: {error}") from error
    from querist.base.strategy import QueryStrategy

    if not isinstance(strategy, QueryStrategy):
        raise InvalidParameterError(
            f"The strategy {name!r} comes from {package_of('strategies', name)} and makes a "
            f"{type(strategy).__name__}, which is no querist.base.QueryStrategy. Tell its authors."
        )
    return strategy


def make_estimator(name: str, **params: Any) -> Any:
    """Build a classifier from its registered name, or a regressor.

    Parameters
    ----------
    name : str
        One of `estimator_names()`, or of `regressor_names()`.
    **params
        Passed to the classifier or regressor.

    Returns
    -------
    classifier or regressor

    Raises
    ------
    UnknownNameError
        If the estimator is not known.
    InvalidParameterError
        If it has no parameter of that name.

    Examples
    --------
    >>> make_estimator("logistic_regression", class_weight="balanced").class_weight
    'balanced'
    """
    kind = kind_of_estimator(name)
    if kind is None:
        known = {*part_names("estimators"), *part_names("regressors")}
        raise UnknownNameError.of(SINGULAR["estimators"], name, known)
    return _build(kind, name, params)


def make_regressor(name: str, **params: Any) -> Regressor:
    """Build a regressor from its registered name.

    Parameters
    ----------
    name : str
        One of `regressor_names()`.
    **params
        Passed to the regressor.

    Raises
    ------
    UnknownNameError
        If the regressor is not known.
    InvalidParameterError
        If it has no parameter of that name.

    Examples
    --------
    >>> make_regressor("k_neighbors_regressor", n_neighbors=3)[-1]
    FewNeighborsRegressor(n_neighbors=3, weights='distance')
    """
    regressor: Regressor = _build("regressors", name, params)
    return regressor


def make_stopping_rule(text: str, **known: Any) -> "StoppingRule":
    """Build a stopping rule from a text.

    Parameters
    ----------
    text : str
        ``NAME``, ``NAME:key=value,key=value``, or ``all(...)`` or ``any(...)`` of such texts with commas
        between them; a ``key=value`` belongs to the rule before it.
    **known
        Parameters for every rule in the text that has them and does not set them itself, such as costs.

    Raises
    ------
    UnknownNameError
        If a rule is not known.
    InvalidParameterError
        If the text cannot be read, or a rule has no parameter of that name.

    Examples
    --------
    >>> make_stopping_rule("any(budget:labels=300, all(stabilising_predictions, performance_slope:gain=0.005))")
    AnyOf(rules=[Budget(labels=300),
                 AllOf(rules=[StabilisingPredictions(),
                              PerformanceSlope(gain=0.005)])])
    """
    head, bracket, inner = text.strip().partition("(")
    rule: StoppingRule
    combining = head.partition(":")[0].strip()
    if combining in _COMBINING and not bracket:
        raise InvalidParameterError(f"{text!r} combines rules: write {combining}(RULE, RULE).")
    if not bracket:
        name, params = parse_spec(text)
        taken = inspect.signature(load("stopping", name)).parameters
        rule = _build("stopping", name, {key: value for key, value in known.items() if key in taken} | params)
        return rule
    if head.strip() not in _COMBINING or not inner.endswith(")"):
        raise InvalidParameterError(f"{text!r}: expected NAME, all(NAME, ...) or any(NAME, ...).")
    rule = load("stopping", head.strip())([make_stopping_rule(part, **known) for part in split_rules(inner[:-1])])
    return rule


def _build(kind: str, name: str, params: dict[str, Any]) -> Any:
    factory = load(kind, name)
    signature = inspect.signature(factory)
    if not any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values()):
        for key in params:
            if key not in signature.parameters:
                known = ", ".join(signature.parameters) or "none"
                raise InvalidParameterError(
                    f"{SINGULAR[kind].capitalize()} {name!r} has no parameter {key!r}. It has: {known}."
                )
    try:
        return factory(**params)
    except TypeError as error:
        raise InvalidParameterError(f"{SINGULAR[kind].capitalize()} {name!r}: {error}") from error
