"""How good the model is, as the page shows it: figures, the audited learning curve, promises."""

from typing import Any

from querist.labelling.log.board import Board
from querist.labelling.promises.words import as_shown
from querist.labelling.reading.project_view import ProjectView

# Audit answers before there is a figure, as `querist.audit.model_accuracy`, which takes long to load.
FEWEST = 10


def measured(view: ProjectView) -> dict[str, Any]:
    """Return how good the model is: the newest figures, and the audited learning curve."""
    curve = [
        {"n_labels": each["n_labels"], "at": each["at"]}
        | {name: each["accuracy"][name] for name in ("value", "low", "high", "n")}
        for each in view.board.measured
    ]
    last = view.board.measured[-1] if view.board.measured else None
    return {"figures": view.figures and view.figures | {"at": last["at"] if last else None}, "curve": curve}


def accuracy(board: Board) -> dict[str, Any] | None:
    """Return the figure that is always in view; None before the first."""
    if not board.measured:
        return None
    last = board.measured[-1]
    told = last["accuracy"]
    names = ("value", "low", "high", "n", "confidence")
    return {"n_labels": last["n_labels"], "n_needed": FEWEST} | {name: told[name] for name in names}


def all_promises(board: Board) -> dict[str, Any]:
    """Return all promises about the model, the newest first."""
    made = [as_shown(each, board) for each in board.promises.values()]
    return {"attempts": len(made), "promises": made[::-1]}


def pending_promise(board: Board) -> dict[str, Any] | None:
    """Return how far the promise is whose draws are being asked about; None where there is none."""
    pending = board.pending
    if pending is None:
        return None
    where = board.standing(pending.id)
    return {"kind": pending.kind, "n_closed": where.n_closed, "n_drawn": pending.regions[where.stage].n_draws}
