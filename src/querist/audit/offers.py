"""A smaller promise, where the one that was wanted is out of reach."""

import math
from collections.abc import Callable
from typing import NamedTuple

from querist.audit.bisection import first
from querist.audit.expected import Expected

# Smaller targets are of no use to anybody.
_LOWEST = 50
# What rather fails than passes is told with a smaller promise beside it, and with less of a chance nothing is offered.
LEAST_CHANCE, _LEAST_OFFERED = 0.5, 0.7


class Offer(NamedTuple):
    """A promise that is expected to pass.

    Attributes
    ----------
    target : float
        Share of right labels, a whole number of percent.
    labels : int
        Random rows that are answered on average if it passes.
    released : int or None
        Rows that the model may then label, on average; None for a certificate.
    """

    target: float
    labels: int
    released: int | None

    def __str__(self) -> str:
        rows = "" if self.released is None else f", for about {self.released:,} rows"
        return f"{self.target:.0%} is expected to pass with about {self.labels:,} labels{rows}."


def highest_offer(target: float, expects: Callable[[float], Expected | None], *, releases: bool) -> Offer | None:
    """Return the highest target below another one that is expected to pass; None if none from 50 % up is.

    Parameters
    ----------
    target : float
        The one that is out of reach.
    expects : callable
        From a target to what is to be expected of it; None: it is out of reach.
    releases : bool
        Whether rows are released: labels by the model.

    Notes
    -----
    By bisection over whole percents, half a dozen plans: a lower target passes more easily.
    """
    highest = math.ceil(round(100 * target, 9)) - 1
    found: dict[int, Expected] = {}

    def passes(step: int) -> bool:
        made = expects((highest - step) / 100)
        if made is None or made.chance < _LEAST_OFFERED:
            return False
        found[step] = made
        return True

    step = first(0, highest - _LOWEST + 1, passes) if highest >= _LOWEST else -1
    if step not in found:
        return None
    made = found[step]
    assert made.labels_if_passed is not None
    released = round(made.released or 0) if releases else None
    return Offer((highest - step) / 100, max(1, round(made.labels_if_passed)), released)
