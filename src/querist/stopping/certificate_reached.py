"""Stop when the wanted accuracy has been proven."""

from querist._validation import check_number
from querist.stopping.observation import Observation, Proposal
from querist.stopping.rule import StoppingRule


class CertificateReached(StoppingRule):
    """Stop when a certificate promises at least `target` accuracy for the rows left.

    The only rule that stands on a proof; the proof is the certificate's, with its own answers.

    Parameters
    ----------
    target : float, default=0.9
        In (0, 1].
    """

    def __init__(self, *, target: float = 0.9) -> None:
        self.target = target

    @property
    def needs(self) -> frozenset[str]:
        """A certificate."""
        return frozenset({"certified"})

    def update(self, observation: Observation) -> Proposal:
        """Compare the certified accuracy with the target."""
        check_number(self.target, "target", low=0, high=1, open_low=True)
        value = observation.certified
        if value is None:
            return Proposal(False, "No certificate yet.")
        told = f"Certified accuracy of the rows left: at least {value:.1%} (target {self.target:.1%})."
        return Proposal(value >= self.target, told, value)
