"""The simulated source of truth."""

import numpy as np

from querist._typing import AnyArray, FloatArray, IntArray


class Oracle:
    """Answers for rows whose labels are known.

    Parameters
    ----------
    labels : ndarray of shape (n_rows,)
        The true label of each row of the pool.
    weights : ndarray of shape (n_rows,), default=None
        What each answer weighs; None: all the same.

    Attributes
    ----------
    n_answers : int
        How many answers were given.

    Examples
    --------
    >>> import numpy as np
    >>> Oracle(np.array(["ham", "spam", "ham"])).ask(np.array([1, 0]))
    array(['spam', 'ham'], dtype='<U4')
    """

    def __init__(self, labels: AnyArray, weights: FloatArray | None = None) -> None:
        self._labels = labels
        self._weights = weights
        self.n_answers = 0

    def ask(self, rows: IntArray) -> AnyArray:
        """Return the labels of `rows`, in their order."""
        self.n_answers += rows.size
        answers: AnyArray = self._labels[rows]
        return answers

    def weights(self, rows: IntArray) -> FloatArray | None:
        """Return what the answers of `rows` weigh, in their order; None: all the same."""
        return None if self._weights is None else np.asarray(self._weights[rows])
