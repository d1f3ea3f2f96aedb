"""How far the predictions of two models agree."""

from collections import deque

import numpy as np

from querist._typing import AnyArray
from querist.agreement.coefficients import cohen
from querist.audit.learning_curve import Change
from querist.exceptions import InvalidParameterError
from querist.stopping.observation import Observation


def cohen_kappa(one: AnyArray, other: AnyArray) -> float:
    """Return Cohen's kappa of two models' predictions: the agreement beyond that of chance, 1 at most.

    Where both are the same single class, kappa is undefined: NaN. (Such agreement is that of models which know nothing
    yet of the other classes.) For people, with intervals: `querist.agreement`.

    Examples
    --------
    >>> import numpy as np
    >>> cohen_kappa(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0]))
    0.5
    """
    classes, codes = np.unique(np.concatenate([one, other]), return_inverse=True)
    value = cohen(codes[: one.size], codes[one.size :], classes.size).value
    return float("nan") if value is None else value


def changed_share(one: AnyArray, other: AnyArray) -> float:
    """Return the share of rows for which two models predict different classes."""
    return float(np.mean(one != other))


def stop_set_predictions(observation: Observation, previous: AnyArray | None) -> AnyArray | None:
    """Return the predictions of an observation, checked to be of as many rows as the round before.

    Raises
    ------
    InvalidParameterError
        If the stop set has another size, or is empty: it must be the same rows in every round.
    """
    predictions = observation.predictions
    if predictions is None:
        return None
    if not predictions.size or (previous is not None and previous.size != predictions.size):
        before = "" if previous is None else f", and {previous.size} in the round before"
        raise InvalidParameterError(
            f"predictions has {predictions.size} rows{before}. The stop set must be the same rows in every round."
        )
    return predictions


class Window:
    """Compares each round with the newest one that is a number of labels older.

    Parameters
    ----------
    labels : int
        How many labels older at least.
    """

    def __init__(self, labels: int) -> None:
        self._labels = labels
        # The rounds of the last window, and the newest before it.
        self._rounds: deque[tuple[int, AnyArray]] = deque()

    def add(self, observation: Observation) -> Change | None:
        """Return what has changed; None without predictions, or while no round is old enough."""
        predictions = stop_set_predictions(observation, self._rounds[-1][1] if self._rounds else None)
        if predictions is None:
            return None
        self._rounds.append((observation.n_labels, predictions))
        old_enough = observation.n_labels - self._labels
        while len(self._rounds) > 1 and self._rounds[1][0] <= old_enough:
            self._rounds.popleft()
        start, older = self._rounds[0]
        return Change(start, changed_share(predictions, older)) if start <= old_enough else None
