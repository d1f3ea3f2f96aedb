"""The exchangeable parts of a session: resolved from names, described for a file, checked on loading."""

import json
from typing import Any

from sklearn.base import BaseEstimator

from querist import registry
from querist._typing import Model
from querist.base.strategy import QueryStrategy
from querist.exceptions import InvalidParameterError, SessionFileError


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


def describe(part: Any) -> dict[str, Any] | None:
    """Return what a file needs to rebuild a part, or to recognise it when it is passed again."""
    if part is None:
        return None
    if isinstance(part, str):
        return {"spec": part}
    described: dict[str, Any] = {"class": f"{type(part).__module__}:{type(part).__qualname__}"}
    described["params"] = {name: _plain(value) for name, value in sorted(_params(part).items())}
    if isinstance(part, QueryStrategy) and (name := registry.registered_name("strategies", part)):
        described["name"] = name
    return described


def restore(saved: dict[str, Any] | None, given: Any, what: str) -> Any:
    """Return the part of a loaded session: the given object if it fits the file, else one rebuilt by name.

    Raises
    ------
    SessionFileError
        If the file cannot rebuild it and none was given, or the given one differs.
    """
    saved = registry.in_present_words(saved)
    if saved is None:
        if given is not None:
            raise SessionFileError(f"The session was saved without {what}, but {given!r} was given.")
        return None
    if given is not None:
        if describe(given) != saved and _resolved(given, saved) != saved:
            raise SessionFileError(f"The {what} given is not the one saved: given {describe(given)}, saved {saved}.")
        return given
    if "spec" in saved:
        return saved["spec"]
    if "name" in saved and all(_rebuildable(value) for value in saved["params"].values()):
        return _rebuild(saved)
    raise SessionFileError(
        f"The session was saved with a {what} of class {saved['class']}, which has no registered name. "
        f"Pass an equal object: Session.load(path, X, {what.replace(' ', '_')}=...)."
    )


def _params(part: Any) -> dict[str, Any]:
    return dict(part.get_params(deep=False)) if hasattr(part, "get_params") else {}


def _plain(value: Any) -> Any:
    """JSON where the value is JSON, a nested description for parts, else its repr."""
    if isinstance(value, BaseEstimator):
        nested = describe(value) or {}
        for kind in ("selections", "candidates"):
            if name := registry.registered_name(kind, value):
                nested |= {"name": name, "kind": kind}
        return nested
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return {"repr": repr(value)}


def _resolved(given: Any, saved: dict[str, Any]) -> dict[str, Any] | None:
    """Describe a given name as the object it stands for, to compare it with a saved object."""
    if not isinstance(given, str) or "spec" in saved:
        return None
    return describe(resolve_strategy(given) if "name" in saved else resolve_estimator(given))


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
