"""A query step by step: what is known, what is useful, which rows together."""

from dataclasses import replace
from typing import ClassVar, NamedTuple, Protocol

import numpy as np

from querist._partitioned import PartitionedPool
from querist._typing import AnyArray, FloatArray, IntArray, Model, Pool
from querist._validation import n_rows, take_rows
from querist.base.adapted import adapted
from querist.base.candidates import CandidateFilter
from querist.base.context import Brought, QueryContext
from querist.base.costs import WithCosts, per_cost
from querist.base.memory import Memory
from querist.base.open_rows import OpenRows
from querist.base.selection import Chances
from querist.base.shortlist import Shortlist
from querist.base.space import Space
from querist.base.ties import Ties, keys_of_rows
from querist.exceptions import EmptyPoolError, NotEnoughLabelsError, PoolExhaustedError, QueristError

# So many rows of a pool of partitions come home also where a candidate filter has left none out.
_FEW = 1 << 16


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

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """See `QueryStrategy.chances`."""

    def shortlist(self, context: QueryContext, utilities: FloatArray | None = None) -> Shortlist | None:
        """See `QueryStrategy.shortlist`."""


def prepare(
    strategy: Hooks,
    X: Pool,
    rows: IntArray,
    labels: AnyArray,
    *,
    model: Model,
    open_rows: OpenRows,
    batch_size: int,
    rng: np.random.Generator,
    weights: FloatArray | None = None,
    costs: FloatArray | None = None,
    memory: Memory | None = None,
) -> QueryContext:
    """Return the context of a query whose arguments are known to be right.

    For callers within Querist that keep the pool's state themselves, as a session does: the
    checks of `query` cost several passes over the row numbers.

    Raises
    ------
    EmptyPoolError, PoolExhaustedError, NotEnoughLabelsError
        As `query` does.
    """
    total = n_rows(X)
    if not open_rows.size:
        raise EmptyPoolError(
            f"All {total} rows are answered or excluded: none is left to ask. Add rows, or name other candidates."
        )
    if batch_size > open_rows.size:
        raise PoolExhaustedError(
            f"batch_size is {batch_size}, but only {open_rows.size} of the {total} rows may be asked about. "
            f"Ask for {open_rows.size} or fewer."
        )
    if strategy.needs_model and model is None:
        raise NotEnoughLabelsError(
            f"{type(strategy).__name__} needs a fitted model. Label rows of at least two classes first, "
            "for example rows drawn at random, and pass the fitted classifier as model."
        )
    if model is not None:
        model = adapted(model, labels)
    space = Space(X, model, labels)
    keys = keys_of_rows(strategy.ties, rng)
    if strategy.candidates is not None:
        candidates = strategy.candidates.narrow(
            open_rows.numbers, rows=rows, batch_size=batch_size, random_state=rng, space=space
        )
        if candidates.size < batch_size:
            raise QueristError(
                f"{type(strategy.candidates).__name__}.narrow returned {candidates.size} rows "
                f"for a batch of {batch_size}; it must return at least as many."
            )
        keys = keys_of_rows(strategy.ties, rng)
        narrowed = candidates.size < open_rows.size
        open_rows = OpenRows(total, numbers=candidates)
        if isinstance(X, PartitionedPool) and (narrowed or candidates.size <= _FEW):
            return _brought_home(
                QueryContext(X, rows, labels, model, open_rows, batch_size, rng, keys, space, weights, costs)
            )
    return QueryContext(X, rows, labels, model, open_rows, batch_size, rng, keys, space, weights, costs, memory)


def _brought_home(context: QueryContext) -> QueryContext:
    """Return a query of the candidates and the labelled rows of a pool of partitions: what strategies may compare."""
    numbers = np.union1d(context.rows, context.candidates)
    X = take_rows(context.X, numbers)
    return replace(
        context,
        X=X,
        rows=np.searchsorted(numbers, context.rows),
        open_rows=OpenRows(numbers.size, numbers=np.searchsorted(numbers, context.candidates)),
        keys_of_rows=lambda rows: context.keys_of_rows(numbers[rows]),
        space=Space(X, context.model),
        costs=None if context.costs is None else context.costs[numbers],
        brought=Brought(numbers, n_rows(context.X)),
    )


class Choice(NamedTuple):
    """A batch.

    Attributes
    ----------
    rows : ndarray of shape (batch_size,)
        Row numbers, the first to be asked first.
    utilities : ndarray of shape (batch_size,)
        Theirs, per cost if any.
    chances : Chances or None
        With what probabilities they were drawn, if they were.
    """

    rows: IntArray
    utilities: FloatArray
    chances: Chances | None


def decide(strategy: Hooks, context: QueryContext) -> Choice:
    """Return the batch; utilities of rows that cannot be in it need not be known."""
    shortlist = strategy.shortlist(context)
    if shortlist is not None:
        context = replace(context, open_rows=OpenRows(context.open_rows.total, numbers=shortlist.rows))
        utilities = shortlist.utilities
    else:
        utilities = utilities_of(strategy, context)
    positions = strategy.select(utilities, context)
    if shortlist is not None and shortlist.drawn_of is not None:
        chances: Chances | None = Chances.even(shortlist.drawn_of, positions.size)
    else:
        chances = strategy.chances(utilities, positions)
    return Choice(context.in_pool(context.candidates[positions]), utilities[positions], chances)


def decide_of_all(strategy: Hooks, context: QueryContext) -> tuple[IntArray, FloatArray]:
    """Return the batch that `decide` does, as row numbers, and the utilities of all candidates, per cost if any."""
    utilities = utilities_of(strategy, context)
    shortlist = strategy.shortlist(context, utilities)
    if shortlist is not None:
        utilities[np.searchsorted(context.candidates, shortlist.rows)] = shortlist.utilities
    return context.in_pool(context.candidates[strategy.select(utilities, context)]), utilities


def utilities_of(strategy: Hooks, context: QueryContext) -> FloatArray:
    """Return the utilities of all candidates, per cost if any, checked."""
    utilities = np.asarray(strategy.utilities(context), np.float64)
    # A finite sum proves that all are finite, without an array of flags.
    if utilities.shape != (context.open_rows.size,) or (
        not np.isfinite(utilities.sum()) and not np.isfinite(utilities).all()
    ):
        raise _broken(strategy, utilities, context)
    if context.costs is not None and strategy.with_costs == "divided":
        utilities = per_cost(strategy, utilities, context.costs[context.candidates])
    return utilities


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
