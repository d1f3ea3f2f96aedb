"""What a strategy knows when it is asked."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray, Model, Pool
from querist._validation import n_rows, unmarked_rows
from querist.base.memory import Memory
from querist.base.open_rows import OpenRows
from querist.base.space import Space
from querist.base.ties import TieKeys


class Brought(NamedTuple):
    """Where rows come from that were brought from a pool of partitions.

    Attributes
    ----------
    numbers : ndarray of shape (n_brought,)
        Their row numbers in the pool, ascending.
    n_rows : int
        Rows of the pool.
    """

    numbers: IntArray
    n_rows: int


@dataclass(frozen=True)
class QueryContext:
    """What a strategy knows when it is asked: the arguments of `query`, checked and resolved.

    Attributes
    ----------
    X : pool of shape (n_rows, ...)
        The whole pool, labelled rows included; only to be read.
    rows : ndarray of shape (n_labelled,)
        Row numbers of the answers so far.
    labels : ndarray of shape (n_labelled,)
        Those answers.
    model : classifier or None
        Fitted on `rows` and `labels`; None only where ``needs_model`` is False.
    open_rows : OpenRows
        The rows that may be asked about, after the candidate filter: `candidates`, but a byte a row.
    batch_size : int
        From 1 to n_candidates.
    rng : numpy.random.Generator
        The only source of random numbers.
    keys_of_rows : callable
        One key per row number; among equal utilities the smaller is first.
    space : Space
        The pool as a numeric matrix, made when first used.
    weights : ndarray of shape (n_labelled,) or None
        Of the answers, for strategies that train models of their own; None: all weigh the same.
    costs : ndarray of shape (n_rows,) or None
        Of each row of the pool. `utilities` leaves them aside: they are divided by them afterwards.
    memory : Memory or None
        Where derived data of the pool may be kept until the next query; it must not change what is chosen.
    brought : Brought or None
        Where `X` is no more than the labelled rows and the candidates of a pool of partitions, and rows are numbered
        accordingly: what they are called there.
    """

    X: Pool
    rows: IntArray
    labels: AnyArray
    model: Model
    open_rows: OpenRows
    batch_size: int
    rng: np.random.Generator
    keys_of_rows: TieKeys
    space: Space
    weights: FloatArray | None = None
    costs: FloatArray | None = None
    memory: Memory | None = None
    brought: Brought | None = None

    @property
    def n_pool(self) -> int:
        """Rows of the pool, also where `X` is no more than a part of it."""
        return n_rows(self.X) if self.brought is None else self.brought.n_rows

    def in_pool(self, rows: IntArray) -> IntArray:
        """Return the numbers in the pool of rows of `X`."""
        return rows if self.brought is None else self.brought.numbers[rows]

    @property
    def candidates(self) -> IntArray:
        """Row numbers that may be asked about, of shape (n_candidates,), ascending, after the candidate filter."""
        return self.open_rows.numbers

    def tie_keys(self, positions: IntArray) -> FloatArray:
        """Return one key per position among the candidates; among equal utilities the smaller is first."""
        return self.keys_of_rows(self.candidates[positions])

    @cached_property
    def unlabelled(self) -> IntArray:
        """Row numbers without an answer, ascending; the candidates are among them."""
        return unmarked_rows(n_rows(self.X), self.rows)

    @cached_property
    def scratch(self) -> dict[str, Any]:
        """What a strategy's `utilities` keeps for its `select` of the same query; the only thing to be written to."""
        return {}
