"""Whether enough of the relevant rows have been found: what rows drawn at random from the rest can say of it.

The test of Callaghan and Müller-Hansen, in the words of their abstract "rejecting a hypothesis of having missed a given
recall target with a given level of confidence". It says that and no more: it promises no recall.
"""

import math
from dataclasses import dataclass

from querist.audit.estimate import Estimate, too_few
from querist.audit.hypergeometric import lower_bound, tail, upper_bound
from querist.exceptions import InvalidParameterError

_ROUNDING = 1e-9


@dataclass(frozen=True)
class RecallTest:
    """The outcome of the test.

    Attributes
    ----------
    p_value : float
        How likely it is to find so few among the rows drawn, if the target is missed as narrowly as it can be.
    target : float
        The recall that is aimed at.
    confidence : float
    rejected : bool
        Whether ``p_value < 1 - confidence``.
    statement : str
        What may be said.
    """

    p_value: float
    target: float
    confidence: float
    rejected: bool
    statement: str


def recall_test(
    n_left: int,
    n_drawn: int,
    found_drawn: int,
    found_before: int,
    *,
    read_beside: int = 0,
    found_beside: int = 0,
    target: float = 0.95,
    confidence: float = 0.95,
) -> RecallTest:
    """Test the hypothesis that the recall is below a target, from rows drawn at random from those that were left.

    Where ``k`` of ``n`` rows, drawn without replacement from ``N``, are relevant and ``r`` were found before, the
    recall is below the target ``t`` only if at least ``K = floor((r + k) / t - r) + 1`` of the N were relevant; the
    p-value is ``P(X <= k)`` for a hypergeometric X with N, K and n. Where b more of the N were found beside the draws,
    ``K = floor((r + b + k) / t - r) + 1``: the test holds whatever was read beside them, as long as that has not told
    which rows were drawn, since its level holds for each true K.

    Parameters
    ----------
    n_left : int
        Rows that were left when the drawing began, those drawn included.
    n_drawn : int
        How many of them were drawn. When to draw may depend on all that was seen before; looking again after each
        draw and stopping at the first small p-value makes errors more frequent than `confidence` says.
    found_drawn : int
        Relevant ones among those drawn.
    found_before : int
        Relevant ones found before.
    read_beside, found_beside : int, default=0
        Of the rows that were left, those that were read without being drawn, and how many of them are relevant.
    target : float, default=0.95
        The recall aimed at, above 0 and at most 1.
    confidence : float, default=0.95

    Returns
    -------
    RecallTest

    Raises
    ------
    InvalidParameterError
        If the numbers contradict each other, or a share is out of its range.

    References
    ----------
    .. [1] M. W. Callaghan, F. Müller-Hansen, "Statistical stopping criteria for automated screening in systematic
       reviews", Systematic Reviews 9:273, 2020, doi:10.1186/s13643-020-01521-4.

    Examples
    --------
    >>> [recall_test(1000, n_drawn, 0, 40, target=0.9).rejected for n_drawn in (500, 300)]
    [True, False]
    """
    _check(n_left, n_drawn, found_drawn, found_before, read_beside, found_beside)
    if not 0 < target <= 1 or not 0 < confidence < 1:
        raise InvalidParameterError(
            f"target must be above 0 and at most 1, confidence between 0 and 1; got {target!r} and {confidence!r}."
        )
    found = found_before + found_drawn + found_beside
    n_relevant = math.floor(found / target - found_before + _ROUNDING) + 1
    # With so many relevant rows the target would be missed; where there cannot be as many, it is reached for sure.
    possible = n_relevant - found_drawn - found_beside <= n_left - n_drawn - read_beside
    p = tail(n_left, n_left - n_relevant, n_drawn, n_drawn - found_drawn) if possible else 0.0
    rejected = p < 1 - confidence
    says = "is rejected" if rejected else "cannot be rejected"
    beside = f", {found_beside:,} more were found beside them" if read_beside else ""
    statement = (
        f"The hypothesis of having missed a recall of {target:.0%} {says} with a confidence of {confidence:.0%} "
        f"(p = {p:.3f}): {found_drawn} of {n_drawn:,} rows drawn at random from the {n_left:,} that were left are "
        f"relevant, {found_before:,} were found before{beside}. This is no promise of that recall."
    )
    return RecallTest(p, target, confidence, rejected, statement)


def relevant_left(
    n_left: int,
    n_drawn: int,
    found_drawn: int,
    *,
    read_beside: int = 0,
    found_beside: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Return how many relevant rows are left unseen, from rows drawn at random from those that were left.

    The interval is exact (hypergeometric, the same risk on both sides); its number of draws must not depend on what
    they turned out to be.

    Parameters
    ----------
    n_left, n_drawn, found_drawn, read_beside, found_beside : int
        See `recall_test`.
    confidence : float, default=0.95

    Returns
    -------
    Estimate
        A number of rows.

    Examples
    --------
    >>> left = relevant_left(1000, 100, 1)
    >>> left.value, left.low, left.high
    (9.0, 0.0, 51.0)
    """
    _check(n_left, n_drawn, found_drawn, 0, read_beside, found_beside)
    quantity, method = "relevant rows left unseen", "exact (hypergeometric)"
    if not n_drawn:
        return too_few(quantity, method, 0, "rows drawn at random from those that are left", "rows")
    level = (1 - confidence) / 2
    found, most = found_drawn + found_beside, n_left - n_drawn - read_beside

    def unseen(n_relevant: float) -> float:
        return float(min(max(n_relevant - found, 0), most))

    low = unseen(lower_bound(n_left, n_drawn, found_drawn, level))
    high = unseen(upper_bound(n_left, n_drawn, found_drawn, level))
    value = unseen(n_left * found_drawn / n_drawn)
    return Estimate(value, low, high, n_drawn, quantity, method, confidence, is_share=False, unit="rows")


def _check(
    n_left: int, n_drawn: int, found_drawn: int, found_before: int, read_beside: int = 0, found_beside: int = 0
) -> None:
    fits = 0 <= found_drawn <= n_drawn <= n_left and found_before >= 0
    if not fits or not 0 <= found_beside <= read_beside <= n_left - n_drawn:
        beside = (
            f" Beside them {read_beside} were read and {found_beside} found." if read_beside or found_beside else ""
        )
        raise InvalidParameterError(
            f"Of {n_left} rows left {n_drawn} were drawn, and {found_drawn} of these are relevant, {found_before} "
            f"before.{beside} Each must be at least 0, and none larger than what it is part of."
        )
