"""The contract of a query strategy, and the one `query` that all of them share."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal, final, overload

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from querist import _random
from querist._amounts import as_targets
from querist._labels import as_labels
from querist._pool import as_pool
from querist._typing import (
    AnyArray,
    Classifier,
    FloatArray,
    IntArray,
    Pool,
    PoolLike,
    RandomState,
    Regressor,
    Task,
)
from querist._validation import (
    as_rows,
    check_choice,
    check_positive_int,
    n_rows,
)
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.contract import task_of
from querist.base.costs import WithCosts
from querist.base.memory import Memory
from querist.base.open_rows import OpenRows
from querist.base.query import decide, decide_of_all, prepare
from querist.base.selection import Chances, Selection, TopK
from querist.base.shortlist import Shortlist
from querist.base.ties import Ties
from querist.exceptions import (
    InvalidParameterError,
    InvalidRowsError,
)


class QueryStrategy(BaseEstimator, ABC):
    """Base of all query strategies: utilities for the candidates, then a batch.

    A subclass overrides `utilities`; `select` only if its batch does not follow from
    the utilities through a selection; and `chances` only if it draws its batch itself
    with probabilities that are known. Nothing else is meant to be overridden.

    Parameters
    ----------
    selection : Selection, default=None
        How the batch is chosen from the utilities; None takes the highest.
    candidates : CandidateFilter, default=None
        Where to look; None looks at every row that may be asked about.
    ties : {"random", "first"}, default="random"
        Order of equal utilities: by a seeded key of each row, or by row number.
    """

    # What the models are for that it asks on behalf of: classifiers, regressors or both.
    tasks: ClassVar[frozenset[Task]] = frozenset({"classification"})
    # Whether `query` needs a fitted model.
    needs_model: ClassVar[bool] = True
    # Whether it trains clones of the model, which then must be one that can be trained.
    refits_model: ClassVar[bool] = False
    # What becomes of its utilities where rows cost differently; see `base/costs.py`.
    with_costs: ClassVar[WithCosts] = "divided"
    # Whether utilities depend on the generator.
    stochastic: ClassVar[bool] = False

    def __init__(
        self,
        *,
        selection: Selection | None = None,
        candidates: CandidateFilter | None = None,
        ties: Ties = "random",
    ) -> None:
        self.selection = selection
        self.candidates = candidates
        self.ties = ties

    @property
    def measures_distances(self) -> bool:
        """Whether it, or a part of it, measures distances, and so profits from the steps of a fitted pipeline."""
        return any(part is not None and part.measures_distances for part in (self.selection, self.candidates))

    @overload
    def query(
        self,
        X: PoolLike,
        rows: ArrayLike,
        labels: ArrayLike,
        *,
        model: Classifier | Regressor | None = ...,
        candidates: ArrayLike | None = ...,
        batch_size: int = ...,
        random_state: RandomState = ...,
        memory: Memory | None = ...,
        return_utilities: Literal[False] = ...,
    ) -> IntArray: ...

    @overload
    def query(
        self,
        X: PoolLike,
        rows: ArrayLike,
        labels: ArrayLike,
        *,
        model: Classifier | Regressor | None = ...,
        candidates: ArrayLike | None = ...,
        batch_size: int = ...,
        random_state: RandomState = ...,
        memory: Memory | None = ...,
        return_utilities: Literal[True],
    ) -> tuple[IntArray, FloatArray]: ...

    @final
    def query(
        self,
        X: PoolLike,
        rows: ArrayLike,
        labels: ArrayLike,
        *,
        model: Classifier | Regressor | None = None,
        candidates: ArrayLike | None = None,
        batch_size: int = 1,
        random_state: RandomState = None,
        memory: Memory | None = None,
        return_utilities: bool = False,
    ) -> IntArray | tuple[IntArray, FloatArray]:
        """Return the rows to ask about next.

        Parameters
        ----------
        X : array, CSR matrix or data frame of shape (n_rows, n_features)
            The whole pool, labelled rows included. Never copied, never changed.
        rows : array-like of shape (n_labelled,)
            Row numbers of the answers so far.
        labels : array-like of shape (n_labelled,)
            Those answers: classes, or targets of a regressor.
        model : classifier or regressor, default=None
            Fitted on `rows` and `labels`; strategies with ``needs_model = False`` ignore it.
        candidates : array-like of row numbers, default=None
            Rows that may be asked about; None means every row without an answer.
        batch_size : int, default=1
            How many rows to return.
        random_state : int, numpy.random.Generator or None, default=None
            The only source of random numbers, ties included.
        memory : Memory, default=None
            Where derived data of `X` are kept for the next query; pass the same each time, and the same `X`.
        return_utilities : bool, default=False
            Also return the utilities.

        Returns
        -------
        chosen : ndarray of shape (batch_size,), int64
            Distinct row numbers, the first to be asked first.
        utilities : ndarray of shape (n_rows,)
            Larger = ask sooner; NaN for rows that were not looked at. Only with `return_utilities`.

        Raises
        ------
        InvalidParameterError
            If an argument has a value that cannot be used.
        NotEnoughLabelsError
            If the strategy needs a model and there is none, or it knows one class only.
        EmptyPoolError, PoolExhaustedError
            If no row, or fewer than `batch_size`, may be asked about. The batch is never shrunk.
        UnsupportedModelError
            If the model lacks a method that the strategy needs.
        """
        context = self._context(X, rows, labels, model, candidates, batch_size, random_state, memory)
        if not return_utilities:
            return decide(self, context).rows
        chosen, utilities = decide_of_all(self, context)
        full = np.full(context.n_pool, np.nan)
        full[context.in_pool(context.candidates)] = utilities
        return chosen, full

    @abstractmethod
    def utilities(self, context: QueryContext) -> FloatArray:
        """Return how useful it is to ask about each candidate.

        Parameters
        ----------
        context : QueryContext
            Only to be read.

        Returns
        -------
        ndarray of shape (n_candidates,)
            Finite; larger = ask sooner.
        """

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        """Return the batch: here, what ``self.selection`` chooses, and the highest utilities if it is None.

        Parameters
        ----------
        utilities : ndarray of shape (n_candidates,)
            What `utilities` returned; only to be read.
        context : QueryContext

        Returns
        -------
        ndarray of shape (batch_size,), int64
            Distinct positions among the candidates, the first to be asked first.
        """
        selection = TopK() if self.selection is None else self.selection
        return selection.select(
            utilities,
            batch_size=context.batch_size,
            tie_keys=context.tie_keys,
            random_state=context.rng,
            space=context.space,
            candidates=context.candidates,
        )

    def shortlist(self, context: QueryContext, utilities: FloatArray | None = None) -> Shortlist | None:
        """Return the few candidates among which the batch is, where that is known sooner than all utilities.

        Here: None, and utilities of all candidates are computed.

        Parameters
        ----------
        context : QueryContext
        utilities : ndarray of shape (n_candidates,), default=None
            Those of all candidates, where they are known already.
        """
        return None

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """Return the probabilities with which `select` drew a batch, given the utilities.

        A strategy that overrides `select` overrides this too, or has none. A session logs them, so that
        another model can be judged by the answers.

        Parameters
        ----------
        utilities : ndarray of shape (n_candidates,)
        positions : ndarray of shape (batch_size,)
            What `select` returned.

        Returns
        -------
        Chances or None
            None if they are not known, or there is no draw.
        """
        if self.selection is None or type(self).select is not QueryStrategy.select:
            return None
        return self.selection.chances(utilities, positions)

    def _context(
        self,
        X: PoolLike,
        rows: ArrayLike,
        labels: ArrayLike,
        model: Classifier | Regressor | None,
        candidates: ArrayLike | None,
        batch_size: int,
        random_state: RandomState,
        memory: Memory | None,
    ) -> QueryContext:
        pool = as_pool(X)
        total = n_rows(pool)
        answered = as_rows(rows, total)
        check_positive_int(batch_size, "batch_size")
        check_choice(self.ties, "ties", ("random", "first"))
        _check_part(self.selection, "selection", Selection)
        _check_part(self.candidates, "candidates", CandidateFilter)
        return prepare(
            self,
            pool,
            answered,
            self._answers(labels, answered, pool, model),
            model=model,
            open_rows=_allowed(candidates, answered, total),
            batch_size=batch_size,
            rng=_random.resolve(random_state),
            memory=memory,
        )

    def _answers(self, labels: ArrayLike, rows: IntArray, pool: Pool, model: Classifier | Regressor | None) -> AnyArray:
        """Return the answers: classes, or targets where a regressor was fitted on them."""
        if model is None and len(self.tasks) > 1:
            # Nothing says what they are.
            return as_labels(labels, rows.size, rows=rows, pool=pool, whole=False)
        task = next(iter(self.tasks)) if model is None else task_of(model)
        check_task(self, task, what="model")
        if task == "regression":
            return as_targets(labels, rows.size, rows=rows, pool=pool)
        return as_labels(labels, rows.size, rows=rows, pool=pool)


def check_task(strategy: QueryStrategy, task: Task, *, what: str) -> None:
    """Refuse a strategy that does not ask on behalf of such models.

    Parameters
    ----------
    strategy : QueryStrategy
    task : {"classification", "regression"}
    what : str
        The parameter that holds the model, for the message.

    Raises
    ------
    InvalidParameterError
    """
    if task in strategy.tasks:
        return
    name = type(strategy).__name__
    if task == "regression":
        raise InvalidParameterError(
            f"{name} asks on behalf of classifiers, and {what} is a regressor. Use another strategy for it, such as "
            "igs, gsx, committee_variance, k_center or random."
        )
    raise InvalidParameterError(
        f"{name} asks on behalf of regressors, and {what} is a classifier. Use another strategy for it, such as "
        "margin, entropy, k_center or random."
    )


def _allowed(candidates: ArrayLike | None, rows: IntArray, total: int) -> OpenRows:
    if candidates is None:
        mask = np.ones(total, bool)
        mask[rows] = False
        return OpenRows(total, mask=mask)
    allowed = as_rows(candidates, total, "candidates")
    if allowed.size > 1 and (np.diff(allowed) < 0).any():
        allowed = np.sort(allowed)
    answered = allowed[np.isin(allowed, rows, kind="table" if total < 10**8 else None)] if rows.size else rows
    if answered.size:
        raise InvalidRowsError(f"candidates holds row {answered[0]}, which already has an answer. Leave it out.")
    return OpenRows(total, numbers=allowed)


def _check_part(part: Any, name: str, kind: type) -> None:
    if part is not None and not isinstance(part, kind):
        raise InvalidParameterError(
            f"{name} must be a {kind.__name__} object or None, got {part!r}. "
            f"Names are resolved by querist.make_strategy(..., {name}=NAME)."
        )
