"""Laws of what a query returns: whole batches of allowed rows, and utilities that explain them."""

import copy
from typing import Any

import numpy as np

from querist.base.strategy import QueryStrategy
from querist.checks.problems import picks_agree, solvable, told, usual


def check_batch(strategy: QueryStrategy) -> None:
    """The batch is of the size asked for, of distinct candidates, as int64; also when it takes all that is left."""
    name = type(strategy).__name__
    for problem in solvable(strategy):
        some = problem.free[::3]
        for candidates, size in ((None, 1), (None, 2), (None, 5), (some, some.size), (None, problem.free.size)):
            with told(f"{name} failed on batch_size={size}"):
                chosen, _ = problem.query(copy.deepcopy(strategy), candidates=candidates, batch_size=size)
            _assert_batch(name, chosen, problem.free if candidates is None else candidates, size)


def _assert_batch(name: str, chosen: Any, allowed: Any, size: int) -> None:
    assert isinstance(chosen, np.ndarray) and chosen.dtype == np.int64, f"{name}: rows must be an int64 array."  # noqa: PT018  # one rule
    assert chosen.shape == (size,), f"{name} returned shape {chosen.shape} for batch_size={size}; never shrink a batch."
    assert np.unique(chosen).size == size, f"{name} returned a row twice: {chosen.tolist()}."
    outside = np.setdiff1d(chosen, allowed)
    assert not outside.size, f"{name} returned rows {outside.tolist()}, which may not be asked about."


def check_utilities(strategy: QueryStrategy) -> None:
    """One utility per row of X: finite for the rows that were looked at, NaN for all others."""
    name = type(strategy).__name__
    for problem in solvable(strategy):
        total = problem.X.shape[0]
        for candidates in (None, problem.free[::2]):
            allowed = problem.free if candidates is None else candidates
            chosen, utilities = problem.query(copy.deepcopy(strategy), candidates=candidates)
            assert utilities.shape == (total,), f"{name}: utilities need shape ({total},), got {utilities.shape}."
            seen = np.flatnonzero(~np.isnan(utilities))
            assert np.isfinite(utilities[seen]).all(), f"{name}: utilities of candidates must be finite."
            assert not np.setdiff1d(seen, allowed).size, (
                f"{name}: utilities of rows that are no candidates must be NaN."
            )
            assert np.isin(chosen, seen).all(), f"{name} chose rows without a utility."
            if strategy.candidates is None:
                assert seen.size == allowed.size, f"{name}: {allowed.size - seen.size} candidates have no utility."


def check_larger_is_sooner(strategy: QueryStrategy) -> None:
    """Where the batch follows from the utilities alone, it is the largest, in falling order."""
    plain = strategy.selection is None and type(strategy).select is QueryStrategy.select
    if not plain:
        return
    for problem in solvable(strategy):
        chosen, utilities = problem.query(copy.deepcopy(strategy), batch_size=4)
        best = np.sort(utilities[np.isfinite(utilities)])[::-1][:4]
        assert np.array_equal(utilities[chosen], best), (
            f"{type(strategy).__name__} chose utilities {utilities[chosen].tolist()}, "
            f"but the largest are {best.tolist()}. Larger means sooner, for every strategy."
        )


def check_candidates_default(strategy: QueryStrategy) -> None:
    """``candidates=None`` is the list of all rows without an answer."""
    for problem in solvable(strategy):
        default = problem.query(copy.deepcopy(strategy))
        listed = problem.query(copy.deepcopy(strategy), candidates=problem.free)
        assert picks_agree(default, listed), (
            f"{type(strategy).__name__} asks about {default[0].tolist()} with candidates=None, "
            f"but {listed[0].tolist()} with the list of all rows without an answer."
        )


def check_candidates_order(strategy: QueryStrategy) -> None:
    """The order in which candidates are listed does not matter."""
    problem = usual(strategy)
    ascending = problem.free[::2]
    shuffled = np.random.default_rng(0).permutation(ascending)
    first = problem.query(copy.deepcopy(strategy), candidates=ascending)
    for candidates in (shuffled, shuffled.tolist()):
        other = problem.query(copy.deepcopy(strategy), candidates=candidates)
        assert picks_agree(first, other), f"{type(strategy).__name__}: the order of the candidates changes the answer."


BATCH_CHECKS = (
    check_batch,
    check_utilities,
    check_larger_is_sooner,
    check_candidates_default,
    check_candidates_order,
)
