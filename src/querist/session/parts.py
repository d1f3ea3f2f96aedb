"""The exchangeable parts of a session: resolved from names, described for a file, checked on loading."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from querist import registry
from querist._typing import AnyArray, Model
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


def describe(part: Any) -> Any:
    """Return a part as JSON: equal for equal parts in any process, different where the parameters differ.

    Functions are told by name and arrays by hash; addresses in memory are left out.
    """
    if isinstance(part, np.generic):
        part = part.item()
    if part is None or isinstance(part, bool | int | str):
        return part
    if isinstance(part, float):
        return part if math.isfinite(part) else str(part)  # JSON has no NaN
    if _has_params(part):
        params = {name: describe(value) for name, value in sorted(_params(part).items())}
        return {"class": _class_of(part), "params": params}
    if isinstance(part, Mapping):
        return {str(key): describe(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [describe(item) for item in part]
    return _describe_other(part)


def _describe_other(part: Any) -> Any:
    if isinstance(part, np.ndarray):
        return {"array": hashlib.sha256(_bytes(part)).hexdigest()[:16], "shape": list(part.shape)}
    named = callable(part) and hasattr(part, "__qualname__")
    return f"{part.__module__}:{part.__qualname__}" if named else re.sub(r" at 0x[0-9A-Fa-f]+", "", repr(part))


def _bytes(array: AnyArray) -> bytes:
    if array.dtype.hasobject:
        return repr(array.tolist()).encode()
    return f"{array.dtype.str}:".encode() + np.ascontiguousarray(array).tobytes()


def to_file(part: Any) -> dict[str, Any] | None:
    """Return what a session's file needs to rebuild a part, or to recognise it when it is passed again."""
    if part is None:
        return None
    if isinstance(part, str):
        return {"spec": part}
    kept: dict[str, Any] = {"class": _class_of(part)}
    kept["params"] = {name: _kept(value) for name, value in sorted(_params(part).items())}
    if isinstance(part, QueryStrategy) and (name := registry.registered_name("strategies", part)):
        kept["name"] = name
    return kept


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
        if to_file(given) != saved and ("spec" in saved or not _fits(saved, _resolved(given, saved))):
            raise SessionFileError(f"The {what} given is not the one saved: given {to_file(given)}, saved {saved}.")
        return given
    if "spec" in saved:
        return saved["spec"]
    if "name" in saved and all(_rebuildable(value) for value in saved["params"].values()):
        return _rebuild(saved)
    raise SessionFileError(
        f"The session was saved with a {what} of class {saved['class']}, which has no registered name. "
        f"Pass an equal object: Session.load(path, X, {what.replace(' ', '_')}=...)."
    )


def _has_params(part: Any) -> bool:
    return hasattr(part, "get_params") and not isinstance(part, type)


def _params(part: Any) -> dict[str, Any]:
    return dict(part.get_params(deep=False)) if _has_params(part) else {}


def _class_of(part: Any) -> str:
    return f"{type(part).__module__}:{type(part).__qualname__}"


def _kept(value: Any) -> Any:
    """JSON where the value is JSON, what rebuilds it for parts, else what tells it from others."""
    if _has_params(value):
        nested = to_file(value) or {}
        for kind in ("selections", "candidates"):
            if name := registry.registered_name(kind, value):
                nested |= {"name": name, "kind": kind}
        return nested
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return {"described": describe(value)}


def _fits(saved: Any, given: Any) -> bool:
    """Return whether a part or a parameter is the one that a file holds."""
    if _kept(given) == saved:
        return True
    if not isinstance(saved, dict):
        return False
    if saved.keys() == {"repr"}:  # so files of the first versions tell arrays and functions
        return bool(repr(given) == saved["repr"])
    params = _params(given)
    same = saved.get("class") == _class_of(given) and saved.get("params", {}).keys() == params.keys()
    return same and all(_fits(value, params[name]) for name, value in saved["params"].items())


def _resolved(given: Any, saved: dict[str, Any]) -> Any:
    """Return the object that a given name stands for, to compare it with a saved object."""
    if not isinstance(given, str):
        return given
    return resolve_strategy(given) if "name" in saved else resolve_estimator(given)


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
