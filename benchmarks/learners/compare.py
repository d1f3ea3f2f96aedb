"""Which classifier learns most from few labels? ``python benchmarks/learners/compare.py`` writes README.md.

Random labels, no active learning: mean accuracy and balanced accuracy over the data sets, at several label counts.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "data"
TABLES = (
    *("adult", "churn", "dna", "letter", "magic", "mfeat_factors", "optdigits", "page_blocks", "pendigits"),
    *("satimage", "segmentation", "waveform_40", "wine_quality_white", "yeast"),
)
TEXTS = ("sms_spam", "trec", "subj", "banking77", "product_reviews")
COUNTS = (50, 200, 1000)
TEST_ROWS = 1500


def classifiers(kind):
    """Return the classifiers to compare, by name."""
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import ComplementNB, GaussianNB
    from sklearn.svm import SVC, LinearSVC

    if kind == "tables":
        return {
            "extra trees": ExtraTreesClassifier(random_state=0),
            "random forest": RandomForestClassifier(random_state=0),
            "SVC": SVC(),
            "logistic regression": LogisticRegression(max_iter=500),
            "naive Bayes": GaussianNB(),
        }
    return {
        "logistic regression C=10 balanced (auto)": LogisticRegression(C=10, class_weight="balanced", max_iter=500),
        "logistic regression C=1 balanced": LogisticRegression(class_weight="balanced", max_iter=500),
        "logistic regression C=10": LogisticRegression(C=10, max_iter=500),
        "logistic regression C=1": LogisticRegression(max_iter=500),
        "linear SVC": LinearSVC(),
        "complement naive Bayes": ComplementNB(),
    }


def scores(kind, path, repeats):
    """Return accuracy and balanced accuracy by (classifier, label count), means over repeats."""
    from sklearn.metrics import accuracy_score, balanced_accuracy_score

    from querist.data import read_problem

    problem = read_problem(path, "label" if kind == "texts" else "target")
    found = {}
    for repeat in range(repeats):
        order = np.random.default_rng(repeat).permutation(len(problem.y))
        test = order[-TEST_ROWS:]
        for count in COUNTS:
            rows = order[: min(count, len(order) - TEST_ROWS)]
            if np.unique(problem.y[rows]).size < 2:
                continue
            for name, model in classifiers(kind).items():
                predicted = model.fit(problem.X[rows], problem.y[rows]).predict(problem.X[test])
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # a rare class may be missing in a test part
                    pair = (
                        accuracy_score(problem.y[test], predicted),
                        balanced_accuracy_score(problem.y[test], predicted),
                    )
                found.setdefault((name, count), []).append(pair)
    return {key: np.mean(pairs, axis=0) for key, pairs in found.items()}


def main():
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    lines = [
        "# Classifiers for few labels",
        "",
        f"Written by `python benchmarks/learners/compare.py --repeats {arguments.repeats}`. Random labels, means over",
        "data sets and repeats; accuracy / balanced accuracy in percent. It decided what `auto` takes on texts;",
        "on tables see `benchmarks/labels`.",
    ]
    for kind, names in (("tables", TABLES), ("texts", TEXTS)):
        files = [
            arguments.data
            / ("text" if kind == "texts" else "pmlb")
            / f"{name}.{'csv' if kind == 'texts' else 'tsv.gz'}"
            for name in names
        ]
        every = [scores(kind, path, arguments.repeats) for path in files]
        lines += ["", f"## {kind.capitalize()} ({', '.join(names)})", ""]
        lines += [f"| classifier | {' | '.join(f'{count} labels' for count in COUNTS)} |", "|---|---|---|---|"]
        for name in classifiers(kind):
            cells = [100 * np.mean([each[name, count] for each in every], axis=0) for count in COUNTS]
            lines.append(f"| {name} | {' | '.join(f'{a:.1f} / {b:.1f}' for a, b in cells)} |")
    (HERE / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
