"""`bench`: the same strategies and estimators on many data sets, and what that says of them."""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from querist.data.sources import Source, sources_of
from querist.exceptions import AlikeLabelsWarning, InvalidParameterError, ModelMismatchWarning, QueristError
from querist.simulation.comparison import Comparison, check_distinct
from querist.simulation.options import Options
from querist.simulation.parts import of_goal
from querist.simulation.prepared import Prepared, Progress
from querist.simulation.problem import Data, prepare_data
from querist.simulation.record import slug
from querist.simulation.results import Simulation
from querist.simulation.simulation import BUDGET

# What `simulate` takes beside these, and means for every data set.
_DEFAULTS: dict[str, Any] = {
    "batch_size": 10, "initial": 20, "initial_set": "random", "test_size": 0.25, "metrics": None,
    "duplicates": "ask_once", "query_estimator": None, "cold_start": "random", "warm_start": False, "audit": 0.0,
    "stop": None, "label_cost": 1.0, "error_cost": 1.0, "n_future": 10_000, "random_state": 0, "n_jobs": -1,
}  # fmt: skip


def bench(
    data: Mapping[str, Any] | Iterable[str | os.PathLike[str]],
    *,
    out: str | os.PathLike[str],
    strategies: Any = None,
    estimators: Any = None,
    repeats: int = 20,
    budget: int | None = None,
    target: str | None = None,
    trust_parts: bool = False,
    progress: Progress | None = None,
    told: Callable[[str], None] | None = None,
    **options: Any,
) -> Comparison:
    """Simulate the same strategies and estimators on several data sets, and compare them.

    Each data set has a folder of its own, in which `simulate` keeps its runs: the same call resumes where it was
    interrupted, and goes on with more data sets. Everything is looked at before the first run: names, files, splits,
    and whether a folder holds something else.

    Parameters
    ----------
    data : dict of str to (X, y), or sequence of str or path
        At least two data sets: by what they are called, rows and true classes as `simulate` takes them; or texts such
        as ``"adult.csv:income"``, a folder of files, ``"sklearn:iris"``, ``"openml:61"``, as
        `querist.data.sources.sources_of` explains.
    out : path
        A folder for the results: one folder for each data set, and what `Comparison.save` writes beside them.
    strategies, estimators : default=None
        See `simulate`. ``random`` is always among the strategies.
    repeats : int, default=20
        Paired repeats on each data set.
    budget : int, default=None
        Labels in total, the initial set included; where a pool is smaller, all of it. None means 200.
    target : str, default=None
        The column to predict of files for which none is named; see `sources_of`.
    trust_parts : bool, default=False
        See `simulate`.
    progress : callable, default=None
        Called with (runs done, runs in all, label of the last), over all data sets.
    told : callable, default=None
        Called with each note on how a file was read.
    **options
        batch_size, initial, initial_set, test_size, metrics, duplicates, query_estimator, cold_start, warm_start,
        audit, stop, label_cost, error_cost, n_future, random_state, n_jobs: as `simulate` takes them.

    Returns
    -------
    Comparison

    Raises
    ------
    InvalidParameterError, UnknownNameError
        If a parameter has a value that cannot be used, or there are not two data sets of different names.
    DataError, FileFormatError, TargetError
        If a data set cannot be used; the message names it.
    ResultsError
        If a folder holds another experiment or cannot be written.
    Exception
        Whatever a classifier or strategy raises, with a note that names the run.

    Notes
    -----
    Each data set is read twice, so that no more than one is in memory; features of files are kept for the second time.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     bench(["sklearn:iris", "sklearn:wine"], out=folder, repeats=2, budget=30, n_jobs=1)
    <Comparison of 2 data sets by accuracy>
    """
    sets = _by_name(data, target, told)
    if unknown := sorted(set(options) - set(_DEFAULTS)):
        raise InvalidParameterError(f"bench has no parameter {unknown[0]!r}. It has: {', '.join(_DEFAULTS)}.")
    strategies, estimators = of_goal(None, None, strategies, estimators)
    given = _DEFAULTS | options | {"strategies": strategies, "estimators": estimators, "repeats": repeats}
    plans = {name: Options.checked(**given, budget=budget, name=name) for name in sets}
    if next(iter(plans.values())).parts.task == "regression":
        raise InvalidParameterError(
            "bench compares classifiers, and the estimators are regressors: errors on several data sets have several "
            "units. Use querist.simulate for each data set."
        )
    most = max(BUDGET, given["initial"]) if budget is None else budget

    def prepared(name: str) -> Prepared:
        ask_once = given["duplicates"] == "ask_once"
        folder = Path(out) / slug(name)
        return Prepared.of(plans[name], sets[name](ask_once), most=most, out=folder, stacklevel=5)

    n_runs = _checked(sets, prepared, trust_parts)
    simulations: list[Simulation] = []
    for place, name in enumerate(sets):
        moved = None if progress is None else partial(_passed_on, progress, name, place * n_runs, len(sets) * n_runs)
        with _of(name):
            simulations.append(_again(name, prepared).run(moved, trust_parts=trust_parts))
    comparison = Comparison(simulations, names=list(sets))
    comparison.save(out)
    return comparison


def _checked(names: Iterable[str], prepared: Callable[[str], Prepared], trust_parts: bool) -> int:
    """Look at all data sets, then at their folders; return the number of runs on each."""
    records, n_runs = {}, 0
    for name in names:
        with _of(name):
            ready = prepared(name)
            records[name], n_runs = ready.record, len(ready.experiment.keys)
    for name, record in records.items():
        with _of(name):
            assert record is not None
            record.start(trust_parts=trust_parts)
    return n_runs


def _again(name: str, prepared: Callable[[str], Prepared]) -> Prepared:
    with warnings.catch_warnings():
        for category in (AlikeLabelsWarning, ModelMismatchWarning):
            warnings.simplefilter("ignore", category)  # given when it was looked at
        return prepared(name)


def _by_name(data: Any, target: str | None, told: Callable[[str], None] | None) -> dict[str, Callable[[bool], Data]]:
    """Return what reads each data set, by what it is called."""
    if isinstance(data, str | os.PathLike):
        data = [data]
    if isinstance(data, Mapping):
        pairs: list[tuple[str, Callable[[bool], Data]]] = [
            (str(name), partial(_of_arrays, *_rows_and_labels(name, pair))) for name, pair in data.items()
        ]
    else:
        pairs = [
            (source.name, partial(_of_source, source, _Once(source.name, told)))
            for source in sources_of(data, target=target)
        ]
    if len(pairs) < 2:
        raise InvalidParameterError(
            f"bench compares over two or more data sets, got {len(pairs)}. Name more, or use simulate, which says of "
            "one all that there is to say."
        )
    names = [name for name, _ in pairs]
    check_distinct(names)
    return dict(pairs)


def _rows_and_labels(name: Any, pair: Any) -> tuple[Any, Any]:
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise InvalidParameterError(f"Data set {name!r} must be a pair (X, y), got {type(pair).__name__}.")
    return pair[0], pair[1]


def _of_arrays(X: Any, y: Any, ask_once: bool) -> Data:
    return prepare_data(X, y, groups=None, X_test=None, y_test=None, ask_once=ask_once)


class _Once:
    """Passes on the notes on a file when it is read for the first time."""

    def __init__(self, name: str, told: Callable[[str], None] | None) -> None:
        self._name = name
        self._told = told

    def __call__(self, notes: Iterable[str]) -> None:
        if self._told is not None:
            for note in notes:
                self._told(f"{self._name}: {note}")
        self._told = None


def _of_source(source: Source, told: _Once, ask_once: bool) -> Data:
    problem = source.read()
    told(problem.notes)
    return _of_arrays(problem.X, problem.y, ask_once)


def _passed_on(progress: Progress, name: str, before: int, total: int, done: int, _: int, label: str) -> None:
    progress(before + done, total, f"{name}: {label}")


@contextmanager
def _of(name: str) -> Iterator[None]:
    """Say of which data set an error speaks."""
    try:
        yield
    except QueristError as error:
        raise type(error)(f"Data set {name!r}: {error}") from error
