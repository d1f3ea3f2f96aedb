"""Finished runs on disk: one small file each, written whole, so that any number of kills loses one run at most."""

import json
import os
import platform
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from lu2023_play import Run, play
from lu2023_protocol import HERE, LARGE, draw, read_set

RUNS = HERE / "lu2023" / "runs"
# Seeds of the published table: 0 to 99, and 0 to 9 on the three large sets.
PUBLISHED_REPEATS = {"small": 100, "large": 10}
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Job:
    """The runs of one split, which share its kernel matrix."""

    name: str
    seed: int
    strategies: tuple[str, ...]


def path_of(runs: Path, name: str, strategy: str, seed: int) -> Path:
    """Return where a run is kept."""
    return runs / name / f"{strategy}-{seed:03d}.json"


def save(path: Path, run: Run | None) -> None:
    """Write a run, or None for one whose initial set knows a single class; whole or not at all."""
    versions = {"numpy": np.__version__, "scikit-learn": sklearn.__version__, "python": platform.python_version()}
    content: dict[str, Any] = {"versions": versions}
    if run is not None:
        content |= {"aubc": run.aubc, "rows": run.rows, "accuracy": run.accuracy, "seconds": round(run.seconds, 3)}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(content), encoding="utf-8")
    os.replace(temporary, path)


def load(runs: Path, name: str, strategy: str) -> dict[int, float]:
    """Return the AUBC of the finished runs by seed; those left out for want of a class are missing."""
    found = {}
    for path in sorted((runs / name).glob(f"{strategy}-*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        if "aubc" in content:
            found[int(path.stem.rpartition("-")[2])] = float(content["aubc"])
    return found


def missing(runs: Path, sets: Iterable[str], strategies: Iterable[str], repeats: int | None) -> list[Job]:
    """Return the jobs that are not finished, set by set, one seed after the other.

    Parameters
    ----------
    repeats : int or None
        How many seeds; None means those of the published table.
    """
    jobs = []
    for name in sets:
        count = PUBLISHED_REPEATS["large" if name in LARGE else "small"] if repeats is None else repeats
        for seed in range(count):
            left = tuple(s for s in strategies if not path_of(runs, name, s, seed).exists())
            if left:
                jobs.append(Job(name, seed, left))
    return jobs


def work(job: Job, data: Path, runs: Path) -> list[str]:
    """Do the runs of one job; return a line for each."""
    X, y = read_set(data, job.name)
    task = draw(X, y, name=job.name, seed=job.seed)
    kernel = task.kernel() if task.has_both_classes else None
    lines = []
    for strategy in job.strategies:
        run = None if kernel is None else play(task, kernel, strategy)
        save(path_of(runs, job.name, strategy, job.seed), run)
        result = "left out: one class" if run is None else f"{run.aubc:.5f}  {run.seconds:7.1f} s"
        lines.append(f"{job.name:13s} {strategy:19s} {job.seed:3d}  {result}")
    return lines


def run_all(jobs: list[Job], data: Path, runs: Path, n_jobs: int, report: Callable[[str], None]) -> None:
    """Do the jobs in `n_jobs` processes with one thread each.

    Raises
    ------
    Exception
        The first error of a run; what was finished before it is kept.
    """
    if n_jobs == 1:
        for job in jobs:
            for line in work(job, data, runs):
                report(line)
        return
    # Workers read the limits when they load their BLAS; spawned ones load their own.
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    with ProcessPoolExecutor(n_jobs, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(work, job, data, runs) for job in jobs]
        try:
            for future in futures:
                for line in future.result():
                    report(line)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
