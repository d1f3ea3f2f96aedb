"""The contract of a stopping rule."""

from abc import ABC, abstractmethod

from sklearn.base import BaseEstimator

from querist.stopping.observation import Observation, Proposal


class StoppingRule(BaseEstimator, ABC):
    """Base of all stopping rules: shown one observation per round, it says whether to stop.

    A rule keeps no data beyond what its own figure needs, and the same observations give the
    same proposals: it can be replayed over any stored run. ``sklearn.base.clone`` gives a fresh one.
    """

    @property
    def needs(self) -> frozenset[str]:
        """Fields of an `Observation` without which the rule never proposes, as far as they are costly or rare."""
        return frozenset()

    @abstractmethod
    def update(self, observation: Observation) -> Proposal:
        """Look at the round that has just ended.

        Parameters
        ----------
        observation : Observation
            One per round, in order.

        Returns
        -------
        Proposal
        """

    def reset(self) -> None:
        """Forget all observations; rules that remember none have nothing to do."""
