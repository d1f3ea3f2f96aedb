"""Promises about a frozen model, kept by fresh random draws: certificates, and rows that the model may label.

Both are nested regions of the rows that had no answer when the model was frozen, each with the number of wrong draws
up to which it passes, fixed before the first draw is answered. A certificate has one region: all those rows.
"""

import base64
import math
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from querist._typing import IntArray

if TYPE_CHECKING:
    from querist.labelling.log.board import Board

Kind = Literal["certificate", "auto_label"]
State = Literal["asking", "passed", "failed", "cancelled", "applied"]


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


@dataclass(eq=False)
class Promise:
    """One attempt.

    Attributes
    ----------
    id : str
    kind : {"certificate", "auto_label"}
    target, confidence, level : float
        What is promised, how surely over all attempts, and the level of this attempt.
    attempt : int
    at : float
        When it began.
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
    at: float
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
    cancelled: bool = False
    # The uuid of the event by which the model labelled the rows, and how many regions had passed.
    applied: str | None = None
    n_applied: int = 0

    @classmethod
    def from_data(cls, data: dict[str, Any], at: float) -> "Promise":
        """Return the promise that an event of the log holds."""
        read = {name: tuple(data[name]) for name in ("draws", "predictions", "inside")}
        read["regions"] = tuple(Region(**each) for each in data["regions"])
        return cls(**(data | read), at=at)

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


def standing(promise: Promise, board: "Board") -> Standing:
    """Return where a promise stands, from the answers alone. It fails as soon as too many draws are wrong.

    What counts for a draw is its first blind answer. A draw that was skipped, or answered with the model's guess in
    sight, counts as wrong: that can only make a promise harder to keep.
    """
    outcomes = [_outcome(board, row, guess) for row, guess in zip(promise.draws, promise.predictions, strict=True)]
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


def _outcome(board: "Board", row: int, guess: int) -> Literal["right", "wrong", "none"] | None:
    """Return what became of a draw; "none": nobody could answer, or not blindly."""
    act = board.first_answer(row)
    if act is None:
        return "none" if board.labels[row] >= 0 or row in board.skipped else None
    answer = board.label_of(act.class_id)
    return "right" if answer >= 0 and answer == board.label_of(guess) else "wrong"


@dataclass(frozen=True)
class Stage:
    """Which region is being asked about, counted from 1."""

    number: int
    of: int


@dataclass(frozen=True)
class PromiseInfo:
    """An attempt, and where it stands.

    `bound` is the certain accuracy on all rows that had no label when the model was frozen, `rest` that on the `n_rest`
    of them that are left; `n_released` rows may be labelled by the model.
    """

    id: str
    kind: Kind
    target: float
    confidence: float
    state: State
    attempt: int
    created_at: float
    seq: int
    n_labels_at: int
    n_remaining: int
    n_drawn: int
    n_answered: int
    n_correct: int
    n_closed: int
    n_needed: int
    stage: Stage
    bound: float | None
    rest: float | None
    n_rest: int | None
    n_released: int | None
    sentence: str


@dataclass(frozen=True)
class PromisePlan:
    """What an attempt would take; where it is not possible, why.

    `power` is the chance to pass, if the model is as good as it is thought to be.
    """

    possible: bool
    why: str
    attempt: int
    n_remaining: int | None
    n_labels: int | None
    n_needed: int | None
    power: float | None
    level: float | None
    released_at_most: int | None

    @classmethod
    def impossible(cls, why: str, attempt: int, n_remaining: int | None) -> "PromisePlan":
        """Return the plan of what cannot be promised."""
        return cls(False, why, attempt, n_remaining, None, None, None, None, None)


@dataclass(frozen=True)
class PendingPromise:
    """The promise whose random rows are being asked about."""

    kind: Kind
    n_closed: int
    n_drawn: int


def in_words(promise: Promise, board: "Board") -> PromiseInfo:
    """Return a promise as the page shows it."""
    where = board.standing(promise.id)
    region = promise.regions[where.stage]
    is_over = where.state in ("passed", "failed", "applied")
    bound, rest, n_rest = _bounds(promise, where) if is_over else (None, None, None)
    releases = promise.kind == "auto_label" and where.n_passed > 0
    told = PromiseInfo(
        id=promise.id,
        kind=promise.kind,
        target=promise.target,
        confidence=promise.confidence,
        state=where.state,
        attempt=promise.attempt,
        created_at=promise.at,
        seq=promise.seq,
        n_labels_at=promise.n_labels,
        n_remaining=promise.n_remaining,
        n_drawn=region.n_draws,
        n_answered=where.n_answered,
        n_correct=where.n_correct,
        n_closed=where.n_closed,
        n_needed=region.n_draws - region.allowed,
        stage=Stage(where.stage + 1, len(promise.regions)),
        bound=bound,
        rest=rest,
        n_rest=n_rest,
        n_released=int(promise.released(where.n_passed)[0].size) if releases else None,
        sentence="",
    )
    return replace(told, sentence=_sentence(promise, where, told))


def _bounds(promise: Promise, where: Standing) -> tuple[float | None, float | None, int | None]:
    """Return bound, rest and n_rest: what is certain now. Draws that are not right count as wrong."""
    from querist.audit.certificate import remainder_accuracy, rest_bound
    from querist.audit.hypergeometric import upper_bound

    if promise.kind == "certificate":
        region = promise.regions[0]
        counts = (where.n_correct, region.n_draws, region.size)
        attempt, sure = promise.attempt, promise.confidence
        # Draws that nobody has answered count as wrong, and are among the rows left.
        skipped = region.n_draws - where.n_answered
        bound = remainder_accuracy(*counts, attempt=attempt, confidence=sure, n_skipped=skipped).low
        known = (where.n_correct, where.n_answered)
        rest = rest_bound(*counts, attempt=attempt, confidence=sure, known=known)
        return bound, rest, region.size - where.n_answered
    if not where.n_passed:
        return None, None, None
    region = promise.regions[where.n_passed - 1]
    n_rest = region.size - region.n_draws
    # It passed with at most so many wrong draws.
    wrong = region.allowed
    most = upper_bound(region.size, region.n_draws, wrong, promise.level) - wrong
    return None, (n_rest - most) / n_rest if n_rest else 1.0, n_rest


def _percent(share: float) -> str:
    # Downwards: more must not be said than was proved.
    return f"{math.floor(share * 1000 + 1e-9) / 10:.1f} %"


def _sentence(promise: Promise, where: Standing, told: PromiseInfo) -> str:
    sure = f"({promise.confidence:.0%} confidence)"
    left = told.n_drawn - told.n_closed
    if where.state == "asking":
        stage = f" of stage {where.stage + 1} of {len(promise.regions)}" if len(promise.regions) > 1 else ""
        return f"{told.n_closed:,} of {told.n_drawn:,} random rows{stage} are answered; {left:,} to go."
    if where.state == "cancelled":
        return "Cancelled. It counts as an attempt."
    if promise.kind == "certificate":
        assert told.bound is not None
        assert told.rest is not None
        of_all = (
            f"of the {promise.n_remaining:,} rows that had no label then, at least {_percent(told.bound)} are right"
        )
        rest = (
            f"If you stop now, the remaining {told.n_rest:,} rows are labelled with at least "
            f"{_percent(told.rest)} accuracy {sure}."
        )
        if where.state == "failed":
            return f"Not passed: {promise.target:.1%} cannot be promised. What holds all the same: {rest}"
        return f"{rest} (The test: {of_all}.)"
    if where.state == "failed":
        return (
            f"Not passed: not even of the rows that the model is surest of can {promise.target:.1%} be promised. "
            "People label them all, or try again with more labels."
        )
    assert told.n_released is not None
    people = promise.n_remaining - told.n_released - len(promise.draws)
    verb = "has labelled" if where.state == "applied" else "may label"
    return (
        f"The model {verb} {told.n_released:,} rows with at most {1 - promise.target:.1%} errors {sure}; "
        f"{people:,} are left for people."
    )
