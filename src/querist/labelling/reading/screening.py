"""How far the screening of a project has come."""

from dataclasses import dataclass

import numpy as np

from querist._typing import BoolArray, IntArray
from querist.audit.found_enough import RecallTest
from querist.audit.found_so_far import FoundSoFar, RandomRows, found_so_far
from querist.audit.random_runs import RandomRuns
from querist.labelling.log.audit_answers import audit_moment
from querist.labelling.log.board import Board
from querist.labelling.log.deeds import RESPONSES
from querist.labelling.log.settings import Settings
from querist.labelling.trainer.messages import EstimateInfo

# The page draws a line through so many points at most.
_MOST_POINTS = 400


@dataclass(frozen=True)
class FoundPoint:
    """Of the first `n_read` rows that were read, `n_found` are relevant."""

    n_read: int
    n_found: int


@dataclass(frozen=True)
class ScreeningInfo:
    """How much of the class `class_id` was found; copies of rows do not count.

    `left`: relevant rows that are left unseen, from rows drawn at random; `test`: of the hypothesis that the recall is
    below its target, null until ten rows were drawn at random one after the other.
    """

    class_id: int
    n_rows: int
    n_read: int
    n_found: int
    curve: list[FoundPoint]
    left: EstimateInfo
    test: RecallTest | None


def screening(board: Board, settings: Settings, order: IntArray) -> ScreeningInfo | None:
    """Return how far screening has come; None in a project without that goal.

    Parameters
    ----------
    board : Board
    settings : Settings
    order : ndarray
        The rows that are asked by their permanent random numbers; copies of others are not among them.
    """
    if settings.relevant_class is None:
        return None
    class_id = board.label_of(settings.relevant_class)
    rows, labels = board.labelled_rows()
    found = labels == class_id
    order = order[order < board.n_rows]
    drawn = _reserved(board, order, rows, found) if board.reserve.is_open else _drawn(board, order.size, rows, found)
    told = found_so_far(tuple(np.cumsum(found).tolist()), order.size, drawn)
    left = told.left
    return ScreeningInfo(
        class_id=class_id,
        n_rows=order.size,
        n_read=told.n_read,
        n_found=told.n_found,
        curve=_points(told),
        left=EstimateInfo(**{name: getattr(left, name) for name in _TOLD}, text=str(left)),
        test=told.test,
    )


_TOLD = ("quantity", "value", "low", "high", "n", "method", "confidence", "note")


def _points(told: FoundSoFar) -> list[FoundPoint]:
    places = np.unique(np.linspace(0, told.n_read, min(told.n_read + 1, _MOST_POINTS)).round().astype(int)).tolist()
    return [FoundPoint(place, told.curve[place - 1] if place else 0) for place in places]


def _drawn(board: Board, n_rows: int, rows: IntArray, found: BoolArray) -> RandomRows:
    """Return the last rows that were drawn at random with none chosen in between."""
    # Of what happened at one time a row is first answered, then the next is asked.
    steps: list[tuple[float, int, int]] = [(at, 1, row) for row, at in board.drawn.items()]
    for act in board.acts():
        if act.kind not in RESPONSES or act.undone:
            continue
        steps.append((act.at, 0, act.row))
        if act.row not in board.drawn:
            steps.append((min(act.at, act.asked_at or act.at), -1, act.row))
    runs = RandomRuns()
    for _, what, row in sorted(steps):
        (runs.chose, runs.closed, runs.drew)[what + 1](row)
    return runs.rows(n_rows, rows, found, board.skipped)


def _reserved(board: Board, order: IntArray, rows: IntArray, found: BoolArray) -> RandomRows:
    """Return the answered head of the rows that were set aside: of all rows that nobody had answered by then."""
    moment = audit_moment(board, order)
    if not moment.is_exchangeable:
        return RandomRows(n_left=order.size)
    head = moment.order[: moment.n_audited]
    before = _answered_before(board)
    return RandomRows.of(
        order.size - before.size - len(board.skipped),
        rows,
        found,
        before=before,
        drawn=head[moment.answered[head]],
        n_unclear=int((~moment.answered[head]).sum()),
    )


def _answered_before(board: Board) -> IntArray:
    """Return the rows that had an answer when rows were set aside."""
    early = {act.row for act in board.acts() if act.kind in RESPONSES and act.number < board.reserve.n_acts}
    return np.array(sorted(row for row in early if board.labels[row] >= 0), np.int64)
