"""Promises in words: what the page shows of them."""

import math
from typing import Any

from querist.labelling.log.board import Board
from querist.labelling.log.promise import Promise, Standing


def as_shown(promise: Promise, board: Board) -> dict[str, Any]:
    """Return a promise as the page shows it."""
    where = board.standing(promise.id)
    region = promise.regions[where.stage]
    certificate = promise.kind == "certificate"
    told: dict[str, Any] = {
        "id": promise.id,
        "kind": promise.kind,
        "target": promise.target,
        "confidence": promise.confidence,
        "state": where.state,
        "attempt": promise.attempt,
        "created_at": promise.at,
        "seq": promise.seq,
        "n_labels_at": promise.n_labels,
        "n_remaining": promise.n_remaining,
        "n_drawn": region.n_draws,
        "n_answered": where.n_answered,
        "n_correct": where.n_correct,
        "n_closed": where.n_closed,
        "n_needed": region.n_draws - region.allowed,
        "stage": {"number": where.stage + 1, "of": len(promise.regions)},
        "bound": None,
        "rest": None,
        "n_rest": None,
        "n_released": None,
    }
    if where.state in ("passed", "failed", "applied"):
        told |= _bounds(promise, where)
    if not certificate and where.n_passed:
        told["n_released"] = int(promise.released(where.n_passed)[0].size)
    return told | {"sentence": _sentence(promise, where, told)}


def _bounds(promise: Promise, where: Standing) -> dict[str, Any]:
    """Return what is certain now: draws that are not right count as wrong."""
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
        return {
            "bound": bound,
            "rest": rest_bound(*counts, attempt=attempt, confidence=sure, known=known),
            "n_rest": region.size - where.n_answered,
        }
    if not where.n_passed:
        return {}
    region = promise.regions[where.n_passed - 1]
    n_rest = region.size - region.n_draws
    # It passed with at most so many wrong draws.
    wrong = region.allowed
    most = upper_bound(region.size, region.n_draws, wrong, promise.level) - wrong
    return {"rest": (n_rest - most) / n_rest if n_rest else 1.0, "n_rest": n_rest}


def _percent(share: float) -> str:
    # Downwards: more must not be said than was proved.
    return f"{math.floor(share * 1000 + 1e-9) / 10:.1f} %"


def _sentence(promise: Promise, where: Standing, told: dict[str, Any]) -> str:
    sure = f"({promise.confidence:.0%} confidence)"
    left = told["n_drawn"] - told["n_closed"]
    if where.state == "asking":
        stage = f" of stage {where.stage + 1} of {len(promise.regions)}" if len(promise.regions) > 1 else ""
        return f"{told['n_closed']:,} of {told['n_drawn']:,} random rows{stage} are answered; {left:,} to go."
    if where.state == "cancelled":
        return "Cancelled. It counts as an attempt."
    if promise.kind == "certificate":
        of_all = (
            f"of the {promise.n_remaining:,} rows that had no label then, at least {_percent(told['bound'])} are right"
        )
        rest = (
            f"If you stop now, the remaining {told['n_rest']:,} rows are labelled with at least "
            f"{_percent(told['rest'])} accuracy {sure}."
        )
        if where.state == "failed":
            return f"Not passed: {promise.target:.1%} cannot be promised. What holds all the same: {rest}"
        return f"{rest} (The test: {of_all}.)"
    if where.state == "failed":
        return (
            f"Not passed: not even of the rows that the model is surest of can {promise.target:.1%} be promised. "
            "People label them all, or try again with more labels."
        )
    people = promise.n_remaining - told["n_released"] - len(promise.draws)
    verb = "has labelled" if where.state == "applied" else "may label"
    return (
        f"The model {verb} {told['n_released']:,} rows with at most {1 - promise.target:.1%} errors {sure}; "
        f"{people:,} are left for people."
    )
