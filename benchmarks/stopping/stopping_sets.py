"""The data sets of the stopping benchmark, and the classifier of each; half of them are for choosing the defaults."""

from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[3] / "shared" / "data"

# Name: file, classifier. Trees where a straight line between the classes is poor.
TUNE = {
    "spambase": ("lu2023/spambase.svm", "linear"),
    "phoneme": ("lu2023/phoneme.svm", "trees"),
    "optdigits": ("pmlb/optdigits.tsv.gz", "trees"),
    "magic": ("pmlb/magic.tsv.gz", "trees"),
    "churn": ("pmlb/churn.tsv.gz", "trees"),
    "waveform_40": ("pmlb/waveform_40.tsv.gz", "linear"),
    "sms_spam": ("text/sms_spam.csv", "linear"),
    "trec": ("text/trec.csv", "linear"),
}
REPORT = {
    "banana": ("lu2023/banana.svm", "trees"),
    "pendigits": ("pmlb/pendigits.tsv.gz", "trees"),
    "satimage": ("pmlb/satimage.tsv.gz", "trees"),
    "chess": ("pmlb/chess.tsv.gz", "trees"),
    "page_blocks": ("pmlb/page_blocks.tsv.gz", "trees"),
    "adult": ("pmlb/adult.tsv.gz", "linear"),
    "subj": ("text/subj.csv", "linear"),
    "product_reviews": ("text/product_reviews.csv", "linear"),
}
SETS = TUNE | REPORT
TEXT_DIMENSIONS = 100
# Length of a text's vector, so that the usual C of logistic regression suits it.
TEXT_SCALE = 5


def load(name):
    """Return features and integer classes: tables standardised, texts as 100 dimensions of latent semantic analysis."""
    path = DATA / SETS[name][0]
    if path.suffix == ".svm":
        from sklearn.datasets import load_svmlight_file

        X, y = load_svmlight_file(str(path))
        X = X.toarray()
    else:
        from querist.data import read_problem

        problem = read_problem(path, "label" if path.suffix == ".csv" else "target")
        X, y = problem.X, np.asarray(problem.y)
    return np.ascontiguousarray(_features(X, path.suffix == ".csv")), np.unique(y, return_inverse=True)[1]


def _features(X, is_text):
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import Normalizer, StandardScaler

    if is_text:
        return Normalizer().fit_transform(TruncatedSVD(TEXT_DIMENSIONS, random_state=0).fit_transform(X)) * TEXT_SCALE
    return StandardScaler().fit_transform(np.asarray(X, float))


def classifier(name):
    """Return the classifier of a set, unfitted."""
    from querist.registry import make_estimator

    if SETS[name][1] == "trees":
        return make_estimator("extra_trees", n_estimators=40)
    return make_estimator("logistic_regression")
