"""Which nested regions to test and with how many draws: a wrong choice costs labels or rows, never a promise."""

from typing import NamedTuple

import numpy as np
from scipy.stats import beta

from querist._typing import BoolArray, FloatArray, IntArray
from querist.audit.bisection import first
from querist.audit.error_chances import error_chances
from querist.audit.hypergeometric import chances_of, count_for, tail

# Shares of the labels allowed that may be drawn: where few draws prove it, more would only be labelled for nothing.
_SHARES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05)
# No larger share of a region is drawn: what is drawn cannot be released.
_DENSEST = 0.75
# The first region is to be one that rather passes than fails; where there is none, one with a fair chance. With less of
# a chance nothing is tried: labels would be spent for nothing, and a smaller promise is offered instead.
_CHANCES = (0.5, 0.25)
# No region is thought better than this share of the error allowed: guesses are not that good.
_BEST_GUESS = 0.3
# What confidences weigh, in rows, and what each row of the past does that was as confident: the correction by the past
# is itself a guess.
_WEIGHT, _PAST_WEIGHT = 5.0, 0.5
# The error of a region is not known: its chance to pass is averaged over so many quantiles of what it may be.
_QUANTILES = (np.arange(16) + 0.5) / 16


class Choice(NamedTuple):
    """What releases most rows on average, were the guesses true."""

    # Places of the regions to be tested, from the inside out.
    regions: list[int]
    # Share of each that is drawn.
    density: float


def guessed_errors(
    sizes: list[int],
    sure: FloatArray,
    target: float,
    past_confidence: FloatArray | None,
    past_correct: BoolArray | None,
) -> list[FloatArray]:
    """Return what the error of each region may be, as equally likely values.

    Parameters
    ----------
    sizes : list of int
        Rows of the regions, the most confident ones.
    sure : ndarray
        Confidences, or whatever the rows are ordered by, descending.
    target : float
    past_confidence, past_correct : ndarray or None
        See `querist.audit.plan_auto_label`.

    Notes
    -----
    A beta distribution about the mean of `error_chances`; the more rows of the past were as confident, the narrower.
    """
    mean = np.cumsum(error_chances(sure, past_confidence, past_correct)) / np.arange(1, sure.size + 1)
    past = np.empty(0) if past_confidence is None else past_confidence
    guesses = []
    for size in sizes:
        weight = _WEIGHT + _PAST_WEIGHT * np.count_nonzero(past >= sure[size - 1])
        wrong = weight * np.clip(mean[size - 1], 1e-4, 1 - 1e-4)
        guesses.append(np.maximum(beta.ppf(_QUANTILES, wrong, weight - wrong), _BEST_GUESS * (1 - target)))
    return guesses


def choose(
    sizes: list[int], errors: list[FloatArray], *, target: float, level: float, most_labels: int
) -> Choice | None:
    """Return the regions and the density of draws that release most rows on average; None if the chances are too small.

    Each region could be the largest, with some share of `most_labels` drawn from it, of which those inside get theirs.
    Regions are tested until one fails, so one that is likely to fail stands in the way of larger ones: from the
    outside in, the best next region after each is found. (Chances are multiplied, though they rest on the same draws,
    which is cautious.)
    """
    tried = []
    for end in range(len(sizes)):
        for density in sorted({min(_DENSEST, share * most_labels / sizes[end]) for share in _SHARES}):
            drawn = [int(density * size) for size in sizes[: end + 1]]
            chances = [
                _chance(size, n, error, target, level) for size, n, error in zip(sizes, drawn, errors, strict=False)
            ]
            tried.append((density, [size - n for size, n in zip(sizes, drawn, strict=False)], chances))
    for least in _CHANCES:
        best, found = 0.0, None
        for density, left, chances in tried:
            if max(chances) >= least:
                released, regions = _best_sequence(left, chances, least)
                if released > best and regions[-1] == len(chances) - 1:
                    best, found = released, Choice(regions, density)
        if found is not None:
            return found
    return None


def allowed(size: int, n_drawn: int, target: float, level: float) -> int:
    """Return the most wrong draws with which a region passes in `querist.audit.auto_labels`; -1: it cannot.

    Parameters
    ----------
    size, n_drawn : int
        Rows of the region, and how many of them are drawn.
    target, level : float
        See `querist.audit.AutoLabelPlan`.
    """
    if n_drawn == size:
        return n_drawn
    least = count_for(target, size - n_drawn)

    def fails(wrong: int) -> bool:
        # The bound falls short of what is needed if one row less than that is not improbable.
        return tail(size, least + n_drawn - wrong - 1, n_drawn, n_drawn - wrong) > level

    return first(0, n_drawn + 1, fails) - 1


def _chance(size: int, n_drawn: int, errors: FloatArray, target: float, level: float) -> float:
    """Return the probability that a region passes, averaged over what its error may be."""
    wrong = _about_allowed(size, n_drawn, target, level)
    if wrong < 0:
        return 0.0
    found = chances_of(wrong_rows(errors, size)[:, None], n_drawn, size, np.arange(wrong + 1))
    return float(found.sum(axis=1).mean())


def wrong_rows(errors: FloatArray, size: int) -> IntArray:
    """Return how many rows of a region those errors are."""
    wrong: IntArray = np.round(errors * size).astype(np.int64)
    return wrong


def _about_allowed(size: int, n_drawn: int, target: float, level: float) -> int:
    """Return what `allowed` returns, but for the last digits of a probability: a plan asks for hundreds of them."""
    if n_drawn == size:
        return n_drawn
    spared = size - n_drawn - count_for(target, size - n_drawn)

    def fails(wrong: int) -> bool:
        n_wrong = min(spared + wrong + 1, size)
        return float(chances_of(n_wrong, n_drawn, size, np.arange(wrong + 1)).sum()) > level

    # With one wrong draw more than the share that is allowed of them, failing is sure.
    return first(0, min(n_drawn + 1, int(n_drawn * (1 - target)) + 3), fails) - 1


def _best_sequence(released: list[int], chances: list[float], least: float) -> tuple[float, list[int]]:
    """Return how many rows the best sequence of regions releases on average, and that sequence.

    The chance of its first region is at least `least`, as one of them is.
    """
    n = len(released)
    # What may be gained, on average, by going on after each region; and with which.
    more, following = [0.0] * n, [n] * n
    for place in reversed(range(n)):
        for later in range(place + 1, n):
            gain = chances[later] * (released[later] - released[place] + more[later])
            if gain > more[place]:
                more[place], following[place] = gain, later
    firsts = [
        chance * (rows + gain) if chance >= least else -1.0
        for chance, rows, gain in zip(chances, released, more, strict=True)
    ]
    start = int(np.argmax(firsts))
    regions = [start]
    while following[regions[-1]] < n:
        regions.append(following[regions[-1]])
    return chances[start] * (released[start] + more[start]), regions
