"""One run: a policy labels a pool, and is judged after each batch on rows that it never sees."""

import warnings
from pathlib import Path

import numpy as np

from querist import Session
from querist.data import read_problem

DATA = Path(__file__).parents[3] / "shared" / "data"
# The shares of the kernel machines were decided on all 18 tables, with other splits and labels drawn at random: no
# set is unseen.
SETS = {
    "tables": (
        *("adult", "car", "chess", "churn", "connect_4", "dna", "letter", "magic", "mfeat_factors", "optdigits"),
        *(
            "page_blocks",
            "pendigits",
            "satimage",
            "segmentation",
            "titanic",
            "waveform_40",
            "wine_quality_white",
            "yeast",
        ),
    ),
    "texts": ("product_reviews", "sms_spam", "subj", "trec", "banking77"),
}
# Rows to label, rows that judge, rows at first, and the sizes of batches: so many until there are so many labels.
SIZES = {
    "tables": (1500, 800, 10, ((10, 100), (20, 300))),
    "texts": (4500, 1500, 20, ((10, 200), (20, 400), (40, 800))),
}
SHARE = 0.95


class Problem:
    """A pool, a test part, and the accuracy that is to be reached: 95 % of the baseline's with all labels."""

    def __init__(self, kind, name, repeat, reference):
        folder, ending, target = ("pmlb", "tsv.gz", "target") if kind == "tables" else ("text", "csv", "label")
        whole = read_problem(DATA / folder / f"{name}.{ending}", target)
        n_pool, n_test, self.n_first, self.batches = SIZES[kind]
        rng = np.random.default_rng([repeat, *name.encode()])
        order = rng.permutation(len(whole.y))
        n_pool = min(n_pool, int(0.7 * order.size))
        pool, test = order[:n_pool], order[n_pool : n_pool + n_test]
        self.pool, self.test = pool, test
        self.X, self.y = whole.X[pool], whole.y[pool]
        self.X_test, self.y_test = whole.X[test], whole.y[test]
        self.repeat = repeat
        # As many as it takes to meet two classes.
        while np.unique(self.y[: self.n_first]).size < 2:
            self.n_first += 1
        full = reference().set_params(random_state=repeat).fit(self.X, self.y)
        self.target = SHARE * float((full.predict(self.X_test) == self.y_test).mean())


def run(problem, make_model, strategy):
    """Return the counts of labels and the accuracy on the test part at each."""
    session = Session(problem.X, estimator=make_model(), strategy=strategy, random_state=problem.repeat)
    first = np.arange(problem.n_first)
    session.tell(first, problem.y[first])
    counts, accuracies = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for size, last in problem.batches:
            while True:
                if not counts or len(session.labelled) > counts[-1]:
                    counts.append(len(session.labelled))
                    accuracies.append(float((session.predict(problem.X_test) == problem.y_test).mean()))
                if counts[-1] >= last:
                    break
                rows = session.ask(min(size, last - counts[-1]))
                session.tell(rows, problem.y[rows])
    return counts, accuracies
