"""The contract of a selection: which of the useful rows are asked about together."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator

from querist._typing import FloatArray, IntArray
from querist.base.space import Space
from querist.base.ties import TieKeys
from querist.measures.ranking import top_k


class Chances(NamedTuple):
    """With what probabilities a batch was drawn.

    Attributes
    ----------
    probabilities : ndarray of shape (batch_size,)
        Of each row of the batch, in its order, among the rows that were left when it was drawn.
    n_possible : int
        Rows that could have been drawn first. Fewer than those that may be asked about, if a candidate filter shut some
        out or a weight is 0: then nothing follows from the batch for the others.
    """

    probabilities: FloatArray
    n_possible: int

    @classmethod
    def even(cls, n_possible: int, batch_size: int) -> "Chances":
        """Return those of a simple random sample: 1/n, 1/(n - 1) ..."""
        return cls(1.0 / (n_possible - np.arange(batch_size)), n_possible)


class Selection(BaseEstimator, ABC):
    """Choose a batch from the utilities of the candidates."""

    # Whether it uses `space`.
    measures_distances: ClassVar[bool] = False

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

    def n_looked_at(self, batch_size: int, space: Space) -> int | None:
        """Return how many of the highest utilities decide about the batch, so that others need not be known.

        Parameters
        ----------
        batch_size : int
        space : Space

        Returns
        -------
        int or None
            At least `batch_size`; None, as here, if all utilities count.
        """
        return None

    def chances(self, utilities: FloatArray, positions: IntArray) -> Chances | None:
        """Return the probabilities with which `select` drew a batch, given the utilities.

        Parameters
        ----------
        utilities : ndarray of shape (n_candidates,)
        positions : ndarray of shape (batch_size,)
            The batch, in the order in which it was drawn.

        Returns
        -------
        Chances or None
            None, as here, for a selection that does not draw with known probabilities.
        """
        return None


class TopK(Selection):
    """The rows with the highest utilities.

    O(n) time, O(batch_size) memory.

    Examples
    --------
    >>> from querist.strategies import MarginSampling
    >>> MarginSampling(selection=TopK())
    MarginSampling(selection=TopK())
    """

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

    def n_looked_at(self, batch_size: int, space: Space) -> int:
        """See `Selection.n_looked_at`."""
        return batch_size
