"""Find rows by text, label, prediction, person."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from querist._typing import IntArray
from querist.labelling.log.board import Board
from querist.labelling.log.deeds import RESPONSES, Act
from querist.labelling.log.ranking import CurrentRanking
from querist.labelling.reading.reader import EVERYBODY, Reader

Sort = Literal["row", "-row", "confidence", "-confidence", "time", "-time", "seconds", "-seconds", "number", "-number"]
SORTS: tuple[str, ...] = get_args(Sort)


@dataclass(frozen=True)
class Filter:
    """What rows must fulfil; None asks for nothing.

    `copies`: rows that stand for copies (``"grouped"``), have the content of another and a different label
    (``"apart"``), or a text nearly the same as another's (``"nearly"``; found by whoever has the features, see `Rows`).
    `same_as`: a row and all its copies. `min_number`, `max_number`: the row's number, both included.
    """

    search: str | None = None
    status: Literal["labelled", "skipped", "model", "unlabelled"] | None = None
    label: int | None = None
    prediction: int | None = None
    min_confidence: float | None = None
    max_confidence: float | None = None
    annotator: int | None = None
    flagged: bool | None = None
    disagree: bool | None = None
    open_comments: bool | None = None
    copies: Literal["grouped", "apart", "nearly"] | None = None
    same_as: int | None = None
    min_number: float | None = None
    max_number: float | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) is not None for each in fields(self))


def find_rows(
    board: Board,
    current: CurrentRanking | None,
    wanted: Filter,
    sort: str,
    search: Callable[[str], IntArray],
    reader: Reader = EVERYBODY,
) -> IntArray:
    """Return the rows that fulfil a filter, sorted, as far as the reader may know of it.

    Copies have the state of the row that stands for them, and are left out where that is found, too.
    """
    unseen = np.array(sorted(reader.unseen), np.int64)
    labels = board.labels.copy()
    labels[unseen] = -1
    keep = np.ones(board.n_rows, bool)
    if wanted.search:
        found = np.zeros(board.n_rows, bool)
        found[search(wanted.search)] = True
        keep &= found
    if wanted.status is not None:
        with_status = _with_status(board, wanted.status)
        with_status[unseen] = wanted.status == "unlabelled"
        keep &= with_status
    if wanted.label is not None:
        keep &= labels == wanted.label
    numbers = board.numbers.copy()
    numbers[unseen] = np.nan
    keep &= _in_range(numbers, wanted)
    if wanted.flagged is not None:
        flagged = _mask(board, board.flagged)
        flagged[unseen] = [reader.marks(board, row)[0] for row in unseen.tolist()]
        keep &= flagged == wanted.flagged
    if wanted.open_comments is not None:
        commented = _mask(board, board.open_threads)
        commented[unseen] = [reader.thread(board, row).is_open for row in unseen.tolist()]
        keep &= commented == wanted.open_comments
    if wanted.annotator is not None:
        hidden = frozenset() if wanted.annotator == reader.annotator else reader.unseen
        rows = {act.row for act in board.acts() if act.annotator == wanted.annotator and act.kind != "second_opinion"}
        keep &= _mask(board, rows - hidden)
    # Of a million rows it takes longer than all the rest.
    asks = (wanted.prediction, wanted.min_confidence, wanted.max_confidence, wanted.disagree)
    of_model = any(each is not None for each in asks) or sort.removeprefix("-") == "confidence"
    prediction, confidence = predictions(board, current if of_model else None)
    prediction[unseen], confidence[unseen] = -1, np.nan
    if wanted.prediction is not None:
        keep &= prediction == wanted.prediction
    if wanted.min_confidence is not None:
        keep &= confidence >= wanted.min_confidence
    if wanted.max_confidence is not None:
        keep &= confidence <= wanted.max_confidence
    if wanted.disagree is not None:
        keep &= ((labels >= 0) & (prediction >= 0) & (labels != prediction)) == wanted.disagree
    found_rows = np.flatnonzero(keep & _with_copies(board, wanted))
    if wanted.same_as is None:
        first_of = board.copies.first_of[found_rows]
        found_rows = found_rows[(first_of == found_rows) | ~keep[first_of]]
    return _sorted(board, found_rows, sort, confidence, numbers, reader)


def predictions(board: Board, current: CurrentRanking | None) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Return the predicted class of each row as of today's classes (-1: none) and its confidence (NaN: none)."""
    prediction = np.full(board.n_rows, -1, np.int32)
    confidence = np.full(board.n_rows, np.nan, np.float32)
    if current is not None:
        known = current.ranking.prediction[: board.n_rows].astype(np.int32)
        lowest = int(known.min(initial=-1))
        there = np.flatnonzero(np.bincount(known - lowest)) + lowest
        labels = np.full(int(known.max(initial=-1)) - lowest + 1, -1, np.int32)
        labels[there - lowest] = [board.label_of(each) for each in there.tolist()]
        prediction[: known.size] = labels[known - lowest]
        confidence[: known.size] = np.where(
            prediction[: known.size] >= 0, current.ranking.confidence[: known.size], np.nan
        )
    first_of = board.copies.first_of
    return prediction[first_of], confidence[first_of]


def _with_copies(board: Board, wanted: Filter) -> npt.NDArray[np.bool_]:
    """Return which rows fulfil what is asked of copies."""
    keep = np.ones(board.n_rows, bool)
    if wanted.copies in ("grouped", "apart"):
        apart = [row for rows in board.copies.apart for row in rows]
        keep[:] = False
        keep[board.copies.firsts if wanted.copies == "grouped" else apart] = True
    if wanted.same_as is not None:
        group = board.copies.group(wanted.same_as) if 0 <= wanted.same_as < board.n_rows else []
        same = np.zeros(board.n_rows, bool)
        same[group] = True
        keep &= same
    return keep


def _with_status(board: Board, status: str) -> npt.NDArray[np.bool_]:
    labelled = board.labels >= 0
    if status == "labelled":
        return labelled
    by_model = (board.model_labels >= 0) & ~labelled
    if status == "model":
        return by_model
    skipped = _mask(board, board.skipped) & ~by_model
    return skipped if status == "skipped" else ~labelled & ~skipped & ~by_model


def _mask(board: Board, rows: set[int]) -> npt.NDArray[np.bool_]:
    """Return whether each row, or the row that stands for it, is among rows."""
    mask = np.zeros(board.n_rows, bool)
    mask[list(rows)] = True
    return mask[board.copies.first_of]


def _in_range(numbers: npt.NDArray[np.float64], wanted: Filter) -> npt.NDArray[np.bool_]:
    """Return which rows have a number that is asked for; rows without one are in no range."""
    keep = np.ones(numbers.size, bool)
    if wanted.min_number is not None:
        keep &= numbers >= wanted.min_number
    if wanted.max_number is not None:
        keep &= numbers <= wanted.max_number
    return keep


def _sorted(
    board: Board,
    rows: IntArray,
    sort: str,
    confidence: npt.NDArray[np.float32],
    numbers: npt.NDArray[np.float64],
    reader: Reader,
) -> IntArray:
    name = sort.removeprefix("-")
    if name == "row":
        return rows[::-1] if sort.startswith("-") else rows
    if name in ("confidence", "number"):
        keys = (confidence if name == "confidence" else numbers)[rows].astype(np.float64)
    else:
        latest: dict[int, Act] = {}
        for act in board.acts():
            if act.kind in RESPONSES and (act.row not in reader.unseen or act.annotator == reader.annotator):
                latest[act.row] = act
        keys = np.full(rows.size, np.nan)
        for place, row in enumerate(board.copies.first_of[rows].tolist()):
            if row in latest:
                value: Any = latest[row].at if name == "time" else latest[row].seconds
                keys[place] = np.nan if value is None else value
    # Rows without a value come last either way.
    order = np.argsort(-keys if sort.startswith("-") else keys, kind="stable")
    return rows[order]
