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
    curtailed : bool
        Whether the test is one that ends with the draw that decides it: then so does what is certain of a certificate.
        Those that earlier versions began waited for all draws where they might still pass.
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
    curtailed: bool = False

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
        Draws of that region that are not over, as rows, those of inner regions first and then by their random numbers;
        none once the outcome depends on none of them.
    n_answered, n_correct, n_closed : int
        Of the draws of all regions up to the stage: with an answer that counts, right ones, and those that are over.
    """

    state: State
    n_passed: int
    stage: int
    open: IntArray
    n_answered: int
    n_correct: int
    n_closed: int


def standing(promise: Promise, outcome: OutcomeArray) -> Standing:
    """Return where a promise stands, from the outcomes of its draws alone.

    Regions are tested from the inside out until one fails: as soon as too many of its draws are wrong. One passes as
    soon as it would even if all of its draws that are open were wrong. So no answer is waited for that changes nothing,
    and what is decided is what all answers would have decided (curtailed sampling). Draws that nobody could answer
    blindly count as wrong, which can only make a promise harder to keep.
    """
    n_passed, stage, waiting = 0, 0, np.zeros(outcome.size, bool)
    bad = (outcome == WRONG) | (outcome == VOID)
    for stage, region in enumerate(promise.regions):  # the last one is told
        mine = promise.inside <= stage
        if bad[mine].sum() > region.allowed:
            break
        left = mine & (outcome == OPEN)
        if (bad | left)[mine].sum() > region.allowed:
            waiting = left
            break
        n_passed = stage + 1
    told = outcome[promise.inside <= stage]
    return Standing(
        "asking" if waiting.any() else "passed" if n_passed else "failed",
        n_passed,
        stage,
        promise.draws[waiting][np.argsort(promise.inside[waiting], kind="stable")],
        n_answered=int(np.isin(told, (RIGHT, WRONG)).sum()),
        n_correct=int((told == RIGHT).sum()),
        n_closed=int((told != OPEN).sum()),
    )
