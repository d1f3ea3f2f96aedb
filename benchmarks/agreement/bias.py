"""Agreement on the random overlap and on chosen rows, while margin sampling chooses: `python bias.py [REPEATS]`.

Three people err more often the nearer a row lies to the border between the classes, and margin sampling asks there.
What they would say of every row of the pool is drawn before, so the figures of the whole pool are known exactly. The
first person labels what the session asks; everybody answers the head of the audit's order as far as it is labelled (the
random overlap), and, for comparison, as many rows that the strategy chose.
"""

import sys

import numpy as np
from scipy.special import expit

from querist import Session
from querist.agreement import agreement
from querist.audit import audit_numbers, audit_order, audit_prefix

N_ROWS, N_LABELS, BATCH, AUDIT = 1000, 300, 20, 0.2
FIGURES = ("observed", "fleiss_kappa", "krippendorff_alpha")
REPEATS = 100


def pool(rng):
    """Return features, and what three people say: shape (N_ROWS, 3)."""
    X = rng.normal(size=(N_ROWS, 4))
    distance = X @ np.array([1.0, -0.8, 0.5, 0.3])
    truth = (rng.random(N_ROWS) < expit(4 * distance)).astype(np.int64)
    wrong = rng.random((N_ROWS, 3)) < 0.03 + 0.4 * np.exp(-3 * np.abs(distance))[:, None]
    return X, np.where(wrong, 1 - truth[:, None], truth[:, None])


def play(seed):
    """Return the figures of the pool, of the random overlap and of chosen rows, each of shape (n_figures, 3).

    The three are value, low and high; of the pool the ends are the value.
    """
    X, said = pool(np.random.default_rng(seed))
    session = Session(X, strategy="margin", audit=f"measure:share={AUDIT}", random_state=seed)
    while session.labels.size < N_LABELS:
        rows = session.ask(BATCH)
        session.tell(rows, said[rows, 0])
    answered = np.zeros(N_ROWS, bool)
    answered[session.labelled] = True
    drawn = audit_prefix(audit_order(audit_numbers(seed, np.arange(N_ROWS))), answered).rows
    chosen = np.setdiff1d(session.labelled, drawn)[: drawn.size]
    return [_ends(said, N_ROWS), _ends(said[drawn], N_ROWS), _ends(said[chosen], N_ROWS)], drawn.size


def _ends(said, population):
    found = agreement(said, n_classes=2, population=population)
    return [[getattr(getattr(found, name), end) for end in ("value", "low", "high")] for name in FIGURES]


def run(repeats):
    """Return the figures, shape (repeats, 3 kinds of rows, n_figures, 3), and the sizes of the overlaps."""
    played = [play(seed) for seed in range(repeats)]
    return np.array([each for each, _ in played]), np.array([size for _, size in played])


def table(found):
    """Return the lines of the table."""
    lines = [
        "| figure | rows | mean | of the whole pool | mean error (standard error) | intervals that hold the pool's |",
        "|---|---|---|---|---|---|",
    ]
    whole = found[:, 0, :, 0]
    for number, figure in enumerate(FIGURES):
        for kind, name in ((1, "random overlap"), (2, "chosen by margin")):
            value, low, high = found[:, kind, number].T
            truth = whole[:, number]
            error = value - truth
            spread = error.std(ddof=1) / np.sqrt(len(error))
            held = np.mean((low <= truth) & (truth <= high))
            lines.append(
                f"| {figure} | {name} | {value.mean():.3f} | {truth.mean():.3f} | {error.mean():+.4f} ({spread:.4f}) "
                f"| {held:.0%} |"
            )
    return lines


if __name__ == "__main__":
    found, sizes = run(int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS)
    print(f"{len(found)} pools of {N_ROWS} rows, overlaps of {sizes.min()} to {sizes.max()} rows.\n")
    print("\n".join(table(found)))
