"""Parts that installed packages bring, through the entry points ``querist.strategies`` and the like.

A package that brings a strategy ``mine`` says in its pyproject.toml::

    [project.entry-points."querist.strategies"]
    mine = "my_package:MyStrategy"

and so for ``querist.selections``, ``querist.candidates``, ``querist.estimators`` (classifiers), ``querist.regressors``
and ``querist.stopping``. Nothing of it is imported before somebody asks for the name.
"""

import functools
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from querist.exceptions import InvalidParameterError, PackageWarning

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class Brought:
    """What installed packages bring of one kind.

    Parameters
    ----------
    entries : iterable of EntryPoint
        Of one group.
    """

    def __init__(self, entries: "Iterable[EntryPoint]") -> None:
        self._entries: dict[str, list[EntryPoint]] = {}
        for entry in entries:
            self._entries.setdefault(entry.name, []).append(entry)

    @property
    def names(self) -> list[str]:
        """Their names, in the order in which the packages are found; what two bring stands here once."""
        return list(self._entries)

    def package_of(self, name: str) -> str:
        """Return the package that brings a name, with its version; of several, all."""
        return " and ".join(_package(entry) for entry in self._entries[name])

    def warn_of_clashes(self, what: str, own: Iterable[str]) -> None:
        """Warn of names that lead nowhere, since they are Querist's own or two packages bring them.

        Warns
        -----
        PackageWarning
        """
        for name in {*own} & {*self._entries}:
            told = (
                f"{self.package_of(name)} brings a {what} {name!r}, which is a name of Querist's own and means that. "
                "Tell its authors to rename theirs."
            )
            warnings.warn(told, PackageWarning, stacklevel=3)
        for name, entries in self._entries.items():
            if len(entries) > 1:
                warnings.warn(self._told_twice(what, name), PackageWarning, stacklevel=3)

    def load(self, what: str, name: str) -> Callable[..., Any]:
        """Import what a name stands for.

        Raises
        ------
        InvalidParameterError
            If two packages bring it, or what brings it cannot be imported.
        """
        if len(self._entries[name]) > 1:
            raise InvalidParameterError(self._told_twice(what, name))
        (entry,) = self._entries[name]
        try:
            loaded: Any = entry.load()
        except Exception as error:  # whatever the code of a package raises while it is imported
            raise InvalidParameterError(
                f"The {what} {name!r} comes from {_package(entry)} ({entry.value}), which cannot be loaded: "
                f"{type(error).__name__}: {error}. Update the package, or remove it."
            ) from error
        if not callable(loaded):
            raise InvalidParameterError(
                f"The {what} {name!r} comes from {_package(entry)}, and {entry.value} is neither a class nor a "
                "function that makes one. Tell its authors."
            )
        made: Callable[..., Any] = loaded
        return made

    def is_of(self, name: str, cls: type) -> bool:
        """Return whether a name stands for a class; only packages are asked of which the class may be."""
        if len(self._entries[name]) > 1:
            return False
        (entry,) = self._entries[name]
        if entry.module.partition(".")[0] != cls.__module__.partition(".")[0]:
            return False
        try:
            return entry.load() is cls
        except Exception:  # see load
            return False

    def _told_twice(self, what: str, name: str) -> str:
        return f"Two packages bring a {what} {name!r}: {self.package_of(name)}. Remove one of them."


@functools.cache
def brought(kind: str) -> Brought:
    """Return what installed packages bring of one kind, looked up once."""
    from importlib.metadata import entry_points

    return Brought(entry_points(group=f"querist.{kind}"))


def _package(entry: "EntryPoint") -> str:
    return "an unknown package" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"
