"""Querist's speed beside its peers and beside plain code.

python benchmarks/speed/run.py setup      # one environment for each library, under .envs
python benchmarks/speed/run.py all        # measures everything, then writes README.md; keep the machine quiet
python benchmarks/speed/run.py measure a  # one task: a to f
python benchmarks/speed/run.py report     # writes README.md from the results that are there
"""

import argparse
from collections.abc import Sequence

from environments import HERE, set_up
from report import write_report
from schedule import REPETITIONS, RUNS, run


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="create the environments")
    everything = commands.add_parser("all", help="measure all tasks and write the report")
    some = commands.add_parser("measure", help="measure some tasks")
    some.add_argument("tasks", nargs="+", choices=sorted(REPETITIONS))
    for command in (everything, some):
        command.add_argument("--repetitions", type=int, help="default: 3 to 7, as many as the task is short")
    commands.add_parser("report", help="write the report")
    chosen = parser.parse_args(arguments)
    if chosen.command == "setup":
        set_up()
    elif chosen.command == "measure":
        run(chosen.tasks, chosen.repetitions)
    else:
        if chosen.command == "all":
            set_up()
            run(sorted(REPETITIONS), chosen.repetitions)
        print(write_report(RUNS, HERE / "README.md"))


if __name__ == "__main__":
    main()
