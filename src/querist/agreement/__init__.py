"""How far people agree: figures with intervals, from rows that two or more of them have answered.

They say something of the whole pool only where the rows were drawn at random (the audit's order): on rows that a
strategy chose they are about hard rows. Names are loaded on first use.
"""

from typing import TYPE_CHECKING

from querist._lazy import lazy_names

if TYPE_CHECKING:
    from querist.agreement.figures import Agreement, ClassAgreement, Confusion, PairAgreement, agreement
    from querist.agreement.people import Comparison, PersonQuality, Quality, compare, quality

# By module.
_NAMES = {
    "figures": ("Agreement", "ClassAgreement", "Confusion", "PairAgreement", "agreement"),
    "people": ("Comparison", "PersonQuality", "Quality", "compare", "quality"),
}
_HOMES = {name: f"{__name__}.{module}" for module, names in _NAMES.items() for name in names}

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


__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
