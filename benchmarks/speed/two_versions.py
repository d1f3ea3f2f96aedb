"""Whether this checkout is as fast as another one: both in turn, in fresh processes, on the tasks of `worker.py`.

    python benchmarks/speed/two_versions.py OTHER_CHECKOUT [--tasks a b d] [--pairs 7]

Prints a Markdown table of medians over the pairs, and the ratio (this one's seconds by the other's): its median, and
the smallest and largest of a pair. One BLAS thread. Both run on the packages of the interpreter that runs this.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[2]
# d has no loop, and so no warm start.
RUNS = dict.fromkeys("abc", ("querist", "querist_warm")) | {"d": ("querist",)}


def seconds(checkout: Path, library: str, task: str) -> dict[str, float]:
    """Run one task in a fresh process; return seconds by what was timed."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = os.environ | threads | {"PYTHONPATH": str(checkout / "src")}
    command = [sys.executable, str(checkout / "benchmarks" / "speed" / "worker.py"), library, task]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])["result"]
    if "seconds" in result:
        return {"": result["seconds"]}
    return {kind: value["seconds"] for kind, value in result.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("other", type=Path)
    parser.add_argument("--tasks", nargs="+", choices=sorted(RUNS), default=["a", "b", "d"])
    parser.add_argument("--pairs", type=int, default=7)
    chosen = parser.parse_args()
    print("| task | this, s | other, s | ratio: median | smallest | largest |")
    print("|---|---|---|---|---|---|")
    for task in chosen.tasks:
        for library in RUNS[task]:
            pairs = []
            for number in range(chosen.pairs):
                both = [(HERE, 0), (chosen.other.resolve(), 1)]
                found = {place: seconds(path, library, task) for path, place in both[:: 1 if number % 2 else -1]}
                pairs.append((found[0], found[1]))
            for kind in pairs[0][0]:
                times = [(here[kind], there[kind]) for here, there in pairs]
                ratios = [here / there for here, there in times]
                medians = [statistics.median(column) for column in zip(*times, strict=True)]
                shown = [*(f"{each:.3f}" for each in medians), f"{statistics.median(ratios):.3f}"]
                shown += [f"{min(ratios):.3f}", f"{max(ratios):.3f}"]
                print(f"| {' '.join((task, library, kind)).strip()} | {' | '.join(shown)} |", flush=True)


if __name__ == "__main__":
    main()
