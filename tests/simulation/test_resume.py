"""Killed at any moment, resumed by the same call: the results are those of an uninterrupted run, byte for byte."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from sklearn.datasets import make_classification

from querist._files import is_draft
from querist.simulation import simulate

RESULTS = ["table.parquet", "table.csv", "summary.csv", "manifest.json", "experiment.json", "report.html"]
RESULTS += ["learning_curve.png", "learning_curve.svg", "audit.csv", "stopping.csv"]
CODE = """
    import sys
    from sklearn.datasets import make_classification
    from querist.simulation import execute, simulate

    execute._WORTHWHILE = 0.0  # where two jobs are asked for, there are processes
    if __name__ == "__main__":
        X, y = make_classification(n_samples=150, n_features=5, random_state=0)
        simulate(
            X, y, strategies=("margin", "entropy"), estimators=("logistic_regression", "naive_bayes"),
            repeats=int(sys.argv[3]), budget=18, batch_size=2, initial=6, n_jobs=int(sys.argv[2]), out=sys.argv[1],
            audit=0.5, stop="settled_predictions:window=10",
        )
"""


def start(script, out, n_jobs, repeats):
    return subprocess.Popen(
        [sys.executable, str(script), str(out), str(n_jobs), str(repeats)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def kill(process):
    """Kill the process and its workers at once, as a power cut would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def n_runs(out):
    return len(list((out / "runs").glob("*.json"))) if (out / "runs").exists() else 0


def same(one, other):
    return [name for name in RESULTS if (one / name).read_bytes() != (other / name).read_bytes()]


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "experiment.py"
    path.write_text(textwrap.dedent(CODE))
    return path


posix = pytest.mark.skipif(sys.platform == "win32", reason="kills a group of processes")


def here(out, repeats):
    """What the script does, in this process."""
    X, y = make_classification(n_samples=150, n_features=5, random_state=0)
    parts = {"strategies": ("margin", "entropy"), "estimators": ("logistic_regression", "naive_bayes")}
    watched = {"audit": 0.5, "stop": "settled_predictions:window=10"}
    simulate(X, y, **parts, **watched, repeats=repeats, budget=18, batch_size=2, initial=6, n_jobs=1, out=out)


@posix
def test_killed_and_resumed_is_as_never_interrupted(script, tmp_path):
    here(tmp_path / "whole", 2)
    process = start(script, tmp_path / "cut", 1, 2)
    while n_runs(tmp_path / "cut") < 3 and process.poll() is None:
        time.sleep(0.001)
    kill(process)
    assert 3 <= n_runs(tmp_path / "cut") < 16
    here(tmp_path / "cut", 2)
    assert same(tmp_path / "whole", tmp_path / "cut") == []


@posix
@pytest.mark.proof
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_killed_many_times_at_random_moments(script, tmp_path, n_jobs):
    here(tmp_path / "whole", 10)
    moments = random.Random(n_jobs)
    kills = 0
    for number in range(2):
        out = tmp_path / f"cut {number}"
        for _ in range(25):  # with both numbers of jobs: 100 kills
            process = start(script, out, n_jobs, 10)
            before, deadline = n_runs(out), time.monotonic() + 20
            while n_runs(out) == before and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.002)
            # From the first new run on: while runs are written, between them, while the results are.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0, 1.0))
            if process.poll() is None:
                kills += 1
            kill(process)
        here(out, 10)
        assert same(tmp_path / "whole", out) == []
        assert not [path for path in out.rglob("*") if is_draft(path)]
    assert kills >= 5, kills
