"""The rows that a session drew with known probabilities, as one sequence."""

from collections.abc import Iterable

import numpy as np

from querist._typing import FloatArray, IntArray
from querist.exceptions import InvalidParameterError
from querist.session.events import Answered, Asked, Event, RowsAdded, Skipped, undone


def one_sequence(events: Iterable[Event]) -> tuple[IntArray, FloatArray, int]:
    """Return the drawn rows, the probability of each among the rows left, and how many were left at the start.

    Parameters
    ----------
    events : iterable of Event
        A session's log.

    Raises
    ------
    InvalidParameterError
        If a row was asked without a known probability, or a row that was left had no chance of being drawn.
    """
    log = list(events)
    gone = undone(log)
    rows: list[int] = []
    probabilities: list[float] = []
    closed: set[int] = set()
    n_rows = n_pool = 0
    for event in log:
        if isinstance(event, RowsAdded):
            n_rows += event.n_rows
        elif isinstance(event, Answered | Skipped) and not rows and event.number not in gone:
            closed.update(event.rows.tolist())
        elif isinstance(event, Asked) and event.rows.size:
            if event.probabilities is None or event.n_possible is None:
                who = event.strategy or event.how
                raise InvalidParameterError(
                    f"{who} asked for row {event.rows[0]}, and with what probability is not known. "
                    "Draws are needed throughout: strategy='random' or 'power', or 'margin:selection=power' and the "
                    "like, with cold_start='random'."
                )
            if not rows:
                n_pool = n_rows - len(closed)
            if event.n_possible != n_pool - len(rows):
                raise InvalidParameterError(
                    f"{n_pool - len(rows)} rows were left when row {event.rows[0]} was drawn, and "
                    f"{event.n_possible} could have been. Draws cannot be weighed where a row has no chance (shut out "
                    "by a candidate filter, or of utility 0), or where rows are told or skipped unasked, released or "
                    "added between them. Start a session that only draws."
                )
            rows += event.rows.tolist()
            probabilities += event.probabilities.tolist()
    return np.array(rows, np.int64), np.array(probabilities, np.float64), n_pool
