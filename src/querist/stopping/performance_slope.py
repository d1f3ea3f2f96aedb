"""Stop when the audited learning curve is flat."""

from querist._validation import check_number, check_positive_int
from querist.audit.learning_curve import curve_posterior
from querist.stopping.observation import Observation, Proposal
from querist.stopping.rule import StoppingRule


class PerformanceSlope(StoppingRule):
    """Stop when the learning curve through the audited answers is expected to rise by less than `gain`.

    Parameters
    ----------
    gain : float, default=0.01
        Accuracy, in (0, 1].
    ahead : int, default=100
        With how many more labels.
    minimum : int, default=20
        Audited answers before which nothing is said.

    Notes
    -----
    The published rule [1]_ watches the gradient of an F-measure that the model estimates of itself; that figure is
    wrong while rows are chosen. This one watches answers drawn at random, each scored before it trained anything,
    and fits power laws to them (`querist.audit.curve_posterior`).

    References
    ----------
    .. [1] F. Laws, H. Schütze, "Stopping criteria for active learning of named entity recognition", COLING 2008,
       doi:10.3115/1599081.1599140.
    """

    def __init__(self, *, gain: float = 0.01, ahead: int = 100, minimum: int = 20) -> None:
        self.gain = gain
        self.ahead = ahead
        self.minimum = minimum

    @property
    def needs(self) -> frozenset[str]:
        """Audited answers."""
        return frozenset({"audit_hits"})

    def update(self, observation: Observation) -> Proposal:
        """Extrapolate the learning curve."""
        check_number(self.gain, "gain", low=0, high=1, open_low=True)
        ahead = check_positive_int(self.ahead, "ahead")
        at, hits = observation.audit_at, observation.audit_hits
        n_audited = 0 if at is None or hits is None else hits.size
        if at is None or hits is None or n_audited < self.minimum:
            return Proposal(
                False, f"Too few random rows predicted before their answer: {n_audited} of the {self.minimum} needed."
            )
        value = curve_posterior(observation.n_labels, at, hits).expected_gain(ahead)
        told = (
            f"Judging by the audited answers, {ahead} more labels would bring {100 * value:.1f} points "
            f"(limit {100 * self.gain:.2g})."
        )
        return Proposal(value < self.gain, told, value)
