"""How good the model is, as the page shows it: figures, the audited learning curve, promises."""

from dataclasses import dataclass, replace
from typing import Any

from querist.audit.estimate import FEWEST
from querist.labelling.log.audit_answers import Waiting, waiting_answers
from querist.labelling.log.board import Board
from querist.labelling.promises.words import PendingPromise, PromiseInfo, as_shown
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.screening import ScreeningInfo, screening
from querist.labelling.trainer.messages import Figures


@dataclass(frozen=True)
class HeadlineFigure:
    """A figure in short, and of what; no value before `n_needed` answers."""

    quantity: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_needed: int

    @classmethod
    def of(cls, told: dict[str, Any]) -> "HeadlineFigure":
        """Return what the log holds of a figure."""
        return cls(
            **{name: told.get(name) for name in ("value", "low", "high")},
            quantity=str(told.get("quantity", "")),
            n=told["n"],
            n_needed=FEWEST,
        )


@dataclass(frozen=True)
class ShownAccuracy:
    """The accuracy of the model that was trained on `n_labels` labels; no value before `n_needed` audit answers.

    `largest`: what always answering the largest class would get; `headline`: what to look at first, where a class has
    few rows.
    """

    n_labels: int
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_needed: int
    confidence: float
    largest: HeadlineFigure | None
    headline: list[HeadlineFigure]


@dataclass(frozen=True)
class AccuracyPoint:
    """The model's accuracy at one moment (`at`, seconds since 1970)."""

    n_labels: int
    at: float
    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class FiguresReply:
    """The newest figures, and the accuracy at earlier moments, in order.

    `screening`: how much was found, in a project with that goal. `waiting`: answers to check questions that count once
    those before them are answered; null where none wait.
    """

    figures: Figures | None
    curve: list[AccuracyPoint]
    waiting: Waiting | None
    screening: ScreeningInfo | None


def measured(view: ProjectView) -> FiguresReply:
    """Return how good the model is: the newest figures, and the audited learning curve.

    Figures of a model that had learned from labels that were taken back since are not told: they wait for the next.
    """
    curve = [
        AccuracyPoint(
            n_labels=each.n_labels,
            at=each.at,
            **{name: each.accuracy[name] for name in ("value", "low", "high", "n")},
        )
        for each in view.board.measured
    ]
    # After a restart the trainer tells anew what the log knows.
    noted = curve[-1].at if curve else None
    figures = view.figures
    if figures is not None and figures.seq < view.board.revised[1]:
        figures = None
    return FiguresReply(
        figures and replace(figures, at=noted),
        curve,
        waiting_answers(view.board, view.audit_order),
        screening(view.board, view.settings, view.audit_order),
    )


def accuracy(board: Board) -> ShownAccuracy | None:
    """Return the figure that is always in view; None before the first, and while it waits."""
    last = board.newest_figures
    if last is None:
        return None
    told = {name: last.accuracy[name] for name in ("value", "low", "high", "n", "confidence")}
    return ShownAccuracy(
        n_labels=last.n_labels,
        n_needed=FEWEST,
        largest=None if last.largest is None else HeadlineFigure.of(last.largest),
        headline=[HeadlineFigure.of(each) for each in last.headline or []],
        **told,
    )


def all_promises(board: Board) -> list[PromiseInfo]:
    """Return all promises about the model, the newest first."""
    return [as_shown(each, board) for each in board.promises.values()][::-1]


def pending_promise(board: Board) -> PendingPromise | None:
    """Return how far the promise is whose draws are being asked about; None where there is none."""
    pending = board.pending
    if pending is None:
        return None
    where = board.standing(pending.id)
    return PendingPromise(pending.terms.kind, where.n_closed, pending.terms.regions[where.stage].n_draws)
