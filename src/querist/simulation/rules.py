"""The stopping rules of an experiment: built, told the costs, and refused where they could never propose."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import clone

from querist import registry
from querist._typing import Model
from querist.base.contract import can
from querist.exceptions import InvalidParameterError
from querist.simulation.parts import labelled
from querist.simulation.protocol import Costs
from querist.stopping.observation import Observation
from querist.stopping.rule import StoppingRule

# What a table calls asking until the budget is spent.
TO_THE_END = "(whole budget)"
_PROBABILITIES = frozenset({"uncertainty", "confidence"})
_SOMETHING = Observation(
    2, predictions=np.zeros(1), uncertainty=0.5, confidence=0.5, audit_at=np.ones(1, np.int64), audit_hits=np.ones(1),
    audit_truth=np.zeros(1), classes=np.zeros(1), cost=1.0,
)  # fmt: skip
_NEVER = {
    "certified": "waits for a certificate, and a simulation makes none. Leave it out.",
    "seconds": "looks at a clock, and a simulated answer takes no time. Use cost:limit=..., with the seconds that an "
    "answer takes as label_cost, or leave it out.",
}


def resolve_rules(
    stop: Any, costs: Costs, *, audit: float | str, estimators: Mapping[str, Model]
) -> dict[str, StoppingRule]:
    """Return stopping rules by label; those that can be told the costs are.

    Parameters
    ----------
    stop : str, StoppingRule, sequence of these, dict of label to one of these, or None
        A text may hold several rules with commas between them.
    costs : Costs
    audit : float or str
        As `simulate` takes it.
    estimators : dict of str to classifier

    Raises
    ------
    InvalidParameterError, UnknownNameError
        If a rule cannot be built, a parameter of it is wrong, or it could never propose to stop in this experiment.
    """

    def resolve(part: Any) -> StoppingRule:
        if isinstance(part, str):
            part = registry.make_stopping_rule(
                part, label_cost=costs.label_cost, error_cost=costs.error_cost, n_future=costs.n_future
            )
        if not isinstance(part, StoppingRule):
            raise InvalidParameterError(f"stop takes names of stopping rules or StoppingRule objects, got {part!r}.")
        return part

    if stop is None:
        return {}
    rules = labelled(stop if isinstance(stop, Mapping) else _listed(stop), "stopping", resolve)
    if TO_THE_END in rules:
        raise InvalidParameterError(f"The label {TO_THE_END!r} is kept for runs that nothing stops. Use another label.")
    for label, rule in rules.items():
        _check(label, rule, audit, estimators)
    return rules


def _listed(stop: Any) -> list[Any]:
    given = list(stop) if isinstance(stop, list | tuple) else [stop]
    return [rule for item in given for rule in (registry.split_rules(item) if isinstance(item, str) else [item])]


def _check(label: str, rule: StoppingRule, audit: float | str, estimators: Mapping[str, Model]) -> None:
    try:
        # Rules check their parameters when they are shown something.
        clone(rule).update(_SOMETHING)
    except (InvalidParameterError, TypeError) as error:
        raise InvalidParameterError(f"Stopping rule {label!r}: {error}") from error
    needs = rule.needs
    for field, why in _NEVER.items():
        if field in needs:
            raise InvalidParameterError(f"Stopping rule {label!r} {why}")
    if "audit_hits" in needs and not audit:
        raise InvalidParameterError(
            f"Stopping rule {label!r} rests on audited answers, and without an audit there are none: it would never "
            "propose to stop. Audit a fifth of the questions, with audit=0.2 (--audit 0.2)."
        )
    lacking = [name for name, estimator in estimators.items() if not can(estimator, "predict_proba")]
    if needs & _PROBABILITIES and lacking:
        raise InvalidParameterError(
            f"Stopping rule {label!r} needs predict_proba, which estimator {lacking[0]!r} does not have. "
            "Leave the rule out, or wrap the classifier in CalibratedClassifierCV."
        )
