"""How much the members of a committee disagree: one number per row.

Larger always means more disagreement, 0 means none.
"""

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray

# Probabilities whose logarithms are taken together: what that takes stays in the cache.
_CACHED_VALUES = 1 << 14


def vote_entropy(counts: IntArray) -> FloatArray:
    """Entropy of the votes of a committee, in nats.

    ``-sum_c V_c/M log(V_c/M)``, where V_c of the M members vote for class c. [1]_ divides
    it by log M, which changes no order; here it is not divided.

    Parameters
    ----------
    counts : ndarray of shape (n_rows, n_classes), int
        Votes for each class; every row sums to the number of members.

    Returns
    -------
    ndarray of shape (n_rows,)
        In [0, log(min(n_members, n_classes))]. Equal counts, in whatever order of the
        classes, give exactly equal values: with few members most rows tie.

    References
    ----------
    .. [1] I. Dagan, S. P. Engelson, "Committee-based sampling for training
       probabilistic classifiers", ICML 1995.
    """
    if not counts.shape[0]:
        return np.empty(0)
    n_members = int(counts[0].sum())
    # sum_c V_c log V_c, from a table whose entries are multiples of one power of two, so
    # that the sum is exact and does not depend on the order of the classes.
    numbers = np.arange(n_members + 1, dtype=np.float64)
    table = numbers * np.log(np.maximum(numbers, 1.0))
    step = 2.0 ** (np.ceil(np.log2(max(table[-1], 1.0))) - 50)
    table = np.rint(table / step) * step
    result: FloatArray = (table[-1] - table[counts].sum(axis=1)) / n_members
    return result


def consensus_kl(proba: AnyArray) -> FloatArray:
    """Mean Kullback-Leibler divergence of the members from their mean prediction, in nats.

    ``1/M sum_m sum_c P_m(c) log(P_m(c) / P(c))`` with ``P = 1/M sum_m P_m`` [1]_, also
    known as the Jensen-Shannon divergence of the members. It is the entropy of P minus the mean
    entropy of the P_m: where the members are draws of a model's parameters, the mutual information
    between these and the answer [2]_.

    Parameters
    ----------
    proba : ndarray of shape (n_members, n_rows, n_classes)
        Class probabilities of each member. 0 * log 0 counts as 0.

    Returns
    -------
    ndarray of shape (n_rows,)
        In [0, log(min(n_members, n_classes))].

    References
    ----------
    .. [1] A. McCallum, K. Nigam, "Employing EM and pool-based active learning for
       text classification", ICML 1998.
    .. [2] N. Houlsby, F. Huszar, Z. Ghahramani, M. Lengyel, "Bayesian active learning for
       classification and preference learning", 2011, arXiv:1112.5745.
    """
    n_members, n_rows, n_classes = proba.shape
    tiny, ones = np.finfo(np.float64).tiny, np.ones(n_classes)
    found = np.empty(n_rows)
    step = max(_CACHED_VALUES // (n_members * n_classes), 1)
    space = np.empty((n_members, min(step, n_rows), n_classes))
    for start in range(0, n_rows, step):
        block = proba[:, start : start + step]
        terms = space[:, : block.shape[1]]
        np.maximum(block, tiny, out=terms)
        np.log(terms, out=terms)
        terms *= block
        consensus = block.mean(axis=0, dtype=np.float64)
        logs = np.maximum(consensus, tiny)
        np.log(logs, out=logs)
        logs *= consensus
        found[start : start + step] = (terms.mean(axis=0) - logs) @ ones
    # Rounding can leave a tiny negative number where all members agree.
    return np.maximum(found, 0.0, out=found)


def predictive_information(proba: AnyArray, targets: AnyArray) -> FloatArray:
    """Mean mutual information between the class of a row and that of a target row, in nats.

    ``mean_t sum_cd P(c, d) log(P(c, d) / (P(c) P(d)))`` with ``P(c, d) = mean_m p_m(c | x) p_m(d | t)``: given the
    draw m of the parameters the two classes are independent.

    Parameters
    ----------
    proba : ndarray of shape (n_samples, n_rows, n_classes)
        Class probabilities of rows under each draw.
    targets : ndarray of shape (n_samples, n_targets, n_classes)
        Those of the target rows.

    Returns
    -------
    ndarray of shape (n_rows,)
        In [0, log(min(n_samples, n_classes))].

    Notes
    -----
    It makes an array of n_rows * n_targets * n_classes**2 values; pass rows in blocks.

    References
    ----------
    .. [1] F. Bickford Smith, A. Kirsch, S. Farquhar, Y. Gal, A. Foster, T. Rainforth, "Prediction-oriented
       Bayesian active learning", AISTATS 2023, arXiv:2304.08151.
    """
    n_samples, n_rows, n_classes = proba.shape
    n_targets = targets.shape[1]
    # One product for all pairs of rows, targets and classes.
    left = proba.reshape(n_samples, -1).T / n_samples
    joint = np.ascontiguousarray(left @ targets.reshape(n_samples, -1)).reshape(n_rows, -1)
    # Entropies: that of a row and that of a target, less that of the pair.
    own = entropies(proba.mean(axis=0).reshape(n_rows, n_classes))
    theirs = entropies(targets.mean(axis=0).reshape(1, -1)) / n_targets
    found: FloatArray = own + theirs - entropies(joint) / n_targets
    return np.maximum(found, 0.0, out=found)


def entropies(shares: FloatArray) -> FloatArray:
    """Entropy ``-sum p log p`` along the last axis, in nats, whatever the shares add up to; 0 * log 0 counts as 0.

    Parameters
    ----------
    shares : ndarray of shape (..., n_classes)

    Returns
    -------
    ndarray of shape (...)
    """
    logs = np.maximum(shares, np.finfo(np.float64).tiny)
    np.log(logs, out=logs)
    found: FloatArray = -np.einsum("...j,...j->...", shares, logs)
    return found
