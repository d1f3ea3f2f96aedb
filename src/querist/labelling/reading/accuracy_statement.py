"""The accuracy statement: what is known of the model and its labels, to go with an export."""

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from querist.labelling.log.board import Board
from querist.labelling.log.events import MeasuredAt
from querist.labelling.log.numbers import TYPICAL_ERROR
from querist.labelling.log.promise import ProjectPromise
from querist.labelling.promises.words import as_shown
from querist.labelling.trainer.messages import EstimateInfo

_WAITS = (
    "There are no figures at the moment: labels were taken back, or classes changed, since the last ones. They "
    "appear once the model has been trained again."
)


_NONE_YET = "No figure yet: too few randomly drawn rows have been answered."


@dataclass(frozen=True)
class Statement(EstimateInfo):
    """A figure of the model of `n_labels` labels, or of the rows that a promise is about, at a date."""

    n_labels: int
    date: str


@dataclass(frozen=True)
class AccuracyStatement:
    """What is known of the accuracy at a date; where there is no figure yet, `note` says why.

    The numbers of rows are those of the export, copies included.
    """

    project: str
    date: str
    n_rows: int
    n_labelled: int
    n_labelled_by_the_model: int
    note: str
    statements: list[Statement]


_FIELDS = frozenset(each.name for each in fields(AccuracyStatement))
_MOST_BYTES = 1 << 20


def is_statement_of(path: Path, project: str) -> bool:
    """Whether a file is an accuracy statement of a project of this name, and nothing else."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return False
        told = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.keys() == _FIELDS and told["project"] == project


def accuracy_statement(board: Board, project: str, *, now: float) -> AccuracyStatement:
    """Return the statement.

    Each entry names its quantity, its value and interval, method, sample size, the labels of the model that it is
    about, and the date. Where there is no figure yet, the list is empty, and ``note`` says why.

    Parameters
    ----------
    board : Board
    project : str
        Its name.
    now : float
        Seconds since 1970.
    """
    told = []
    last = board.newest_figures
    if last is not None:
        told = [
            Statement(**quantity, n_labels=last.n_labels, date=_date(last.at))
            for quantity in _in_order(last)
            if quantity["value"] is not None
        ]
    for made in board.promises.values():
        where = board.standing(made.id)
        if where.n_passed and made.holds(where):
            told.append(_promised(made, board))
    waits = board.measured and last is None
    return AccuracyStatement(
        project=project,
        date=_date(now),
        n_rows=board.n_rows,
        n_labelled=int((board.labels >= 0).sum()),
        n_labelled_by_the_model=int(((board.model_labels >= 0) & (board.labels < 0)).sum()),
        note=" ".join(filter(None, [_WAITS if waits else "" if told else _NONE_YET, _copies_told(board)])),
        statements=told,
    )


def _in_order(last: MeasuredAt) -> list[dict[str, Any]]:
    """Return the figures, those to look at first before the others."""
    headline = last.headline or []
    if last.accuracy["quantity"] == TYPICAL_ERROR:
        return [last.accuracy, *headline]
    return [*headline, last.accuracy, *([last.largest] if last.largest else []), last.running]


def _copies_told(board: Board) -> str:
    """Return what the figures count, where that is not each row."""
    if not board.copies.n_copies:
        return ""
    return (
        f"{board.copies.n_copies:,} of the rows are copies of others: figures count each content once, numbers of rows "
        "count all."
    )


def _promised(made: ProjectPromise, board: Board) -> Statement:
    """Return a promise that has passed as a statement: a lower bound, exact, about rows that are named."""
    told = as_shown(made, board)
    certificate = made.terms.kind == "certificate"
    return Statement(
        quantity="remainder accuracy" if certificate else "accuracy of the rows that the model labels",
        value=None,
        low=told.rest,
        high=1.0,
        confidence=made.terms.confidence,
        n=told.n_closed,
        method="exact hypergeometric bound from fresh random draws about a frozen model",
        note=f"Attempt {made.terms.attempt}. The model is the one that was trained on the log up to event {made.seq}.",
        text=told.sentence,
        n_labels=made.n_labels,
        date=_date(made.at),
    )


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
