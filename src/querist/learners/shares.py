"""Known shares of the classes, and probabilities that are corrected by them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from querist._typing import AnyArray, FloatArray
from querist.exceptions import InvalidParameterError

_ROUNDING = 1e-6


def known_shares(priors: Mapping[Any, float] | Sequence[float], classes: AnyArray) -> FloatArray:
    """Return the share of each class, among those that a model knows.

    Parameters
    ----------
    priors : dict or sequence of float
        By class, others among them if need be, or in the order of `classes`; at least 0, adding up to 1.
    classes : ndarray of shape (n_classes,)

    Returns
    -------
    ndarray of shape (n_classes,)
        Adding up to 1.

    Raises
    ------
    InvalidParameterError
        If a class has none, one is no number of at least 0, they do not add up to 1, or all known classes have 0.

    Examples
    --------
    >>> known_shares({"yes": 0.1, "no": 0.6, "maybe": 0.3}, np.array(["maybe", "yes"])).round(3).tolist()
    [0.75, 0.25]
    """
    named = classes.tolist()
    if isinstance(priors, Mapping):
        missing = [label for label in named if label not in priors]
        if missing:
            raise InvalidParameterError(f"priors holds no share for the class {missing[0]!r}. Give one for each class.")
        told, wanted = list(priors.values()), [priors[label] for label in named]
    else:
        told = wanted = list(priors)
        if len(told) != len(named):
            raise InvalidParameterError(
                f"priors holds {len(told)} shares for the {len(named)} classes {named[:10]}. Give one for each, or a "
                "dict by class."
            )
    shares = np.asarray(told, np.float64)
    if not np.isfinite(shares).all() or (shares < 0).any() or abs(shares.sum() - 1.0) > _ROUNDING:
        raise InvalidParameterError(f"priors must be shares of at least 0 that add up to 1, got {priors!r}.")
    known = np.asarray(wanted, np.float64)
    if not known.any():
        raise InvalidParameterError(f"priors gives all known classes {named[:10]} the share 0. Give one more.")
    return np.asarray(known / known.sum(), np.float64)


def corrected(proba: AnyArray, shares: FloatArray, priors: FloatArray) -> FloatArray:
    """Return probabilities for other shares of the classes than those that a model was fitted on.

    ``p(c | x) * prior_c / share_c``, made to add up to 1. A row that has 0 for all of it comes back as `priors`.

    Parameters
    ----------
    proba : ndarray of shape (n_rows, n_classes)
    shares, priors : ndarray of shape (n_classes,)
        Shares of the classes in what the model was fitted on, and of those that are predicted.

    Examples
    --------
    >>> corrected(np.array([[0.9, 0.1]]), np.array([0.9, 0.1]), np.array([0.5, 0.5])).round(3).tolist()
    [[0.5, 0.5]]
    """
    found: FloatArray = proba * (priors / np.where(shares > 0, shares, 1.0))
    total = found.sum(axis=1, keepdims=True)
    nothing = total[:, 0] == 0
    found[nothing], total[nothing] = priors, 1.0
    return np.asarray(found / total, np.float64)
