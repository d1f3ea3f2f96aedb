"""The learning curve behind audited answers: a posterior over power laws."""

from dataclasses import dataclass

import numpy as np

from querist._typing import AnyArray, FloatArray
from querist.audit.bisection import first_real

# The prior, on a grid. Error now (dense near 0), the share of it that no label will remove, and the exponent.
_ERRORS = 1 / (1 + np.exp(-np.linspace(-6, 1.5, 31)))
_FLOORS = np.linspace(0, 0.9, 7)
_EXPONENTS = np.array([0.25, 0.5, 1.0, 2.0, 3.0])
# Rise of the accuracy over as many labels again, per changed prediction: mean and standard deviation.
_USEFUL, _SPREAD = 0.15, 0.12
# Halvings of an interval of length of about 1: far below a tenth of a point.
_STEPS = 30


@dataclass(frozen=True)
class Change:
    """How many predictions for the stop set changed between an older model and the present one.

    Attributes
    ----------
    start : int
        Labels of the older model.
    share : float
        Share of the stop set that the present model predicts otherwise.
    """

    start: int
    share: float


@dataclass(frozen=True)
class CurvePosterior:
    """What is believed about the learning curve.

    Its error after m labels is ``error * (floor + (1 - floor) * (m / n_labels) ** -exponent)``.

    Attributes
    ----------
    n_labels : int
        Now, n.
    error, floor, exponent, weight : ndarray of shape (n_curves,)
        The curves and how probable they are; the weights add up to 1.
    """

    n_labels: int
    error: FloatArray
    floor: FloatArray
    exponent: FloatArray
    weight: FloatArray

    @property
    def accuracy(self) -> float:
        """The mean of the accuracy now."""
        return 1 - float(self.weight @ self.error)

    def gains(self, labels: int) -> FloatArray:
        """Return by how much `labels` more labels raise the accuracy, for each curve."""
        fall = 1 - (1 + labels / self.n_labels) ** -self.exponent
        gains: FloatArray = self.error * (1 - self.floor) * fall
        return gains

    def expected_gain(self, labels: int) -> float:
        """Return the mean of `gains`."""
        return float(self.weight @ self.gains(labels))

    def gain_interval(self, labels: int, confidence: float = 0.9, jitter: float = 0.0) -> tuple[float, float]:
        """Return the central interval of the gain.

        Parameters
        ----------
        labels : int
        confidence : float, default=0.9
        jitter : float, default=0.0
            Standard deviation by which a single model's accuracy strays from its curve between the two moments.
        """
        gains = self.gains(labels)
        tails = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
        if not jitter:
            order = np.argsort(gains)
            places = np.searchsorted(np.cumsum(self.weight[order]), tails)
            low, high = gains[order][np.minimum(places, gains.size - 1)]
            return float(low), float(high)
        from scipy.special import ndtr

        # Quantiles of a mixture of normal distributions, by bisection.
        below, above = float(gains.min() - 8 * jitter), float(gains.max() + 8 * jitter)

        def quantile(share: float) -> float:
            def reached(gain: float) -> bool:
                return bool(ndtr((gain - gains) / jitter) @ self.weight >= share)

            return first_real(below, above, reached, steps=_STEPS)

        return quantile(tails[0]), quantile(tails[1])


def curve_posterior(n_labels: int, at: AnyArray, hits: AnyArray, change: Change | None = None) -> CurvePosterior:
    """Return the posterior over power laws.

    Parameters
    ----------
    n_labels : int
        Labels of the present model.
    at, hits : ndarray of shape (n_audited,)
        For each audited answer: labels of the model that was scored on it, and whether it was right. Each is an
        independent trial given the models: the answer was drawn at random and scored before it trained anything.
    change : Change, optional
        Between an older model and the present one.

    Notes
    -----
    Power laws with a floor describe learning curves well on average [1]_. The likelihood of the audited answers is a
    product of Bernoulli terms. Accuracy cannot have risen by more than the share of changed predictions (up to the stop
    set's sampling error); in simulations (benchmarks/stopping) it rose over as many labels again by 0.15 of it, with
    a standard deviation of 0.12: that is the second term.

    References
    ----------
    .. [1] T. Viering, M. Loog, "The shape of learning curves: a review", IEEE TPAMI 45(6), 2023, arXiv:2103.10948.
    """
    counts = np.asarray(at)
    outcome = np.asarray(hits, np.float64)
    distinct, place = np.unique(counts, return_inverse=True)
    right = np.bincount(place, weights=outcome, minlength=distinct.size)
    wrong = np.bincount(place, weights=1 - outcome, minlength=distinct.size)
    logs = np.zeros((_ERRORS.size, _FLOORS.size, _EXPONENTS.size))
    if distinct.size:
        errors = np.clip(_ERRORS[:, None, None, None] * _shape(distinct / n_labels), 1e-6, 0.999)
        logs += np.log1p(-errors) @ right + np.log(errors) @ wrong
    if change is not None:
        ahead = 2 - change.start / n_labels
        rise = _ERRORS[:, None, None] * (1 - _shape(np.array([ahead]))[..., 0])
        expected, sd = _USEFUL * change.share, _SPREAD * change.share + 1e-3
        logs += -0.5 * ((rise - expected) / sd) ** 2
    weight = np.exp(logs - logs.max())
    grids = np.meshgrid(_ERRORS, _FLOORS, _EXPONENTS, indexing="ij")
    error, floor, exponent = (grid.ravel() for grid in grids)
    return CurvePosterior(n_labels, error, floor, exponent, (weight / weight.sum()).ravel())


def _shape(ratio: FloatArray) -> FloatArray:
    """Return error(m) / error(n) by floor, exponent and m / n."""
    powers = np.asarray(ratio, np.float64) ** -_EXPONENTS[:, None]
    shape: FloatArray = _FLOORS[:, None, None] + (1 - _FLOORS[:, None, None]) * powers
    return shape
