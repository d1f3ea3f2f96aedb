"""Stop when the predictions for a fixed set of rows no longer change from round to round."""

from collections import deque

import numpy as np

from querist._typing import AnyArray
from querist._validation import check_number, check_positive_int
from querist.stopping.agreement import cohen_kappa, stop_set_predictions
from querist.stopping.observation import Observation, Proposal
from querist.stopping.rule import StoppingRule


class StabilisingPredictions(StoppingRule):
    """Stop when consecutive models agree on the stop set: mean Cohen's kappa of at least `threshold`.

    Parameters
    ----------
    threshold : float, default=0.99
    rounds : int, default=3
        Over how many of the last agreements the mean is taken.

    Notes
    -----
    The kappa depends on the size of a batch: one answer changes a model less than a hundred do (`SettledPredictions`
    counts labels instead). On the stop set [1]_ and [2]_ agree that it must be large and random and needs no labels;
    2,000 rows, three agreements and 0.99 are the values under which the rule is known.

    References
    ----------
    .. [1] M. Bloodgood, K. Vijay-Shanker, "A method for stopping active learning based on stabilizing predictions
       and the need for user-adjustable stopping", CoNLL 2009, arXiv:1409.5165.
    .. [2] M. Bloodgood, J. Grothendieck, "Analysis of stopping active learning based on stabilizing predictions",
       CoNLL 2013, arXiv:1504.06329.
    """

    def __init__(self, *, threshold: float = 0.99, rounds: int = 3) -> None:
        self.threshold = threshold
        self.rounds = rounds
        self.reset()

    def reset(self) -> None:
        """Forget all observations."""
        self._previous: AnyArray | None = None
        self._kappas: deque[float] = deque()

    def update(self, observation: Observation) -> Proposal:
        """Compare with the round before."""
        check_number(self.threshold, "threshold", low=-1, high=1)
        rounds = check_positive_int(self.rounds, "rounds")
        predictions = stop_set_predictions(observation, self._previous)
        if predictions is None:
            return Proposal(False, "No predictions for the stop set.")
        if self._previous is not None:
            self._kappas.append(cohen_kappa(predictions, self._previous))
        self._previous = predictions
        while len(self._kappas) > rounds:
            self._kappas.popleft()
        if len(self._kappas) < rounds:
            return Proposal(False, f"Too early: predictions are compared over {rounds} rounds.")
        mean = float(np.mean(self._kappas))
        if np.isnan(mean):
            return Proposal(False, f"All predictions were of one class within the last {rounds} rounds.")
        stop = mean >= self.threshold
        told = "Predictions have settled" if stop else "Predictions still change"
        return Proposal(stop, f"{told}: agreement {mean:.3f} over {rounds} rounds (limit {self.threshold:g}).", mean)
