"""Stop when the model is sure about what is left."""

from querist._validation import check_number
from querist.stopping.observation import Observation, Proposal
from querist.stopping.rule import StoppingRule


class OverallUncertainty(StoppingRule):
    """Stop when the mean uncertainty of the unlabelled rows is at most `threshold`.

    Parameters
    ----------
    threshold : float, default=0.01
        Of the mean entropy divided by its largest value, in [0, 1].

    Notes
    -----
    A model that is sure may still be wrong: this looks at no answer. Some models never get there.

    References
    ----------
    .. [1] J. Zhu, H. Wang, E. Hovy, "Multi-criteria-based strategy to stop active learning for data annotation",
       COLING 2008, https://aclanthology.org/C08-1142.
    """

    def __init__(self, *, threshold: float = 0.01) -> None:
        self.threshold = threshold

    @property
    def needs(self) -> frozenset[str]:
        """Class probabilities of the unlabelled rows."""
        return frozenset({"uncertainty"})

    def update(self, observation: Observation) -> Proposal:
        """Compare the mean uncertainty with the threshold."""
        check_number(self.threshold, "threshold", low=0, high=1)
        value = observation.uncertainty
        if value is None:
            return Proposal(False, "No uncertainties: the model gives no probabilities.")
        told = f"Mean uncertainty of the rows left: {value:.3f} (limit {self.threshold:g})."
        return Proposal(value <= self.threshold, told, value)
