"""A figure with everything that is needed to judge it."""

import math
from dataclasses import dataclass

# Of the audit, or of a class in it: below this an interval says next to nothing, and there is no figure.
FEWEST = 10


@dataclass(frozen=True)
class Estimate:
    """A figure, its interval, and what exactly it is about.

    Attributes
    ----------
    value : float or None
        None: there is no figure; `note` says why, or how many answers it needs.
    low, high : float or None
        The interval. None beside a value: the sample bounds it to no side, as `note` says.
    n : int
        Answers that it rests on; see `unit`.
    quantity : str
        What is estimated: "model accuracy", "remainder accuracy", "running accuracy" (three
        quantities, never mixed), "recall of 'spam'" ...
    method : str
        How.
    confidence : float
        Of the interval.
    note : str
        What else a reader must know.
    is_share : bool
        Whether it is a share, which is told in percent.
    unit : str
        What `n` counts.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    quantity: str
    method: str
    confidence: float = 0.95
    note: str = ""
    is_share: bool = True
    unit: str = "answers"

    def __str__(self) -> str:
        note = f" {self.note}" if self.note else ""
        if self.value is None:
            return f"{self.quantity}: no figure from {self.n} {self.unit}.{note}"
        form = ".1%" if self.is_share else _form(self.value, self.low, self.high)
        told = f"{self.quantity}: {self.value:{form}}"
        if self.low is not None and self.high is not None:
            told += f", {self.confidence:.0%} interval {self.low:{form}} to {self.high:{form}}"
        return f"{told} (from {self.n} {self.unit}; {self.method}).{note}"

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2


def _form(*numbers: float | None) -> str:
    """Return a format that shows numbers in any unit: three decimals, but where these say too little or too much."""
    largest = max((abs(number) for number in numbers if number is not None), default=0.0)
    if largest == 0 or 0.01 <= largest < 100:
        return ".3f"
    return f",.{min(max(0, 3 - math.floor(math.log10(largest))), 12)}f"


def too_few(quantity: str, method: str, n: int, needed: str, unit: str = "answers") -> Estimate:
    """Return the estimate that is none, and says what it would take."""
    return Estimate(None, None, None, n, quantity, method, note=f"Needs {needed}.", unit=unit)
