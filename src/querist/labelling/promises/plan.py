"""What a promise will take, worked out before it begins."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from querist._typing import BoolArray, FloatArray, IntArray
from querist.exceptions import InvalidParameterError
from querist.labelling.log.audit_answers import scored
from querist.labelling.log.board import Board
from querist.labelling.log.promise import Kind, packed
from querist.labelling.log.ranking import CurrentRanking

CONFIDENCE = 0.95
POWER = 0.8
# Where so few answers do, passing shall be nearly certain.
_SURE_POWER, _CHEAP = 0.95, 100
# Of an auto-labelling, if nothing else is said.
MOST_LABELS = 500
# With fewer scored draws nothing is made of them.
_FEWEST = 20


@dataclass(frozen=True, eq=False)
class Frozen:
    """The model of the present ranking, and the rows that it has not been told about.

    Attributes
    ----------
    current : CurrentRanking
    rows : ndarray
        Rows without an answer, skipped ones included, in a random order of this attempt's own: the audit's order would
        begin with rows that were drawn and left unanswered, which may be harder than others.
    n_events : int
        Events on the board when this was taken down.
    """

    current: CurrentRanking
    rows: IntArray
    n_events: int


def freeze(board: Board, current: CurrentRanking | None, seed: int) -> Frozen:
    """Take down the model and the rows that are left.

    Raises
    ------
    InvalidParameterError
        If there is no model yet, or no row left.
    """
    from querist.audit.order import promise_numbers

    if current is None or not (current.ranking.prediction >= 0).any():
        raise InvalidParameterError("There is no model yet: two classes need labels first.")
    n_known = min(board.n_rows, current.ranking.n_rows)
    rows = np.flatnonzero((board.labels[:n_known] < 0) & (board.model_labels[:n_known] < 0))
    if not rows.size:
        raise InvalidParameterError("Every row has a label: there is nothing left to promise.")
    numbers = promise_numbers(seed, rows, len(board.promises) + 1)
    return Frozen(current, rows[np.argsort(numbers, kind="stable")], board.n_events)


def plan(board: Board, frozen: Frozen, kind: Kind, target: float, most_labels: int = MOST_LABELS) -> dict[str, Any]:
    """Return what an attempt would take: the data of its `promise` event, without id and position in the log.

    Raises
    ------
    InvalidParameterError
        If the target is out of reach, in words.
    """
    if not 0.5 <= target < 1:
        raise InvalidParameterError(f"A target lies between 50 % and 100 %, got {target:.1%}.")
    from querist.audit.certificate import attempt_level

    attempt = len(board.promises) + 1
    level = attempt_level(attempt, CONFIDENCE)
    make = _certificate if kind == "certificate" else _auto_label
    found = make(board, frozen, target, level, most_labels, attempt)
    draws = np.array(found["draws"], np.int64)
    return found | {
        "kind": kind,
        "target": target,
        "confidence": CONFIDENCE,
        "level": level,
        "attempt": attempt,
        "ranking": frozen.current.version,
        "n_labels": frozen.current.n_labels,
        "n_remaining": frozen.rows.size,
        "predictions": frozen.current.ranking.prediction[draws].tolist(),
    }


def _certificate(
    board: Board, frozen: Frozen, target: float, level: float, most_labels: int, attempt: int
) -> dict[str, Any]:
    from querist.audit.certificate import labels_needed

    guess, n_rows = guessed_accuracy(board, frozen, target), frozen.rows.size
    made = labels_needed(target, guess, n_rows, level=level, power=_SURE_POWER)
    if made is None or made.n_labels > _CHEAP:
        made = labels_needed(target, guess, n_rows, level=level, power=POWER)
    if made is None:
        raise InvalidParameterError(
            f"{target:.1%} is out of reach: the accuracy is thought to be {guess:.1%}. Aim lower, or label more first."
        )
    region = {"size": n_rows, "n_draws": made.n_labels, "allowed": made.n_labels - made.n_needed}
    return {
        "regions": [region],
        "draws": frozen.rows[: made.n_labels].tolist(),
        "inside": [0] * made.n_labels,
        "power": round(made.power, 4),
    }


def _auto_label(
    board: Board, frozen: Frozen, target: float, level: float, most_labels: int, attempt: int
) -> dict[str, Any]:
    from querist.audit.auto_label import plan_auto_label
    from querist.audit.region_choice import allowed

    ranking, rows = frozen.current.ranking, frozen.rows
    confidence = ranking.confidence[rows].astype(np.float64)
    if np.isnan(confidence).any():
        raise InvalidParameterError("This model gives no probabilities: it cannot say which rows it is sure of.")
    numbers = np.arange(rows.size) / rows.size  # rows stand in that order
    past_confidence, past_correct = _past(board)
    made = plan_auto_label(
        rows, confidence, numbers, target=target, past_confidence=past_confidence, past_correct=past_correct,
        most_labels=most_labels, attempt=attempt, promise=CONFIDENCE,
    )  # fmt: skip
    if made is None:
        raise InvalidParameterError(
            f"No part of the {rows.size:,} rows is expected to reach {target:.1%} with {most_labels} answers. "
            "Aim lower, allow more answers, or label more first."
        )
    # Regions are nested: a draw lies outside of as many as do not hold it.
    inside = np.sum([~np.isin(made.sample, region) for region in made.regions], axis=0).tolist()
    regions = []
    for number, region in enumerate(made.regions):
        n_draws = sum(each <= number for each in inside)
        regions.append(
            {"size": region.size, "n_draws": n_draws, "allowed": allowed(region.size, n_draws, target, level)}
        )
    largest = rows[np.lexsort((numbers, -confidence))][: made.regions[-1].size]
    return {
        "regions": regions,
        "draws": made.sample.tolist(),
        "inside": inside,
        "power": None,
        "packed": packed(largest, ranking.prediction[largest].astype(np.int64)),
    }


def _past(board: Board) -> tuple[FloatArray | None, BoolArray | None]:
    """Return the confidence in the scored draws and whether it was right; they only guide the choice of regions."""
    acts = [act for act in scored(board) if act.confidence is not None]
    if len(acts) < _FEWEST:
        return None, None
    right = [board.label_of(act.guess) == board.label_of(act.class_id) for act in acts]
    return np.array([act.confidence for act in acts], np.float64), np.array(right, bool)


def guessed_accuracy(board: Board, frozen: Frozen, target: float) -> float:
    """Return what the accuracy on the rows that are left is thought to be.

    It decides how many of them are drawn, never what is promised.
    """
    from querist.audit.error_chances import error_chances

    past_confidence, past_correct = _past(board)
    sure = frozen.current.ranking.confidence[frozen.rows].astype(np.float64)
    if past_confidence is not None and not np.isnan(sure).any():
        return float(1 - error_chances(sure, past_confidence, past_correct).mean())
    if board.measured and (value := board.measured[-1].accuracy["value"]) is not None:
        return float(value)
    return (1 + target) / 2
