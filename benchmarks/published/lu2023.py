"""Reproduce the published table of Lu, Li, Cheng and Lin (2023), arXiv:2306.08954, on twelve of its sets.

python benchmarks/published/lu2023.py run     # resumable: finished runs are kept
python benchmarks/published/lu2023.py table   # writes README.md beside this file
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

# Before numpy is loaded: a model of a few thousand rows is slower on two threads than on one.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from lu2023_play import STRATEGIES  # noqa: E402
from lu2023_protocol import HERE, SETS  # noqa: E402
from lu2023_runs import RUNS, missing, run_all  # noqa: E402
from lu2023_table import write_table  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="do the runs that are missing")
    run.add_argument("--sets", nargs="+", default=SETS, choices=SETS, metavar="SET")
    run.add_argument("--strategies", nargs="+", default=STRATEGIES[:3], choices=STRATEGIES, metavar="STRATEGY")
    run.add_argument("--repeats", type=int, help="seeds 0, 1, ...; default: those of the published table")
    run.add_argument("--jobs", type=int, default=2, help="processes, of one thread each")
    run.add_argument("--data", type=Path, default=HERE.parents[2] / "shared" / "data" / "lu2023")
    table = commands.add_parser("table", help="set the finished runs beside the published table")
    table.add_argument("--out", type=Path, default=HERE / "README.md")
    for command in (run, table):
        command.add_argument("--runs", type=Path, default=RUNS)
    chosen = parser.parse_args(arguments)
    if chosen.command == "table":
        print(write_table(chosen.runs, chosen.out))
        return
    jobs = missing(chosen.runs, chosen.sets, chosen.strategies, chosen.repeats)
    run_all(jobs, chosen.data, chosen.runs, chosen.jobs, report=lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
