"""Strategies of other libraries in a session of Querist, and Querist's in a loop of theirs."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from querist.exceptions import InvalidParameterError

if TYPE_CHECKING:
    from querist.adapters.for_scikit_activeml import ForScikitActiveml
    from querist.adapters.modal import ModalStrategy
    from querist.adapters.scikit_activeml import ScikitActivemlStrategy
    from querist.adapters.small_text import SmallTextStrategy

# Where each stands, the package that it is about, and how that is installed.
_HOMES = {
    "ForScikitActiveml": ("for_scikit_activeml", "skactiveml", "pip install 'querist[scikit-activeml]'"),
    "ModalStrategy": ("modal", "modAL", "pip install --no-deps modAL-python (it asks for an old skorch otherwise)"),
    "ScikitActivemlStrategy": ("scikit_activeml", "skactiveml", "pip install 'querist[scikit-activeml]'"),
    "SmallTextStrategy": ("small_text", "small_text", "pip install 'querist[small-text]'"),
}

__all__ = ["ForScikitActiveml", "ModalStrategy", "ScikitActivemlStrategy", "SmallTextStrategy"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home, package, remedy = _HOMES[name]
    try:
        return getattr(import_module(f"{__name__}.{home}"), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != package:
            raise
        raise InvalidParameterError(f"{name} needs the package {package}, which is not installed: {remedy}.") from error


def __dir__() -> list[str]:
    return list(__all__)
