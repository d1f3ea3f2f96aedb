"""How many fresh draws a certificate takes."""

from dataclasses import dataclass

import numpy as np

from querist._validation import check_number
from querist.audit.bisection import first
from querist.audit.expected import Expected, expected
from querist.audit.hypergeometric import count_for, tail
from querist.audit.promise import Region

# Beyond this nobody labels; a plan that needs more is told so.
_MOST_LABELS = 5_000


@dataclass(frozen=True)
class Plan:
    """What a certificate will take, said before it starts.

    Attributes
    ----------
    target : float
        Accuracy to certify.
    n_remaining : int
        Rows without an answer when the model was frozen.
    n_labels : int
        Fresh labels to draw.
    n_needed : int
        Correct ones among them with which the target is certified.
    level : float
        Probability with which a model below the target may pass.
    power : float
        Probability to pass if the model is as good as was guessed.
    expected : Expected or None
        How many of the labels a test takes that ends with the answer that decides it, if that guess is true.
    """

    target: float
    n_remaining: int
    n_labels: int
    n_needed: int
    level: float
    power: float
    expected: Expected | None = None

    def __str__(self) -> str:
        told = f"{self.n_labels:,} random rows at most, of which the model must get {self.n_needed:,} right"
        return f"{told}: {self.expected} (chance to pass: {self.power:.0%})." if self.expected else f"{told}."


def labels_needed(target: float, guess: float, n_remaining: int, *, level: float, power: float = 0.8) -> Plan | None:
    """Return the smallest plan that certifies `target` with probability `power` if the accuracy is `guess`.

    Exact: for w = 0, 1, 2 ... wrong draws that are allowed, the fewest draws n for which a model just below the target
    passes with probability at most `level`, ``P(wrong <= w) <= level``. More draws for the same w only lose power,
    so the first w whose n has the power at the guess gives the smallest plan.

    Parameters
    ----------
    target, guess : float
        The accuracy to certify, and what the accuracy is thought to be.
    n_remaining : int
    level : float
        From `attempt_level`.
    power : float, default=0.8

    Returns
    -------
    Plan or None
        None if the guess does not exceed the target, or more than 5,000 labels would be needed.
    """
    check_number(target, "target", low=0, high=1, open_low=True)
    check_number(guess, "guess", low=0, high=1)
    least, guessed = count_for(target, n_remaining), round(guess * n_remaining)
    if guessed < least:
        return None
    n = 1
    for wrong in range(n_remaining):
        n = _draws(n_remaining, n_remaining - least + 1, wrong, level, start=n)
        if n > _MOST_LABELS:
            return None
        chance = 1 - tail(n_remaining, n_remaining - guessed, n, wrong + 1)
        if chance >= power:
            made = expected((Region(n_remaining, n, wrong),), np.array([[n_remaining - guessed]]))
            return Plan(target, n_remaining, n, n - wrong, level, chance, made)
    return None


def _draws(n_total: int, n_wrong: int, allowed: int, level: float, *, start: int) -> int:
    """Return the fewest draws among which `allowed` or fewer wrong ones are improbable."""

    def improbable(n: int) -> bool:
        return 1 - tail(n_total, n_wrong, n, allowed + 1) <= level

    reach = 1
    while start + reach < n_total and not improbable(start + reach):
        reach *= 2
    return first(start, min(start + reach, n_total), improbable)
