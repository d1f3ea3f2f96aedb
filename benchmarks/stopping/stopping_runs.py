"""One labelling run with an audit, and everything that a stopping rule may look at; one JSON line per run."""

import base64
import json
import time
import zlib
from pathlib import Path

import numpy as np
from stopping_sets import SETS, classifier, load

from querist import Session
from querist._random import derive_generator, derive_int
from querist.audit.order import audit_numbers, audit_order

RUNS = Path(__file__).parent / "runs" / "runs.jsonl"
POOL_ROWS = 2000
TEST_ROWS = 4000
STOP_SET = 1000
INITIAL = 20
BUDGET = 500
BATCH = 10
AUDITED_PER_BATCH = 2


def play(name, X, y, seed):
    """Label up to the budget; return what each round knew and how accurate its model was on rows outside the pool."""
    order = derive_generator(seed, "split").permutation(len(y))
    n_pool = min(POOL_ROWS, len(y) * 6 // 10)
    pool, held = order[:n_pool], order[n_pool : n_pool + TEST_ROWS]
    pool_X, truth, held_X, held_truth = X[pool], y[pool], X[held], y[held]
    session = Session(pool_X, estimator=classifier(name), strategy="margin", random_state=derive_int(seed, "session"))
    audited = audit_order(audit_numbers(seed, np.arange(n_pool)))
    stop_set = np.sort(derive_generator(seed, "stop set").permutation(n_pool)[:STOP_SET])
    answered = np.zeros(n_pool, bool)
    first = _first_rows(audited, truth)
    session.tell(first, truth[first])
    answered[first] = True
    rounds, predictions, hits = [], [], []
    start = time.perf_counter()
    while True:
        model = session.fit()
        proba = session.predict_proba()
        classes = np.array(session.classes)
        predicted = classes[proba.argmax(axis=1)]
        free = ~answered
        right = predicted[free] == truth[free]
        entropy = -np.where(proba > 0, proba * np.log(np.where(proba > 0, proba, 1)), 0).sum(axis=1)
        record = {
            "n": len(session.labelled),
            "accuracy": float((model.predict(held_X) == held_truth).mean()),
            "remainder": [int(right.sum()), int(right.size)],
            "entropy": float(entropy[free].mean() / np.log(len(classes))),
            "confidence": float(proba[free].max(axis=1).mean()),
            "seconds": time.perf_counter() - start,
        }
        rounds.append(record)
        predictions.append(predicted[stop_set].astype(np.uint8))
        if len(session.labelled) >= BUDGET:
            break
        asked = _batch(session, audited, answered, predicted, truth, hits)
        session.tell(asked, truth[asked])
        answered[asked] = True
    packed = base64.b85encode(zlib.compress(np.array(predictions).tobytes(), 9)).decode()
    return {"set": name, "seed": seed, "rounds": rounds, "hits": hits, "stop_set": packed, "classes": int(y.max()) + 1}


def _first_rows(audited, truth):
    n = INITIAL
    while np.unique(truth[audited[:n]]).size < 2:
        n += 1
    return audited[:n]


def _batch(session, audited, answered, predicted, truth, hits):
    """Return the next batch, the audit's rows first, and note whether the model got those right."""
    now = len(session.labelled)
    fresh = audited[~answered[audited]][:AUDITED_PER_BATCH]
    hits += [[now, int(predicted[row] == truth[row])] for row in fresh]
    chosen = fresh.tolist()
    while len(chosen) < BATCH:
        # What the audit has taken is asked about once.
        asked = session.ask(BATCH - len(chosen))
        chosen += [row for row in asked.tolist() if row not in chosen]
    return np.array(chosen)


def unpack(run):
    """Return the predictions on the stop set, one row per round."""
    data = zlib.decompress(base64.b85decode(run["stop_set"]))
    return np.frombuffer(data, np.uint8).reshape(len(run["rounds"]), -1)


def stored():
    """Return the runs that are there."""
    if not RUNS.exists():
        return []
    return [json.loads(line) for line in RUNS.read_text(encoding="utf-8").splitlines()]


def collect(seeds, part=0, parts=1):
    """Play what is missing, seed by seed, so that an interrupted collection covers all sets."""
    done = {(run["set"], run["seed"]) for run in stored()}
    wanted = [(seed, name) for seed in range(seeds) for name in SETS]
    data = {}
    for seed, name in wanted[part::parts]:
        if (name, seed) in done:
            continue
        if name not in data:
            data[name] = load(name)
        run = play(name, *data[name], seed)
        RUNS.parent.mkdir(exist_ok=True)
        # One unbuffered write: lines of processes side by side do not mix.
        with RUNS.open("ab", buffering=0) as file:
            file.write(f"{json.dumps(run)}\n".encode())
