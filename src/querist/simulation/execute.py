"""Carry out the runs of an experiment, on one process or many; the results do not depend on how many."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import joblib
import threadpoolctl
from joblib.parallel import BACKENDS, DEFAULT_BACKEND, get_active_backend

from querist.exceptions import InvalidParameterError
from querist.simulation.experiment import Experiment
from querist.simulation.record import Record
from querist.simulation.run import OutOfTimeError, Run, RunKey, Stage, play

# Enough pieces that no worker idles for long at the end.
_TASKS_PER_WORKER = 4
# Seconds of work below which several processes, which must start and import first, take longer than this one.
_WORTHWHILE = 10.0
_now = time.perf_counter


def execute(
    experiment: Experiment,
    keys: Sequence[RunKey],
    *,
    n_workers: int,
    record: Record | None,
    done: Callable[[Run], None],
) -> None:
    """Carry out runs, in any order; each is recorded when it ends, then passed to `done`.

    This process begins. Once the runs that are left would take it longer than some ten seconds, by those that it has
    done, processes of joblib's take over; a run that shows to be long is begun anew there. Where the caller has
    chosen a backend (``joblib.parallel_config``), that does all runs, and this process records them: a backend may
    work where the folder is not.

    Every process computes with one BLAS and one OpenMP thread, also where there is only one
    process: the sums of several threads differ in their last bits, and a learning curve with them.

    Parameters
    ----------
    experiment : Experiment
    keys : sequence of RunKey
        The runs to carry out.
    n_workers : int
        Processes at most.
    record : Record or None
        Where runs are kept.
    done : callable
        Called in this process with each finished run.

    Raises
    ------
    Exception
        Whatever a run raises, with a note that names it; finished runs stay recorded.
    """
    backend, _ = get_active_backend()
    chosen = not isinstance(backend, BACKENDS[DEFAULT_BACKEND])
    if n_workers == 1 or not chosen:
        keys = _alone(experiment, keys, record, done, most=None if n_workers == 1 else _WORTHWHILE)
    if not keys:
        return
    tasks = _tasks(keys, n_workers)
    n_jobs = min(n_workers, len(tasks))
    if chosen:
        as_they_end = "generator_unordered" if getattr(backend, "supports_return_generator", False) else "list"
        # Where the workers are threads, the end of one run must not give threads back to another.
        with threadpoolctl.threadpool_limits(limits=1):
            for run in _spread(experiment, tasks, None, n_jobs=n_jobs, return_as=as_they_end):
                if record is not None:
                    record.write_run(run)
                done(run)
        return
    with joblib.parallel_config(backend=DEFAULT_BACKEND, inner_max_num_threads=1):
        for run in _spread(experiment, tasks, record, n_jobs=n_jobs, return_as="generator_unordered"):
            done(run)


def _alone(
    experiment: Experiment,
    keys: Sequence[RunKey],
    record: Record | None,
    done: Callable[[Run], None],
    *,
    most: float | None,
) -> list[RunKey]:
    """Carry out runs in this process while those that are left would take `most` seconds; return these."""
    groups = _by_repeat(keys)
    left = [key for group in groups for key in group]
    took: dict[tuple[str, str], float] = {}
    for group in groups:
        # Two runs longer than half of it are more than it.
        runs = _work(experiment, group, record, patience=None if most is None or len(left) < 2 else most / 2)
        start = _now()
        try:
            for run in runs:
                left.remove(run.key)
                took[run.key.estimator, run.key.strategy] = _now() - start
                done(run)
                if most is not None and _seconds(left, took) > most:
                    return left
                start = _now()
        except OutOfTimeError:
            return left
    return left


def _seconds(left: Iterable[RunKey], took: dict[tuple[str, str], float]) -> float:
    """Return how long runs will take, by how long the last of their kind took; of a new kind, the mean."""
    usual = sum(took.values()) / max(len(took), 1)
    return sum(took.get((key.estimator, key.strategy), usual) for key in left)


def _spread(
    experiment: Experiment, tasks: list[list[RunKey]], record: Record | None, *, n_jobs: int, return_as: str
) -> Iterator[Run]:
    parallel = joblib.Parallel(n_jobs=n_jobs, return_as=return_as)
    for runs in parallel(joblib.delayed(_work_listed)(experiment, task, record) for task in tasks):
        yield from runs


def count_workers(n_jobs: Any) -> int:
    """Return the number of processes: -1 means every core, or all that the caller's joblib backend has; -2 all but one.

    Raises
    ------
    InvalidParameterError
        If `n_jobs` is 0 or no integer.
    """
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, int) or n_jobs == 0:
        raise InvalidParameterError(f"n_jobs must be a number of processes, or -1 for every core; got {n_jobs!r}.")
    return int(joblib.effective_n_jobs(n_jobs))


def _tasks(keys: Iterable[RunKey], n_workers: int) -> list[list[RunKey]]:
    """Group runs by repeat, so that each repeat is drawn and cut out once; split where that gives too few tasks."""
    groups = _by_repeat(keys)
    if n_workers == 1 or len(groups) >= _TASKS_PER_WORKER * n_workers:
        return groups
    return [[key] for group in groups for key in group]


def _by_repeat(keys: Iterable[RunKey]) -> list[list[RunKey]]:
    by_repeat: dict[int, list[RunKey]] = {}
    for key in keys:
        by_repeat.setdefault(key.repeat, []).append(key)
    return [by_repeat[number] for number in sorted(by_repeat)]


def _work(
    experiment: Experiment, task: list[RunKey], record: Record | None, *, patience: float | None = None
) -> Iterator[Run]:
    stage = Stage(experiment.data.problem, experiment.protocol, task[0].repeat)
    # Looked up anew: the classifiers' libraries (xgboost brings an OpenMP of its own) are loaded by now.
    threads = threadpoolctl.ThreadpoolController()
    for key in task:
        with threads.limit(limits=1):
            run = play(stage, key, experiment.parts, patience=patience)
        if record is not None:
            record.write_run(run)
        yield run


def _work_listed(experiment: Experiment, task: list[RunKey], record: Record | None) -> list[Run]:
    return list(_work(experiment, task, record))
