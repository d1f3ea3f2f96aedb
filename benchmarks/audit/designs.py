"""How much of the audit's answers the model that asks should know: coverage, bias, width and price of several designs.

python benchmarks/audit/designs.py run --repeats 100     # resumable: finished runs are kept
python benchmarks/audit/designs.py table

Written without the library's session, so as to try what it does not do. The sets of `set_aside` are not among these.
"""

import argparse
import json
import os
from collections import defaultdict
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import problems  # noqa: E402
from fast import FastDiscriminant, FastLogistic  # noqa: E402

from querist._random import derive_generator  # noqa: E402
from querist.audit.accuracy import model_accuracy  # noqa: E402
from querist.audit.cross_fitting import cross_fit  # noqa: E402
from querist.audit.reserve import reserve_size  # noqa: E402

RUNS = Path(__file__).parent / "runs" / "designs.jsonl"
TABLES = (
    "pendigits", "mfeat_factors", "satimage", "letter", "waveform_40", "wine_quality_white", "churn", "page_blocks",
    "magic",
)  # fmt: skip
SETS = (*TABLES, "spambase", "phoneme", "sms_spam", "trec")
problems.FILES |= {name: f"pmlb/{name}.tsv.gz" for name in TABLES}
STAGES = (50, 100, 200, 400)
BATCH, FIRST, POOL_ROWS = 10, 10, 2_000
# By name: whether all answers teach the model that asks; else the part that is given over; and the audit's share.
DESIGNS = {
    "all answers teach": (True, 0.0, 0.2),
    "a fifth, nothing given": (False, 0.0, 0.2),
    "a fifth, a quarter given": (False, 0.25, 0.2),
    "a fifth, half given": (False, 0.5, 0.2),
    "27 %, a quarter given": (False, 0.25, 4 / 15),
    "40 %, half given": (False, 0.5, 0.4),
}


class Play:
    """One run of margin sampling with an interleaved audit."""

    def __init__(self, problem, seed, teaches, part, share):
        generator = derive_generator(seed, "split")
        order = generator.permutation(len(problem.y))
        pool, held = np.split(order, [min(POOL_ROWS, len(order) * 2 // 3)])
        self.X, self.y = problem.X[pool], problem.y[pool]
        self.held = problem.X[held], problem.y[held]
        self.make = FastLogistic if np.unique(problem.y).size == 2 else FastDiscriminant
        order = generator.permutation(len(pool))
        n_first = FIRST
        while np.unique(self.y[order[:n_first]]).size < 2:
            n_first += 1
        self.chosen, self.order = order[:n_first].tolist(), order[n_first:]
        self.teaches, self.part, self.share = teaches, part, share
        self.audit, self.carry = [], 0.0
        self.reserve = self.order[: reserve_size(self.order.size, share)]
        self.is_open = np.ones(len(pool), bool)
        self.is_open[self.chosen] = False
        self.ties = derive_generator(seed, "ties")

    def stages(self):
        """Label up to the last stage; return one dict per stage."""
        found = []
        for stage in STAGES:
            while (n := len(self.audit) + len(self.chosen)) < stage:
                self._round(min(BATCH, stage - n))
            found.append(self._judged() | {"n": stage})
        return found

    def _fit(self, rows, labels=None):
        return self.make().fit(self.X[rows], self.y[rows] if labels is None else labels)

    def _round(self, size):
        known = self.audit if self.teaches else self.audit[: int(self.part * len(self.audit) + 1e-9)]
        model = self._fit(np.array(self.chosen + known))
        self.carry += self.share * size
        n_audit = int(self.carry + 1e-9)
        self.carry -= n_audit
        drawn = self.order[self.is_open[self.order]][:n_audit]
        self.audit += drawn.tolist()
        self.is_open[drawn] = False
        if size > n_audit:
            free = self.is_open.copy()
            if not self.teaches:
                free[self.reserve] = False
            rows = np.flatnonzero(free)
            sure = np.sort(model.predict_proba(self.X[rows]), axis=1)
            picked = rows[np.lexsort((self.ties.random(rows.size), sure[:, -1] - sure[:, -2]))[: size - n_audit]]
            self.chosen += picked.tolist()
            self.is_open[picked] = False

    def _judged(self):
        rows = np.array(self.audit + self.chosen)
        model = self._fit(rows)
        if self.teaches:
            done = ~self.is_open[self.order]
            sample, rest = self.order[: int(done.argmin())], np.flatnonzero(self.is_open)
        else:
            sample = np.array(self.audit[int(self.part * len(self.audit) + 1e-9) :], np.int64)
            rest = self.reserve[self.is_open[self.reserve]]
        folds = cross_fit(self._fit, self.X, rows, self.y[rows], sample)
        z = (folds.predicted == self.y[sample]).astype(float)
        sure = model.predict_proba(self.X[rest]).max(axis=1)
        told = model_accuracy(z, folds.sure, np.append(folds.sure, sure))
        truth = float((model.predict(self.held[0]) == self.held[1]).mean())
        return {"truth": truth, "m": sample.size, "value": told.value, "low": told.low, "high": told.high}


def run(repeats):
    """Do the runs that are missing, repeat by repeat over all sets and designs."""
    RUNS.parent.mkdir(exist_ok=True, parents=True)
    have = {tuple(json.loads(line)["key"]) for line in RUNS.read_text().splitlines()} if RUNS.exists() else set()
    loaded = {name: problems.load(name) for name in SETS}
    with RUNS.open("a") as file:
        for repeat in range(repeats):
            for name in SETS:
                for design, choice in DESIGNS.items():
                    if (name, design, repeat) not in have:
                        stages = Play(loaded[name], repeat * 1_000_003 + sum(map(ord, name)), *choice).stages()
                        file.write(json.dumps({"key": [name, design, repeat], "stages": stages}) + "\n")
                        file.flush()


def table():
    """Return one line per design and number of labels."""
    found = defaultdict(dict)
    for line in RUNS.read_text().splitlines():
        each = json.loads(line)
        name, design, repeat = each["key"]
        for stage in each["stages"]:
            found[design, stage["n"], name][repeat] = stage
    lines = [
        "| design | labels | sample | coverage, mean (lowest of a set) | absolute bias, mean | width | price, points |",
        "|---|---|---|---|---|---|---|",
    ]
    first = next(iter(DESIGNS))
    for design in DESIGNS:
        for n in STAGES[1:]:
            cells = np.array([_cell(found[design, n, name], found[first, n, name]) for name in SETS])
            price = f"{100 * cells[:, 4].mean():+.2f}"
            if np.isnan(cells[:, 1]).all():
                lines.append(f"| {design} | {n} | below ten: no figure | | | | {price} |")
                continue
            m, coverage, _, width, _ = np.nanmean(cells, axis=0)
            lines.append(
                f"| {design} | {n} | {m:.0f} | {100 * coverage:.1f} % ({100 * np.nanmin(cells[:, 1]):.0f} %) | "
                f"{100 * np.nanmean(np.abs(cells[:, 2])):.1f} | {width:.3f} | {price} |"
            )
    repeats = min(len(runs) for runs in found.values())
    return "\n".join([*lines, "", f"{repeats} repeats and more of each of {len(SETS)} sets."])


def _cell(stages, reference):
    told = [stage for stage in stages.values() if stage["value"] is not None]
    price = np.mean([reference[at]["truth"] - stages[at]["truth"] for at in stages if at in reference])
    if not told:
        return np.nan, np.nan, np.nan, np.nan, price
    return (
        np.mean([stage["m"] for stage in told]),
        np.mean([stage["low"] <= stage["truth"] <= stage["high"] for stage in told]),
        np.mean([stage["value"] - stage["truth"] for stage in told]),
        np.mean([stage["high"] - stage["low"] for stage in told]),
        price,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=("run", "table"))
    parser.add_argument("--repeats", type=int, default=100)
    chosen = parser.parse_args()
    if chosen.command == "run":
        run(chosen.repeats)
    else:
        print(table())
