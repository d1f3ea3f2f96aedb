"""What people are after, in one word: which strategy and which model go with it."""

from dataclasses import dataclass

from querist.exceptions import UnknownNameError


@dataclass(frozen=True)
class Goal:
    """The parts that go with a goal, by their names.

    Attributes
    ----------
    strategy, estimator : str
    """

    strategy: str
    estimator: str


GOALS = {"screening": Goal("relevance", "relevance_svc")}


def goal_of(name: str) -> Goal:
    """Return the parts for a goal.

    Raises
    ------
    UnknownNameError

    Examples
    --------
    >>> goal_of("screening")
    Goal(strategy='relevance', estimator='relevance_svc')
    """
    if name not in GOALS:
        raise UnknownNameError.of("goal", name, GOALS)
    return GOALS[name]
