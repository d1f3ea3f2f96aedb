"""The contract of a selection: which of the useful rows are asked about together."""

from abc import ABC, abstractmethod

import numpy as np
from sklearn.base import BaseEstimator

from querist._typing import FloatArray, IntArray
from querist.base.space import Space
from querist.base.ties import TieKeys
from querist.measures.ranking import top_k


class Selection(BaseEstimator, ABC):
    """Choose a batch from the utilities of the candidates."""

    label: str

    @abstractmethod
    def select(
        self,
        utilities: FloatArray,
        *,
        batch_size: int,
        tie_keys: TieKeys,
        random_state: np.random.Generator,
        space: Space,
        candidates: IntArray,
    ) -> IntArray:
        """Return `batch_size` distinct positions, the first to be asked first.

        Parameters
        ----------
        utilities : ndarray of shape (n_candidates,)
            Finite, larger = ask sooner. Never changed.
        batch_size : int
            From 1 to n_candidates.
        tie_keys : callable
            One key per position; among equals the smaller is first.
        random_state : numpy.random.Generator
            The only source of random numbers.
        space : Space
            The pool as a numeric matrix, made when first used.
        candidates : ndarray of shape (n_candidates,)
            Row numbers of the candidates.

        Returns
        -------
        ndarray of shape (batch_size,), int64
            Positions into `candidates`.
        """


class TopK(Selection):
    """The rows with the highest utilities.

    O(n) time, O(batch_size) memory.

    Examples
    --------
    >>> from querist.strategies import MarginSampling
    >>> MarginSampling(selection=TopK())
    MarginSampling(selection=TopK())
    """

    label = "Highest utilities"

    def select(
        self,
        utilities: FloatArray,
        *,
        batch_size: int,
        tie_keys: TieKeys,
        random_state: np.random.Generator,
        space: Space,
        candidates: IntArray,
    ) -> IntArray:
        """Return the positions of the highest utilities."""
        return top_k(utilities, batch_size, tie_keys)
