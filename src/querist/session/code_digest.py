"""What functions and classes of the user's own do, as one hash.

Read off the code that runs, not off a file: notebooks, closures and lambdas have no file, and a file may have been
edited since it was imported. So comments, layout, docstrings, annotations, names of local variables, and where the
code stands do not count; constants, defaults, closures, and the functions, classes and values of the user's own that it
refers to do, as far as that can be seen: through names of its module, and names in modules of the user's own. What is
looked up as it runs (`getattr` by a text, imports within functions, files) is not seen. Code of packages: by name.

Each Python compiles to other instructions, so a hash bears the Python that it was taken with and can be compared with
hashes of that Python only.
"""

import dis
import functools
import hashlib
import inspect
import sys
import types
from collections.abc import Iterator
from typing import Any

from querist.session.content import Content, spelled
from querist.session.homes import is_installed

# What the flags of code say about how it behaves: *args, **kwargs, generators and coroutines.
_FLAGS = 0x04 | 0x08 | 0x20 | 0x80 | 0x200
_HAS_DOCSTRING = getattr(inspect, "CO_HAS_DOCSTRING", 0)
_LOOK_UP = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})


def code_digest(thing: Any) -> tuple[str, list[str]]:
    """Return the hash of a function or class, and the installed packages that its code refers to.

    Parameters
    ----------
    thing : function or class
        Of the user's own.

    Returns
    -------
    digest : str
        ``python:hash``.
    packages : list of str
        Top-level names, sorted; without Python's own.
    """
    reading = _Reading()
    reading.refer(thing, "")
    told = spelled(list(reading.all()))
    packages = sorted(reading.packages - sys.stdlib_module_names - {"builtins"})
    return f"{sys.implementation.cache_tag}:{hashlib.sha256(told.encode()).hexdigest()[:16]}", packages


class _Reading:
    """All code that can be reached from one place, each piece once, in the order in which it is met."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._things: list[Any] = []
        self._content = Content(self.refer)
        self.packages: set[str] = set()

    def refer(self, thing: Any, what: str) -> dict[str, Any]:
        """Return the place of a function or class in the order."""
        if id(thing) not in self._places:
            self._places[id(thing)] = len(self._things)
            self._things.append(thing)
        return {"code": self._places[id(thing)]}

    def all(self) -> Iterator[Any]:
        """Yield what was met, as JSON, until nothing new is referred to."""
        done = 0
        while done < len(self._things):
            thing = self._things[done]
            yield self._of_class(thing) if isinstance(thing, type) else self._of_function(thing)
            done += 1

    def _of(self, value: Any) -> Any:
        home = getattr(value, "__module__", None) or type(value).__module__
        self._use(home if isinstance(home, str) else "")
        return self._content.of(value)

    def _use(self, module: str) -> None:
        if module and is_installed(module):
            self.packages.add(module.partition(".")[0])

    def _of_function(self, function: types.FunctionType) -> dict[str, Any]:
        held = {name: self._of(value) for name, value in vars(function).items() if name != "__wrapped__"}
        return {
            "code": self._of_code(function.__code__),
            "defaults": self._of(function.__defaults__),
            "keyword_defaults": self._of(function.__kwdefaults__),
            "holds": self._content.cells(function.__closure__),
            "attributes": held,
            "refers_to": self._globals(function),
        }

    def _of_code(self, code: types.CodeType) -> dict[str, Any]:
        n_arguments = code.co_argcount + code.co_kwonlyargcount
        constants = list(code.co_consts)
        if _has_docstring(code):
            constants[0] = None
        return {
            "instructions": code.co_code.hex(),
            "constants": [
                self._of_code(item) if isinstance(item, types.CodeType) else [type(item).__name__, self._of(item)]
                for item in constants
            ],
            "names": list(code.co_names),
            "arguments": [*code.co_varnames[:n_arguments], code.co_argcount, code.co_posonlyargcount],
            "flags": code.co_flags & _FLAGS,
            "errors": code.co_exceptiontable.hex(),
        }

    def _globals(self, function: types.FunctionType) -> dict[str, Any]:
        found = {}
        codes = list(_nested(function.__code__))
        attributes = sorted({name for code in codes for name in code.co_names})
        for name in sorted({name for code in codes for name in _looked_up(code)}):
            if name not in function.__globals__:
                continue
            value = function.__globals__[name]
            if not isinstance(value, types.ModuleType):
                found[name] = self._of(value)
            elif is_installed(value.__name__):
                self._use(value.__name__)
                found[name] = {"module": value.__name__}
            else:
                inner = {other: getattr(value, other) for other in attributes if hasattr(value, other)}
                found[name] = {other: self._of(item) for other, item in inner.items()}
        return found

    def _of_class(self, cls: type) -> dict[str, Any]:
        members = {}
        for name, value in sorted(vars(cls).items()):
            if _is_own(name, value):
                members[name] = self._of_member(value)
        return {"bases": [self._of(base) for base in cls.__bases__], "members": members}

    def _of_member(self, value: Any) -> Any:
        if isinstance(value, staticmethod | classmethod):
            return {type(value).__name__: self._of(value.__func__)}
        if isinstance(value, property):
            return {"property": [self._of(value.fget), self._of(value.fset), self._of(value.fdel)]}
        if isinstance(value, functools.cached_property):
            return {"cached_property": self._of(value.func)}
        return self._of(value)


def _is_own(name: str, value: Any) -> bool:
    """Return whether a member of a class is its author's, not what Python or a package has put there."""
    if isinstance(value, types.FunctionType | staticmethod | classmethod | property | functools.cached_property):
        return True
    if (name.startswith("__") and name.endswith("__")) or name.startswith(("_sklearn_", "_abc_")):
        return False
    descriptor = hasattr(type(value), "__get__")
    return not (descriptor and is_installed(type(value).__module__) and type(value).__module__ != "functools")


def _has_docstring(code: types.CodeType) -> bool:
    if _HAS_DOCSTRING:
        return bool(code.co_flags & _HAS_DOCSTRING)
    # Here the first constant of every function with a name is its docstring or None.
    named = bool(code.co_flags & inspect.CO_NEWLOCALS) and not code.co_name.startswith("<")
    return named and bool(code.co_consts) and isinstance(code.co_consts[0], str)


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for item in code.co_consts:
        if isinstance(item, types.CodeType):
            yield from _nested(item)


def _looked_up(code: types.CodeType) -> set[str]:
    return {str(step.argval) for step in dis.get_instructions(code) if step.opname in _LOOK_UP}
