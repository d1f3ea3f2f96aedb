"""Promises in words: what the page shows of them."""

import math
from dataclasses import dataclass, replace

import numpy as np

from querist.audit.outcomes import WRONG
from querist.audit.promise import Kind, Standing
from querist.labelling.log.board import Board
from querist.labelling.log.promise import ProjectPromise, State


@dataclass(frozen=True)
class Stage:
    """Which region is being asked about, counted from 1."""

    number: int
    of: int


@dataclass(frozen=True)
class PromiseInfo:
    """An attempt, and where it stands.

    `bound` is the certain accuracy on all rows that had no label when the model was frozen, `rest` that on the `n_rest`
    of them that are left; `n_released` rows may be labelled by the model. A row and its copies count once.
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

    If the model is as good as it is thought to be: `power` is the chance to pass, `labels_if_passed` and
    `labels_if_failed` are the random rows that are answered on average until it is decided, and `released` the rows
    that the model may then label. `order` says which rows come first. `offered` is a smaller target that is expected to
    pass where this one is not, and `offer` what it takes (where this one is not possible, `why` says it).
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
    labels_if_passed: float | None
    labels_if_failed: float | None
    released: float | None
    order: str
    offered: float | None
    offer: str

    @classmethod
    def impossible(cls, why: str, attempt: int, n_remaining: int | None, offered: float | None = None) -> "PromisePlan":
        """Return the plan of what cannot be promised."""
        none = (None,) * 8
        return cls(False, why, attempt, n_remaining, *none, order="", offered=offered, offer="")


@dataclass(frozen=True)
class PendingPromise:
    """The promise whose random rows are being asked about."""

    kind: Kind
    n_closed: int
    n_drawn: int


def as_shown(made: ProjectPromise, board: Board) -> PromiseInfo:
    """Return a promise as the page shows it."""
    terms, where = made.terms, board.standing(made.id)
    state, region = made.state(where), terms.regions[where.stage]
    bound, rest, n_rest = _certain(made, board, where) if state in ("passed", "failed", "applied") else (None,) * 3
    releases = terms.kind == "auto_label" and where.n_passed > 0
    told = PromiseInfo(
        id=made.id,
        kind=terms.kind,
        target=terms.target,
        confidence=terms.confidence,
        state=state,
        attempt=terms.attempt,
        created_at=made.at,
        seq=made.seq,
        n_labels_at=made.n_labels,
        n_remaining=terms.n_remaining,
        n_drawn=region.n_draws,
        n_answered=where.n_answered,
        n_correct=where.n_correct,
        n_closed=where.n_closed,
        n_needed=region.n_draws - region.allowed,
        stage=Stage(where.stage + 1, len(terms.regions)),
        bound=bound,
        rest=rest,
        n_rest=n_rest,
        n_released=int(made.released(where.n_passed)[0].size) if releases else None,
        sentence="",
    )
    sentence = _sentence(made, where, told) if made.holds(where) else _broken(made, where)
    return replace(told, sentence=f"{sentence}{_always_largest(board, told)}{_of_copies(made, board, told)}")


def _of_copies(made: ProjectPromise, board: Board, told: PromiseInfo) -> str:
    """Return what the numbers of rows count, where some rows are copies of others."""
    if not board.copies.n_copies or (told.rest is None and told.n_released is None):
        return ""
    once = " A row and its copies count once here."
    if told.n_released is None:
        return once
    rows, _ = made.released(made.n_applied if made.applied else board.standing(made.id).n_passed)
    return f"{once} With copies the {told.n_released:,} are {board.copies.n_all(rows):,} rows."


def _always_largest(board: Board, told: PromiseInfo) -> str:
    """Return what a certified accuracy stands beside: that of always answering the largest class, as far as known."""
    figures = board.newest_figures
    largest = None if figures is None else figures.largest
    if told.bound is None or largest is None or largest["value"] is None:
        return ""
    what = largest["quantity"]
    return f" {what[:1].upper()}{what[1:]} would be right about {largest['value']:.1%} of the time."


def _certain(made: ProjectPromise, board: Board, where: Standing) -> tuple[float | None, float | None, int | None]:
    """Return bound, rest and n_rest: what is certain now."""
    if made.terms.kind == "certificate":
        return _certified(made, board)
    return (None, *_released(made, board, where))


def _certified(made: ProjectPromise, board: Board) -> tuple[float | None, float | None, int | None]:
    """Return what is certain now of the rows that are left, whichever of the others were answered since."""
    from querist.audit.certificate import certificate_result

    known = made.remaining[board.labels[made.remaining] >= 0]
    rows, class_ids = made.predicted()
    looked_up = np.isin(rows, known)
    # Where the prediction is not known, or the answer was given with the guess in sight, it may have been right.
    n_wrong = int((board.outcomes(rows[looked_up], class_ids[looked_up]) == WRONG).sum())
    found = certificate_result(
        made.terms, board.outcomes_of(made), n_known=known.size, n_known_right=known.size - n_wrong
    )
    return found.estimate.low, found.rest, found.n_rest


def _released(made: ProjectPromise, board: Board, where: Standing) -> tuple[float | None, int | None]:
    """Return what is certain of the rows that the model may label, and how many they are."""
    from querist.audit.auto_label import model_labels_accuracy

    if not where.n_passed:
        return None, None
    region = made.terms.regions[where.n_passed - 1]
    estimate = model_labels_accuracy(made.terms, board.outcomes_of(made), where.n_passed)
    return estimate.low, region.size - region.n_draws


def _percent(share: float) -> str:
    # Downwards: more must not be said than was proved.
    return f"{math.floor(share * 1000 + 1e-9) / 10:.1f} %"


def _sentence(made: ProjectPromise, where: Standing, told: PromiseInfo) -> str:
    promise, state = made.terms, told.state
    sure = f"({promise.confidence:.0%} confidence)"
    left = where.open.size
    if state == "asking":
        stage = f" of stage {where.stage + 1} of {len(promise.regions)}" if len(promise.regions) > 1 else ""
        return f"{told.n_closed:,} of {told.n_drawn:,} random rows{stage} have been answered; at most {left:,} to go."
    if state == "cancelled":
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
        if state == "failed":
            return f"Not passed: {promise.target:.1%} cannot be promised. What can be promised: {rest}"
        return f"{rest} (The test: {of_all}.)"
    if state == "failed":
        return (
            f"Not passed: {promise.target:.1%} cannot be promised, not even of the rows that the model is surest of. "
            "Let people label them all, or try a smaller promise."
        )
    assert told.n_released is not None
    people = promise.n_remaining - told.n_released - where.n_answered
    verb = "has labelled" if state == "applied" else "may label"
    return (
        f"The model {verb} {told.n_released:,} rows with at most {1 - promise.target:.1%} errors {sure}; "
        f"{people:,} are left for people."
    )


def _broken(made: ProjectPromise, where: Standing) -> str:
    left = where.open.size
    why = f"{left:,} of its random rows are asked again" if left else "its random rows no longer support it"
    return (
        f"The model has labelled {made.released(made.n_applied)[0].size:,} rows, but nothing is promised about them "
        f"now: answers were taken back or classes changed, and {why}. Take the model's labels back, or keep them "
        "without a promise."
    )
