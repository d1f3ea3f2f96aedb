"""Promises in words: what the page shows of them."""

import math
from typing import Any

import numpy as np

from querist.audit.outcomes import WRONG
from querist.audit.promise import Standing
from querist.labelling.log.board import Board
from querist.labelling.log.promise import ProjectPromise, State


def as_shown(made: ProjectPromise, board: Board) -> dict[str, Any]:
    """Return a promise as the page shows it."""
    terms, where = made.terms, board.standing(made.id)
    state, region = made.state(where), terms.regions[where.stage]
    told: dict[str, Any] = {
        "id": made.id,
        "kind": terms.kind,
        "target": terms.target,
        "confidence": terms.confidence,
        "state": state,
        "attempt": terms.attempt,
        "created_at": made.at,
        "seq": made.seq,
        "n_labels_at": made.n_labels,
        "n_remaining": terms.n_remaining,
        "n_drawn": region.n_draws,
        "n_answered": where.n_answered,
        "n_correct": where.n_correct,
        "n_closed": where.n_closed,
        "n_needed": region.n_draws - region.allowed,
        "stage": {"number": where.stage + 1, "of": len(terms.regions)},
        "bound": None,
        "rest": None,
        "n_rest": None,
        "n_released": None,
    }
    if state in ("passed", "failed", "applied"):
        told |= _certified(made, board, where) if terms.kind == "certificate" else _released(made, board, where)
    if terms.kind == "auto_label" and where.n_passed:
        told["n_released"] = int(made.released(where.n_passed)[0].size)
    return told | {"sentence": _sentence(made, where, state, told)}


def _certified(made: ProjectPromise, board: Board, where: Standing) -> dict[str, Any]:
    """Return what is certain now of the rows that are left, whichever of the others were answered since."""
    from querist.audit.certificate import certificate_result

    known = made.remaining[board.labels[made.remaining] >= 0]
    rows, class_ids = made.predicted()
    looked_up = np.isin(rows, known)
    # Where the prediction is not known, or the answer was given with the guess in sight, it may have been right.
    n_wrong = int((board.outcomes(rows[looked_up], class_ids[looked_up]) == WRONG).sum())
    found = certificate_result(made.terms, where, n_known=known.size, n_known_right=known.size - n_wrong)
    return {"bound": found.estimate.low, "rest": found.rest, "n_rest": found.n_rest}


def _released(made: ProjectPromise, board: Board, where: Standing) -> dict[str, Any]:
    """Return what is certain of the rows that the model may label."""
    from querist.audit.auto_label import model_labels_accuracy

    if not where.n_passed:
        return {}
    region = made.terms.regions[where.n_passed - 1]
    estimate = model_labels_accuracy(made.terms, board.outcomes_of(made), where.n_passed)
    return {"rest": estimate.low, "n_rest": region.size - region.n_draws}


def _percent(share: float) -> str:
    # Downwards: more must not be said than was proved.
    return f"{math.floor(share * 1000 + 1e-9) / 10:.1f} %"


def _sentence(made: ProjectPromise, where: Standing, state: State, told: dict[str, Any]) -> str:
    promise = made.terms
    sure = f"({promise.confidence:.0%} confidence)"
    left = told["n_drawn"] - told["n_closed"]
    if state == "asking":
        stage = f" of stage {where.stage + 1} of {len(promise.regions)}" if len(promise.regions) > 1 else ""
        return f"{told['n_closed']:,} of {told['n_drawn']:,} random rows{stage} are answered; {left:,} to go."
    if state == "cancelled":
        return "Cancelled. It counts as an attempt."
    if promise.kind == "certificate":
        of_all = (
            f"of the {promise.n_remaining:,} rows that had no label then, at least {_percent(told['bound'])} are right"
        )
        rest = (
            f"If you stop now, the remaining {told['n_rest']:,} rows are labelled with at least "
            f"{_percent(told['rest'])} accuracy {sure}."
        )
        if state == "failed":
            return f"Not passed: {promise.target:.1%} cannot be promised. What holds all the same: {rest}"
        return f"{rest} (The test: {of_all}.)"
    if state == "failed":
        return (
            f"Not passed: not even of the rows that the model is surest of can {promise.target:.1%} be promised. "
            "People label them all, or try again with more labels."
        )
    people = promise.n_remaining - told["n_released"] - len(promise.draws)
    verb = "has labelled" if state == "applied" else "may label"
    return (
        f"The model {verb} {told['n_released']:,} rows with at most {1 - promise.target:.1%} errors {sure}; "
        f"{people:,} are left for people."
    )
