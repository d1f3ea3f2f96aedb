"""Runs of the coverage benchmark, kept one JSON line each: finished ones are never done again."""

import json
import time
import zlib
from pathlib import Path

import joblib
import problems
from play import play

HERE = Path(__file__).parent
RUNS = HERE / "runs" / "coverage.jsonl"
SETS = ("spambase", "phoneme", "banana", "optdigits", "pendigits", "satimage", "sms_spam", "trec", "subj")
STRATEGIES = ("margin", "weighted_k_means")
# set, classifier, strategy, batch
CELLS = (
    *((name, "fast", strategy, 10) for name in SETS for strategy in STRATEGIES),
    *((name, "fast", "margin", 1) for name in ("spambase", "sms_spam")),
    *((name, "extra_trees", "margin", 10) for name in ("phoneme", "satimage", "optdigits")),
)
# Cells whose runs take ten times as long have every fourth repeat only.
SLOWER = {cell: 4 for cell in CELLS if cell[1] == "extra_trees" or cell[3] == 1}


def done(path):
    """Return the finished runs by key."""
    if not path.exists():
        return {}
    found = {}
    for line in path.read_text().splitlines():
        try:
            run = json.loads(line)
        except json.JSONDecodeError:
            continue  # the last line of a run that was cut off
        found[tuple(run["key"])] = run
    return found


def seed_of(name, repeat):
    """Return the seed of one repeat on one set: the strategies of a repeat share split, order and first labels."""
    return zlib.crc32(f"{name} {repeat}".encode())


_loaded = {}


def one(key):
    """Carry out one run, and every second time the same without an audit."""
    name, kind, strategy, batch, repeat = key
    if name not in _loaded:
        _loaded[name] = problems.load(name)
    began = time.perf_counter()
    seed = seed_of(name, repeat)
    run = {"key": list(key), "stages": play(_loaded[name], kind, strategy, batch, seed)}
    if repeat % 2 == 0:
        without = play(_loaded[name], kind, strategy, batch, seed, share=0)
        run["without"] = [stage["accuracy"] for stage in without]
    return run | {"seconds": round(time.perf_counter() - began, 2)}


def run_all(path, cells, repeats, jobs):
    """Do the runs that are missing, repeat by repeat over all cells, so that any moment's table is balanced."""
    path.parent.mkdir(exist_ok=True, parents=True)
    have = done(path)
    keys = [(*cell, repeat) for repeat in range(repeats) for cell in cells if repeat % SLOWER.get(cell, 1) == 0]
    work = (joblib.delayed(one)(key) for key in keys if key not in have)
    with path.open("a") as file:
        for run in joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")(work):
            file.write(json.dumps(run, separators=(",", ":")) + "\n")
            file.flush()
