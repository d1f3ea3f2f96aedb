"""What a value consists of, as JSON: equal for equal contents in any process, whatever its name or address is."""

import copyreg
import functools
import hashlib
import json
import math
import sys
import types
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from querist._typing import AnyArray
from querist.session.homes import is_installed

# A value of more pieces than this is not looked through to its end.
_MOST = 100_000
_BY_REPR = (bytes, complex, np.dtype, type(Ellipsis), type(NotImplemented))
_METHODS = (types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType)


class Content:
    """Describes values.

    Parameters
    ----------
    told : callable
        Called with a function or class of the user's own and what it is ("function", "type" or "class"); returns the
        dict that tells it from others.
    """

    def __init__(self, told: Callable[[Any, str], dict[str, Any]]) -> None:
        self._told = told
        self._inside: list[int] = []
        self._left = _MOST

    def of(self, value: Any) -> Any:
        """Return a value as JSON. What cannot be looked into is told as ``{"unknown": its class}``."""
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else str(value)  # JSON has no NaN
        self._left -= 1
        if id(value) in self._inside:
            return {"again": len(self._inside) - self._inside.index(id(value))}
        if self._left < 0 or len(self._inside) > sys.getrecursionlimit() // 12:
            return {"unknown": class_name(value)}
        self._inside.append(id(value))
        try:
            return self._of_other(value)
        finally:
            self._inside.pop()

    def _of_other(self, value: Any) -> Any:
        kind = type(value)
        if kind in (list, tuple):
            return [self.of(item) for item in value]
        if kind in (dict, OrderedDict, types.MappingProxyType):
            return self._mapping(value)
        if kind in (np.ndarray, np.memmap):
            return self._array(value)
        if kind in (set, frozenset):
            return {"set": sorted((self.of(item) for item in value), key=spelled)}
        described = self._of_code(value)
        return self._of_object(value) if described is None else described

    def _of_code(self, value: Any) -> Any:
        """Return what tells modules, classes and functions; None for what is none."""
        if isinstance(value, types.ModuleType):
            return {"module": value.__name__}
        if isinstance(value, type):
            return f"{value.__module__}:{value.__qualname__}" if _is_of_package(value) else self._told(value, "type")
        return self._callable(value) if callable(value) else None

    def _of_object(self, value: Any) -> Any:
        if has_params(value):
            return self._part(value)
        return repr(value) if isinstance(value, _BY_REPR) else self._object(value)

    def _mapping(self, value: Mapping[Any, Any]) -> dict[str, Any]:
        if all(type(key) is str for key in value):
            return {key: self.of(item) for key, item in value.items()}
        pairs = [[self.of(key), self.of(item)] for key, item in value.items()]
        return {"items": sorted(pairs, key=spelled)}

    def _array(self, array: AnyArray) -> dict[str, Any]:
        dtype = f"{array.dtype.descr if array.dtype.names else array.dtype.str}:"
        if array.dtype.hasobject:
            data = spelled([self.of(item) for item in array.ravel().tolist()]).encode()
        else:
            data = dtype.encode() + np.ascontiguousarray(array).tobytes()
        return {"array": hashlib.sha256(data).hexdigest()[:16], "shape": list(array.shape)}

    def _callable(self, value: Any) -> Any:
        """Return what tells a function, in whichever form; None for objects that can be called and are none."""
        if isinstance(value, types.FunctionType):
            return self._function(value)
        if isinstance(value, types.MethodType | types.BuiltinMethodType):
            return self._method(value)
        if isinstance(value, functools.partial):
            held = {"args": self.of(value.args), "keywords": self.of(value.keywords)}
            return {"partial": self.of(value.func), **held}
        if isinstance(value, np.ufunc):
            # One that `numpy.frompyfunc` made does not tell the function within.
            return {"unknown": repr(value)} if "(vectorized)" in value.__name__ else repr(value)
        if isinstance(value, _METHODS):
            return f"{value.__objclass__.__module__}:{value.__qualname__}"
        wrapped = getattr(value, "__wrapped__", None)
        return {"wrapper": class_name(value), "of": self.of(wrapped)} if callable(wrapped) else None

    def _function(self, function: types.FunctionType) -> Any:
        installed = is_installed(str(function.__globals__.get("__name__", "")))
        named = f"{function.__module__}:{function.__qualname__}" if installed else self._told(function, "function")
        # Functions of packages are told by name, those that they make by what they hold, too.
        cells = function.__closure__ if isinstance(named, str) else None
        return {"function": named, "holds": self.cells(cells)} if cells else named

    def _method(self, value: Any) -> Any:
        owner, name = value.__self__, value.__name__
        if owner is None or isinstance(owner, types.ModuleType):
            home = value.__module__ or "builtins"
            return f"{home}:{name}" if is_installed(home) else {"unknown": f"{home}:{name}"}
        # `random.choice` and the like: methods of an object that its module keeps, whose state is nobody's choice.
        home = type(owner).__module__
        if is_installed(home) and getattr(sys.modules.get(home), name, None) == value:
            return f"{home}:{name}"
        function = getattr(value, "__func__", None)
        code = {} if function is None else {"function": self.of(function)}
        return {"method": name, "of": self.of(owner), **code}

    def cells(self, cells: Any) -> list[Any]:
        """Return what a function holds of the functions around it."""
        found = []
        for cell in cells or ():
            try:
                found.append(self.of(cell.cell_contents))
            except ValueError:  # not filled yet
                found.append({"empty": True})
        return found

    def _class(self, value: Any) -> dict[str, Any]:
        cls = type(value)
        return {"class": class_name(value)} if _is_of_package(cls) else self._told(cls, "class")

    def _part(self, value: Any) -> dict[str, Any]:
        params = params_of(value)
        if type(value).__module__.partition(".")[0] != "querist":
            # What is left at its default is not named: with another version of its package it is the same part.
            defaults = _defaults(type(value))
            params = {name: given for name, given in params.items() if not self._is_default(name, given, defaults)}
        told = self._class(value)
        described = told | {"params": {name: self.of(given) for name, given in sorted(params.items())}}
        if "code" in told and not hasattr(value, "fit"):
            # Classifiers are cloned, and keep their parameters only; the others are used as they are.
            own = {
                name: self.of(held)
                for name, held in sorted(getattr(value, "__dict__", {}).items())
                if name not in params_of(value) and not name.startswith("_") and not name.endswith("_")
            }
            described |= {"attributes": own} if own else {}
        return described

    def _is_default(self, name: str, given: Any, defaults: dict[str, Any]) -> bool:
        if name not in defaults:
            return False
        return given is defaults[name] or spelled(self.of(given)) == spelled(self.of(defaults[name]))

    def _object(self, value: Any) -> dict[str, Any]:
        told = self._class(value)
        if type(value).__module__ in ("_thread", "_weakref", "weakref"):
            return told
        if isinstance(value, np.random.RandomState):
            return told | {"state": self.of(value.get_state(legacy=False))}
        if isinstance(value, np.random.Generator | np.random.BitGenerator):
            bits: Any = getattr(value, "bit_generator", value)
            return told | {"state": self.of(bits.state)}
        try:
            reduce = copyreg.dispatch_table.get(type(value))
            reduced: Any = reduce(value) if reduce else value.__reduce_ex__(2)
        except Exception:  # whatever a foreign class raises where it cannot be taken apart
            held = getattr(value, "__dict__", None)
            return {"unknown": class_name(value)} if held is None else told | {"state": self.of(held)}
        return told | ({"name": reduced} if isinstance(reduced, str) else self._taken_apart(value, *reduced))

    def _taken_apart(
        self, value: Any, function: Any, args: Any, state: Any = None, items: Any = None, pairs: Any = None, *_: Any
    ) -> dict[str, Any]:
        """Return what an object is made of, as pickle takes it apart (without pickling anything)."""
        made = {} if function is copyreg.__newobj__ else {"made_by": self.of(function)}  # type: ignore[attr-defined]
        if isinstance(state, dict) and type(value).__module__.startswith("scipy.stats"):
            # Distributions hold numpy's global generator, which the system seeds and searches do not draw from.
            state = {name: item for name, item in state.items() if name != "_random_state"}
        held = {
            "args": list(args if made else args[1:]), "state": state, "items": items and list(items),
            "pairs": pairs and list(pairs),
        }  # fmt: skip
        return made | {name: self.of(what) for name, what in held.items() if what}


def _is_of_package(cls: type) -> bool:
    """Return whether a class is one of an installed package, and not one that `type` made where a package called it."""
    home, name = cls.__module__, cls.__qualname__.partition(".")[0]
    return is_installed(home) and (home not in sys.modules or hasattr(sys.modules[home], name))


def spelled(described: Any) -> str:
    """Return one spelling for equal descriptions."""
    return json.dumps(described, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def class_name(value: Any) -> str:
    """Return the class of a value as ``module:Class``."""
    return f"{type(value).__module__}:{type(value).__qualname__}"


def has_params(value: Any) -> bool:
    """Return whether a value is a part: an object with parameters."""
    return hasattr(value, "get_params") and not isinstance(value, type)


def params_of(value: Any) -> dict[str, Any]:
    """Return the parameters of a part; none of anything else."""
    return dict(value.get_params(deep=False)) if has_params(value) else {}


def _defaults(cls: type) -> dict[str, Any]:
    """Return the defaults of what a class is made with, those that its bases take included."""
    import inspect

    found: dict[str, Any] = {}
    for base in cls.__mro__:
        made_by = base.__dict__.get("__init__")
        if not isinstance(made_by, types.FunctionType):
            continue
        for name, parameter in inspect.signature(made_by).parameters.items():
            if parameter.default is not parameter.empty:
                found.setdefault(name, parameter.default)
    return found


def is_default(part: Any, name: str) -> bool:
    """Return whether a parameter of a part is what its class takes where nothing is passed."""
    defaults = _defaults(type(part))
    plain = Content(lambda thing, what: {what: f"{thing.__module__}:{thing.__qualname__}"})
    return name in defaults and spelled(plain.of(params_of(part).get(name))) == spelled(plain.of(defaults[name]))
