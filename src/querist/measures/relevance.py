"""From decision values to relevance."""

import numpy as np

from querist._typing import AnyArray, FloatArray


def softsign(scores: AnyArray) -> FloatArray:
    """Map decision values to (0, 1) without changing their order.

    ``(1 + s / (1 + |s|)) / 2``. Unlike the logistic function it does not reach 1 for
    values of a few dozen, as models on unscaled features give.

    Parameters
    ----------
    scores : ndarray of shape (n_rows,)

    Returns
    -------
    ndarray of shape (n_rows,)
        0.5 for 0.
    """
    half = 0.5 / (1.0 + np.abs(scores.astype(np.float64, copy=False)))
    return np.where(scores < 0, half, 1.0 - half)
