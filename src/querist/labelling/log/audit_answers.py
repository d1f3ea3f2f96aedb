"""Answers of the audit: which count, and whether the model was right before it was told."""

import math
from dataclasses import dataclass

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray
from querist.audit.estimate import FEWEST
from querist.audit.outcomes import OPEN, RIGHT, VOID, WRONG, scores_so_far
from querist.labelling.log.board import Board
from querist.labelling.log.classes import active
from querist.labelling.log.deeds import ANSWERS, RESPONSES, Act


def scored(board: Board, *, promises: bool = False) -> list[Act]:
    """Return the answers that count to audit rows that the model had predicted before it was told, in order.

    With `promises` those to rows that a promise had drawn, too: for plans, and for nothing that speaks of all rows.
    """
    drawn = ("audit", "certificate") if promises else ("audit",)
    return [
        act
        for act in board.acts()
        if act.how in drawn
        and act.guess is not None
        and board.label_of(act.class_id) >= 0
        and board.first_answer(act.row) is act
    ]


@dataclass(frozen=True, eq=False)
class AuditMoment:
    """What the board says of the audit at one position of the log.

    Attributes
    ----------
    seq : int
    order : ndarray
        The rows whose head is the audit sample, by their permanent random numbers: those that were set aside, or, where
        the figures are of the old kind, all.
    is_exchangeable : bool
        Whether the sample is one that the questions did not depend on. In a project that an earlier version began it is
        so once there are enough answers from the reserve.
    answered, skipped : ndarray of shape (n_rows,), bool
    truth : dict
        First answer to each row with a label: one given without a guess in sight, where there is one.
    numbers : dict
        The number of each of these answers, in a project that asks for one.
    n_reopened : int
        Rows that were drawn and are open again, because what was answered was taken back. The sample ends before the
        first of them, and goes on when it is answered.
    n_revised : int
        How often labels changed by more than answers (`Board.revised`).
    n_copies : int
        Rows of the project that are copies of others, and no part of any sample.
    n_seen : int
        Rows of the audit sample of which the only answers were given with the guess in sight.
    at, hits, scored_truth : ndarray of shape (n_scored,)
        Labels known to the model that predicted each draw before it was told, whether it was right, and the answer.
    draws : ndarray of shape (n_draws,)
        The same in the order of the draws, and NaN for those that nobody could answer, up to the first that is open:
        no draw is chosen by its outcome.
    names : dict
        Of the classes that there are, by id.
    """

    seq: int
    order: IntArray
    is_exchangeable: bool
    answered: AnyArray
    skipped: AnyArray
    truth: dict[int, int]
    numbers: dict[int, float]
    n_reopened: int
    n_revised: int
    n_copies: int
    n_seen: int
    at: IntArray
    hits: FloatArray
    scored_truth: IntArray
    draws: FloatArray
    names: dict[int, str]

    @property
    def n_audited(self) -> int:
        """Rows of the audit sample, skips included."""
        done = (self.answered | self.skipped)[self.order]
        return int(done.argmin()) if not done.all() else done.size


def audit_moment(board: Board, order: IntArray) -> AuditMoment:
    """Take down where the audit stands; the board may move on afterwards.

    `order`: the rows that are asked by their permanent random numbers; copies of others are not among them.
    """
    answered = board.labels >= 0
    skipped = np.zeros(answered.size, bool)
    skipped[[row for row in board.skipped if not answered[row]]] = True
    order, is_exchangeable = _sample_order(board, order, answered | skipped)
    done = (answered | skipped)[order]
    head = order[: done.argmin()] if not done.all() else order
    truth, numbers, n_seen = {}, {}, 0
    for row in head[answered[head]].tolist():
        act = board.first_answer(row)
        n_seen += act is None
        # What was answered first may have been taken back; then a later answer or a reviewer's decision stands.
        said = (each for each in board.acts_on(row) if each.kind in ANSWERS and not each.undone)
        first = act or next(said, None)
        # An answer of a class that was removed since counts no more; the label that stands is another person's.
        told = -1 if first is None else board.label_of(first.class_id)
        truth[row] = told if told >= 0 else int(board.labels[row])
        number = first.value if first is not None and told >= 0 else float(board.numbers[row])
        if number is not None and math.isfinite(number):
            numbers[row] = number
    acts = scored(board)
    return AuditMoment(
        seq=board.seq,
        order=order,
        is_exchangeable=is_exchangeable,
        answered=answered,
        skipped=skipped,
        truth=truth,
        numbers=numbers,
        n_reopened=sum(not done[place] for place in np.flatnonzero(np.isin(order, _answered_once(board)))),
        n_revised=board.revised[0],
        n_copies=board.copies.n_copies,
        n_seen=n_seen,
        at=np.array([_known_labels(act) for act in acts], np.int64),
        hits=np.array([_hit(board, act) for act in acts]),
        scored_truth=np.array([board.label_of(act.class_id) for act in acts], np.int64),
        draws=_draws(board),
        names={each.id: each.name for each in active(board.classes)},
    )


def _sample_order(board: Board, order: IntArray, done: AnyArray) -> tuple[IntArray, bool]:
    """Return the rows whose answered head is the sample, and whether the questions did not depend on it."""
    if not board.reserve.is_open:
        return order, False
    reserved = order[board.reserve.blind(order)]
    n_done = reserved.size if done[reserved].all() else int(done[reserved].argmin())
    if board.reserve.came_late and n_done < FEWEST:
        return order, False
    return reserved, True


@dataclass(frozen=True)
class Waiting:
    """Answers to check questions that do not count yet: `n_rows` questions that stand before them are still open."""

    n_answers: int
    n_rows: int


def waiting_answers(board: Board, order: IntArray) -> Waiting | None:
    """Return which answers wait for open check questions that come before them; None where none do.

    Parameters
    ----------
    board : Board
    order : ndarray
        The rows that are asked by their permanent random numbers; copies of others are not among them.
    """
    order = order[order < board.n_rows]
    done = board.labels >= 0
    done[list(board.skipped)] = True
    sample, _ = _sample_order(board, order, done)
    is_done = done[sample]
    drawn = np.flatnonzero(is_done & np.isin(sample, list(board.drawn)))
    if is_done.all() or not drawn.size or drawn[-1] < is_done.argmin():
        return None
    beyond = is_done[is_done.argmin() : drawn[-1] + 1]
    return Waiting(int(beyond.sum()), int((~beyond).sum()))


def _answered_once(board: Board) -> list[int]:
    """Return the drawn rows that somebody has responded to, whether that counts or not."""
    return [row for row in list(board.drawn) if any(act.kind in RESPONSES for act in board.acts_on(row))]


def _hit(board: Board, act: Act) -> float:
    return float(board.label_of(act.guess) == board.label_of(act.class_id))


def _known_labels(act: Act) -> int:
    # Logs of older versions do not say it: a model knows fewer answers than there were, never more.
    return max(1, act.number if act.guess_labels is None else act.guess_labels)


def _draws(board: Board) -> FloatArray:
    """Return 1, 0, or NaN (nobody could answer) of each draw in order, up to the first that is open."""
    found = []
    for row in board.drawn:
        act = board.first_answer(row)
        if act is None:
            found.append(VOID if board.labels[row] >= 0 or row in board.skipped else OPEN)
        elif act.guess is not None and board.label_of(act.class_id) >= 0:
            found.append(RIGHT if _hit(board, act) else WRONG)
    return scores_so_far(np.array(found, np.int8))
