"""Screening replayed: all records are read in the order of relevance, from two that are known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from querist._random import derive_generator
from querist._typing import BoolArray, IntArray
from querist.exceptions import InvalidParameterError
from querist.measures.screening import (
    average_time_to_discovery,
    recall_curve,
    records_until,
    relevant_records_found,
    work_saved_over_sampling,
)
from querist.registry.goals import goal_of
from querist.session import Session


@dataclass(frozen=True)
class Screening:
    """One replay.

    Attributes
    ----------
    known : ndarray of shape (n_known,)
        Records whose answers were known before the first question.
    order : ndarray of shape (n_records - n_known,)
        The others, in the order in which they were read; those after the last relevant one in the order of the file.
    relevant : ndarray of bool, shape (n_records - n_known,)
        Whether they are relevant.
    """

    known: IntArray
    order: IntArray
    relevant: BoolArray

    @property
    def figures(self) -> dict[str, float]:
        """ATD, WSS@95 and RRF@10, and how many records were read until 95 % and all relevant ones were found."""
        curve = recall_curve(self.relevant)
        return {
            "atd": average_time_to_discovery(self.relevant),
            "wss_95": work_saved_over_sampling(self.relevant, 0.95),
            "rrf_10": relevant_records_found(self.relevant, 0.1),
            "read_until_95": float(records_until(curve, 0.95)),
            "read_until_100": float(records_until(curve, 1.0)),
        }


def priors(relevant: ArrayLike, seed: int) -> IntArray:
    """Return one relevant and one other record, drawn at random.

    Raises
    ------
    InvalidParameterError
        If there are fewer than two relevant records, or none that is not.
    """
    held = np.asarray(relevant, bool)
    if held.sum() < 2 or held.all():
        raise InvalidParameterError(
            f"Screening needs at least two relevant records and one that is not; of {held.size}, {int(held.sum())} are."
        )
    random = derive_generator(seed, "screening", 0)
    return np.array([random.choice(np.flatnonzero(held)), random.choice(np.flatnonzero(~held))], np.int64)


def screen(
    X: Any,
    relevant: ArrayLike,
    *,
    known: ArrayLike,
    batch_size: int = 1,
    estimator: Any = None,
    random_state: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Screening:
    """Read records in the order of relevance, until all relevant ones are found.

    Parameters
    ----------
    X : pool
        Features of all records; see `querist.data.literature_features` for those of ASReview.
    relevant : array-like of bool, shape (n_records,)
    known : array-like of int
        Records whose answers are known before the first question: at least one of each kind.
    batch_size : int, default=1
        Records that are read between two trainings.
    estimator : classifier or str, default=None
        None: that of the goal ``screening``.
    random_state : int, default=0
    progress : callable, default=None
        Called with the number of relevant records found so far.

    Returns
    -------
    Screening
    """
    goal = goal_of("screening").among([False, True])
    held = np.asarray(relevant, bool)
    rows = np.asarray(known, np.int64)
    session = Session(
        X,
        estimator=goal.make_estimator() if estimator is None else estimator,
        strategy=goal.make_strategy(),
        random_state=random_state,
    )
    session.tell(rows, held[rows].tolist())
    read: list[int] = []
    n_left = int(held.sum() - held[rows].sum())
    while n_left:
        asked = session.ask(min(batch_size, held.size - rows.size - len(read)))
        session.tell(asked, held[asked].tolist())
        read += asked.tolist()
        n_left -= int(held[asked].sum())
        if progress is not None:
            progress(int(held.sum()) - n_left)
    rest = np.setdiff1d(np.arange(held.size), [*rows.tolist(), *read])
    order = np.concatenate([np.array(read, np.int64), rest])
    return Screening(rows, order, held[order])
