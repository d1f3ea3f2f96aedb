"""Let the model label the rest, as far as a promise about its errors can be kept."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from querist._typing import BoolArray, FloatArray, IntArray
from querist._validation import check_number
from querist.audit.certificate import attempt_level
from querist.audit.estimate import Estimate
from querist.audit.expected import Expected, expected
from querist.audit.hypergeometric import count_for, upper_bound
from querist.audit.offers import Offer
from querist.audit.outcomes import OPEN, RIGHT, WRONG, OutcomeArray
from querist.audit.promise import CONFIDENCE, MOST_LABELS, Promise, Region, standing
from querist.audit.region_choice import allowed, choose, guessed_errors, wrong_rows
from querist.audit.region_order import WORDS
from querist.exceptions import InvalidParameterError

QUANTITY = "accuracy of the rows that the model labels"
METHOD = "nested regions tested in a fixed order, exact hypergeometric tests"
_SHARES = tuple(range(10, 101, 10))


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
    expected : Expected or None
        How many labels it takes if it passes and if it fails, and what is released, were the guesses of the regions'
        errors true.
    order : str
        Which rows come first, in words.
    offer : Offer or None
        A smaller promise, where this one rather fails than passes.
    """

    target: float
    level: float
    regions: tuple[IntArray, ...]
    sample: IntArray
    expected: Expected | None = None
    order: str = WORDS["confidence"]
    offer: Offer | None = None

    def __str__(self) -> str:
        sizes = ", ".join(f"{each.size:,}" for each in self.regions)
        told = f"{self.sample.size:,} random rows at most decide about the first {sizes} rows"
        if self.expected is not None and self.expected.released is not None:
            told += (
                f": {self.expected} (chance to pass: {self.expected.chance:.0%}); then the model may label about "
                f"{self.expected.released:,.0f} rows"
            )
        return f"{told}. {self.order}" + (f" {self.offer}" if self.offer else "")

    @property
    def by_region(self) -> IntArray:
        """The rows of the largest region, those of the smaller ones first."""
        rings = [self.regions[0], *(np.setdiff1d(outer, inner) for inner, outer in pairwise(self.regions))]
        return np.concatenate(rings)

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
    confidences: FloatArray,
    numbers: FloatArray,
    *,
    target: float = 0.98,
    past_confidence: FloatArray | None = None,
    past_correct: BoolArray | None = None,
    most_labels: int = MOST_LABELS,
    attempt: int = 1,
    confidence: float = CONFIDENCE,
) -> AutoLabelPlan | None:
    """Choose regions and fresh audit rows so that as many rows as possible can be released.

    Parameters
    ----------
    rows : ndarray of shape (n,)
        All rows without an answer, now that the model is frozen.
    confidences, numbers : ndarray of shape (n,)
        The frozen model's confidence in each, or whatever else orders them (`querist.audit.region_order`), and a random
        number: independent of all that happened before freezing (`promise_numbers`; permanent ones as long as they are
        fresh, see `is_fresh`).
    target : float, default=0.98
        Share of right labels that is to be promised.
    past_confidence, past_correct : ndarray of shape (m,), default=None
        Confidence in rows drawn so far, of models not trained on them, and whether it was right. They only guide the
        choice. (Rows that the strategy chose would mislead: among confident ones it found the exceptions.)
    most_labels : int, default=500
        No more fresh labels than this.
    attempt : int, default=1
        Number of this attempt in the session; certificates count too (`attempt_level`).
    confidence : float, default=0.95
        Probability with which the targets of all attempts hold together.

    Returns
    -------
    AutoLabelPlan or None
        None if no region is expected to pass with so many labels.

    Notes
    -----
    Of the most confident 10, 20 ... 100 % those are tested, with so many draws, that release most rows on average
    (`querist.audit.region_choice`). Their errors are guessed from the confidences, corrected by the past. Still larger
    regions follow as far as labels allow, since a failure there takes nothing back.

    Rows of equal confidence stay together: were a region to end among them, their numbers would decide which are
    inside, and its draws would be no random sample.

    A wrong guess costs labels or rows, never the promise: that rests on the fresh rows alone (`auto_labels`).
    """
    check_number(target, "target", low=0, high=1, open_low=True)
    level = attempt_level(attempt, confidence)
    if not rows.size or not np.isfinite(confidences).all():
        raise InvalidParameterError("Every row needs a finite confidence, and there must be one row at least.")
    order = rows[np.lexsort((numbers, -confidences))]
    sure = confidences[np.argsort(-confidences, kind="stable")]
    # Up to the last row of the same confidence.
    sizes = sorted(
        {
            int(np.searchsorted(-sure, -sure[max(1, count_for(share / 100, rows.size)) - 1], "right"))
            for share in _SHARES
        }
    )
    errors = guessed_errors(sizes, sure, target, past_confidence, past_correct)
    choice = choose(sizes, errors, target=target, level=level, most_labels=most_labels)
    if choice is None:
        return None
    kept, density = choice
    kept += [place for place in range(kept[-1] + 1, len(sizes)) if density * sizes[place] <= most_labels]
    regions = tuple(np.sort(order[: sizes[place]]) for place in kept)
    largest = np.isin(rows, regions[-1])
    inside = rows[largest][np.argsort(numbers[largest], kind="stable")]
    plan = AutoLabelPlan(target, level, regions, inside[: round(density * inside.size)])
    wrong = np.stack([wrong_rows(errors[place], sizes[place]) for place in kept], axis=1)
    return replace(plan, expected=expected(regions_of(plan)[0], wrong))


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


def regions_of(plan: AutoLabelPlan) -> tuple[tuple[Region, ...], IntArray]:
    """Return how many wrong draws each region may have, and the smallest region that holds each draw."""
    # Regions are nested: a draw lies outside of as many as do not hold it.
    inside = np.zeros(plan.sample.size, np.int64)
    for region in plan.regions:
        inside += ~np.isin(plan.sample, region)
    found = []
    for number, region in enumerate(plan.regions):
        n_draws = int((inside <= number).sum())
        found.append(Region(region.size, n_draws, allowed(region.size, n_draws, plan.target, plan.level)))
    return tuple(found), inside
