"""What a strategy knows when it is asked."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray, Model, Pool
from querist._validation import n_rows, unmarked_rows
from querist.base.memory import Memory
from querist.base.space import Space
from querist.base.ties import TieKeys


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
    candidates : ndarray of shape (n_candidates,)
        Row numbers that may be asked about, ascending, after the candidate filter.
    batch_size : int
        From 1 to n_candidates.
    rng : numpy.random.Generator
        The only source of random numbers.
    tie_keys : callable
        One key per position among the candidates; among equal utilities the smaller is first.
    space : Space
        The pool as a numeric matrix, made when first used.
    weights : ndarray of shape (n_labelled,) or None
        Of the answers, for strategies that train models of their own; None: all weigh the same.
    costs : ndarray of shape (n_rows,) or None
        Of each row of the pool. `utilities` leaves them aside: they are divided by them afterwards.
    memory : Memory or None
        Where derived data of the pool may be kept until the next query; it must not change what is chosen.
    """

    X: Pool
    rows: IntArray
    labels: AnyArray
    model: Model
    candidates: IntArray
    batch_size: int
    rng: np.random.Generator
    tie_keys: TieKeys
    space: Space
    weights: FloatArray | None = None
    costs: FloatArray | None = None
    memory: Memory | None = None

    @cached_property
    def unlabelled(self) -> IntArray:
        """Row numbers without an answer, ascending; the candidates are among them."""
        return unmarked_rows(n_rows(self.X), self.rows)

    @cached_property
    def scratch(self) -> dict[str, Any]:
        """What a strategy's `utilities` keeps for its `select` of the same query; the only thing to be written to."""
        return {}
