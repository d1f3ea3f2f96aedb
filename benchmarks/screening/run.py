"""Screening beside ASReview: ``python benchmarks/screening/run.py --asreview PATH`` runs what is missing.

PATH is the executable of ASReview 3.0.8, installed in an environment of its own; without it only Querist is run. Both
begin with the same two records, train after each record, and stop when all relevant ones are found. (ASReview passes
over ``--n-query`` where the model is its default, so it cannot be asked for batches of it.) Every run is one line of
runs.jsonl; README.md is written at the end.
"""

import argparse
import json
import sqlite3
import subprocess
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from sklearn.naive_bayes import MultinomialNB

from querist._threads import single_thread
from querist.data.literature_features import literature_features, record_texts
from querist.registry.goals import goal_of
from querist.simulation.screening import Screening, priors, screen

HERE = Path(__file__).parent
DATA = HERE.parents[1].parent / "shared" / "data" / "screening"
RUNS = HERE / "runs.jsonl"
FIGURES = {"atd": "ATD", "wss_95": "WSS@95", "rrf_10": "RRF@10"}


def by_querist(frame, relevant, known, batch_size, seed):
    """Return the figures of Querist's goal."""
    X = literature_features(record_texts(frame, without=["included"]))
    with single_thread():
        return screen(X, relevant, known=known, batch_size=batch_size, random_state=seed).figures


def by_ensemble(frame, relevant, known, batch_size, seed):
    """Return the figures of the mean rank by the goal's model and by naive Bayes."""
    X = literature_features(record_texts(frame, without=["included"]))
    goal = goal_of("screening").among([False, True])
    keys = np.random.default_rng(seed).permutation(relevant.size)
    read, left = list(known), np.setdiff1d(np.arange(relevant.size), known)
    with single_thread():
        while relevant[read].sum() != relevant.sum():
            svc = goal.make_estimator().set_params(random_state=seed).fit(X[read], relevant[read])
            held = relevant[read]
            # As in ELAS u3: the relevant records together weigh 1.2 times the others.
            weights = np.where(held, 1.2 * (~held).sum() / held.sum(), 1.0)
            bayes = MultinomialNB(alpha=3.822).fit(X[read], held, sample_weight=weights)
            odds = bayes.predict_joint_log_proba(X[left])
            ranks = rankdata(svc.decision_function(X[left])) + rankdata(odds[:, 1] - odds[:, 0])
            best = left[np.lexsort((keys[left], -ranks))[:batch_size]]
            read += best.tolist()
            left = np.setdiff1d(left, best)
    order = np.array([*read[len(known) :], *left.tolist()], np.int64)
    return Screening(np.array(known), order, relevant[order]).figures


def by_asreview(executable, path, relevant, known, seed):
    """Return the figures of ASReview's simulation, from the order in which it has read."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run.asreview"
        command = [executable, "simulate", path.resolve(), "--prior-idx", *map(str, known), "--seed", str(seed)]
        done = subprocess.run([*map(str, command), "-o", str(out)], check=False, capture_output=True, cwd=folder)
        if done.returncode:
            raise RuntimeError(f"ASReview failed:\n{done.stderr.decode()[-2000:]}")
        with zipfile.ZipFile(out) as archive:
            name = next(each for each in archive.namelist() if each.endswith(("results.db", "results.sql")))
            archive.extract(name, folder)
        with sqlite3.connect(Path(folder) / name) as results:
            read = [row for (row,) in results.execute("SELECT record_id FROM results ORDER BY rowid")]
    order = np.array([row for row in read if row not in set(known)], np.int64)
    rest = np.setdiff1d(np.arange(relevant.size), [*known, *order.tolist()])
    order = np.concatenate([order, rest])
    return Screening(np.array(known), order, relevant[order]).figures


def finished():
    """Return the runs that are there."""
    return [json.loads(line) for line in RUNS.read_text(encoding="utf-8").splitlines()] if RUNS.exists() else []


def page(runs):
    """Return README.md."""
    table = pd.DataFrame(runs).pivot_table(index=["set", "seed", "batch_size"], columns="who", values=list(FIGURES))
    return (
        "\n".join(
            [
                "# Screening",
                "",
                "Written by `python benchmarks/screening/run.py`. Querist's goal `screening` beside",
                "`asreview simulate` 3.0.8 (ELAS u4), with the same two known records, both trained after each",
                "record. Percent, means; differences are paired by seed, with 95 % intervals (normal, from few",
                "runs: rough). A lower ATD is better.",
                "",
                *_beside(table, "asreview", "ASReview"),
                "",
                "The goal beside an ensemble: the mean rank by its model and by naive Bayes (multinomial, alpha 3.822,",
                "relevant records together 1.2 times the others, on the same features).",
                "",
                *_beside(table, "ensemble", "Ensemble"),
            ]
        )
        + "\n"
    )


def _beside(table, other, title):
    """Return the lines of a table, of the runs that both have."""
    lines = [
        f"| set | figure | runs | read between trainings | Querist | {title} | Querist less {title} |",
        "|---|---|---|---|---|---|---|",
    ]
    for (name, batch_size), held in table.groupby(level=["set", "batch_size"]):
        for figure, words in FIGURES.items():
            if other not in held[figure]:
                continue
            both = 100 * held[figure][["querist", other]].dropna()
            if both.empty:
                continue
            ours, theirs = both["querist"], both[other]
            difference = ours - theirs
            half = 1.96 * difference.std(ddof=1) / difference.size**0.5
            told = f"{difference.mean():+.2f} ± {half:.2f}" if difference.size > 1 else "-"
            cells = [name, words, len(both), batch_size, f"{ours.mean():.2f}", f"{theirs.mean():.2f}", told]
            lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


def main():
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--asreview", help="the executable of ASReview 3.0.8")
    parser.add_argument("--sets", nargs="*", default=["ace", "virus"])
    parser.add_argument("--seeds", nargs="*", type=int, default=list(range(15)))
    parser.add_argument("--batch-size", type=int, default=1, help="of Querist alone: ASReview reads one by one")
    parser.add_argument("--ensemble", action="store_true", help="run the ensemble, too")
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    done = {(each["set"], each["seed"], each["batch_size"], each["who"]) for each in finished()}
    for seed in [] if given.table else given.seeds:
        for name in given.sets:
            path = DATA / f"{name}.csv"
            frame = pd.read_csv(path)
            relevant = frame["included"].to_numpy() == 1
            known = priors(relevant, seed).tolist()
            both = given.asreview and given.batch_size == 1
            more = ["ensemble"] if given.ensemble else []
            for who in (["querist", "asreview"] if both else ["querist"]) + more:
                key = {"set": name, "seed": seed, "batch_size": given.batch_size, "who": who}
                if tuple(key.values()) in done:
                    continue
                if who == "querist":
                    figures = by_querist(frame, relevant, known, given.batch_size, seed)
                elif who == "ensemble":
                    figures = by_ensemble(frame, relevant, known, given.batch_size, seed)
                else:
                    figures = by_asreview(given.asreview, path, relevant, known, seed)
                with RUNS.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(key | figures) + "\n")
    (HERE / "README.md").write_text(page(finished()), encoding="utf-8")


if __name__ == "__main__":
    main()
