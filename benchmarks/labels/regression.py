"""Strategies for targets that are numbers, against rows drawn at random: how far from the truth, label by label.

    python benchmarks/labels/regression.py run benchmarks/labels/regression.jsonl    # as many repeats as there is time
    for python benchmarks/labels/regression.py table benchmarks/labels/regression.jsonl        # regression.md

`run` writes a line for each run and goes on where it stopped, repeat by repeat. Each repeat of a set draws a pool and
as many test rows (500 each at most), and 10 first rows at random, which all strategies share; then 9 batches of 10 are
asked about. What counts is the area under the curve of the root mean squared error on the test rows, over the ten
points.
"""

import argparse
import gzip
import json
import time
import zlib
from pathlib import Path

import numpy as np
from protocol import DATA
from scipy.stats import t
from sklearn.datasets import load_diabetes, make_friedman1, make_friedman2, make_friedman3
from sklearn.metrics import root_mean_squared_error

import querist
from querist.base.memory import Memory
from querist.learners.refit import unset_random_states
from querist.registry import parse_spec

FIRST, BATCH, ROUNDS, MOST_ROWS = 10, 10, 9, 500
# Thirty trees, so that committees of forests take a minute and not an hour.
MODELS = ("ridge", "random_forest_regressor:n_estimators=30", "gaussian_process")
# k_center is gsx: with answers both do the same.
STRATEGIES = ("random", "gsx", "lcmd", "gsy", "igs", "committee_variance", "predictive_deviation")
WINE = "pmlb/wine_quality_white.tsv.gz"


def problem(name):
    """Return rows and targets of a set by name."""
    if name == "diabetes":
        return load_diabetes(return_X_y=True)
    if name == "wine_quality":
        with gzip.open(DATA / WINE, "rt") as file:
            table = np.loadtxt(file, delimiter="\t", skiprows=1)
        return table[:, :-1], table[:, -1]
    made = {
        "friedman1": lambda: make_friedman1(2000, noise=1.0, random_state=0),
        "friedman2": lambda: make_friedman2(2000, noise=125.0, random_state=0),
        "friedman3": lambda: make_friedman3(2000, noise=0.1, random_state=0),
    }
    return made[name]()


def sets():
    """Return the names of the sets that are there."""
    names = ["diabetes", "friedman1", "friedman2", "friedman3"]
    return [*names, "wine_quality"] if (DATA / WINE).exists() else names


def play(X, y, model_name, strategy_name, seed):
    """Return the errors after the first rows and after each batch."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(y))
    half = min(MOST_ROWS, len(y) // 2)
    pool, test = rows[:half], rows[half : 2 * half]
    X_pool, y_pool = X[pool], y[pool]
    strategy, memory = querist.make_strategy(strategy_name), Memory()
    known, errors = list(range(FIRST)), []
    for number in range(ROUNDS + 1):
        name, params = parse_spec(model_name)
        model = querist.make_regressor(name, **params)
        model.set_params(**dict.fromkeys(unset_random_states(model), seed))
        model.fit(X_pool[known], y_pool[known])
        errors.append(root_mean_squared_error(y[test], model.predict(X[test])))
        if number < ROUNDS:
            asked = strategy.query(
                X_pool, known, y_pool[known], model=model, batch_size=BATCH, random_state=seed + number, memory=memory
            )
            known += asked.tolist()
    return errors


def run(out, repeats):
    """Play what is not there yet."""
    done = {key(line) for line in lines(out)} if out.exists() else set()
    for repeat in range(repeats):
        for name in sets():
            X, y = problem(name)
            for model in MODELS:
                for strategy in STRATEGIES:
                    if strategy == "predictive_deviation" and model != "gaussian_process":
                        continue
                    what = {"set": name, "model": model, "strategy": strategy, "repeat": repeat}
                    if key(what) in done:
                        continue
                    began = time.perf_counter()
                    seed = zlib.crc32(f"{name} {repeat}".encode())
                    errors = play(X, y, model, strategy, seed)
                    what |= {"rmse": [round(error, 6) for error in errors], "seconds": time.perf_counter() - began}
                    with out.open("a") as file:
                        file.write(json.dumps(what) + "\n")


def lines(path):
    """Return the runs of a file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def key(line):
    """Return what tells a run from others."""
    return line["set"], line["model"], line["strategy"], line["repeat"]


def table(path):
    """Print, for each model and strategy, the area as a ratio to random's, by set and over all."""
    runs = {key(line): line["rmse"] for line in lines(path)}
    names = list(dict.fromkeys(each for each, *_ in runs))
    wanted = [(model, strategy) for model in MODELS for strategy in STRATEGIES if strategy != "random"]
    print(f"| model | strategy | {' | '.join(names)} | all | better sets |\n|---|---|{'---|' * (len(names) + 2)}")
    for model, strategy in wanted:
        logs = {name: ratios(runs, name, model, strategy) for name in names}
        if not any(found.size for found in logs.values()):
            continue
        every = np.array([found.mean() for found in logs.values()])
        cells = [interval(found) for found in logs.values()]
        better = f"{sum(value < 0 for value in every)} of {len(names)}"
        print(f"| `{model}` | `{strategy}` | {' | '.join(cells)} | {np.exp(every.mean()):.3f} | {better} |")
    repeats = {name: max(repeat for each, _, _, repeat in runs if each == name) + 1 for name in names}
    print(f"\nRepeats (the last may be of some models only): {repeats}.")


def ratios(runs, name, model, strategy):
    """Return the logarithms of the areas' ratios, a repeat each, of repeats that both have."""
    found = []
    for (*what, repeat), errors in runs.items():
        random = runs.get((name, model, "random", repeat))
        if what == [name, model, strategy] and random is not None:
            found.append(np.log(np.trapezoid(errors) / np.trapezoid(random)))
    return np.array(found)


def interval(found):
    """Return a geometric mean with its interval of 95 %."""
    if found.size < 2:
        return f"{np.exp(found.mean()):.3f}" if found.size else "-"
    half = t.ppf(0.975, found.size - 1) * found.std(ddof=1) / np.sqrt(found.size)
    low, middle, high = np.exp(found.mean() + half * np.array([-1.0, 0.0, 1.0]))
    return f"{middle:.3f} [{low:.2f}, {high:.2f}]"


def main():
    """Run, or print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["run", "table"])
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).with_name("regression.jsonl"))
    parser.add_argument("--repeats", type=int, default=20)
    told = parser.parse_args()
    if told.what == "run":
        run(told.path, told.repeats)
    else:
        table(told.path)


if __name__ == "__main__":
    main()
