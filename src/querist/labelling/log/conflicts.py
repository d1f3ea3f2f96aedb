"""Rows on which answers differ, and what reviewers decided."""

import numpy as np

from querist.labelling.log.board import Board
from querist.labelling.log.deeds import Act, last_decision


def decision(board: Board, row: int) -> Act | None:
    """Return the decision that a row's label follows."""
    return last_decision([act for act in board.acts_on(row) if not act.undone], board.label_of)


def differing(board: Board, row: int) -> dict[int, int]:
    """Return how many current answers each class has on a row where they differ; nothing where they do not."""
    labels = [board.label_of(act.class_id) for act in board.answers(row).values()]
    counted = {label: labels.count(label) for label in sorted(set(labels)) if label >= 0}
    return counted if len(counted) > 1 else {}


def conflicts(board: Board) -> list[int]:
    """Return the rows on which answers differ and nobody has decided, ascending."""
    several = board.copies.only_first(np.flatnonzero(board.n_opinions > 1)).tolist()
    return [row for row in several if differing(board, row) and decision(board, row) is None]
