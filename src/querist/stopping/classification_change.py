"""Stop when a round has changed no prediction."""

from querist._typing import AnyArray
from querist._validation import check_number
from querist.stopping.agreement import changed_share, stop_set_predictions
from querist.stopping.observation import Observation, Proposal
from querist.stopping.rule import StoppingRule


class ClassificationChange(StoppingRule):
    """Stop when at most a share `threshold` of the stop set is predicted otherwise than in the round before.

    Parameters
    ----------
    threshold : float, default=0.0
        In [0, 1]. 0 is the published rule: no change at all.

    Notes
    -----
    Published for all unlabelled rows; the stop set stands for them here.

    References
    ----------
    .. [1] J. Zhu, H. Wang, E. Hovy, "Multi-criteria-based strategy to stop active learning for data annotation",
       COLING 2008, https://aclanthology.org/C08-1142.
    """

    def __init__(self, *, threshold: float = 0.0) -> None:
        self.threshold = threshold
        self.reset()

    def reset(self) -> None:
        """Forget all observations."""
        self._previous: AnyArray | None = None

    def update(self, observation: Observation) -> Proposal:
        """Compare with the round before."""
        check_number(self.threshold, "threshold", low=0, high=1)
        previous, predictions = self._previous, stop_set_predictions(observation, self._previous)
        if predictions is None:
            return Proposal(False, "No predictions for the stop set.")
        self._previous = predictions
        if previous is None:
            return Proposal(False, "Too early: there is no round before to compare with.")
        share = changed_share(predictions, previous)
        stop = share <= self.threshold
        return Proposal(stop, f"The last round changed {share:.1%} of the predictions.", share)
