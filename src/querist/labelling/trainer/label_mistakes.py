"""Labels that may be mistakes: a model that has not seen them disagrees with confidence."""

from collections.abc import Callable

import numpy as np

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


def find_suspects(
    X: Pool, rows: IntArray, labels: AnyArray, refitter: Refitter, *, seed: int, interrupted: Callable[[], bool]
) -> list[Suspect] | None:
    """Return labels that are probably wrong, the likeliest first.

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
        At most 100. Empty where there are too few labels or the model has no probabilities. None if interrupted.
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
    from cleanlab.filter import find_label_issues

    issues = find_label_issues(codes, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)[:_MOST]
    suggested = classes[probabilities.argmax(axis=1)]
    return [
        Suspect(
            row=int(rows[place]),
            class_id=int(labels[place]),
            suggested=int(suggested[place]),
            score=round(float(probabilities[place, codes[place]]), 4),
        )
        for place in issues
        if suggested[place] != labels[place]
    ]


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
