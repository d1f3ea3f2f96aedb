"""Stop when the last hundred labels changed few predictions, whatever the batch size."""

from querist._validation import check_number, check_positive_int
from querist.stopping.agreement import Window
from querist.stopping.observation import Observation, Proposal
from querist.stopping.rule import StoppingRule


class SettledPredictions(StoppingRule):
    """Stop when the last `window` labels changed at most a share `threshold` of the stop set's predictions.

    Stabilising predictions measured in labels instead of rounds. Accuracy cannot have risen by more than the share of
    changed predictions, and in simulations it went on to rise by about a sixth of it with as many labels again: a limit
    of six times the gain that is worth its labels is a sensible one.

    Parameters
    ----------
    threshold : float, default=0.06
        In [0, 1].
    window : int, default=100
        Labels.
    """

    def __init__(self, *, threshold: float = 0.06, window: int = 100) -> None:
        self.threshold = threshold
        self.window = window
        self.reset()

    def reset(self) -> None:
        """Forget all observations."""
        self._window: Window | None = None

    def update(self, observation: Observation) -> Proposal:
        """Compare with the newest round that is at least a window older."""
        check_number(self.threshold, "threshold", low=0, high=1)
        window = check_positive_int(self.window, "window")
        if observation.predictions is None:
            return Proposal(False, "No predictions for the stop set.")
        if self._window is None:
            self._window = Window(window)
        change = self._window.add(observation)
        if change is None:
            return Proposal(False, f"Too early: predictions are compared over {window} labels.")
        span = observation.n_labels - change.start
        told = f"The last {span} labels changed {change.share:.1%} of the predictions (limit {self.threshold:.1%})."
        return Proposal(change.share <= self.threshold, told, change.share)
