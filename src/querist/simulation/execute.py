"""Carry out the runs of an experiment, on one process or many; the results do not depend on how many."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import joblib
import threadpoolctl

from querist.exceptions import InvalidParameterError
from querist.simulation.experiment import Experiment
from querist.simulation.record import Record
from querist.simulation.run import Run, RunKey, Stage, play

# Enough pieces that no worker idles for long at the end.
_TASKS_PER_WORKER = 4


def execute(
    experiment: Experiment,
    keys: Sequence[RunKey],
    *,
    n_workers: int,
    record: Record | None,
    done: Callable[[Run], None],
) -> None:
    """Carry out runs, in any order; each is recorded when it ends, then passed to `done`.

    Every process computes with one BLAS and one OpenMP thread, also where there is only one
    process: the sums of several threads differ in their last bits, and a learning curve with them.

    Parameters
    ----------
    experiment : Experiment
    keys : sequence of RunKey
        The runs to carry out.
    n_workers : int
        Processes.
    record : Record or None
        Where runs are kept.
    done : callable
        Called in this process with each finished run.

    Raises
    ------
    Exception
        Whatever a run raises, with a note that names it; finished runs stay recorded.
    """
    tasks = _tasks(keys, n_workers)
    if n_workers == 1 or len(tasks) < 2:
        for task in tasks:
            for run in _work(experiment, task, record):
                done(run)
        return
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
        parallel = joblib.Parallel(n_jobs=min(n_workers, len(tasks)), return_as="generator_unordered")
        for runs in parallel(joblib.delayed(_work_listed)(experiment, task, record) for task in tasks):
            for run in runs:
                done(run)


def count_workers(n_jobs: Any) -> int:
    """Return the number of processes: -1 means every core, -2 all but one.

    Raises
    ------
    InvalidParameterError
        If `n_jobs` is 0 or no integer.
    """
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, int) or n_jobs == 0:
        raise InvalidParameterError(f"n_jobs must be a number of processes, or -1 for every core; got {n_jobs!r}.")
    return max(1, joblib.cpu_count() + 1 + n_jobs) if n_jobs < 0 else n_jobs


def _tasks(keys: Iterable[RunKey], n_workers: int) -> list[list[RunKey]]:
    """Group runs by repeat, so that each repeat is drawn and cut out once; split where that gives too few tasks."""
    by_repeat: dict[int, list[RunKey]] = {}
    for key in keys:
        by_repeat.setdefault(key.repeat, []).append(key)
    groups = [by_repeat[number] for number in sorted(by_repeat)]
    if n_workers == 1 or len(groups) >= _TASKS_PER_WORKER * n_workers:
        return groups
    return [[key] for group in groups for key in group]


def _work(experiment: Experiment, task: list[RunKey], record: Record | None) -> Iterator[Run]:
    stage = Stage(experiment.data.problem, experiment.protocol, task[0].repeat)
    # Looked up anew: the classifiers' libraries (xgboost brings an OpenMP of its own) are loaded by now.
    threads = threadpoolctl.ThreadpoolController()
    for key in task:
        with threads.limit(limits=1):
            run = play(stage, key, experiment.parts)
        if record is not None:
            record.write_run(run)
        yield run


def _work_listed(experiment: Experiment, task: list[RunKey], record: Record | None) -> list[Run]:
    return list(_work(experiment, task, record))
