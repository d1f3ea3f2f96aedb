"""Stop when the model believes that it makes few errors."""

from querist._validation import check_number
from querist.stopping.observation import Observation, Proposal
from querist.stopping.rule import StoppingRule


class MinimumExpectedError(StoppingRule):
    """Stop when the error that the model expects on the unlabelled rows, the mean of 1 - its confidence, is small.

    Parameters
    ----------
    threshold : float, default=0.01
        In [0, 1].

    Notes
    -----
    Only as good as the probabilities are calibrated, and after uncertain rows were chosen they rarely are.

    References
    ----------
    .. [1] J. Zhu, H. Wang, E. Hovy, "Learning a stopping criterion for active learning for word sense
       disambiguation and text classification", IJCNLP 2008, https://aclanthology.org/I08-1048.
    """

    def __init__(self, *, threshold: float = 0.01) -> None:
        self.threshold = threshold

    @property
    def needs(self) -> frozenset[str]:
        """Class probabilities of the unlabelled rows."""
        return frozenset({"confidence"})

    def update(self, observation: Observation) -> Proposal:
        """Compare the expected error with the threshold."""
        check_number(self.threshold, "threshold", low=0, high=1)
        if observation.confidence is None:
            return Proposal(False, "No confidences: the model gives no probabilities.")
        error = 1 - observation.confidence
        told = f"The model expects {error:.1%} errors on the rows left (limit {self.threshold:.1%})."
        return Proposal(error <= self.threshold, told, error)
