"""All that determines the results of a simulation: checked, and described for its record."""

import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.metadata import packages_distributions, version
from typing import Any, Self

from querist.base.costs import check_takes_costs
from querist.exceptions import InvalidParameterError
from querist.learners.encoding import encoded
from querist.learners.weighting import check_takes_weights, classifiers_of
from querist.session.identity import describe
from querist.session.pool_door import check_pool
from querist.simulation.metrics import METRICS, check_model_can
from querist.simulation.parts import Parts
from querist.simulation.problem import Data, Problem
from querist.simulation.protocol import FULL_DATA, Protocol
from querist.simulation.run import RunKey
from querist.simulation.split import check_draws, smallest_pool

# 2 adds what the audit said and what stopping rules proposed; without these it is 1.
FORMATS = (1, 2)
# How parts are told apart: by their contents. Earlier versions told functions by name, and wrote no such line.
IDENTITY = "content"
# Those that can change a number or a byte of the result files.
_PACKAGES = ("querist", "numpy", "scipy", "scikit-learn", "pandas", "pyarrow", "matplotlib", "skrub")
# Modules that come from these packages, and so need not be looked up.
_HOME_IS_KNOWN = frozenset({"querist", "numpy", "scipy", "sklearn", "pandas", "pyarrow", "skrub"})


@dataclass(frozen=True)
class Experiment:
    """What is run on what, with what: checked, and all that determines the results.

    Attributes
    ----------
    protocol : Protocol
    parts : Parts
    data : Data
    """

    protocol: Protocol
    parts: Parts
    data: Data

    @classmethod
    def checked(cls, protocol: Protocol, parts: Parts, data: Data, *, most: int | None = None) -> Self:
        """Return an experiment that can be run to its end.

        Parameters
        ----------
        most : int, default=None
            The budget, or as much of it as the smallest pool allows. None keeps the protocol's.

        Raises
        ------
        InvalidParameterError, TargetError
            If a classifier cannot give what a metric needs, or takes no weights where there are some, or a split or
            budget is impossible.
        """
        for label, estimator in parts.estimators.items():
            if data.problem.task == "classification":
                check_model_can(estimator, label, protocol.metrics, data.problem.classes.size)
            asking = estimator if parts.query_estimator is None else parts.query_estimator
            strategies = [*parts.strategies.values(), parts.cold_start]
            check_pool(data.problem.X, estimator=estimator, asking=asking, strategies=strategies)
        if data.problem.weights is not None:
            _check_weights(parts)
        if data.problem.costs is not None:
            for strategy in parts.strategies.values():
                check_takes_costs(strategy)
        if most is not None:
            n_pool = smallest_pool(data.problem, protocol)
            if n_pool < protocol.initial <= most:
                once = " Rows with the same features are asked once." if protocol.duplicates == "ask_once" else ""
                raise InvalidParameterError(
                    f"initial is {protocol.initial}, and there are only {n_pool} rows to ask about, test rows left "
                    f"out.{once} Lower initial, or take more rows."
                )
            protocol = replace(protocol, budget=min(most, n_pool))
        check_draws(data.problem, protocol)
        return cls(protocol, parts, data)

    @property
    def keys(self) -> list[RunKey]:
        """All runs, in the order of the tables; the full-data values stand last."""
        return [
            RunKey(estimator, strategy, number)
            for estimator in self.parts.estimators
            for strategy in (*self.parts.strategies, FULL_DATA)
            for number in range(self.protocol.repeats)
        ]

    def describe(self) -> dict[str, Any]:
        """Return the experiment as JSON takes it: equal if and only if the results are meant to be equal."""
        parts = self.parts.described()
        return self._described(parts) | {"identity": IDENTITY, "versions": _versions(parts)}

    def describe_as_before(self) -> dict[str, Any]:
        """Return the experiment as earlier versions described it, which told functions by their names."""
        parts = self.parts.described_as_before()
        return self._described(parts) | {"versions": _versions(parts)}

    def _described(self, described_parts: dict[str, Any]) -> dict[str, Any]:
        protocol, parts, data = self.protocol, self.parts, self.data
        # The order of the parts is the order of the tables.
        orders = {"strategies": list(parts.strategies), "estimators": list(parts.estimators)}
        if parts.rules:
            orders["stopping"] = list(parts.rules)
        return {
            "format": FORMATS[bool(protocol.audit or parts.rules)],
            "protocol": protocol.to_dict(),
            "order": orders,
            **described_parts,
            **_own_metrics(protocol.metrics),
            "data": data.description,
            "notes": [*data.notes, *(_audit_notes(data.problem) if protocol.audit else [])],
        }


def _check_weights(parts: Parts) -> None:
    trained = {f"the estimator {label!r}:": encoded(estimator) for label, estimator in parts.estimators.items()}
    if parts.query_estimator is not None:
        trained["the query_estimator"] = encoded(parts.query_estimator)
    for strategy in parts.strategies.values():
        trained |= classifiers_of(strategy)
    check_takes_weights(trained)


def _own_metrics(names: Iterable[str]) -> dict[str, Any]:
    """Return what tells metrics that are not Querist's own (added to `METRICS`) from others of their names."""
    told = {name: describe(METRICS[name].compute) for name in names}
    own = {name: what for name, what in told.items() if not str(what).startswith("querist.simulation.metrics:")}
    return {"metrics": own} if own else {}


def _audit_notes(problem: Problem) -> list[str]:
    """Return why the audit and the test part tell of different rows; nothing if they do not."""
    reasons = {
        "repeated rows are asked about once": problem.twins is not None,
        "whole groups are held out": problem.groups is not None,
        "it was given": problem.X_test is not None,
    }
    told = " and ".join(reason for reason, holds in reasons.items() if holds)
    if not told:
        return []
    return [
        f"The audit speaks of new rows like those of the pool, but the test part is not drawn like the pool ({told}): "
        "their accuracies may differ for that reason alone."
    ]


def _versions(descriptions: Any) -> dict[str, str]:
    """Return the versions of what computes: the packages above, and those that the parts' classes come from.

    Not of whatever happens to be loaded: that would depend on what else the process has done.
    """
    modules = _modules(descriptions) - _HOME_IS_KNOWN - {"__main__", "builtins"} - sys.stdlib_module_names
    # Looks at each file of each package that is installed: the better part of a second.
    homes = packages_distributions() if modules else {}
    own = {name for module in modules for name in homes.get(module, [])}
    found = {name: version(name) for name in (*_PACKAGES, *sorted(own - set(_PACKAGES)))}
    return {"python": platform.python_version(), "platform": f"{platform.system()} {platform.machine()}"} | found


def _modules(description: Any) -> set[str]:
    """Return the top-level modules of all classes named ``module:Class`` in a description, and those that code uses."""
    if isinstance(description, dict):
        used = set(description.get("uses", [])) if "code" in description else set()
        told = (item for name, item in description.items() if name not in ("code", "uses"))
        return used.union(*(_modules(item) for item in told))
    if isinstance(description, list | tuple):
        return {module for item in description for module in _modules(item)}
    if isinstance(description, str) and ":" in description:
        return {description.partition(":")[0].partition(".")[0]}
    return set()
