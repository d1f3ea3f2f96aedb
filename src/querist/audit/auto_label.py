"""Let the model label the rest, as far as a promise about its errors can be kept."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from querist._typing import BoolArray, FloatArray, IntArray
from querist._validation import check_number
from querist.audit.certificate import attempt_level
from querist.audit.estimate import Estimate
from querist.audit.hypergeometric import count_for, first, tail, upper_bound

QUANTITY = "accuracy of the rows that the model labels"
METHOD = "nested regions tested in a fixed order, exact hypergeometric tests"
_SHARES = tuple(range(10, 101, 10))
# A region that would pass with less than this chance is left out: if it fails, no larger one is tested.
_LEAST_CHANCE = 0.75
# No region is thought better than this share of the error allowed: guesses are not that good.
_BEST_GUESS = 0.2
# What calibrated confidences weigh against errors counted at such confidence: rows.
_PRIOR = 10.0


@dataclass(frozen=True)
class AutoLabelPlan:
    """Nested confidence regions, and the fresh audit rows that decide how far the model may go.

    Attributes
    ----------
    target : float
        Share of right labels that is promised.
    level : float
        Probability with which the promise may fail.
    regions : tuple of ndarray
        Row numbers, the most confident rows first: each region holds the one before.
    sample : ndarray
        The fresh audit rows, in audit order: the first of the largest region.
    """

    target: float
    level: float
    regions: tuple[IntArray, ...]
    sample: IntArray

    def stage(self, number: int) -> IntArray:
        """Return the audit rows that region `number` needs beyond those of the regions inside it."""
        inside = np.isin(self.sample, self.regions[number])
        if number:
            inside &= ~np.isin(self.sample, self.regions[number - 1])
        return self.sample[inside]

    @property
    def labels(self) -> tuple[int, int]:
        """The fewest and the most labels that this will take: those of the first region, and of all."""
        return self.stage(0).size, self.sample.size


@dataclass(frozen=True)
class AutoLabels:
    """What the model may label.

    Attributes
    ----------
    rows : ndarray
        Rows without an answer that the model may label; empty if no region passed.
    estimate : Estimate
        Their accuracy, with the bound that is promised.
    n_regions : int
        How many regions passed.
    """

    rows: IntArray
    estimate: Estimate
    n_regions: int


def plan_auto_label(
    rows: IntArray,
    confidence: FloatArray,
    numbers: FloatArray,
    *,
    target: float = 0.98,
    past_confidence: FloatArray | None = None,
    past_correct: BoolArray | None = None,
    most_labels: int = 500,
    attempt: int = 1,
    promise: float = 0.95,
) -> AutoLabelPlan | None:
    """Choose regions and fresh audit rows so that as many rows as possible can be released.

    Parameters
    ----------
    rows : ndarray of shape (n,)
        All rows without an answer, now that the model is frozen.
    confidence, numbers : ndarray of shape (n,)
        The frozen model's confidence in each, and its permanent random number.
    target : float, default=0.98
        Share of right labels that is to be promised.
    past_confidence, past_correct : ndarray of shape (m,), default=None
        Out-of-fold confidence and correctness of the audit sample so far. They only guide the choice. (Rows that the
        strategy chose would mislead: among confident ones it found the exceptions.)
    most_labels : int, default=500
        No more fresh labels than this.
    attempt : int, default=1
        Number of this attempt in the session; certificates count too (`attempt_level`).
    promise : float, default=0.95
        Probability with which the target holds.

    Returns
    -------
    AutoLabelPlan or None
        None if no region is expected to pass with so many labels.

    Notes
    -----
    For the most confident 10, 20 ... 100 % the error is guessed from the confidences, calibrated on the audit sample
    (Platt's two parameters, shrunk towards confidences that tell the truth) and shrunk again towards the errors
    counted at such confidence. Each of these regions could be the largest, with `most_labels` draws; those inside it
    get their share of them, and the ones that would pass with a chance of at least 0.75 are tested. Taken is what
    releases most rows on average, were the guesses true; still larger regions follow as far as labels allow, since a
    failure there takes nothing back. A wrong guess costs labels or rows, never the promise: that rests on the fresh
    rows alone (`auto_labels`).
    """
    check_number(target, "target", low=0, high=1, open_low=True)
    level = attempt_level(attempt, promise)
    order = rows[np.lexsort((numbers, -confidence))]
    sure = np.sort(confidence)[::-1]
    said = np.cumsum(1 - calibrated(sure, past_confidence, past_correct))
    sizes = sorted({max(1, count_for(share / 100, rows.size)) for share in _SHARES})
    guesses = [_guess(said[size - 1] / size, sure[size - 1], past_confidence, past_correct) for size in sizes]
    errors = [max(guess, _BEST_GUESS * (1 - target)) for guess in guesses]
    best, kept, density = 0.0, [0], 0.0
    for end in sizes:
        dense = min(1.0, most_labels / end)
        chances = [_chance(n, dense, e, target, level) for n, e in zip(sizes, errors, strict=True) if n <= end]
        tested = [place for place, chance in enumerate(chances) if chance >= _LEAST_CHANCE]
        steps = np.diff([0, *(sizes[place] for place in tested)])
        # Later tests count only if all earlier ones passed; they rest on the same draws, so the product is cautious.
        released = float(steps @ np.cumprod([chances[place] for place in tested])) * (1 - dense)
        if released > best:
            best, kept, density = released, tested, dense
    if best == 0:
        return None
    kept += [place for place in range(kept[-1] + 1, len(sizes)) if density * sizes[place] <= most_labels]
    regions = tuple(np.sort(order[: sizes[place]]) for place in kept)
    largest = np.isin(rows, regions[-1])
    inside = rows[largest][np.argsort(numbers[largest], kind="stable")]
    return AutoLabelPlan(target, level, regions, inside[: round(density * inside.size)])


def auto_labels(plan: AutoLabelPlan, correct: BoolArray, *, promise: float = 0.95) -> AutoLabels:
    """Return the rows that the model may label, given how it did on the fresh audit rows.

    Parameters
    ----------
    plan : AutoLabelPlan
    correct : ndarray of shape (k,), bool
        Whether the frozen model was right, for ``plan.sample`` in its order. Rows that nobody could answer count as
        wrong. Rows of stages that were not reached may be anything.
    promise : float, default=0.95

    Returns
    -------
    AutoLabels

    Notes
    -----
    The rows drawn inside a region are, given their number, a simple random sample of it: they are those of the first
    few in audit order of the largest region, a number fixed beforehand. Of a region with N rows, n drawn, w of these
    wrong, let W be the exact upper bound of all wrong ones: the N - n rows that are left hold at most W - w wrong ones.
    The region passes if that is at most a share 1 - target of them. A region whose rest breaks the promise passes only
    if its true number of wrong rows exceeds W: probability at most `level`. Regions are tested from the inside out,
    each at the full level, until one fails; the promise is broken only if the first region whose rest breaks it
    passes, so over all of them the probability is at most `level` (fixed-sequence testing).

    References
    ----------
    .. [1] W. Maurer, L. A. Hothorn, W. Lehmacher, "Multiple comparisons in drug clinical trials and preclinical assays:
       a-priori ordered hypotheses", in Biometrie in der chemisch-pharmazeutischen Industrie 6, 1995.
    .. [2] A. N. Angelopoulos, S. Bates, E. J. Candès, M. I. Jordan, L. Lei, "Learn then test: calibrating predictive
       algorithms to achieve risk control", Annals of Applied Statistics 19(2), 2025, doi:10.1214/24-AOAS1998.
    """
    passed, rows = 0, np.empty(0, np.int64)
    estimate = Estimate(None, None, None, 0, QUANTITY, METHOD, promise, "No region passed: people label them all.")
    for region in plan.regions:
        drawn = np.isin(plan.sample, region)
        n, right = int(drawn.sum()), int(correct[drawn].sum())
        rest = region.size - n
        least = rest - (upper_bound(region.size, n, n - right, plan.level) - (n - right))
        if least < count_for(plan.target, rest):
            break
        passed += 1
        rows = np.setdiff1d(region, plan.sample)
        low = least / rest if rest else 1.0
        note = f"Holds for the {rest} rows that the model labels."
        estimate = Estimate(right / n if n else None, low, 1.0, n, QUANTITY, METHOD, promise, note)
    return AutoLabels(rows, estimate, passed)


def _guess(said: float, least: float, past_confidence: FloatArray | None, past_correct: BoolArray | None) -> float:
    """Return the guessed error of the rows of at least this confidence: counted, shrunk towards what is said."""
    if past_confidence is None or past_correct is None:
        return said
    inside = past_confidence >= least
    return float((np.count_nonzero(~past_correct[inside]) + _PRIOR * said) / (np.count_nonzero(inside) + _PRIOR))


def calibrated(
    confidence: FloatArray, past_confidence: FloatArray | None, past_correct: BoolArray | None
) -> FloatArray:
    """Return the guessed chance of being right: ``expit(a + b logit(confidence))``, fitted on past audit rows.

    a has a normal prior around 0 with deviation 2, b one around 1 with deviation 2: without a past, confidences are
    taken at their word. (J. Platt, "Probabilistic outputs for support vector machines", 1999.)
    """
    at = logit(np.clip(confidence, 1e-4, 1 - 1e-4))
    if past_confidence is None or past_correct is None:
        return np.asarray(expit(at))
    design = np.column_stack([np.ones(past_confidence.size), logit(np.clip(past_confidence, 1e-4, 1 - 1e-4))])
    prior, precision = np.array([0.0, 1.0]), np.array([0.25, 0.25])

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        scores, away = design @ parameters, parameters - prior
        value = np.logaddexp(0, scores).sum() - scores[past_correct].sum() + 0.5 * away @ (precision * away)
        return float(value), design.T @ (expit(scores) - past_correct) + precision * away

    fitted = minimize(loss, prior, jac=True, method="BFGS").x
    return np.asarray(expit(fitted[0] + fitted[1] * at))


def _chance(size: int, density: float, error: float, target: float, level: float) -> float:
    """Return the probability that a region passes, were the guessed error true."""
    n = int(density * size)

    def fails(wrong: int) -> bool:
        return size - n - (upper_bound(size, n, wrong, level) - wrong) < count_for(target, size - n)

    return 1 - tail(size, round(error * size), n, first(0, n + 1, fails))
