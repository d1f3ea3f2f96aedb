"""Querist: active learning that asks for the few labels that matter.

Names are loaded on first use, so that ``import querist`` is fast.
"""

from typing import TYPE_CHECKING

from querist._lazy import lazy_names

if TYPE_CHECKING:
    from querist.data import open_pool
    from querist.registry import (
        estimator_names,
        make_estimator,
        make_regressor,
        make_stopping_rule,
        make_strategy,
        regressor_names,
        stopping_rule_names,
        strategy_names,
    )
    from querist.session import Session, rows_like
    from querist.simulation import Comparison, Simulation, bench, compare, simulate

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "querist.simulation",
    "Session": "querist.session",
    "Simulation": "querist.simulation",
    "bench": "querist.simulation",
    "compare": "querist.simulation",
    "estimator_names": "querist.registry",
    "make_estimator": "querist.registry",
    "make_regressor": "querist.registry",
    "make_stopping_rule": "querist.registry",
    "make_strategy": "querist.registry",
    "open_pool": "querist.data",
    "regressor_names": "querist.registry",
    "rows_like": "querist.session",
    "simulate": "querist.simulation",
    "stopping_rule_names": "querist.registry",
    "strategy_names": "querist.registry",
}
_MODULES = {
    "adapters",
    "agreement",
    "audit",
    "candidates",
    "checks",
    "data",
    "exceptions",
    "learners",
    "measures",
    "selections",
    "stopping",
    "strategies",
}

__all__ = [
    "Comparison",
    "Session",
    "Simulation",
    "__version__",
    "bench",
    "compare",
    "estimator_names",
    "make_estimator",
    "make_regressor",
    "make_stopping_rule",
    "make_strategy",
    "open_pool",
    "regressor_names",
    "rows_like",
    "simulate",
    "stopping_rule_names",
    "strategy_names",
]


__getattr__ = lazy_names(__name__, _HOMES | {name: f"{__name__}.{name}" for name in _MODULES})


def __dir__() -> list[str]:
    return sorted({*__all__, *_MODULES})
