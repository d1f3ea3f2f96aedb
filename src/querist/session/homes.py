"""Where code comes from: an installed package, whose version tells what it does, or the user's own files."""

import functools
import sys
import sysconfig
from pathlib import Path

_OF_PACKAGES = frozenset({"site-packages", "dist-packages"})


@functools.cache
def is_installed(module: str) -> bool:
    """Return whether a module is part of Python, of Querist or of an installed package.

    Scripts, notebooks, modules beside them and packages that are installed to be edited are the user's own.
    """
    top = module.partition(".")[0]
    if top in ("querist", "builtins"):
        return True
    if top == "__main__":
        return False
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return top in sys.stdlib_module_names or top in sys.builtin_module_names
    path = Path(file)
    stdlib = [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")]
    return not _OF_PACKAGES.isdisjoint(path.parts) or any(path.is_relative_to(root) for root in stdlib)
