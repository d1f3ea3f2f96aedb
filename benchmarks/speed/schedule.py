"""Who is measured on what, in which order; every measurement in a fresh process."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from environments import HERE, python_of

RUNS = HERE / "runs"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# A library is a function of `loops` or `selections` in an environment.
NEW = {
    "querist_named": "querist-1.9",
    "querist": "querist-1.9",
    "querist_warm": "querist-1.9",
    "plain": "querist-1.9",
    "plain_by_number": "querist-1.9",
    "scikit_activeml": "scikit-activeml",
    "small_text": "small-text",
}
OLD = {
    "querist_named": "querist-1.7",
    "querist": "querist-1.7",
    "querist_warm": "querist-1.7",
    "plain": "querist-1.7",
    "plain_by_number": "querist-1.7",
    "modal": "modal",
}
SELECTING = ("querist", "plain", "scikit_activeml", "small_text", "modal")
REPETITIONS = {"a": 7, "b": 5, "c": 3, "d": 5, "e": 5, "f": 7}
LIMIT_SECONDS = 3600


@dataclass(frozen=True)
class Measurement:
    """One process: a library in an environment, a task, and the threads that BLAS may use (None: its default)."""

    task: str
    library: str
    environment: str
    threads: int | None = 1

    @property
    def key(self) -> str:
        """Its name on disk."""
        return f"{self.task}-{self.library}-{self.environment}-{self.threads or 'default'}"


def measurements(task: str) -> list[Measurement]:
    """Return what is measured for a task, in the order of one repetition."""
    if task in ("a", "b", "c"):
        pairs = [*NEW.items(), *OLD.items()]
        return [Measurement(task, library, environment) for library, environment in pairs]
    if task == "d":
        return [Measurement("d", name, NEW.get(name) or OLD[name]) for name in SELECTING]
    return [
        Measurement(loop, library, "querist-1.9", threads)
        for loop in ("a", "b")
        for library in ("querist_named", "querist", "querist_warm", "plain_by_number")
        for threads in (1, None)
    ]


def measure(measurement: Measurement) -> dict[str, Any]:
    """Run one measurement.

    Raises
    ------
    RuntimeError
        If the process fails; its words are in the message.
    """
    environment = {name: value for name, value in os.environ.items() if name not in THREADS}
    if measurement.threads is not None:
        environment |= dict.fromkeys(THREADS, str(measurement.threads))
    command = [str(python_of(measurement.environment)), str(HERE / "worker.py"), measurement.library, measurement.task]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{measurement.key} failed:\n{done.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def start_up() -> dict[str, float]:
    """Return seconds of importing Querist after numpy, and of ``querist --help``, in this environment."""
    code = "import numpy, time; s = time.perf_counter(); import querist; print(time.perf_counter() - s)"
    imported = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    start = time.perf_counter()
    subprocess.run([str(Path(sys.executable).parent / "querist"), "--help"], capture_output=True, check=True)
    return {"import": float(imported.stdout), "help": time.perf_counter() - start}


def rounds(task: str, repetitions: int | None) -> Iterator[tuple[int, Measurement]]:
    """Yield repetition after repetition of everything (A B C A B C ...), so that slow spells of the machine hit all."""
    for repetition in range(REPETITIONS[task] if repetitions is None else repetitions):
        for measurement in measurements(task):
            yield repetition, measurement


def run(tasks: list[str], repetitions: int | None, runs: Path = RUNS) -> None:
    """Measure tasks, and keep every result in a file of its own."""
    for task in tasks:
        folder = runs / task
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.json"):
            old.unlink()
        if task == "f":
            for repetition in range(REPETITIONS["f"] if repetitions is None else repetitions):
                _keep(folder / f"{repetition:02d}.json", {"result": start_up()})
            continue
        for repetition, measurement in rounds(task, repetitions):
            # small-text's entropy works row by row in Python and takes minutes; once is enough.
            if task == "d" and measurement.library == "small_text" and repetition:
                continue
            found = measure(measurement)
            _keep(folder / f"{repetition:02d}-{measurement.key}.json", asdict(measurement) | found)
            shown = found["result"].get("seconds")
            print(f"{task} {repetition} {measurement.key:50s} {'' if shown is None else f'{shown:8.3f} s'}", flush=True)


def _keep(path: Path, content: dict[str, Any]) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content), encoding="utf-8")
    os.replace(temporary, path)
