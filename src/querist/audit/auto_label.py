"""Let the model label the rest, as far as a promise about its errors can be kept."""

from dataclasses import dataclass

import numpy as np

from querist._typing import BoolArray, IntArray
from querist.audit.auto_label_plan import AutoLabelPlan, regions_of
from querist.audit.estimate import Estimate
from querist.audit.hypergeometric import upper_bound
from querist.audit.outcomes import OPEN, RIGHT, WRONG, OutcomeArray
from querist.audit.promise import CONFIDENCE, Promise, standing

QUANTITY = "accuracy of the rows that the model labels"
METHOD = "nested regions tested in a fixed order, exact hypergeometric tests"


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


def auto_labels(plan: AutoLabelPlan, correct: BoolArray, *, confidence: float = CONFIDENCE) -> AutoLabels:
    """Return the rows that the model may label, given how it did on the fresh audit rows.

    Parameters
    ----------
    plan : AutoLabelPlan
    correct : ndarray of shape (k,), bool
        Whether the frozen model was right, for ``plan.sample`` in its order. Rows that nobody could answer count as
        wrong. Rows of stages that were not reached may be anything.
    confidence : float, default=0.95

    Returns
    -------
    AutoLabels

    Notes
    -----
    The rows drawn inside a region are, given their number, a simple random sample of it: they are those of the first
    few in audit order of the largest region, a number fixed beforehand. Of a region with N rows, n drawn, w of these
    wrong, let W be the exact upper bound of all wrong ones: the N - n rows that are left hold at most W - w wrong ones.
    The region passes if that is at most a share 1 - target of them. A region whose rest breaks the promise passes only
    if its true number of wrong rows exceeds W: probability at most `level`, exactly, for each region by itself.

    Regions are tested from the inside out, each at the full level, until one fails (fixed-sequence testing): where the
    hypotheses are fixed beforehand, the probability that any true one is rejected is at most `level`. Here they are
    nearly so: how many wrong rows a rest may hold moves a little with the draws. Exact enumeration of cases sought out
    to break it (tests/audit/test_auto_label.py) finds the level kept over all regions.

    References
    ----------
    .. [1] W. Maurer, L. A. Hothorn, W. Lehmacher, "Multiple comparisons in drug clinical trials and preclinical assays:
       a-priori ordered hypotheses", in Biometrie in der chemisch-pharmazeutischen Industrie 6, 1995.
    .. [2] A. N. Angelopoulos, S. Bates, E. J. Candès, M. I. Jordan, L. Lei, "Learn then test: calibrating predictive
       algorithms to achieve risk control", Annals of Applied Statistics 19(2), 2025, doi:10.1214/24-AOAS1998.
    """
    regions, inside = regions_of(plan)
    promise = Promise(
        "auto_label", plan.target, confidence, 1, plan.level, regions[-1].size if regions else 0, None,
        regions, plan.sample, inside,
    )  # fmt: skip
    outcome = np.where(correct, RIGHT, WRONG).astype(np.int8)
    n_passed = standing(promise, outcome).n_passed
    rows = np.setdiff1d(plan.regions[n_passed - 1], plan.sample) if n_passed else np.empty(0, np.int64)
    return AutoLabels(rows, model_labels_accuracy(promise, outcome, n_passed), n_passed)


def model_labels_accuracy(promise: Promise, outcome: OutcomeArray, n_passed: int) -> Estimate:
    """Return the accuracy of the rows that the model labels after so many regions have passed.

    Parameters
    ----------
    promise : Promise
    outcome : ndarray of shape (n_draws,)
        See `querist.audit.outcomes`.
    n_passed : int

    Returns
    -------
    Estimate
        `low` is the bound, one-sided; `value` the share of right ones among the draws of the region.

    Notes
    -----
    Which of several regions is the last to pass depends on the draws, so a bound from its own wrong draws would not
    hold as surely. The tests in a fixed order prove of each region that passed what as many wrong draws as are allowed
    prove, and no more: that is the bound. A single region is not chosen; its bound comes from the draws as they are.
    """
    if not n_passed:
        note = "No region passed: people label them all."
        return Estimate(None, None, None, 0, QUANTITY, METHOD, promise.confidence, note)
    region = promise.regions[n_passed - 1]
    told = outcome[promise.inside < n_passed]
    # Draws that are open because nothing depends on them count as wrong for the bound, and as nothing for the value.
    n_right, n_told = int((told == RIGHT).sum()), int((told != OPEN).sum())
    wrong = region.n_draws - n_right if len(promise.regions) == 1 else region.allowed
    rest = region.size - region.n_draws
    least = rest - (upper_bound(region.size, region.n_draws, wrong, promise.level) - wrong)
    value = n_right / n_told if n_told else None
    low = least / rest if rest else 1.0
    note = f"Holds for the {rest} rows that the model labels."
    return Estimate(value, low, 1.0, n_told, QUANTITY, METHOD, promise.confidence, note)
