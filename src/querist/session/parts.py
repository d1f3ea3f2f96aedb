"""The exchangeable parts of a session: resolved from names, described for a file, checked on loading."""

import json
from typing import Any

from querist import registry
from querist._typing import Model
from querist.base.contract import task_of
from querist.base.strategy import QueryStrategy
from querist.exceptions import InvalidParameterError, SessionFileError
from querist.learners.defaults import as_described
from querist.registry.goals import Goal
from querist.session.content import class_name, has_params, params_of
from querist.session.differences import Difference, differences
from querist.session.earlier_parts import describe_as_before, fits_as_before
from querist.session.identity import describe


def resolve_estimator(estimator: Any) -> Model:
    """Return a classifier from a registered name (with parameters, ``"svc:C=10"``) or an object."""
    if isinstance(estimator, str):
        name, params = registry.parse_spec(estimator)
        return registry.make_estimator(name, **params)
    return estimator


def resolve_strategy(strategy: Any) -> QueryStrategy:
    """Return a query strategy from a registered name (with parameters) or an object.

    Raises
    ------
    InvalidParameterError
        If it is neither.
    """
    if isinstance(strategy, str):
        name, params = registry.parse_spec(strategy)
        return registry.make_strategy(name, **params)
    if not isinstance(strategy, QueryStrategy):
        raise InvalidParameterError(
            f"strategy must be a registered name or a QueryStrategy object, got {strategy!r}. "
            f"Known names: {', '.join(registry.strategy_names())}."
        )
    return strategy


def parts_for(goal: Goal | None, *, estimator: Any, strategy: Any) -> dict[str, Any]:
    """Return the estimator and the strategy: those that were named, else those of the goal, else the defaults."""
    if estimator is None:
        estimator = "logistic_regression" if goal is None else goal.make_estimator()
    if strategy is None and goal is not None:
        strategy = goal.make_strategy()
    elif strategy is None:
        strategy = "igs" if task_of(resolve_estimator(estimator)) == "regression" else "margin"
    return {"estimator": estimator, "strategy": strategy}


def to_file(part: Any) -> dict[str, Any] | None:
    """Return what a session's file needs to recognise a part that is passed again, or to rebuild it."""
    if part is None:
        return None
    if isinstance(part, str):
        return {"spec": part}
    kept: dict[str, Any] = {"class": class_name(part)}
    if isinstance(part, QueryStrategy) and (name := registry.registered_name("strategies", part)):
        kept |= {"name": name, "params": {name: _kept(value) for name, value in sorted(params_of(part).items())}}
    return kept | {"identity": describe(part)}


def restore(saved: dict[str, Any] | None, given: Any, what: str, *, trust: bool = False) -> Any:
    """Return the part of a loaded session: the given object if it fits the file, else one rebuilt by name.

    Parameters
    ----------
    trust : bool, default=False
        Whether what is given is taken without being compared.

    Raises
    ------
    SessionFileError
        If the file cannot rebuild it and none was given, or the given one differs.
    """
    saved = registry.in_present_words(saved)
    if saved is None:
        if given is not None:
            raise SessionFileError(
                f"The session was saved without a {what}, but {given!r} was given. Leave {_keyword(what)} out."
            )
        return None
    if given is not None:
        given = as_described(given, saved.get("identity"))
        if not trust and (found := _differing(saved, given, what)):
            raise SessionFileError(_another(what, found))
        return given
    if "spec" in saved:
        return saved["spec"]
    if "name" in saved and all(_rebuildable(value) for value in saved["params"].values()):
        rebuilt = _rebuild(saved)
        if not trust and "identity" in saved and (found := _differing(saved, rebuilt, what)):
            raise SessionFileError(_another(what, found))
        return rebuilt
    raise SessionFileError(
        f"The session was saved with a {what} of class {saved['class']}, which has no registered name. "
        f"Pass an equal object: Session.load(path, X, {_keyword(what)}=...)."
    )


def _another(what: str, found: list[str]) -> str:
    more = f" ({len(found) - 1} more differ.)" if len(found) > 1 else ""
    return (
        f"The {what} given is not the one saved: {found[0]}.{more} Pass an equal one. If you know that it is the same, "
        "or want to go on with this one, Session.load(..., trust_parts=True) takes it without comparing; "
        "all answers are kept either way."
    )


def _keyword(what: str) -> str:
    return what.replace(" ", "_")


def _differing(saved: dict[str, Any], given: Any, what: str) -> list[str]:
    """Return in what a part differs from the one in a file, in words; nothing if it is the same."""
    if saved == to_file(given):
        return []
    resolve = resolve_strategy if what in ("strategy", "cold start") else resolve_estimator
    given = resolve(given)
    if "spec" in saved:
        found = differences(describe(resolve(saved["spec"])), describe(given))
    elif "identity" in saved:
        found = differences(saved["identity"], describe(given))
    elif fits_as_before(saved, given):
        return []
    else:
        before = {"class": saved["class"], "params": saved.get("params", {})}
        found = differences(before, describe_as_before(given))
    return [_told(difference) for difference in found]


def _told(difference: Difference) -> str:
    return difference.told("in the file", "here")


def _kept(value: Any) -> Any:
    """JSON where the value is JSON, what rebuilds it for parts, else what tells it from others."""
    if has_params(value):
        params = {name: _kept(inner) for name, inner in sorted(params_of(value).items())}
        nested: dict[str, Any] = {"class": class_name(value), "params": params}
        for kind in ("selections", "candidates"):
            if name := registry.registered_name(kind, value):
                nested |= {"name": name, "kind": kind}
        return nested
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return {"described": describe(value)}


def _rebuildable(value: Any) -> bool:
    if not isinstance(value, dict):
        return True
    return "kind" in value and all(_rebuildable(inner) for inner in value["params"].values())


def _rebuild(saved: dict[str, Any]) -> QueryStrategy:
    def value_of(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        params = {key: value_of(inner) for key, inner in value["params"].items()}
        return registry.load(value["kind"], value["name"])(**params)

    return registry.make_strategy(saved["name"], **{key: value_of(value) for key, value in saved["params"].items()})
