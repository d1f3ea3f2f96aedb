"""Which of two judges is right more often."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, ndtri

from querist._typing import AnyArray, FloatArray, IntArray, Label
from querist._validation import as_rows
from querist.audit.estimate import FEWEST, Estimate, too_few
from querist.audit.intervals import mean_interval
from querist.exceptions import InvalidParameterError
from querist.judging.checked import checked

_METHOD = (
    "random rows on which the two differ, times how often they differ in all rows; Wilson interval with the effective "
    "sample size"
)
_POWER = 0.8


@dataclass(frozen=True)
class JudgePair:
    """Whether one of two judges is right more often, on the same rows.

    Attributes
    ----------
    one, other : str
    differ : float
        Share of all rows on which they differ: known, not estimated. Where they agree they are right or wrong together.
    n_differ : int
        Random rows with an answer on which they differ.
    one_right, other_right : int
        Of these, on which the one, or the other, gave the answer; on the rest both are wrong.
    difference : Estimate
        Accuracy of the one minus that of the other, in [-1, 1].
    p_value : float or None
        Of McNemar's mid-p test that both are right equally often; None without a row that tells them apart.
    n_more : int or None
        About how many more answers to rows on which they differ it takes to find the difference with a chance of
        80 %, if it is what it seems to be; 0 if it is found; None where none is seen, or there are too few rows.
    """

    one: str
    other: str
    differ: float
    n_differ: int
    one_right: int
    other_right: int
    difference: Estimate
    p_value: float | None
    n_more: int | None

    def __str__(self) -> str:
        if self.difference.value is None:
            return str(self.difference)
        if self.p_value is not None and self.p_value <= 1 - self.difference.confidence:
            better = self.one if self.difference.value > 0 else self.other
            return f"{better} is right more often. {self.difference}"
        more = "" if not self.n_more else f" About {self.n_more:,} more answers to rows on which they differ may tell."
        return f"Neither of {self.one} and {self.other} is known to be right more often. {self.difference}{more}"


def compare_judges(
    one: Sequence[Label | None] | AnyArray,
    other: Sequence[Label | None] | AnyArray,
    rows: Sequence[int] | IntArray,
    answers: Sequence[Label] | AnyArray,
    *,
    names: tuple[str, str] = ("the first", "the second"),
    confidence: float = 0.95,
) -> JudgePair:
    """Return whether one of two judges is right more often.

    Parameters
    ----------
    one, other : sequence of labels of shape (n_rows,)
        The labels of two judges for all rows; None or NaN where one gave none.
    rows : array-like of shape (m,)
        Rows that were drawn at random, from all or only from those on which the two differ, and have been answered.
    answers : sequence of labels of shape (m,)
    names : tuple of two str
    confidence : float, default=0.95

    Raises
    ------
    InvalidParameterError
        If the judges do not speak of the same rows, or as `judge_figures` does.

    Notes
    -----
    Rows on which the two agree say nothing of the difference, and how often they differ is known of all rows. So, with
    v = 1, -1 or 0 (the one, the other, or neither is right) on random rows among those on which they differ::

        difference = (share of all rows on which they differ) * mean(v)

    which is the post-stratified estimate: people need only answer rows on which the two differ. The test is McNemar's
    [1]_ with mid-p, which keeps its level in practice where the exact one wastes a part of it [2]_. To find a
    difference of chances b and c (of the one alone, the other alone being right) takes about
    ``((z_a sqrt(b + c) + z_b sqrt(b + c - (b - c)^2)) / (b - c))^2`` rows [3]_.

    References
    ----------
    .. [1] Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
       Psychometrika 12(2), 1947, doi:10.1007/BF02295996.
    .. [2] M. W. Fagerland, S. Lydersen, P. Laake, "The McNemar test for binary matched-pairs data: mid-p and asymptotic
       are better than exact conditional", BMC Medical Research Methodology 13:91, 2013, doi:10.1186/1471-2288-13-91.
    .. [3] R. J. Connor, "Sample size for testing differences in proportions for the paired-sample design", Biometrics
       43(1), 1987, doi:10.2307/2531961.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> truth = rng.integers(3, size=10_000)
    >>> good, bad = (np.where(rng.random(10_000) < right, truth, (truth + 1) % 3) for right in (0.95, 0.8))
    >>> differing = np.flatnonzero(good != bad)
    >>> rows = rng.choice(differing, 60, replace=False)
    >>> found = compare_judges(good, bad, rows, truth[rows], names=("good", "bad"))
    >>> str(found).partition(".")[0], found.difference.low < 0.15 < found.difference.high
    ('good is right more often', True)
    """
    if len(one) != len(other):
        raise InvalidParameterError(
            f"Both judges must speak of the same rows, got {len(one)} labels of the one and {len(other)} of the other."
        )
    # Together, so that both have the same codes.
    numbers = as_rows(rows, len(one))
    both = checked([*_listed(one), *_listed(other)], numbers, answers)
    first, second = np.split(both.judged, 2)
    differing = first != second
    told = differing[both.rows]
    mine, theirs = first[both.rows][told], second[both.rows][told]
    truth = both.truth[told]
    value = (mine == truth).astype(np.float64) - (theirs == truth)
    ahead, behind = int((value > 0).sum()), int((value < 0).sum())
    p_value = _mid_p(ahead, behind)
    share = float(differing.mean())
    found = _difference(value, share, f"accuracy of {names[0]} minus that of {names[1]}", confidence)
    return JudgePair(
        *names,
        share,
        value.size,
        ahead,
        behind,
        found,
        p_value,
        _more(ahead, behind, value.size, p_value, confidence),
    )


def _mid_p(ahead: int, behind: int) -> float | None:
    """Return the chance of so uneven a split of the rows on which one alone is right, half of that of this very one."""
    n, few = ahead + behind, min(ahead, behind)
    if not n:
        return None
    as_few = float(bdtr(few, n, 0.5))
    fewer = float(bdtr(few - 1, n, 0.5)) if few else 0.0
    return min(1.0, as_few + fewer)


def _listed(labels: Sequence[Label | None] | AnyArray) -> list[Label | None]:
    found: list[Label | None] = labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
    return found


def _difference(values: FloatArray, share: float, quantity: str, confidence: float) -> Estimate:
    if share == 0:
        note = "The two never differ."
        return Estimate(0.0, 0.0, 0.0, values.size, quantity, _METHOD, confidence, note)
    if values.size < FEWEST:
        return too_few(quantity, _METHOD, values.size, f"{FEWEST} random rows on which the two differ")
    low, high = mean_interval(values, -1, 1, confidence)
    return Estimate(share * float(values.mean()), share * low, share * high, values.size, quantity, _METHOD, confidence)


def _more(ahead: int, behind: int, n: int, p_value: float | None, confidence: float) -> int | None:
    """Return how many more rows on which the two differ would tell."""
    if n < FEWEST or p_value is None:
        return None
    if p_value <= 1 - confidence:
        return 0
    if ahead == behind:
        return None
    b, c = ahead / n, behind / n
    apart, either = b - c, b + c
    root = float(ndtri(0.5 + confidence / 2)) * math.sqrt(either) + float(ndtri(_POWER)) * math.sqrt(either - apart**2)
    return max(1, math.ceil((root / apart) ** 2) - n)
