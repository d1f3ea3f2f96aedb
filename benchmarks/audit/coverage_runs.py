"""Runs of the coverage benchmark, kept one JSON line each: finished ones are never done again."""

import json
import os
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
    *((name, "logistic", strategy, 10) for name in SETS for strategy in STRATEGIES),
    *((name, "logistic", "margin", 1) for name in ("spambase", "sms_spam")),
    *((name, "extra_trees", "margin", 10) for name in ("phoneme", "satimage")),
)


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


def one(key, share):
    """Carry out one run."""
    name, kind, strategy, batch, repeat = key
    if name not in _loaded:
        _loaded[name] = problems.load(name)
    began = time.perf_counter()
    run = play(_loaded[name], kind, strategy, batch, seed_of(name, repeat), share=share)
    return {"key": list(key), **run, "seconds": round(time.perf_counter() - began, 2)}


def run_all(path, cells, repeats, jobs, share):
    """Do the runs that are missing, repeat by repeat over all cells, so that any moment's table is balanced."""
    path.parent.mkdir(exist_ok=True, parents=True)
    have = done(path)
    keys = [(*cell, repeat) for repeat in range(repeats) for cell in cells if (*cell, repeat) not in have]
    work = (joblib.delayed(one)(key, share) for key in keys)
    with path.open("a") as file:
        for run in joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")(work):
            file.write(json.dumps(run, separators=(",", ":")) + "\n")
            file.flush()


def niceness():
    """Make room for whoever else uses the machine."""
    os.nice(15)
