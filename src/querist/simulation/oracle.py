"""The simulated source of truth."""

from querist._typing import AnyArray, IntArray


class Oracle:
    """Answers for rows whose labels are known.

    Parameters
    ----------
    labels : ndarray of shape (n_rows,)
        The true label of each row of the pool.

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

    def __init__(self, labels: AnyArray) -> None:
        self._labels = labels
        self.n_answers = 0

    def ask(self, rows: IntArray) -> AnyArray:
        """Return the labels of `rows`, in their order."""
        self.n_answers += rows.size
        answers: AnyArray = self._labels[rows]
        return answers
