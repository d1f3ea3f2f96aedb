"""The audit's reserve: rows that the audit alone asks, and whose answers the model that asks does not know.

What the strategy asks must not depend on the audit's rows, or a row that is left out of the training is no longer like
a new one: where its answer had explained a region, the strategy stayed away from it; where it had come as a surprise,
the strategy asked all around it. So rows are set aside before anything is asked, the next in the audit's order; the
strategy never asks them, and their answers train only the model that is used. Given what the strategy has asked, the
reserve is then a simple random sample of the pool, and a model that is trained without one of its answered rows stands
to that row as it stands to a new one.

While the model that asks knows fewer than two classes, answers of the audit are *given over* to it, the first in the
order; they leave the sample. The rule never looks at an answer that stays.
"""

import math

import numpy as np

from querist._typing import AnyArray, BoolArray, IntArray
from querist.audit.order import NumbersOf, RowsBelow, first_in_order

# A reserve for half of the pool's rows as questions, for so many at least and so many at most: what is set aside the
# strategy cannot ask.
FEWEST_QUESTIONS, MOST_QUESTIONS = 1_000, 5_000


def reserve_size(n_open: int, share: float) -> int:
    """Return how many rows to set aside: the audit's share of the questions that are likely to come.

    These are half of the pool's rows, 1,000 at least and 5,000 at most. When the reserve is used up, the audit asks
    nothing more and its sample stays as it is: rows that the strategy has asked cannot join it.

    Parameters
    ----------
    n_open : int
        Rows without an answer.
    share : float in (0, 1]
        Of the questions that are the audit's; 1: all rows are set aside.
    """
    if share == 1:
        return n_open
    questions = min(n_open, max(FEWEST_QUESTIONS, min(n_open // 2, MOST_QUESTIONS)))
    return min(n_open, math.ceil(share * questions - 1e-9))


def until_two_classes(asking: AnyArray, waiting: AnyArray) -> int:
    """Return how many answers of the audit are given over, the first first, until the asking side knows two classes.

    Looks at no answer behind the last that is given over.

    Parameters
    ----------
    asking : ndarray of shape (n,)
        The labels that the model that asks may know.
    waiting : ndarray of shape (m,)
        The audit's, in its order, up to the first row without one.

    Examples
    --------
    >>> until_two_classes(np.array(["ham"]), np.array(["ham", "ham", "spam", "ham"]))
    3
    >>> until_two_classes(np.array(["ham", "spam"]), np.array(["ham"]))
    0
    """
    known = set(asking.tolist())
    for place, label in enumerate(waiting.tolist()):
        if len(known) > 1:
            return place
        known.add(label)
    return waiting.size


def set_aside(
    numbers_of: NumbersOf, share: float, open_rows: BoolArray, *, below: RowsBelow | None = None
) -> tuple[IntArray, float]:
    """Return the rows to set aside, in audit order, and the number up to which rows that come later belong to them.

    Parameters
    ----------
    numbers_of : callable
        From row numbers to their permanent random numbers (`audit_numbers`).
    share : float
    open_rows : ndarray of shape (n_rows,), bool
        Nobody has been asked about them.
    below : callable, default=None
        See `first_in_order`.
    """
    n_open = int(np.count_nonzero(open_rows))
    rows = first_in_order(numbers_of, open_rows.size, reserve_size(n_open, share), open_rows, below=below)
    up_to = 1.0 if rows.size == n_open else float(numbers_of(rows).max(initial=-1.0))
    return rows, up_to


def set_aside_later(numbers_of: NumbersOf, up_to: float, open_rows: BoolArray, n_known: int) -> IntArray:
    """Return those of the rows that were added since which belong to the reserve, in audit order: their share.

    Parameters
    ----------
    numbers_of, open_rows
        As `set_aside` takes them, of all rows.
    up_to : float
        As `set_aside` returned it.
    n_known : int
        Rows that were there before.
    """
    fresh = np.flatnonzero(open_rows[n_known:]) + n_known
    fresh = fresh[numbers_of(fresh) <= up_to]
    return fresh[np.argsort(numbers_of(fresh), kind="stable")]
