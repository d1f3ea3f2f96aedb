"""Whether the interval of model accuracy holds while labels are being chosen.

nice -n 15 python benchmarks/audit/coverage.py run --repeats 300 --jobs 1   # resumable: finished runs are kept
python benchmarks/audit/coverage.py table
"""

import argparse
import os
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from coverage_runs import CELLS, RUNS, run_all  # noqa: E402


def main():
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=("run", "table"))
    parser.add_argument("--repeats", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--runs", type=Path, default=RUNS)
    chosen = parser.parse_args()
    if chosen.command == "run":
        run_all(chosen.runs, CELLS, chosen.repeats, chosen.jobs)
    else:
        from coverage_table import tables

        print("\n\n".join(tables(chosen.runs)))


if __name__ == "__main__":
    main()
