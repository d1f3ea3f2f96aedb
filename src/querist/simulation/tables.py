"""The tables of a simulation, and what is read off them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from querist.simulation.audit_table import audit_table
from querist.simulation.baseline import baseline_table, baseline_value
from querist.simulation.curves import Curves, all_curves, summarise, tidy_table, timings_table
from querist.simulation.problem import Problem
from querist.simulation.protocol import Protocol
from querist.simulation.run import Run
from querist.simulation.stopping_table import stopping_table
from querist.simulation.waiting_table import waiting_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Tables:
    """The tables of a simulation, as `Simulation` documents them."""

    table: "pd.DataFrame"
    timings: "pd.DataFrame"
    audit: "pd.DataFrame | None" = None
    stopping: "pd.DataFrame | None" = None
    waiting: "pd.DataFrame | None" = None
    baseline: "pd.DataFrame | None" = None

    @classmethod
    def of(cls, runs: Sequence[Run], protocol: Protocol, problem: Problem) -> Self:
        """Return the tables of finished runs on these data."""
        name, metrics, costs = protocol.name, protocol.metrics, protocol.costs
        return cls(
            tidy_table(runs, metrics, name, problem.costs),
            timings_table(runs, name),
            audit_table(runs, name) if protocol.audit else None,
            None if costs is None else stopping_table(runs, metrics, costs, name),
            waiting_table(runs, name),
            baseline_table(problem, protocol),
        )

    @cached_property
    def summary(self) -> "pd.DataFrame":
        """One line per estimator, metric and strategy."""
        return summarise(self.table, self.baseline)

    def curves(self, metric: str) -> list[Curves]:
        """Return the learning curves of each estimator in one metric."""
        largest = baseline_value(self.baseline, metric)
        return [replace(curves, largest=largest) for curves in all_curves(self.table) if curves.metric == metric]
