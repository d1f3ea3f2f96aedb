"""A query step by step: what is known, what is useful, which rows together."""

from typing import ClassVar, Protocol

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray, Model, Pool
from querist._validation import n_rows
from querist.base.adapted import adapted
from querist.base.candidates import CandidateFilter
from querist.base.context import QueryContext
from querist.base.costs import WithCosts, per_cost
from querist.base.memory import Memory
from querist.base.space import Space
from querist.base.ties import Ties, tie_keys
from querist.exceptions import EmptyPoolError, NotEnoughLabelsError, PoolExhaustedError, QueristError


class Hooks(Protocol):
    """What these steps ask of a `QueryStrategy`."""

    candidates: CandidateFilter | None
    ties: Ties
    with_costs: ClassVar[WithCosts]

    @property
    def needs_model(self) -> bool:
        """Whether it needs a fitted model."""

    def utilities(self, context: QueryContext) -> FloatArray:
        """See `QueryStrategy.utilities`."""

    def select(self, utilities: FloatArray, context: QueryContext) -> IntArray:
        """See `QueryStrategy.select`."""


def prepare(
    strategy: Hooks,
    X: Pool,
    rows: IntArray,
    labels: AnyArray,
    *,
    model: Model,
    candidates: IntArray,
    batch_size: int,
    rng: np.random.Generator,
    weights: FloatArray | None = None,
    costs: FloatArray | None = None,
    memory: Memory | None = None,
) -> QueryContext:
    """Return the context of a query whose arguments are known to be right.

    For callers within Querist that keep the pool's state themselves, as a session does: the
    checks of `query` cost several passes over the row numbers. `candidates` is ascending.

    Raises
    ------
    EmptyPoolError, PoolExhaustedError, NotEnoughLabelsError
        As `query` does.
    """
    total = n_rows(X)
    if not candidates.size:
        raise EmptyPoolError(
            f"All {total} rows are answered or excluded: none is left to ask. Add rows, or name other candidates."
        )
    if batch_size > candidates.size:
        raise PoolExhaustedError(
            f"batch_size is {batch_size}, but only {candidates.size} of the {total} rows may be asked about. "
            f"Ask for {candidates.size} or fewer."
        )
    if strategy.needs_model and model is None:
        raise NotEnoughLabelsError(
            f"{type(strategy).__name__} needs a fitted model. Label rows of at least two classes first, "
            "for example rows drawn at random, and pass the fitted classifier as model."
        )
    if model is not None:
        model = adapted(model, labels)
    space = Space(X, model)
    keys = tie_keys(strategy.ties, candidates, rng)
    if strategy.candidates is not None:
        candidates = strategy.candidates.narrow(
            candidates, rows=rows, batch_size=batch_size, random_state=rng, space=space
        )
        if candidates.size < batch_size:
            raise QueristError(
                f"{type(strategy.candidates).__name__}.narrow returned {candidates.size} rows "
                f"for a batch of {batch_size}; it must return at least as many."
            )
        keys = tie_keys(strategy.ties, candidates, rng)
    return QueryContext(X, rows, labels, model, candidates, batch_size, rng, keys, space, weights, costs, memory)


def decide(strategy: Hooks, context: QueryContext) -> tuple[IntArray, FloatArray]:
    """Return the positions of the batch among the candidates, and the candidates' utilities, per cost if any."""
    utilities = np.asarray(strategy.utilities(context), np.float64)
    # A finite sum proves that all are finite, without an array of flags.
    if utilities.shape != context.candidates.shape or (
        not np.isfinite(utilities.sum()) and not np.isfinite(utilities).all()
    ):
        raise _broken(strategy, utilities, context)
    if context.costs is not None and strategy.with_costs == "divided":
        utilities = per_cost(strategy, utilities, context.costs[context.candidates])
    return strategy.select(utilities, context), utilities


def _broken(strategy: Hooks, utilities: FloatArray, context: QueryContext) -> QueristError:
    if utilities.shape != context.candidates.shape:
        return QueristError(
            f"{type(strategy).__name__}.utilities returned shape {utilities.shape} "
            f"for {context.candidates.size} candidates; it must return one number for each."
        )
    wrong = context.candidates[~np.isfinite(utilities)]
    where = f" for row {wrong[0]}" if wrong.size else ""
    return QueristError(
        f"{type(strategy).__name__} computed a utility that is not finite{where}. Check X for gaps and infinite values."
    )
