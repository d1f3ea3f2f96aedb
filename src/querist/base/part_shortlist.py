"""The most uncertain rows of a pool of partitions: each partition names its best, and the best of these are asked."""

from collections.abc import Callable
from functools import partial

import numpy as np

from querist._partitioned import Stretch
from querist._typing import FloatArray, IntArray, Model, Pool
from querist._validation import n_rows, take_rows
from querist.base.context import QueryContext
from querist.base.linear import Linear
from querist.base.open_rows import OpenRows
from querist.base.scoring import uncertainty
from querist.base.shortlist import Shortlist, in_question
from querist.base.ties import TieKeys
from querist.measures.ranking import top_k
from querist.measures.uncertainty import Uncertainty

# From a partition, the rows of it that are open and how many are wanted to rows with these among them, and utilities.
_Best = Callable[[Pool, OpenRows, int], tuple[IntArray, FloatArray]]


def best_of_parts(context: QueryContext, linear: Linear | None, kind: Uncertainty, n: int) -> Shortlist:
    """Return the candidates among which the `n` most uncertain ones are: the best `n` of every partition.

    Parameters
    ----------
    context : QueryContext
        Its pool one of partitions.
    linear : Linear or None
        The model, if it is linear: then utilities depend on nothing but the row.
    kind : {"least_confidence", "margin", "entropy"}
    n : int
        At most n_candidates.

    Notes
    -----
    One pass over the open rows, where they are. The model travels, and a row number for each row of a partition that is
    not open; 16 bytes for each row that is named come back.
    """
    best: _Best = partial(_uncertain, context.model, kind) if linear is None else partial(_settled, linear)
    asked = partial(_best_of_part, best, n, context.keys_of_rows)
    found = context.X.ask_open(asked, context.open_rows.mask)
    return Shortlist(
        np.concatenate([np.empty(0, np.int64), *(rows for rows, _ in found)]),
        np.concatenate([np.empty(0), *(utilities for _, utilities in found)]),
    )


def _best_of_part(
    best: _Best, n: int, keys_of_rows: TieKeys, part: Pool, stretch: Stretch
) -> tuple[IntArray, FloatArray]:
    start, open_rows = stretch.start, OpenRows(n_rows(part), mask=stretch.picked.mask(n_rows(part)))
    rows, utilities = best(part, open_rows, min(n, open_rows.size))
    kept = np.sort(top_k(utilities, min(n, rows.size), lambda places: keys_of_rows(rows[places] + start)))
    return rows[kept] + start, utilities[kept]


def _settled(linear: Linear, part: Pool, open_rows: OpenRows, n: int) -> tuple[IntArray, FloatArray]:
    rows = in_question(linear, part, open_rows, n, None)
    return rows, linear.utilities(linear.settled_values(take_rows(part, rows)))


def _uncertain(model: Model, kind: Uncertainty, part: Pool, open_rows: OpenRows, n: int) -> tuple[IntArray, FloatArray]:
    return open_rows.numbers, uncertainty(model, part, open_rows.numbers, kind)
