"""Which policy wants fewest labels? ``python benchmarks/labels/run.py`` runs what is missing and writes README.md.

Every run is one line of runs.jsonl, written when it ends: what is stopped goes on where it was. In slices:
``--sets car dna --repeats 0 1 --policies "auto + margin"``. ``--table`` only writes README.md.
"""

import argparse
import json
from pathlib import Path

from policies import BASELINES, ON_WORDS, POLICIES
from protocol import SETS, Problem, run
from table import page

from querist._threads import single_thread

HERE = Path(__file__).parent
RUNS = HERE / "runs.jsonl"


def finished():
    """Return the runs that are there."""
    return [json.loads(line) for line in RUNS.read_text(encoding="utf-8").splitlines()] if RUNS.exists() else []


def main():
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kinds", nargs="*", default=["tables", "texts"], choices=["tables", "texts"])
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--policies", nargs="*")
    parser.add_argument("--repeats", nargs="*", type=int, default=list(range(20)))
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    done = {(each["kind"], each["set"], each["repeat"], each["policy"]) for each in finished()}
    for repeat in [] if given.table else given.repeats:
        for kind in given.kinds:
            for name in (each for each in SETS[kind] if not given.sets or each in given.sets):
                wanted = [each for each in POLICIES[kind] if not given.policies or each in given.policies]
                missing = [each for each in wanted if (kind, name, repeat, each) not in done]
                if not missing:
                    continue
                with single_thread():
                    problem = Problem(kind, name, repeat, POLICIES[kind][BASELINES[kind]][0])
                    for policy in missing:
                        told = problem.on_words or problem if policy in ON_WORDS else problem
                        counts, accuracies = run(told, *POLICIES[kind][policy])
                        line = {"kind": kind, "set": name, "repeat": repeat, "policy": policy} | {
                            "target": round(problem.target, 5),
                            "counts": counts,
                            "accuracies": [round(each, 5) for each in accuracies],
                        }
                        with RUNS.open("a", encoding="utf-8") as file:
                            file.write(json.dumps(line) + "\n")
                        print(name, repeat, policy, flush=True)
    (HERE / "README.md").write_text(page(finished()), encoding="utf-8")


if __name__ == "__main__":
    main()
