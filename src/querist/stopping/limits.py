"""Stop when something is used up: answers, time, money."""

from querist._validation import check_number
from querist.stopping.observation import Observation, Proposal
from querist.stopping.rule import StoppingRule


class Budget(StoppingRule):
    """Stop after a number of answers.

    Parameters
    ----------
    labels : int, default=500
    """

    def __init__(self, *, labels: int = 500) -> None:
        self.labels = labels

    def update(self, observation: Observation) -> Proposal:
        """Compare the number of answers with the budget."""
        return _compared(observation.n_labels, self.labels, "labels", "labels")


class TimeLimit(StoppingRule):
    """Stop after some time.

    Parameters
    ----------
    seconds : float, default=3600
    """

    def __init__(self, *, seconds: float = 3600.0) -> None:
        self.seconds = seconds

    @property
    def needs(self) -> frozenset[str]:
        """A clock."""
        return frozenset({"seconds"})

    def update(self, observation: Observation) -> Proposal:
        """Compare the time spent with the limit."""
        return _compared(observation.seconds, self.seconds, "seconds", "seconds")


class CostLimit(StoppingRule):
    """Stop when a sum has been spent.

    Parameters
    ----------
    limit : float, default=100
        In the unit of `Observation.cost`.
    """

    def __init__(self, *, limit: float = 100.0) -> None:
        self.limit = limit

    def update(self, observation: Observation) -> Proposal:
        """Compare the cost with the limit."""
        return _compared(observation.cost, self.limit, "limit", "cost")


def _compared(spent: float | None, limit: float, name: str, unit: str) -> Proposal:
    check_number(limit, name, low=0, open_low=True)
    if spent is None:
        return Proposal(False, f"No {unit} given.")
    return Proposal(spent >= limit, f"{spent:g} of {limit:g} {unit} used.", float(spent))
