"""Which rows a model may be let label, and the fresh draws that decide how far it may go."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from querist._typing import BoolArray, FloatArray, IntArray
from querist._validation import check_number
from querist.audit.certificate import attempt_level
from querist.audit.expected import Expected, expected
from querist.audit.hypergeometric import count_for
from querist.audit.offers import Offer
from querist.audit.promise import CONFIDENCE, MOST_LABELS, Region
from querist.audit.region_choice import allowed, choose, guessed_errors, wrong_rows
from querist.audit.region_order import WORDS
from querist.exceptions import InvalidParameterError

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
        told = f"{self.sample.size:,} random rows, at most, decide about the first {sizes} rows"
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
        """The draws of the first region, and those of all: no more labels than that are asked for."""
        return self.stage(0).size, self.sample.size


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
