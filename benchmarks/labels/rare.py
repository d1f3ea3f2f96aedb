"""How many labels find a rare class? ``python benchmarks/labels/rare.py`` runs what is missing, writes RARE.md.

Ten random rows and one row of the class are known; then ten at a time, until 90 % of the class's rows in the pool are
found, or 30 % of the pool is read. Every run is one line of rare.jsonl, written when it ends.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from protocol import DATA

from querist import Session, make_strategy
from querist._threads import single_thread
from querist.data import read_problem
from querist.data.literature_features import literature_features, record_texts

HERE = Path(__file__).parent
RUNS, PAGE = HERE / "rare.jsonl", HERE / "RARE.md"
# name: (folder, class, estimator).
SETS = {
    "sms_spam": ("text", "spam", "auto"),
    "ace": ("screening", "1", "relevance_svc"),
    "virus": ("screening", "1", "relevance_svc"),
    "page_blocks": ("pmlb", "3", "logistic_regression"),
    "yeast": ("pmlb", "8", "logistic_regression"),
    "trec": ("text", "abbreviation", "auto"),
    "letter": ("pmlb", "1", "logistic_regression"),
}
POLICIES = {
    "margin": lambda target: "margin",
    "relevance": lambda target: make_strategy("relevance", target=target),
}
SHARE, LAST, N_POOL, BATCH = 0.9, 0.3, 2000, 10


def read(name):
    """Return rows and labels of a set."""
    folder, _, _ = SETS[name]
    if folder == "screening":
        frame = pd.read_csv(DATA / folder / f"{name}.csv")
        return literature_features(record_texts(frame, without=["included"])), frame["included"].to_numpy()
    text = folder == "text"
    problem = read_problem(DATA / folder / f"{name}.{'csv' if text else 'tsv.gz'}", "label" if text else "target")
    return problem.X, problem.y


def run(X, y, name, policy, repeat):
    """Return the labels read (None: not within the limit), what random order expects, and rows of the class."""
    folder, wanted, estimator = SETS[name]
    rng = np.random.default_rng([repeat, *name.encode()])
    order = rng.permutation(len(y))
    # Of page_blocks and the records all rows, as the class has few.
    if name != "page_blocks" and folder != "screening":
        order = order[:N_POOL]
    X, y = X[order], y[order]
    rows = np.flatnonzero(y.astype(str) == wanted)
    target = y[rows[0]]
    need = int(np.ceil(SHARE * rows.size))
    first = np.unique([*rng.permutation(len(y))[:10], rng.choice(rows)])
    session = Session(X, estimator=estimator, strategy=POLICIES[policy](target), random_state=repeat)
    session.tell(first, y[first])
    while (y[session.labelled] == target).sum() < need and len(session.labelled) < LAST * len(y):
        asked = session.ask(BATCH)
        session.tell(asked, y[asked])
    found = (y[session.labelled] == target).cumsum()
    read = int(np.searchsorted(found, need)) + 1 if found[-1] >= need else None
    # The need-th of K rows in random order.
    return {
        "read": read,
        "random": round(need * (len(y) + 1) / (rows.size + 1), 1),
        "rows": int(rows.size),
        "pool": len(y),
    }


def page(runs):
    """Return RARE.md."""
    sets = [name for name in SETS if any(each["set"] == name for each in runs)]
    lines = [
        "# Labels until a rare class is found",
        "",
        "Written by `python benchmarks/labels/rare.py`. Labels until 90 % of the class's rows in the pool are known,",
        "as a share of what random order is expected to read; means of paired repeats, ten questions a training.",
        "Ten random rows and one row of the class are known and count. `>` : in some repeat not within 30 % of the",
        "pool, and counted as that; in brackets in how many repeats it arrived. Models: records the linear SVC of",
        "screening, texts `auto`, tables logistic regression. Nothing was chosen by these runs. The aim was 0.3; what",
        "misses it is in bold.",
        "",
        f"| policy | {' | '.join(sets)} |",
        "|---" * (len(sets) + 1) + "|",
    ]
    described = []
    for name in sets:
        own = [each for each in runs if each["set"] == name]
        shares = np.mean([each["rows"] / each["pool"] for each in own])
        described.append(f"{np.mean([each['rows'] for each in own]):.0f}, {shares:.1%}")
    lines.append(f"| rows of the class | {' | '.join(described)} |")
    for policy in POLICIES:
        cells = []
        for name in sets:
            own = [each for each in runs if each["set"] == name and each["policy"] == policy]
            if not own:
                cells.append("-")
                continue
            shares = [(each["read"] or LAST * each["pool"]) / each["random"] for each in own]
            arrived = sum(each["read"] is not None for each in own)
            text = f"{'' if arrived == len(own) else '> '}{np.mean(shares):.2f} ({arrived} of {len(own)})"
            cells.append(text if np.mean(shares) <= 0.3 and arrived == len(own) else f"**{text}**")
        lines.append(f"| {policy} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def finished():
    """Return the runs that are there."""
    return [json.loads(line) for line in RUNS.read_text(encoding="utf-8").splitlines()] if RUNS.exists() else []


def main():
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--policies", nargs="*", default=list(POLICIES))
    parser.add_argument("--repeats", nargs="*", type=int, default=list(range(5)))
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    done = {(each["set"], each["repeat"], each["policy"]) for each in finished()}
    warnings.simplefilter("ignore")
    problems = {}
    for repeat in [] if given.table else given.repeats:
        for name in given.sets:
            for policy in (each for each in given.policies if (name, repeat, each) not in done):
                problems.setdefault(name, None)
                problems[name] = problems[name] or read(name)
                with single_thread():
                    line = {"set": name, "repeat": repeat, "policy": policy} | run(
                        *problems[name], name, policy, repeat
                    )
                with RUNS.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
                print(name, repeat, policy, line["read"], flush=True)
    PAGE.write_text(page(finished()), encoding="utf-8")


if __name__ == "__main__":
    main()
