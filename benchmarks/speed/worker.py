"""Measure one library on one task in this process, and print one line of JSON.

python worker.py LIBRARY TASK
"""

import json
import platform
import resource
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from loops import LOOPS
from problems import Problem, linear, probabilities, tutorial

from selections import KINDS, SELECTIONS

# How often the tutorial's loop is repeated within the process; it takes milliseconds.
LOOPS_A = 15


def loop_a(library: str) -> dict[str, Any]:
    """The tutorial: the first loop of the process, imports done, and the median of the next ones."""
    problem = tutorial()
    LOOPS[library](linear(200, 20, 1))
    times = []
    for _ in range(LOOPS_A):
        seconds, (rows, scores) = _timed(lambda: LOOPS[library](problem))
        times.append(seconds)
    return {"seconds": float(np.median(times)), "rows": rows, "scores": scores}


def loop_b(library: str) -> dict[str, Any]:
    """100,000 x 50, 9,000 labelled at the start, 100 queries."""
    return _large(library, 100_000, 9_000, 100)


def loop_c(library: str) -> dict[str, Any]:
    """1,000,000 x 50, 90,000 labelled at the start, 20 queries; also the peak of memory beyond X."""
    return _large(library, 1_000_000, 90_000, 20)


def select(library: str) -> dict[str, Any]:
    """The 100 most uncertain of 1,000,000 x 10 probabilities, by three measures."""
    small, proba, result = probabilities(1000), probabilities(1_000_000), {}
    for kind in KINDS:
        SELECTIONS[library](small, kind)
        seconds, chosen = _timed(partial(SELECTIONS[library], proba, kind))
        result[kind] = {"seconds": seconds, "rows": sorted(int(row) for row in chosen)}
    return result


def _large(library: str, n_rows: int, n_labelled: int, n_queries: int) -> dict[str, Any]:
    LOOPS[library](linear(1000, 100, 2))
    problem: Problem = linear(n_rows, n_labelled, n_queries)
    before = _resident_mb()
    seconds, (rows, scores) = _timed(lambda: LOOPS[library](problem))
    return {"seconds": seconds, "rows": rows, "scores": scores, "memory_mb": _peak_mb() - before}


def _timed(function: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def _resident_mb() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        # Elsewhere: the data are made in place, so the peak so far is about what is resident now.
        return _peak_mb()
    return pages * resource.getpagesize() / 1e6


def _peak_mb() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


TASKS = {"a": loop_a, "b": loop_b, "c": loop_c, "d": select}
PACKAGES = ("numpy", "scipy", "scikit-learn", "querist", "scikit-activeml", "small-text", "modAL-python")


def main() -> None:
    """Do what the arguments say."""
    library, task = sys.argv[1:]
    # Peers warn at every step; printing that would count as their time.
    warnings.simplefilter("ignore")
    result = TASKS[task](library)
    versions = {name: found for name in PACKAGES if (found := _version(name))}
    print(json.dumps({"result": result, "versions": versions | {"python": platform.python_version()}}))


if __name__ == "__main__":
    main()
