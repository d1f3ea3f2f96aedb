"""Answers of several people to one row: which can be compared, and which of these rows are a random sample."""

from dataclasses import dataclass

import numpy as np

from querist._typing import IntArray
from querist.audit.order import audit_prefix
from querist.labelling.log.board import Board
from querist.labelling.log.conflicts import decision
from querist.labelling.log.deeds import RESPONSES, Act

# Rows that people were asked about, without a sign of what others said. Who finds a row by searching, or labels many at
# once, may have seen it.
ASKED = frozenset({"initial", "strategy", "audit", "certificate", "again", "overlap"})
NO_ANSWER = -1


@dataclass(frozen=True, eq=False)
class Compared:
    """Rows that several people answered without knowing of each other's answers.

    Attributes
    ----------
    rows : ndarray of shape (n_rows,)
    people : tuple of int
        Who answered some of them.
    ratings : ndarray of shape (n_rows, n_people)
        Class id of each person's first answer; -1: none.
    decided : ndarray of shape (n_rows,)
        Class id that a reviewer who had not answered the row decided for; -1: none.
    n_seen : int
        Of the answers, those that were given with the model's guess in sight.
    """

    rows: IntArray
    people: tuple[int, ...]
    ratings: IntArray
    decided: IntArray
    n_seen: int


@dataclass(frozen=True, eq=False)
class OverlapAnswers:
    """What several people answered, as the log stands at one position.

    Attributes
    ----------
    seq : int
    opinions : int
        By how many people a row of the random overlap is answered.
    random : Compared
        Rows of the head of the audit's order up to the first that still waits for an answer, in that order: a random
        sample of the rows that people can answer.
    chosen : Compared
        All other rows with several answers. Strategies ask about hard rows, and second opinions are asked for where
        somebody doubts: they say nothing of the pool.
    n_skipped : int
        Rows of the same head of which one of the people could not tell.
    n_elsewhere : int
        Rows of it that could not be compared: their labels came from a file, or were given to many rows at once.
    n_waiting : int
        Rows of the audit sample beyond it that have answers, but not of enough people.
    """

    seq: int
    opinions: int
    random: Compared
    chosen: Compared
    n_skipped: int
    n_elsewhere: int
    n_waiting: int


def overlap_answers(board: Board, order: IntArray, *, opinions: int) -> OverlapAnswers:
    """Return which answers can be compared.

    Parameters
    ----------
    board : Board
    order : ndarray
        The rows that are asked by their permanent random numbers; copies of others are not among them.
    opinions : int
        Answers by different people wanted for a row of the overlap; fewer than two count as two.

    Notes
    -----
    Each person's first answer counts, as it was given before anybody could look at the others. Of a row, the first
    `opinions` people who said something count: where one of them could not tell, the row cannot be compared, and stays
    so whatever others say later; else rows would drop in and out of the sample by what is on them.

    The sample ends just before its first row that waits for somebody, as that of the audit does
    (`querist.audit.order.audit_prefix`): rows beyond it that are complete already were answered by people who are
    fast, or are quickly answered. Which rows are asked a second time depends neither on the first answer nor on the
    strategy. So the sample is a simple random one of the rows that can be compared at all, and the mean over it of
    whether two people agree is unbiased for these rows; benchmarks/agreement measures it.

    Cost: O(acts).
    """
    wanted = max(2, opinions)
    seq, said = board.seq, _said(board)
    complete, skipped = np.zeros(board.n_rows, bool), np.zeros(board.n_rows, bool)
    # What a reviewer says nobody can tell has answers, and waits for more of them like others.
    skipped[[row for row in board.skipped if not board.n_opinions[row]]] = True
    for row, acts in said.items():
        if len(acts) >= wanted:
            skipped[row] = any(act.kind == "skipped" for act in acts[:wanted])
            complete[row] = not skipped[row]
    # No more will be asked about these.
    closed = (board.n_opinions >= wanted) | board.given | skipped
    head = audit_prefix(order, complete, closed & ~complete)
    inside = set(head.rows.tolist())
    others = sorted(
        row for row, acts in said.items() if row not in inside and sum(act.kind != "skipped" for act in acts) > 1
    )
    answered = (board.n_opinions[order] > 0) | skipped[order]
    n_answered = int(answered.argmin()) if not answered.all() else order.size
    n_skipped = int(skipped[head.skipped].sum())
    return OverlapAnswers(
        seq=seq,
        opinions=wanted,
        random=_compared(board, head.rows, {row: said[row][:wanted] for row in inside}),
        chosen=_compared(board, np.array(others, np.int64), said),
        n_skipped=n_skipped,
        n_elsewhere=head.skipped.size - n_skipped,
        n_waiting=max(0, n_answered - head.rows.size - head.skipped.size),
    )


def _said(board: Board) -> dict[int, list[Act]]:
    """Return what people said first to each row, the earliest first; who was not asked has said nothing."""
    first: dict[int, dict[int, Act]] = {}
    for act in board.acts():
        if act.kind not in RESPONSES or act.annotator is None:
            continue
        # What is of a class that was removed since is asked again.
        if act.kind == "skipped" or board.label_of(act.class_id) >= 0:
            first.setdefault(act.row, {}).setdefault(act.annotator, act)
    asked = {row: [act for act in acts.values() if act.how in ASKED] for row, acts in first.items()}
    return {row: acts for row, acts in asked.items() if acts}


def _compared(board: Board, rows: IntArray, said: dict[int, list[Act]]) -> Compared:
    answers = [[act for act in said[row] if act.kind != "skipped"] for row in rows.tolist()]
    people = sorted({act.annotator for acts in answers for act in acts if act.annotator is not None})
    column = {person: place for place, person in enumerate(people)}
    ratings = np.full((rows.size, len(people)), NO_ANSWER, np.int64)
    decided = np.full(rows.size, NO_ANSWER, np.int64)
    for place, (row, acts) in enumerate(zip(rows.tolist(), answers, strict=True)):
        for act in acts:
            if act.annotator is not None:
                ratings[place, column[act.annotator]] = board.label_of(act.class_id)
        made = decision(board, row)
        if made is not None and all(act.annotator != made.annotator for act in acts):
            decided[place] = board.label_of(made.class_id)
    n_seen = sum(not act.blind for acts in answers for act in acts)
    return Compared(rows, tuple(people), ratings, decided, n_seen)
