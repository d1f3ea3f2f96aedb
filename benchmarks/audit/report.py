"""Write README.md from the finished runs: ``python benchmarks/audit/report.py``."""

from pathlib import Path

import auto_label
import coverage_table
import designs
from coverage_runs import RUNS

HERE = Path(__file__).parent
TEXT = """# The audit: is what it says true?

Written by `python benchmarks/audit/report.py` from the runs of

    nice -n 15 python benchmarks/audit/coverage.py run --repeats 300 --jobs 2   # resumable, hours
    nice -n 15 python benchmarks/audit/auto_label.py run --repeats 30           # resumable
    nice -n 15 python benchmarks/audit/exact.py                                 # minutes

Figures of regressors are [a benchmark of their own](regression.md).

Three quantities, never mixed: *model accuracy* (of the current model on a new row; about 95 %, by these simulations, no
guarantee), *remainder accuracy* (of a frozen model on the rows left; exact), *running accuracy* (the average over audit
draws; right at all times at once). Unfavourable rows are included; bold cells miss their target.

## Who knows the audit's answers

Since [decision 33](../../docs/decisions/0033-exchangeable-audit.md) the model that asks does not know the answers
that judge it; what follows in "Quantity 1" and "What the audit costs" is of `audit="measure"`, where it does. Two
benchmarks are of the new way: `held.py` runs the library's own sessions on thirteen sets and six that nobody looked
at before ([held.md](held.md), what holds and what it costs), and `designs.py` compares how much of the audit's
answers the model that asks might know: margin sampling, batches of ten, pools of up to 2,000 rows, logistic
regression or linear discriminant analysis. Price: accuracy lost at the same number of labels against the design in
which all answers teach. With so few repeats a coverage of a set is known to 6 points and more, and a bias to 1 or 2.

{designs}

## Quantity 1: model accuracy

Pools of 2,000 rows, all other rows of the set held out (2,601 and more). The first ten labels are the first of the
audit order, then a fifth of each batch is the audit's. Classifiers: logistic regression (two classes) and linear
discriminant analysis (more), with random Fourier features for phoneme and banana and latent semantic analysis for
texts; extra trees where it says so. "Width / hold-out's" compares with Wilson's interval from as many labels held out
and not trained on. Batches of one: weighted k-means is margin sampling there. Targets: coverage of the held-out
accuracy at least 92 % in every cell and 94.5 % on average; width at most 1.05 in every cell, below 0.95 on average.

{totals}

{verdict}

{cells}

## What the audit costs

Accuracy without an audit minus accuracy with one, in points, at the same number of labels (negative: the audit helps).
Target at the end: at most 0.5 in every row, 0.3 on average.

{costs}

## Quantity 2 and auto-labelling, quantity 3: simulated where the truth is known exactly

{exact}

Bounds from counts are discrete, so they hold more often than they promise. "Auto-labelling at its worst" has regions
with errors at and over the promise. The running interval is wider than one for a single moment: that is the price of
holding at all moments, for accuracies that move.

## Labels by the model, on real sets

Sessions with margin sampling and `audit=0.2` on pools of at most 5,000 rows; then the same frozen model is let go
twice, with at most 500 fresh labels (spambase: 800), ten draws at a time. Before → now: by the model's confidence
alone, and by `Session.auto_label` of today, which judges the order of the rows first (extra trees give a second
opinion), begins nothing with less than one chance in four, and knows what it costs. Where it refuses or fails, the
smaller promise that it offers is tried as a second attempt. `fast` is logistic regression of two classes and linear
discriminant analysis of more; car, dna, connect_4 and titanic are tables of coded categories. Target: the promise
kept in at least 95 % of runs; labels and rows no worse than before.

{released}

What is met and what is not. No promise was broken. On churn, page_blocks, pendigits, dna and spambase the second
opinion releases rows where the confidence released none or few (on all of them but dna its surest half misses the
target), and on car and trec it releases some more. Labels are not fewer throughout: a better order takes more of them
for a pass (car, trec), and a failure of a promise that nearly held costs more than one that was hopeless (churn,
pendigits, spambase); where only the stop at the deciding answer counts, it saves a fifth to three quarters of what
was asked stage by stage (car at 95 %: a tenth). Lost: connect_4 passes a little less often, and sms_spam releases a
little less, since the second opinion was taken there and tells no more than the confidence. A model that is not good
enough stays so: on magic and titanic next to nothing passes at the first target, whatever the order. What offers
release there they release at the lower target that the table names. Chances and labels are about as the plans had
said. The runs are few: a share of passes is known to 12 points or so.
"""
VERDICT = """\
What is met and what is not. The average coverage and the average width are. Six cells of 69 stay below 92 %: optdigits
with discriminant analysis and 100 or 200 labels (86 to 90 %; extra trees, the default for tables, do better there),
and two of phoneme (91 %). One is wider than 1.05: optdigits with 100 labels. Cells with 64 or 75 runs (batches of one,
extra trees) know a coverage of 95 % to 5 points only. The reason is *choosing*, a bias that no interval from the same
labels sees, of either sign. Pessimistic, most with 100 labels and ten classes: a strategy leaves alone what a known
audit row has explained, so the model without that row is worse there than the real one is on new rows. Optimistic, on
phoneme and subj: it explored around audit rows whose labels surprised it. Half of both is gone since the learning
curve through the rows that were scored when they were drawn has its part in the figure ("difference alone" is without
it). That part, half of the share of rows with such a score, was chosen on the even repeats; the odd ones, looked at
afterwards, stand by themselves at the end of the table. What was tried besides: more folds (one row per fold where
rows are few: kept); for recent rows the score of the moment when they were drawn, without a curve (less optimism, more
lag: no gain); distance to the nearest label and powers of the confidence as further controls; shrinking the slope; a
larger or smaller part of the curve; the plain mean (far worse). For a figure that must hold, take a certificate."""


def main():
    """Write the page."""
    totals, cells, costs = coverage_table.tables(RUNS)
    exact = (HERE / "runs" / "exact.md").read_text(encoding="utf-8").strip()
    released = auto_label.table(auto_label.RUNS)
    page = TEXT.format(
        designs=designs.table(),
        totals=totals,
        verdict=VERDICT,
        cells=cells,
        costs=costs,
        exact=exact,
        released=released,
    )
    (HERE / "README.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
