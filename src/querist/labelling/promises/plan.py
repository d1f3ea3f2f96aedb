"""What a promise about a project's model will take, worked out before it begins."""

import uuid as uuids
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from querist._typing import IntArray
from querist.audit.order import promise_numbers
from querist.audit.promise import MOST_LABELS, Kind
from querist.exceptions import InvalidParameterError
from querist.labelling.log.audit_answers import scored
from querist.labelling.log.board import Board
from querist.labelling.log.promise import PromiseBegun, packed
from querist.labelling.log.ranking import CurrentRanking

if TYPE_CHECKING:
    from querist.audit.expected import Expected
    from querist.audit.offers import Offer
    from querist.audit.past import Past


@dataclass(frozen=True, eq=False)
class FrozenRanking:
    """The model of the present ranking, and the rows that it has not been told about.

    Attributes
    ----------
    current : CurrentRanking
    rows : ndarray
        Rows without an answer, skipped ones included, ascending.
    attempt : int
        Number of the attempt that this is for.
    seed : int
        The project's.
    n_events : int
        Events on the board when this was taken down.
    """

    current: CurrentRanking
    rows: IntArray
    attempt: int
    seed: int
    n_events: int


@dataclass(frozen=True)
class Told:
    """What a plan says besides its terms: see `querist.audit.AutoLabelPlan`."""

    expected: "Expected | None"
    order: str = ""
    offer: "Offer | None" = None


@dataclass(frozen=True, eq=False)
class Planned:
    """An attempt that might begin: as the log would hold it, and what is told of it before."""

    begun: PromiseBegun
    told: Told


def freeze(board: Board, current: CurrentRanking | None, seed: int) -> FrozenRanking:
    """Take down the model and the rows that are left.

    Raises
    ------
    InvalidParameterError
        If there is no model yet, or no row left.
    """
    if current is None or not (current.ranking.prediction >= 0).any():
        raise InvalidParameterError("There is no model yet. Label rows of two classes first.")
    rows = board.left_to_label()
    rows = rows[rows < current.ranking.n_rows]
    if not rows.size:
        raise InvalidParameterError("Every row has a label: there is nothing left to promise. Add rows first.")
    return FrozenRanking(current, rows, len(board.promises) + 1, seed, board.n_events)


def plan(
    board: Board, taken: FrozenRanking, kind: Kind, target: float, most_labels: int = MOST_LABELS, *, seq: int = 0
) -> Planned:
    """Return what an attempt would take; `seq` is the position of the log that the model knows.

    Raises
    ------
    InvalidParameterError
        If the target is out of reach, in words.
    """
    from querist.audit import promise_planning as planning
    from querist.audit.past import Frozen

    if not 0.5 <= target < 1:
        raise InvalidParameterError(f"A target lies between 50 % and 100 %, got {target:.1%}.")
    ranking, attempt = taken.current.ranking, taken.attempt
    sure = ranking.confidence[taken.rows].astype(np.float64)
    # Numbers of the attempt's own: the audit's order begins with rows that were drawn and left unanswered, of which a
    # page has many at any time, and these may be harder than others.
    numbers = promise_numbers(taken.seed, taken.rows, attempt)
    # A second model would have to be trained, and a server trains nothing.
    frozen = Frozen(taken.rows, numbers, None if np.isnan(sure).any() else sure, ranking.prediction[taken.rows])
    past = _past(board)
    if kind == "certificate":
        known = board.measured[-1].accuracy["value"] if board.measured else None
        guess = planning.guessed_accuracy(target, frozen.confidences, past, known)
        made = planning.plan_certificate(frozen, target, guess, attempt=attempt)
        terms, largest = planning.certificate_promise(made, frozen, attempt=attempt), frozen.order
        told = Told(made.expected)
    else:
        labels = planning.plan_model_labels(frozen, target, past, attempt=attempt, most_labels=most_labels)
        terms = planning.model_labels_promise(labels, frozen, attempt=attempt)
        largest, told = labels.by_region, Told(labels.expected, labels.order, labels.offer)
    begun = PromiseBegun(
        id=str(uuids.uuid4()),
        terms=terms,
        seq=seq,
        ranking=taken.current.version,
        n_labels=taken.current.n_labels,
        predictions=tuple(ranking.prediction[terms.draws].tolist()),
        packed=packed(largest, ranking.prediction[largest].astype(np.int64)),
    )
    return Planned(begun, told)


def _past(board: Board) -> "Past":
    """Return what the models of the past said of rows drawn at random, before they were told."""
    from querist.audit.past import Past

    acts = [act for act in scored(board, promises=True) if act.confidence is not None]
    guesses = [board.label_of(act.guess) for act in acts]
    right = [guess == board.label_of(act.class_id) for act, guess in zip(acts, guesses, strict=True)]
    confidences = np.array([act.confidence for act in acts], np.float64)
    return Past(np.array(right, bool), confidences, np.array(guesses, np.int64))
