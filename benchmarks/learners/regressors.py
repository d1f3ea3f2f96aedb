"""Regressors by name at few random labels: ``python benchmarks/learners/regressors.py`` prints REGRESSORS.md.

The root mean squared error on rows that are never labelled, over the standard deviation of their targets: 1 is as good
as to predict the mean. Means over repeats.
"""

import argparse

import numpy as np
from sklearn.datasets import load_diabetes, make_friedman1
from sklearn.metrics import root_mean_squared_error

import querist
from querist.learners.refit import unset_random_states

COUNTS = (20, 50, 200)
SETS = {"diabetes": load_diabetes(return_X_y=True), "friedman1": make_friedman1(600, noise=1.0, random_state=0)}


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    columns = [f"{name}, {count}" for name in SETS for count in COUNTS]
    print(f"| regressor | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name in querist.regressor_names():
        cells = []
        for X, y in SETS.values():
            errors = np.array([errors_of(name, X, y, repeat) for repeat in range(repeats)])
            cells += [f"{error:.2f}" for error in errors.mean(axis=0)]
        print(f"| `{name}` | {' | '.join(cells)} |", flush=True)


def errors_of(name, X, y, repeat):
    """Return the error at each count of labels."""
    order = np.random.default_rng(repeat).permutation(len(y))
    test, found = order[max(COUNTS) :], []
    for count in COUNTS:
        model = querist.make_regressor(name)
        model.set_params(**dict.fromkeys(unset_random_states(model), repeat))
        model.fit(X[order[:count]], y[order[:count]])
        found.append(root_mean_squared_error(y[test], model.predict(X[test])) / y[test].std())
    return found


if __name__ == "__main__":
    main()
