"""What one round costs: refit, score 100,000 rows, choose 10. ``python benchmarks/labels/round_time.py`` prints it.

Seconds of CPU on one core (`time.process_time`, one thread), the median of five rounds of ten answers each. Then what
it costs to make features of texts, of words alone and of all that Querist makes of them.
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


def real_texts(n):
    """Return n texts and the set that each is from, a frame: five sets of real ones, again and again."""
    import pandas as pd

    frame = pd.concat([pd.read_csv(DATA / "text" / f"{name}.csv").assign(set=name) for name in SETS["texts"]])
    frame = frame.sample(frac=1.0, random_state=0)
    return frame.iloc[np.resize(np.arange(len(frame)), n)][["text", "set"]].reset_index(drop=True)


def featured(frame, *, words_only=False):
    """Return texts as features."""
    from querist.data import TableFeatures

    return TableFeatures(text_columns=("text",), words_only=words_only).fit_transform(frame)


def texts():
    """Return 100,000 texts as features, and the set that each is from."""
    frame = real_texts(N_ROWS)
    return featured(frame), frame["set"].to_numpy(str)


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
        print(f"| table, 20 columns, 5 classes | 300 | {np.median(seconds(*table(), 300)):.2f} |", flush=True)
        X, sets = texts()
        for kind, y in (("two", (sets == sets[0]).astype(np.int64)), ("five", sets)):
            for n_labels in (300, 500):
                taken = np.median(seconds(X, y, n_labels))
                print(f"| short texts, {kind} classes | {n_labels} | {taken:.2f} |", flush=True)
        print("\n| texts | features | seconds of CPU | MB |\n|---|---|---|---|")
        for n in (5000, N_ROWS):
            frame = real_texts(n)
            for kind, words_only in (("words alone", True), ("all", False)):
                start = time.process_time()
                X = featured(frame, words_only=words_only)
                taken = time.process_time() - start
                size = (X.data.nbytes + X.indices.nbytes + X.indptr.nbytes) / 1e6
                print(f"| {n:,} | {kind} | {taken:.1f} | {size:.0f} |", flush=True)


if __name__ == "__main__":
    main()
