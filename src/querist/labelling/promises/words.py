"""Promises in words: what the page shows of them."""

import math
from dataclasses import dataclass, replace

from querist.labelling.log.board import Board
from querist.labelling.log.promise import Kind, Promise, Standing, State


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


def as_shown(promise: Promise, board: Board) -> PromiseInfo:
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
