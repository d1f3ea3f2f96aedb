"""What is drawn per repeat: test part, pool, initial set and seed; the same for every strategy and estimator."""

from dataclasses import dataclass

import numpy as np

from querist import _random
from querist._typing import IntArray
from querist.exceptions import InvalidParameterError, TargetError
from querist.simulation.problem import Problem
from querist.simulation.protocol import Protocol


@dataclass(frozen=True)
class Repeat:
    """The draws of one repeat; all rows are rows of the caller's X, ascending but for `initial`."""

    number: int
    seed: int
    # Everything that may be trained on, for the full-data value.
    training: IntArray
    # What may be asked about: `training`, less later rows with features seen before.
    pool: IntArray
    # None if the test part is fixed.
    test: IntArray | None
    initial: IntArray


def draw_repeat(problem: Problem, protocol: Protocol, number: int) -> Repeat:
    """Draw one repeat; a pure function of its arguments.

    Raises
    ------
    InvalidParameterError
        If the split is impossible, or the budget exceeds the pool.
    TargetError
        If the training part knows one class only, or of a regression one target.
    """
    training, test, pool = _parts(problem, protocol, number)
    if protocol.budget > pool.size:
        raise InvalidParameterError(
            f"budget is {protocol.budget}, but the pool of repeat {number} has {pool.size} rows that may be asked "
            f"about ({problem.n_rows} rows, less the test part and repeated rows). Use budget={pool.size} or less."
        )
    if np.ptp(problem.codes[pool]) == 0 and problem.task == "regression":
        raise TargetError(
            f"All targets in the pool of repeat {number} are {problem.codes[pool[0]]:g}: nothing can be learned. Use a "
            "smaller test part, or fewer and larger groups on the test side."
        )
    if np.ptp(problem.codes[pool]) == 0:
        raise TargetError(
            f"The pool of repeat {number} holds one class only, {problem.classes[problem.codes[pool[0]]]!r}: "
            "nothing can be learned. Use a smaller test part, or fewer and larger groups on the test side."
        )
    return Repeat(
        number=number,
        seed=_random.derive_int(protocol.random_state, "session", number),
        training=training,
        pool=pool,
        test=test,
        initial=_initial(problem, protocol, number, pool),
    )


def _parts(problem: Problem, protocol: Protocol, number: int) -> tuple[IntArray, IntArray | None, IntArray]:
    training, test = _split(problem, protocol, number)
    if problem.twins is None:
        return training, test, training
    # Rows are ascending, so the first of equal twins is the first in row order.
    return training, test, training[np.sort(np.unique(problem.twins[training], return_index=True)[1])]


def smallest_pool(problem: Problem, protocol: Protocol) -> int:
    """Return the number of rows that may be asked about, in the repeat where they are fewest."""
    return min(_parts(problem, protocol, number)[2].size for number in _varied(problem, protocol))


def _varied(problem: Problem, protocol: Protocol) -> range:
    # With a split by class alone every pool has the same size.
    varied = problem.X_test is None and (problem.groups is not None or problem.twins is not None)
    return range(protocol.repeats if varied else 1)


def _split(problem: Problem, protocol: Protocol, number: int) -> tuple[IntArray, IntArray | None]:
    everything = np.arange(problem.n_rows, dtype=np.int64)
    if problem.X_test is not None:
        return everything, None
    from sklearn.model_selection import GroupShuffleSplit, train_test_split

    seed = _random.derive_int(protocol.random_state, "split", number)
    try:
        if problem.groups is not None:
            splitter = GroupShuffleSplit(1, test_size=protocol.test_size, random_state=seed)
            training, test = next(splitter.split(everything, groups=problem.groups))
        else:
            by_class = problem.codes if problem.task == "classification" else None
            training, test = train_test_split(
                everything, test_size=protocol.test_size, stratify=by_class, random_state=seed
            )
    except ValueError as error:
        raise InvalidParameterError(f"test_size={protocol.test_size!r} cannot split these data: {error}") from error
    return np.sort(training), np.sort(test)


def _initial(problem: Problem, protocol: Protocol, number: int, pool: IntArray) -> IntArray:
    if not protocol.initial:
        return pool[:0]
    rng = _random.derive_generator(protocol.random_state, "initial", number)
    order = rng.permutation(pool)
    if protocol.initial_set == "stratified":
        order = _by_class(problem.codes[order], order, protocol.initial, rng)
    chosen = order[: protocol.initial].copy()
    codes = problem.codes[chosen]
    if chosen.size > 1 and np.ptp(codes) == 0:
        others = np.flatnonzero(problem.codes[order] != codes[0])
        chosen[-1] = order[others[0]]
    return chosen


def _by_class(codes: IntArray, order: IntArray, size: int, rng: np.random.Generator) -> IntArray:
    """Move a sample with the classes' shares to the front of a random order.

    Each class gets its share rounded down; what is left goes to the largest fractions, ties at random.
    """
    counts = np.bincount(codes)
    quota, rest = np.divmod(counts * size, codes.size)
    by_fraction = np.lexsort((rng.random(counts.size), -rest))
    quota[by_fraction[: size - quota.sum()]] += 1
    # Place of each row among the rows of its class.
    by_class = np.argsort(codes, kind="stable")
    place = np.empty(codes.size, np.int64)
    place[by_class] = np.arange(codes.size) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[np.argsort(place >= quota[codes], kind="stable")]


def check_draws(problem: Problem, protocol: Protocol) -> None:
    """Draw every repeat whose pool may differ from the others', so that a wrong budget is told before anything runs.

    Raises
    ------
    InvalidParameterError, TargetError
        As `draw_repeat` does.
    """
    for number in _varied(problem, protocol):
        draw_repeat(problem, protocol, number)
