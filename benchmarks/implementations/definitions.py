"""What each strategy asks about, by the formula of its paper, in the widest floats there are: larger = sooner."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import pairwise_distances

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]


class Question(NamedTuple):
    """What every library is asked: the same pool, answers, probabilities and committee.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_features)
    codes : ndarray of shape (n_rows,)
        Classes as 0 to n_classes - 1, all of them; only those of `labelled` are shown.
    labelled, free : ndarray of int
    proba : ndarray of shape (n_rows, n_classes)
    committee : ndarray of shape (n_members, n_rows, n_classes)
    """

    X: Floats
    codes: Ints
    labelled: Ints
    free: Ints
    proba: Floats
    committee: Floats


def _wide(values: Floats) -> Floats:
    return values.astype(np.longdouble)


def _plogp(proba: Floats) -> Floats:
    return np.where(proba > 0, proba * np.log(np.where(proba > 0, proba, 1)), 0)


def least_confidence(question: Question) -> Floats:
    """One minus the largest probability (Lewis and Gale 1994)."""
    return 1 - _wide(question.proba[question.free]).max(axis=1)


def margin(question: Question) -> Floats:
    """Minus the gap of the two largest probabilities (Scheffer et al. 2001)."""
    ordered = np.sort(_wide(question.proba[question.free]), axis=1)
    return ordered[:, -2] - ordered[:, -1]


def entropy(question: Question) -> Floats:
    """Shannon's entropy; 0 log 0 is 0."""
    return -_plogp(_wide(question.proba[question.free])).sum(axis=1)


def vote_entropy(question: Question) -> Floats:
    """Entropy of the members' votes (Dagan and Engelson 1995)."""
    votes = question.committee[:, question.free].argmax(axis=2)
    counts = np.stack([(votes == code).sum(axis=0) for code in range(question.proba.shape[1])], axis=1)
    return -_plogp(_wide(counts) / len(votes)).sum(axis=1)


def mean_kl(question: Question) -> Floats:
    """Mean divergence of the members from their mean (McCallum and Nigam 1998)."""
    members = _wide(question.committee[:, question.free])
    mean = members.mean(axis=0)
    crossed = np.where(members > 0, members * np.log(np.where(mean > 0, mean, 1)), 0)
    return (_plogp(members).sum(axis=2) - crossed.sum(axis=2)).mean(axis=0)


def k_center(question: Question) -> Floats:
    """Euclidean distance to the nearest labelled row (Sener and Savarese 2018)."""
    return _wide(pairwise_distances(question.X[question.free], question.X[question.labelled])).min(axis=1)


DEFINITIONS: dict[str, Callable[[Question], Floats]] = {
    "least confidence": least_confidence,
    "margin": margin,
    "entropy": entropy,
    "vote entropy": vote_entropy,
    "mean KL": mean_kl,
    "k-center": k_center,
}
