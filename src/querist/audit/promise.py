"""Promises about a frozen model, and where they stand: nested regions of rows, tested by fresh random draws.

A certificate has one region: all rows that had no answer when the model was frozen. Labels by the model have several,
the rows that it is surest of innermost. How many wrong draws a region may have is fixed before the first is answered
(`querist.audit.promise_planning`); what follows from the answers is decided here, from counts alone.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from querist._typing import IntArray
from querist.audit.outcomes import OPEN, RIGHT, VOID, WRONG, OutcomeArray

Kind = Literal["certificate", "auto_label"]
State = Literal["asking", "passed", "failed"]
# With which all promises of a session or project hold together, and the most fresh labels that the model's labels may
# take, if nothing else is said.
CONFIDENCE, MOST_LABELS = 0.95, 500


class Region(NamedTuple):
    """Rows that are tested together.

    Attributes
    ----------
    size : int
        Its rows, the draws included.
    n_draws : int
        Draws inside it; those of smaller regions count.
    allowed : int
        It passes with so many wrong draws, not with more; -1: it cannot.
    """

    size: int
    n_draws: int
    allowed: int


@dataclass(frozen=True, eq=False)
class Promise:
    """One attempt: what is promised, and the draws that decide.

    Attributes
    ----------
    kind : {"certificate", "auto_label"}
    target : float
        Share of right labels that is promised.
    confidence : float
        With which all promises of a session or project hold together.
    attempt : int
        Number of this one, from 1; of both kinds together.
    level : float
        Probability with which this one may fail to hold (`attempt_level`).
    n_remaining : int
        Rows without an answer when the model was frozen.
    power : float or None
        Chance to pass, if the accuracy is as it was thought to be; None where that was not worked out.
    regions : tuple of Region
        From the inside out.
    draws : ndarray of shape (n_draws,)
        Rows, in the order of their random numbers.
    inside : ndarray of shape (n_draws,)
        Number of the smallest region that holds each.
    """

    kind: Kind
    target: float
    confidence: float
    attempt: int
    level: float
    n_remaining: int
    power: float | None
    regions: tuple[Region, ...]
    draws: IntArray
    inside: IntArray

    @property
    def n_needed(self) -> int:
        """Right draws that the first region needs."""
        return self.regions[0].n_draws - self.regions[0].allowed


@dataclass(frozen=True, eq=False)
class Standing:
    """Where a promise stands.

    Attributes
    ----------
    state : {"asking", "passed", "failed"}
    n_passed : int
        Regions that have passed.
    stage : int
        Number of the region that is being asked about, or was the last one.
    open : ndarray
        Draws of that region that are not over, as rows; none once it has failed.
    is_decided : bool
        Whether that region's outcome depends on none of them: what is left open may count as wrong.
    n_answered, n_correct, n_closed : int
        Of the draws of all regions up to the stage: with an answer that counts, right ones, and those that are over.
    """

    state: State
    n_passed: int
    stage: int
    open: IntArray
    is_decided: bool
    n_answered: int
    n_correct: int
    n_closed: int


def standing(promise: Promise, outcome: OutcomeArray) -> Standing:
    """Return where a promise stands, from the outcomes of its draws alone.

    Regions are tested from the inside out until one fails: as soon as too many of its draws are wrong. Draws that
    nobody could answer blindly count as wrong, which can only make a promise harder to keep. All others are waited
    for, though the region may be decided before: what is left open would have to count as wrong.
    """
    n_passed, stage, waiting, is_decided = 0, 0, np.zeros(outcome.size, bool), True
    bad = (outcome == WRONG) | (outcome == VOID)
    for stage, region in enumerate(promise.regions):  # the last one is told
        mine = promise.inside <= stage
        waiting = mine & (outcome == OPEN)
        if bad[mine].sum() > region.allowed:
            waiting = np.zeros(outcome.size, bool)
            break
        if waiting.any():
            is_decided = bool((bad | waiting)[mine].sum() <= region.allowed)
            break
        n_passed = stage + 1
    told = outcome[promise.inside <= stage]
    return Standing(
        "asking" if waiting.any() else "passed" if n_passed else "failed",
        n_passed,
        stage,
        promise.draws[waiting],
        is_decided,
        n_answered=int(np.isin(told, (RIGHT, WRONG)).sum()),
        n_correct=int((told == RIGHT).sum()),
        n_closed=int((told != OPEN).sum()),
    )
