"""How far people agree: figures with intervals, from rows that two or more of them have answered.

They say something of the whole pool only where the rows were drawn at random (the audit's order): on rows that a
strategy chose they are about hard rows. Names are loaded on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from querist.agreement.figures import Agreement, ClassAgreement, Confusion, PairAgreement, agreement
    from querist.agreement.people import Comparison, PersonQuality, Quality, compare, quality

# By module.
_NAMES = {
    "figures": ("Agreement", "ClassAgreement", "Confusion", "PairAgreement", "agreement"),
    "people": ("Comparison", "PersonQuality", "Quality", "compare", "quality"),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "Agreement",
    "ClassAgreement",
    "Comparison",
    "Confusion",
    "PairAgreement",
    "PersonQuality",
    "Quality",
    "agreement",
    "compare",
    "quality",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"querist.agreement.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'querist.agreement' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
