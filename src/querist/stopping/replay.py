"""What stopping by a rule would have cost in a run that is known to its end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from querist._typing import FloatArray
from querist._validation import check_number
from querist.exceptions import InvalidParameterError
from querist.stopping.observation import Observation
from querist.stopping.rule import StoppingRule


@dataclass(frozen=True)
class Replayed:
    """How a rule did in one run. Costs are ``label_cost * labels + error_cost * n_future * (1 - accuracy)``.

    Attributes
    ----------
    proposed : bool
        Whether the rule proposed to stop; if not, the run's last round counts.
    round : int
        Which observation it was, from 0.
    n_labels, best_n_labels : int
        Labels where it stopped, and where stopping would have been cheapest (of equals the fewest).
    accuracy : float
        Where it stopped.
    cost, best_cost : float
    reason : str
        The rule's; empty if it did not propose.
    """

    proposed: bool
    round: int
    n_labels: int
    best_n_labels: int
    accuracy: float
    cost: float
    best_cost: float
    reason: str

    @property
    def regret(self) -> float:
        """How much more was spent than at the best moment."""
        return self.cost - self.best_cost


def total_costs(
    n_labels: Sequence[int],
    accuracy: Sequence[float] | FloatArray,
    *,
    label_cost: float,
    error_cost: float,
    n_future: float,
) -> FloatArray:
    """Return what stopping after each round costs: its labels, and the errors on `n_future` rows to come."""
    check_number(label_cost, "label_cost", low=0)
    check_number(error_cost, "error_cost", low=0)
    check_number(n_future, "n_future", low=0)
    labels = label_cost * np.asarray(n_labels, np.float64)
    costs: FloatArray = labels + error_cost * n_future * (1 - np.asarray(accuracy, np.float64))
    return costs


def first_proposal(observations: Sequence[Observation], rule: StoppingRule) -> tuple[int, str] | None:
    """Return the round in which a rule first proposes to stop, and why; None if it never does."""
    rule.reset()
    for number, observation in enumerate(observations):
        proposal = rule.update(observation)
        if proposal.stop:
            return number, proposal.reason
    return None


def replay(
    observations: Sequence[Observation],
    accuracy: Sequence[float] | FloatArray,
    rule: StoppingRule,
    *,
    label_cost: float = 1.0,
    error_cost: float = 1.0,
    n_future: float = 10_000,
) -> Replayed:
    """Replay a rule over a run.

    Parameters
    ----------
    observations : sequence of Observation
        One per round, in order.
    accuracy : sequence of float
        The true accuracy after each round.
    rule : StoppingRule
        It is reset first.
    label_cost : float, default=1.0
        What an answer costs.
    error_cost : float, default=1.0
        What a wrong prediction costs, in the same unit.
    n_future : float, default=10_000
        How many rows the model will be used on.

    Returns
    -------
    Replayed

    Raises
    ------
    InvalidParameterError
        If there are no rounds, or not one accuracy each.

    Examples
    --------
    >>> from querist.stopping import Budget
    >>> rounds = [Observation(n) for n in (10, 20, 30)]
    >>> result = replay(rounds, [0.5, 0.8, 0.81], Budget(labels=30), n_future=100)
    >>> result.best_n_labels, result.n_labels, round(result.regret, 6)
    (20, 30, 9.0)
    """
    if not len(observations) or len(observations) != len(accuracy):
        raise InvalidParameterError(
            f"replay needs one accuracy per observation, got {len(accuracy)} for {len(observations)} observations."
        )
    found = first_proposal(observations, rule)
    n_labels = [observation.n_labels for observation in observations]
    return judge(found, n_labels, accuracy, label_cost=label_cost, error_cost=error_cost, n_future=n_future)


def judge(
    found: tuple[int, str] | None,
    n_labels: Sequence[int],
    accuracy: Sequence[float] | FloatArray,
    *,
    label_cost: float,
    error_cost: float,
    n_future: float,
) -> Replayed:
    """Return what a first proposal, as `first_proposal` gives it, would have cost."""
    costs = total_costs(n_labels, accuracy, label_cost=label_cost, error_cost=error_cost, n_future=n_future)
    number, reason = found or (len(n_labels) - 1, "")
    best = int(costs.argmin())
    return Replayed(
        proposed=found is not None,
        round=number,
        n_labels=n_labels[number],
        best_n_labels=n_labels[best],
        accuracy=float(accuracy[number]),
        cost=float(costs[number]),
        best_cost=float(costs[best]),
        reason=reason,
    )
