"""Labels that may be mistakes: a model that has not seen them disagrees with confidence."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import binom

from querist import _random
from querist._typing import AnyArray, FloatArray, IntArray, Pool
from querist._validation import take_rows
from querist.base.adapted import over_classes
from querist.base.contract import can
from querist.exceptions import NotEnoughLabelsError
from querist.labelling.trainer.messages import Suspect
from querist.learners.refit import Refitter

# Below these the probabilities are too rough to accuse anybody.
_FEWEST, _FEWEST_PER_CLASS = 20, 3
_FOLDS = 5
_MOST = 100
# By chance a model that has learned nothing passes for a better one than the largest class this often.
_LEVEL = 0.01
# People mix up more than this only where classes overlap: there a model has no say.
_MOST_ERRORS = 0.1
# What is less likely to be right than this is no suggestion.
_LEAST = 0.1


def find_suspects(
    X: Pool, rows: IntArray, labels: AnyArray, refitter: Refitter, *, seed: int, interrupted: Callable[[], bool]
) -> list[Suspect] | None:
    """Return labels that are probably wrong, the likeliest suggestion first.

    Nobody is accused by a model that is no good itself: out of fold it must be right about more than half of the
    labels, and beat always answering the largest class (which is chance, where classes are equally large) by a sign
    test at 1 %.

    By confident learning (C. Northcutt, L. Jiang, I. Chuang, "Confident learning: estimating uncertainty
    in dataset labels", JAIR 2021, doi:10.1613/jair.1.12125) on probabilities out of fold.

    Parameters
    ----------
    X : pool
    rows, labels : ndarrays of shape (n_labelled,)
        Labelled rows and their class ids; classes with fewer than 3 labels are left out.
    refitter : Refitter
        Fits the model on folds.
    seed : int
    interrupted : callable
        Whether there is something better to do; asked from time to time.

    Returns
    -------
    list of Suspect, or None
        At most 100. Empty where there are too few labels, the model has no probabilities or is not good enough. None
        if interrupted.

    Notes
    -----
    How likely a suggestion is right follows by Bayes from the probabilities out of fold, made to fit the labels by one
    temperature, and from how often a label is wrong, which confident learning estimates; at most a tenth, any other
    class being as likely. On digits and short messages with 0, 3 and 10 % of 60 and 200 labels made wrong, its mean was
    within 15 points of the share of suggestions that were right at 3 %, up to 30 points too low at 10 %, and up to 30
    points too high on digits where no label was wrong.
    """
    classes, counts = np.unique(labels, return_counts=True)
    classes = classes[counts >= _FEWEST_PER_CLASS]
    kept = np.isin(labels, classes)
    rows, labels = rows[kept], labels[kept]
    if rows.size < _FEWEST or classes.size < 2 or not can(refitter.estimator, "predict_proba"):
        return []
    codes = np.searchsorted(classes, labels)
    try:
        probabilities = _out_of_fold(take_rows(X, rows), codes, refitter, seed=seed, interrupted=interrupted)
    except NotEnoughLabelsError:
        return []
    if probabilities is None:
        return None
    if not _may_accuse(codes, probabilities):
        return []
    from cleanlab.filter import find_label_issues

    issues = find_label_issues(codes, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)
    suggested, chances = probabilities.argmax(axis=1), _chances(codes, probabilities)
    found = [
        Suspect(
            row=int(rows[place]),
            class_id=int(labels[place]),
            suggested=int(classes[suggested[place]]),
            score=round(float(probabilities[place, codes[place]]), 4),
            chance=round(float(chances[place, suggested[place]]), 4),
        )
        for place in issues.tolist()
        if suggested[place] != codes[place]
    ]
    likely = [each for each in found if each.chance >= _LEAST]
    return sorted(likely, key=lambda each: (-each.chance, each.score))[:_MOST]


def _may_accuse(codes: AnyArray, probabilities: FloatArray) -> bool:
    """Whether predictions out of fold show that the model knows more than the shares of the classes."""
    right = probabilities.argmax(axis=1) == codes
    largest = codes == np.bincount(codes).argmax()
    better, worse = int((right & ~largest).sum()), int((~right & largest).sum())
    # The chance of so many or more of the rows on which only one of the two is right, were the two equally good.
    p = float(binom.sf(better - 1, better + worse, 0.5))
    return bool(right.mean() > 0.5 and p < _LEVEL)


def _chances(codes: AnyArray, probabilities: FloatArray) -> FloatArray:
    """Return how likely each row is of each class, its label known, and that labels may be wrong."""
    from cleanlab.count import estimate_joint

    fitted = _tempered(codes, probabilities)
    n_classes = fitted.shape[1]
    errors = float(np.clip(1 - np.trace(estimate_joint(codes, fitted)), 1 / codes.size, _MOST_ERRORS))
    told = np.full(fitted.shape, errors / (n_classes - 1))
    told[np.arange(codes.size), codes] = 1 - errors
    joint = fitted * told
    chances: FloatArray = joint / joint.sum(axis=1, keepdims=True)
    return chances


def _tempered(codes: AnyArray, probabilities: FloatArray) -> FloatArray:
    """Return probabilities as sure as they may be: by the one power of them with the smallest log loss."""
    logs = np.log(np.clip(probabilities, 1e-6, 1))

    def tempered(power: float) -> FloatArray:
        scores = np.exp(power * logs)
        shares: FloatArray = scores / scores.sum(axis=1, keepdims=True)
        return shares

    def loss(power: float) -> float:
        return -float(np.log(tempered(power)[np.arange(codes.size), codes] + 1e-12).mean())

    return tempered(float(minimize_scalar(loss, bounds=(0.1, 10), method="bounded").x))


def _out_of_fold(
    X: Pool, codes: AnyArray, refitter: Refitter, *, seed: int, interrupted: Callable[[], bool]
) -> FloatArray | None:
    from sklearn.model_selection import StratifiedKFold

    n_folds = min(_FOLDS, int(np.bincount(codes).min()))
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=_random.derive_int(seed, "suspects"))
    probabilities = np.zeros((codes.size, int(codes.max()) + 1))
    for learn, judge in folds.split(np.zeros(codes.size), codes):
        if interrupted():
            return None
        # With three labels or more per class and stratified folds no fold lacks a class, but some models take more.
        model = refitter.fit_as_far(X[learn], codes[learn])
        probabilities[judge] = over_classes(model, X[judge], np.arange(probabilities.shape[1]))
    return probabilities
