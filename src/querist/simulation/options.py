"""What a simulation is asked to do, checked before any data are looked at."""

from dataclasses import dataclass
from typing import Any, Self

from querist._validation import check_positive_int
from querist.exceptions import InvalidParameterError
from querist.session.audit_choice import audit_choice
from querist.simulation.execute import count_workers
from querist.simulation.metrics import check_metrics, check_task, named_metrics
from querist.simulation.parts import Parts, resolve_parts
from querist.simulation.protocol import Costs, Protocol
from querist.simulation.rules import resolve_rules


@dataclass(frozen=True)
class Options:
    """The options of `simulate`, as far as they can be judged without data."""

    protocol: Protocol
    parts: Parts
    n_workers: int

    @classmethod
    def checked(
        cls,
        *,
        strategies: Any,
        estimators: Any,
        cold_start: Any,
        query_estimator: Any,
        stop: Any,
        label_cost: float,
        error_cost: float,
        n_future: float,
        n_jobs: Any,
        budget: Any,
        initial: Any,
        metrics: Any,
        audit: Any,
        **protocol: Any,
    ) -> Self:
        """Return the options that `simulate` takes under the same names; where `budget` is None it is left open.

        Raises
        ------
        InvalidParameterError, UnknownNameError
            If one has a value that cannot be used with any data.
        """
        check_positive_int(initial, "initial", minimum=0)
        audit = audit_choice(audit).text
        costs = Costs(label_cost, error_cost, n_future)
        parts = resolve_parts(strategies, estimators, cold_start, query_estimator)
        if parts.task == "regression":
            _check_regression(audit, stop, protocol["initial_set"])
        watched = bool(audit) or stop is not None
        names = named_metrics(metrics, watched=watched, task=parts.task)
        check_metrics(names)
        check_task(names, parts.task)
        plan = Protocol(
            budget=max(initial, 1) if budget is None else budget,
            initial=initial,
            metrics=names,
            audit=audit,
            costs=None if stop is None else costs,
            **protocol,
        )
        n_workers = count_workers(n_jobs)
        return cls(
            plan, parts.with_rules(resolve_rules(stop, costs, audit=audit, estimators=parts.estimators)), n_workers
        )


def _check_regression(audit: float | str, stop: Any, initial_set: str) -> None:
    for name, given in (("audit", bool(audit)), ("stop", stop is not None)):
        if given:
            raise InvalidParameterError(
                f"{name} judges a simulation by accuracy, and the estimators are regressors. Leave it out."
            )
    if initial_set == "stratified":
        raise InvalidParameterError(
            'initial_set="stratified" draws by class, and the estimators are regressors. Use "random".'
        )
