"""What a session's memory saves: ``python benchmarks/speed/kept_work.py`` prints it.

Seconds of CPU (`time.process_time`, one thread) that k-center takes to ask for one row of 200,000 x 32 with 2,000
labelled, in a session and without its memory; the first question of a session is the second column too.
"""

import time

import numpy as np

from querist import Session
from querist._threads import single_thread
from querist.strategies import KCenter

N_ROWS, N_COLUMNS, N_LABELLED, ROUNDS = 200_000, 32, 2_000, 5


def main() -> None:
    """Measure and print."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_ROWS, N_COLUMNS))
    labels = (X[:, 0] > 0).astype(int)
    rows = rng.choice(N_ROWS, N_LABELLED, replace=False)
    session = Session(X, strategy="k_center", random_state=0)
    session.tell(rows, labels[rows])
    strategy, kept, anew = KCenter(), [], []
    with single_thread():
        for round_ in range(ROUNDS + 1):
            start = time.process_time()
            without = strategy.query(X, session.labelled, session.labels)
            anew.append(time.process_time() - start)
            start = time.process_time()
            asked = session.ask(1)
            if round_:
                kept.append(time.process_time() - start)
            assert asked.tolist() == without.tolist(), "with and without a memory other rows are asked"
            session.tell(asked, labels[asked])
    print("| k-center, one row | with what is kept | anew | times as fast |\n|---|---|---|---|")
    with_it, without_it = float(np.median(kept)), float(np.median(anew))
    print(f"| {N_ROWS:,} x {N_COLUMNS}, {N_LABELLED:,} labelled | {with_it:.3f} s | {without_it:.2f} s | ", end="")
    print(f"{without_it / with_it:.0f} |")


if __name__ == "__main__":
    main()
