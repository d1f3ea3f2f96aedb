"""Laws of purity: a query changes nothing, and the same question has the same answer."""

import copy
import pickle
import random
from dataclasses import replace
from typing import Any

import numpy as np

from querist.base.memory import Memory
from querist.base.strategy import QueryStrategy
from querist.checks.problems import picks_agree, solvable, usual


def check_inputs_untouched(strategy: QueryStrategy) -> None:
    """X, rows, labels and candidates are only read."""
    problem = usual(strategy)
    candidates = problem.free[::-1].copy()
    arrays = {"X": problem.X, "rows": problem.rows, "labels": problem.labels, "candidates": candidates}
    before = {key: array.copy() for key, array in arrays.items()}
    for array in arrays.values():
        array.setflags(write=False)
    name = type(strategy).__name__
    try:
        problem.query(copy.deepcopy(strategy), candidates=candidates)
    except ValueError as error:
        if "read-only" in str(error):
            raise AssertionError(f"{name} writes into an array that the caller passed: {error}") from error
        raise
    for key, array in arrays.items():
        assert np.array_equal(array, before[key]), f"{name} changes {key}, which belongs to the caller."


def check_model_untouched(strategy: QueryStrategy) -> None:
    """The fitted model is only read."""
    problem = usual(strategy)
    before = pickle.dumps(problem.model)
    problem.query(copy.deepcopy(strategy))
    assert pickle.dumps(problem.model) == before, (
        f"{type(strategy).__name__} changes the model that the caller passed; fit and set parameters of clones only."
    )


def check_global_random_state_untouched(strategy: QueryStrategy) -> None:
    """The global generators of numpy and Python are neither used nor seeded."""
    legacy: Any = np.random.get_state(legacy=False)  # noqa: NPY002  # it is watched, not used
    plain = random.getstate()
    usual(strategy).query(copy.deepcopy(strategy))
    after: Any = np.random.get_state(legacy=False)  # noqa: NPY002  # it is watched, not used
    same = after["state"]["pos"] == legacy["state"]["pos"] and np.array_equal(
        after["state"]["key"], legacy["state"]["key"]
    )
    name = type(strategy).__name__
    assert same, f"{name} uses numpy's global random state; draw from context.rng instead."
    assert random.getstate() == plain, f"{name} uses Python's global random state; draw from context.rng instead."


def check_strategy_untouched(strategy: QueryStrategy) -> None:
    """A query leaves no trace on the strategy: neither parameters nor attributes change."""
    used = copy.deepcopy(strategy)
    attributes, params = set(vars(used)), repr(sorted(used.get_params(deep=True).items(), key=lambda item: item[0]))
    usual(strategy).query(used)
    name = type(strategy).__name__
    assert set(vars(used)) == attributes, (
        f"{name} keeps {sorted(set(vars(used)) ^ attributes)} from a query; a strategy must hold no state."
    )
    after = repr(sorted(used.get_params(deep=True).items(), key=lambda item: item[0]))
    assert after == params, f"{name} changes its parameters during a query."


def check_same_generator_same_answer(strategy: QueryStrategy) -> None:
    """Generators in the same state give the same rows and utilities."""
    problem = usual(strategy)
    name = type(strategy).__name__
    for seed in (0, 1):
        once = problem.query(copy.deepcopy(strategy), random_state=np.random.default_rng(seed))
        again = problem.query(copy.deepcopy(strategy), random_state=np.random.default_rng(seed))
        same = np.array_equal(once[0], again[0]) and np.array_equal(once[1], again[1], equal_nan=True)
        assert same, f"{name} answers differently for generators in the same state; draw from context.rng only."


def check_stochastic_is_declared(strategy: QueryStrategy) -> None:
    """Unless ``stochastic`` is set, utilities do not depend on the generator."""
    if strategy.stochastic:
        return
    problem = usual(strategy)
    _, first = problem.query(copy.deepcopy(strategy), random_state=0)
    for seed in range(1, 4):
        _, other = problem.query(copy.deepcopy(strategy), random_state=seed)
        both = np.isfinite(first) & np.isfinite(other)
        assert np.array_equal(first[both], other[both]), (
            f"{type(strategy).__name__}: utilities depend on the generator, so the class must set stochastic = True."
        )


def check_memory_changes_nothing(strategy: QueryStrategy) -> None:
    """With a scratch memory kept over several queries, and without one, the same rows are chosen.

    Answers come, with a model fitted anew each time, are taken back and come again; and the pool is replaced by another
    of the same shape.
    """
    name, memory = type(strategy).__name__, Memory()
    for problem in solvable(strategy):
        n_known = problem.rows.size
        more = np.arange(problem.X.shape[0] - 4)
        rows = np.concatenate([problem.rows, more[~np.isin(more, problem.rows)]])
        # Classes in turn; as targets, numbers like the others.
        labels = np.concatenate([problem.labels, np.arange(rows.size - n_known) % (int(problem.labels.max()) + 1)])
        for n_rows in (n_known, n_known + 1, n_known + 5, n_known + 2, n_known + 8):
            known = replace(problem, rows=rows[:n_rows]).with_labels(labels[:n_rows])
            plain = known.query(copy.deepcopy(strategy))
            kept = known.query(copy.deepcopy(strategy), memory=memory)
            assert picks_agree(plain, kept, tolerance=1e-7), (
                f"{name}: with a memory it chooses {kept[0].tolist()}, without one {plain[0].tolist()}; what is kept "
                "must be derived from X and the labelled rows, and be dropped when they are no longer the same."
            )


PURITY_CHECKS = (
    check_inputs_untouched,
    check_model_untouched,
    check_global_random_state_untouched,
    check_strategy_untouched,
    check_same_generator_same_answer,
    check_stochastic_is_declared,
    check_memory_changes_nothing,
)
