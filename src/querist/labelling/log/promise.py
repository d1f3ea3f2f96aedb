"""Promises about a frozen model, kept by fresh random draws: certificates, and rows that the model may label.

Both are nested regions of the rows that had no answer when the model was frozen, each with the number of wrong draws
up to which it passes, fixed before the first draw is answered. A certificate has one region: all those rows.
"""

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from querist._typing import IntArray
from querist.labelling.log.payload import Payload, made_of

Kind = Literal["certificate", "auto_label"]
State = Literal["asking", "passed", "failed", "cancelled", "applied"]
# What became of a draw; "none": nobody could answer, or not blindly.
Outcome = Literal["right", "wrong", "none"]


@dataclass(frozen=True)
class Region:
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


@dataclass(frozen=True, kw_only=True)
class PromiseBegun(Payload):
    """An attempt at a promise, as it was fixed before its first draw was answered.

    Attributes
    ----------
    id : str
    kind : {"certificate", "auto_label"}
    target, confidence, level : float
        What is promised, how surely over all attempts, and the level of this attempt.
    attempt : int
    seq, ranking, n_labels : int
        The frozen model: it knows the log up to `seq`, and training on that gives it again; its ranking; its labels.
    n_remaining : int
        Rows without an answer when it was frozen.
    power : float or None
        Chance to pass that the plan gave.
    regions : tuple of Region
        From the inside out.
    draws, predictions, inside : tuple of int
        Rows, what the frozen model says of them (class ids), and the smallest region that holds each.
    packed : str
        Of an auto-labelling: rows and class ids of the largest region, the most confident first.
    """

    id: str
    kind: Kind
    target: float
    confidence: float
    level: float
    attempt: int
    seq: int
    ranking: int
    n_labels: int
    n_remaining: int
    power: float | None
    regions: tuple[Region, ...]
    draws: tuple[int, ...]
    predictions: tuple[int, ...]
    inside: tuple[int, ...]
    packed: str = ""

    _readers: ClassVar = {
        "regions": lambda told: tuple(made_of(Region, each) for each in told),
        "draws": tuple,
        "predictions": tuple,
        "inside": tuple,
    }


@dataclass(frozen=True, kw_only=True, eq=False)
class Promise(PromiseBegun):
    """An attempt, and what became of it since: see `PromiseBegun`.

    Attributes
    ----------
    at : float
        When it began.
    cancelled : bool
    applied : str or None
        The uuid of the event by which the model labelled the rows.
    n_applied : int
        How many regions had passed then.
    """

    at: float
    cancelled: bool = False
    applied: str | None = None
    n_applied: int = 0

    @classmethod
    def of(cls, begun: PromiseBegun, at: float) -> "Promise":
        """Return the promise that began at some time."""
        return cls(**vars(begun), at=at)

    def released(self, n_regions: int) -> tuple[IntArray, IntArray]:
        """Return the rows that the model may label after so many regions passed, and the class ids."""
        if not n_regions or not self.packed:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        both = np.frombuffer(zlib.decompress(base64.b64decode(self.packed)), "<i4").reshape(2, -1)
        rows, classes = both[:, : self.regions[n_regions - 1].size].astype(np.int64)
        kept = ~np.isin(rows, self.draws)
        return rows[kept], classes[kept]


def packed(rows: IntArray, class_ids: IntArray) -> str:
    """Return rows and class ids as a string for the log."""
    return base64.b64encode(zlib.compress(np.stack([rows, class_ids]).astype("<i4").tobytes())).decode()


@dataclass(frozen=True)
class Standing:
    """Where a promise stands.

    Attributes
    ----------
    state : str
    n_passed : int
        Regions that have passed.
    stage : int
        Number of the region that is being asked about, or was the last one.
    open : tuple of int
        Draws of that stage without an answer.
    n_answered, n_correct, n_closed : int
        Of the draws of all regions up to the stage: with an answer, right ones, and those that are over.
    """

    state: State
    n_passed: int
    stage: int
    open: tuple[int, ...]
    n_answered: int
    n_correct: int
    n_closed: int


def standing(promise: Promise, outcomes: Sequence[Outcome | None]) -> Standing:
    """Return where a promise stands, from what became of its draws alone. It fails as soon as too many draws are wrong.

    What counts for a draw is its first blind answer. A draw that was skipped, or answered with the model's guess in
    sight, counts as wrong: that can only make a promise harder to keep.
    """
    n_passed, stage, open_rows = 0, 0, []
    for number, region in enumerate(promise.regions):
        stage = number
        mine = [place for place, inner in enumerate(promise.inside) if inner <= number]
        open_rows = [promise.draws[place] for place in mine if outcomes[place] is None]
        wrong = sum(outcomes[place] == "wrong" or outcomes[place] == "none" for place in mine)
        if wrong > region.allowed:
            open_rows = []
            break
        # All are asked about, though it may be decided before: what is left open would have to count as wrong.
        if open_rows:
            break
        n_passed = number + 1
    decided = [outcomes[place] for place, inner in enumerate(promise.inside) if inner <= stage]
    state: State = "asking" if open_rows else "passed" if n_passed else "failed"
    if promise.applied:
        state = "applied"
    elif promise.cancelled and state == "asking":
        state, open_rows = "cancelled", []
    return Standing(
        state,
        n_passed,
        stage,
        tuple(open_rows),
        n_answered=sum(each in ("right", "wrong") for each in decided),
        n_correct=decided.count("right"),
        n_closed=sum(each is not None for each in decided),
    )
