"""The contract of a candidate filter: where a strategy looks."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from sklearn.base import BaseEstimator

from querist._typing import IntArray
from querist.base.space import Space


class CandidateFilter(BaseEstimator, ABC):
    """Narrow the rows that may be asked about, so that slow models and huge pools stay affordable."""

    # Whether it uses `space`.
    measures_distances: ClassVar[bool] = False

    @abstractmethod
    def narrow(
        self,
        candidates: IntArray,
        *,
        rows: IntArray,
        batch_size: int,
        random_state: np.random.Generator,
        space: Space,
    ) -> IntArray:
        """Return at least `batch_size` of the candidates, ascending.

        Parameters
        ----------
        candidates : ndarray of shape (n_candidates,)
            Row numbers that may be asked about, ascending.
        rows : ndarray of shape (n_labelled,)
            Row numbers of the answers so far.
        batch_size : int
            At most n_candidates.
        random_state : numpy.random.Generator
            The only source of random numbers.
        space : Space
            The pool as a numeric matrix, made when first used.

        Returns
        -------
        ndarray of shape (n_kept,), int64
            Ascending, distinct, all from `candidates`.
        """
