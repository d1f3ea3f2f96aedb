"""What one round costs: refit, score 100,000 rows, choose 10. ``python benchmarks/labels/round_time.py`` prints it.

Seconds of CPU on one core (`time.process_time`, one thread), the median of five rounds of ten answers each.
"""

import argparse
import time

import numpy as np
from protocol import DATA, SETS

from querist import Session
from querist._threads import single_thread

N_ROWS, ROUNDS, BATCH = 100_000, 5, 10


def table():
    """Return 100,000 rows of 20 numbers and their labels, five classes."""
    from sklearn.datasets import make_classification

    return make_classification(N_ROWS, 20, n_informative=10, n_classes=5, random_state=0)


def texts():
    """Return 100,000 texts as features and their labels: two sets of real ones, again and again."""
    import pandas as pd

    from querist.data import TableFeatures

    frame = pd.concat([pd.read_csv(DATA / "text" / f"{name}.csv") for name in SETS["texts"]])
    frame = frame.iloc[np.resize(np.arange(len(frame)), N_ROWS)].reset_index(drop=True)
    y = (np.arange(N_ROWS) % 2).astype(np.int64)
    return TableFeatures(text_columns=("text",)).fit_transform(frame[["text"]]), y


def seconds(X, y, n_labels):
    """Return the CPU seconds of each round."""
    rng = np.random.default_rng(0)
    rows = rng.choice(N_ROWS, n_labels, replace=False)
    session = Session(X, estimator="auto", strategy="auto", random_state=0)
    session.tell(rows, y[rows])
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        asked = session.ask(BATCH)
        taken.append(time.process_time() - start)
        session.tell(asked, y[asked])
    return taken


def main():
    """Measure and print."""
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    print("| data | labels | seconds of CPU a round |\n|---|---|---|")
    with single_thread():
        for name, made, n_labels in (("table, 20 columns, 5 classes", table, 300), ("short texts", texts, 500)):
            print(f"| {name} | {n_labels} | {np.median(seconds(*made(), n_labels)):.2f} |", flush=True)


if __name__ == "__main__":
    main()
