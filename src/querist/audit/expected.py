"""What a promise is expected to take and to bring, worked out before it begins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray
from querist.audit.hypergeometric import chances_of
from querist.audit.promise import Region


@dataclass(frozen=True)
class Expected:
    """What is to be expected of a promise, were the guess of the model's errors true.

    Attributes
    ----------
    chance : float
        To pass: of labels by the model, that its first region does.
    labels_if_passed, labels_if_failed : float or None
        Mean number of draws that are answered until the outcome is decided; None where that outcome is impossible.
    released : float or None
        Mean number of rows that are released, if the first region passes; None where it cannot.
    """

    chance: float
    labels_if_passed: float | None
    labels_if_failed: float | None
    released: float | None

    def __str__(self) -> str:
        told = [
            f"about {max(1, round(labels)):,} labels if it {outcome}"
            for labels, outcome in ((self.labels_if_passed, "passes"), (self.labels_if_failed, "fails"))
            if labels is not None
        ]
        return ", ".join(told)


def expected(regions: Sequence[Region], wrong: IntArray) -> Expected:
    """Return what is to be expected of a promise.

    Parameters
    ----------
    regions : sequence of Region
        From the inside out, as the promise has them.
    wrong : ndarray of shape (n_guesses, n_regions)
        Rows that the model gets wrong in each region, as equally likely guesses.

    Returns
    -------
    Expected

    Notes
    -----
    Exact for those guesses. Draws are answered one by one, those of inner regions first, and a test ends with the
    answer that decides it (`querist.audit.promise.standing`); who answers ten at a time may give up to nine more. What
    the draws of a ring between two regions hold is hypergeometric, whatever the other rings hold. The expected number
    of answers is the sum, over the draws, of the probability that nothing is decided before them; that follows from
    the distribution of the wrong draws up to there, among those ways on which all regions before have passed.

    Cost: for n draws, a wrong ones allowed and g guesses, g n a^2 products.
    """
    draws, allowed = (np.array([getattr(each, name) for each in regions]) for name in ("n_draws", "allowed"))
    n_rows = np.diff([0, *(each.size for each in regions)])
    n_wrong = _in_rings(wrong, n_rows)
    most = max(0, int(allowed.max()))
    counts = np.arange(most + 1)
    # Chances of so many wrong draws, and that all regions so far have passed.
    here = np.zeros((len(wrong), most + 1))
    here[:, 0] = 1.0
    answers, failed_at_once, passed = 0.0, 0.0, []
    for number, region in enumerate(regions):
        before = int(draws[number - 1]) if number else 0
        ring = np.arange(region.n_draws - before + 1)
        found = chances_of(n_wrong[:, number, None, None], ring[:, None], int(n_rows[number]), counts)
        # of shape (guesses, draws in the ring, wrong ones)
        reached = found if number == 0 else np.matmul(found, _added(here))
        answers += float(
            (reached[:, :-1] * _undecided(number, before + ring[:-1], draws, allowed)).sum(axis=(1, 2)).mean()
        )
        fine = reached * (counts <= region.allowed)
        if number == 0:
            # The first region's failure is at hand as soon as it has too many: later than this draw, but in the end.
            failed_at_once = float((fine[:, :-1].sum(axis=2) - fine[:, -1:].sum(axis=2)).sum(axis=1).mean())
        here = fine[:, -1]
        passed.append(float(here.sum(axis=1).mean()))
    chance = min(1.0, passed[0])
    return Expected(
        chance,
        (answers - failed_at_once) / chance if chance > 0 else None,
        failed_at_once / (1 - chance) if chance < 1 - 1e-12 else None,
        _released(regions, passed) / chance if chance > 0 else None,
    )


def _in_rings(wrong: IntArray, n_rows: IntArray) -> IntArray:
    """Return the wrong rows of each ring: guesses of nested regions may contradict each other a little."""
    rings = np.zeros(wrong.shape, np.int64)
    so_far = np.zeros(len(wrong), np.int64)
    for number, size in enumerate(n_rows):
        rings[:, number] = np.clip(wrong[:, number] - so_far, 0, size)
        so_far += rings[:, number]
    return rings


def _added(here: FloatArray) -> FloatArray:
    """Return, for each guess, the matrix that takes wrong draws of a ring to all wrong draws so far."""
    n = here.shape[1]
    places = np.arange(n)[None, :] - np.arange(n)[:, None]
    return np.where(places >= 0, here[:, np.maximum(places, 0)], 0.0)


def _undecided(stage: int, told: IntArray, draws: IntArray, allowed: IntArray) -> AnyArray:
    """Return whether nothing is decided after so many answers, for each number of wrong ones; earlier stages passed."""
    wrong = np.arange(max(0, int(allowed.max())) + 1)[None, :]
    reached = np.ones((told.size, wrong.size), bool)
    open_ = np.zeros_like(reached)
    for n_draws, most in zip(draws[stage:], allowed[stage:], strict=True):
        passes = wrong + (n_draws - told)[:, None] <= most
        open_ |= reached & ~passes & (wrong <= most)
        reached &= passes
    return open_


def _released(regions: Sequence[Region], passed: list[float]) -> float:
    left = np.array([each.size - each.n_draws for each in regions])
    return float((np.diff([0, *left]) * passed).sum())
