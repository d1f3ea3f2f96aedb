"""How good each person's answers are, and whether that tells people apart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr

from querist._typing import FloatArray, IntArray
from querist.agreement.intervals import METHOD, UNIT, check_options, share
from querist.agreement.overlap import NO_ANSWER, Overlap, as_ratings, overlap_of
from querist.audit.estimate import FEWEST, Estimate, too_few
from querist.audit.intervals import mean_interval
from querist.exceptions import InvalidParameterError

# Nobody is ranked from fewer rows.
FEWEST_TO_RANK = 30
WITH_OTHERS = "agreement with the others"
BY_DECISIONS = "agreement with decisions"
DIFFERENCE = "difference of two people"


@dataclass(frozen=True)
class PersonQuality:
    """How one person's answers compare with those of the others.

    Attributes
    ----------
    person : int
        Column of the table.
    n_rows : int
        Rows that this person and somebody else have answered.
    with_others : Estimate
        Share of these on which the answer is the decided one or, where nothing was decided, the one that most of the
        others gave. Where the others are split evenly between k answers, each counts as 1/k.
    with_decisions : Estimate
        The same on decided rows alone. These are rows that people differed about: hard ones.
    rank_low, rank_high : int or None
        The best and the worst place that the rows leave open, 1 the best; None where nobody is ranked.
    """

    person: int
    n_rows: int
    with_others: Estimate
    with_decisions: Estimate
    rank_low: int | None
    rank_high: int | None


@dataclass(frozen=True)
class Quality:
    """How good each person's answers are.

    Attributes
    ----------
    people : tuple of PersonQuality
        The best figure first if `ranked`, else by name; who shares no row with anybody comes last.
    ranked : bool
        Whether the order and the places say something.
    reason : str
        Why they do not; empty if they do.
    """

    people: tuple[PersonQuality, ...]
    ranked: bool
    reason: str


@dataclass(frozen=True)
class Comparison:
    """Whether one of two people is right more often, on rows that both have answered.

    Attributes
    ----------
    one, other : int
        Columns of the table.
    n_rows : int
        Rows that both have answered, those of `n_open` left out.
    one_right, other_right : int
        Rows on which they differ and the one, or the other, gave the decided answer or, where nothing was decided, the
        one that most third people gave.
    n_open : int
        Rows on which they differ and nothing tells who is right: not decided, no third people, or these are split.
    difference : Estimate
        Share of right answers of the one minus that of the other, in [-1, 1].
    p_value : float or None
        Of McNemar's exact test that both are right equally often; None without a row that tells them apart.
    """

    one: int
    other: int
    n_rows: int
    one_right: int
    other_right: int
    n_open: int
    difference: Estimate
    p_value: float | None


def quality(
    ratings: npt.ArrayLike,
    *,
    n_classes: int,
    decided: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    confidence: float = 0.95,
    population: int | None = None,
) -> Quality:
    """Return how each person's answers compare with those of the others, ranked only where the rows allow it.

    Parameters
    ----------
    ratings : array-like of shape (n_rows, n_people), int
        As for `agreement`: rows drawn at random, -1 where a person gave no answer.
    n_classes : int
    decided : array-like of shape (n_rows,), int, default=None
        The class that a reviewer decided for a row; -1: none.
    names : sequence of str, default=None
        Of the people, for the order where nobody is ranked; None: the order of the columns.
    confidence : float, default=0.95
        Of each interval by itself; the places hold for all people together.
    population : int, default=None
        As for `agreement`.

    Returns
    -------
    Quality
        Nobody is ranked while somebody who shares a row with others has fewer than 30 such rows, while fewer than two
        people do, or while nothing tells people apart (two people and no decisions).

    Raises
    ------
    InvalidParameterError
        If one of the tables is none, or they do not belong together.

    Notes
    -----
    Agreement with the others is not accuracy: who is right against a wrong majority loses by it. Two people without
    decisions have the same figure, for nothing tells who of them is right.

    Places: every two people are compared (`compare`), and of all these tests together at most ``1 - confidence`` goes
    wrong (Holm's method). The best place of a person is 1 plus the number of people found better, the worst the
    number of people less those found worse; so all places hold together with the confidence [1]_. With many people
    and few rows most places stay wide open: then a ranking would be made of chance.

    Cost: O(answers x people + rows x classes).

    References
    ----------
    .. [1] M. Mogstad, J. P. Romano, A. M. Shaikh, D. Wilhelm, "Inference for ranks with applications to mobility across
       neighbourhoods and academic achievement across countries", Review of Economic Studies 91(1), 2024,
       doi:10.1093/restud/rdad006.
    """
    table = as_ratings(ratings, n_classes)
    shared = overlap_of(table, n_classes)
    check_options(confidence, population, shared.n_rows)
    answer = _decided(decided, table.shape[0], n_classes)[shared.rows]
    order = _by_name(names, table.shape[1])
    credit, known = _credits(shared, answer)
    people = [_person(shared, number, credit, known, confidence, population) for number in order]
    people.sort(key=lambda each: each.n_rows == 0)
    compared = [each for each in people if each.n_rows]
    reason = _why_not(compared)
    if reason:
        return Quality(tuple(people), False, reason)
    found = _comparisons(shared, answer, confidence)
    if all(each.p_value is None for each in found):
        return Quality(tuple(people), False, "Nothing tells these people apart: no third people, and no decisions.")
    placed = _placed(compared, found, 1 - confidence)
    placed.sort(key=lambda each: -(each.with_others.value or 0.0))
    return Quality((*placed, *people[len(compared) :]), True, "")


def compare(
    ratings: npt.ArrayLike,
    one: int,
    other: int,
    *,
    n_classes: int,
    decided: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Return whether one of two people is right more often: a paired test on the rows that both have answered.

    Parameters
    ----------
    ratings : array-like of shape (n_rows, n_people), int
        As for `agreement`.
    one, other : int
        Columns of the table.
    n_classes : int
    decided : array-like of shape (n_rows,), int, default=None
        As for `quality`.
    confidence : float, default=0.95

    Notes
    -----
    Only rows on which the two differ tell them apart. If both are right equally often, each of the ``b + c`` rows on
    which one of them alone is right goes to either with chance 1/2: ``p = min(1, 2 P(X <= min(b, c)))``, X binomial.
    Exact: of true hypotheses at most 5 in 100 are rejected at 0.05. Who looks at many pairs must correct for that
    (`quality` does).

    References
    ----------
    .. [1] Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
       Psychometrika 12(2), 1947, doi:10.1007/BF02295996.
    """
    table = as_ratings(ratings, n_classes)
    if one == other or not {one, other} <= set(range(table.shape[1])):
        raise InvalidParameterError(
            f"one and other must be two of the columns 0 to {table.shape[1] - 1}, got {one} and {other}."
        )
    shared = overlap_of(table, n_classes)
    check_options(confidence, None, shared.n_rows)
    answer = _decided(decided, table.shape[0], n_classes)[shared.rows]
    low, high = min(one, other), max(one, other)
    mine = (shared.pairs.one == low) & (shared.pairs.other == high)
    found = _comparison(low, high, _outcomes(shared, answer)[mine], confidence)
    return found if one == low else _turned(found)


def _decided(decided: npt.ArrayLike | None, n_rows: int, n_classes: int) -> IntArray:
    if decided is None:
        return np.full(n_rows, NO_ANSWER)
    column = np.asarray(decided)
    if column.shape != (n_rows,):
        raise InvalidParameterError(f"decided must have one class a row ({n_rows} rows), got shape {column.shape}.")
    return as_ratings(column[:, None], n_classes, "decided")[:, 0]


def _by_name(names: Sequence[str] | None, n_people: int) -> list[int]:
    if names is None:
        return list(range(n_people))
    if len(names) != n_people:
        raise InvalidParameterError(f"names must be as many as there are people ({n_people}), got {len(names)}.")
    return sorted(range(n_people), key=lambda number: (names[number].casefold(), names[number], number))


def _credits(shared: Overlap, answer: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return what each answer counts for, by the others and decisions; and by decisions alone (NaN: nothing decided).

    An answer can be that of most others only if its class leads the row by itself: the others then are split between it
    and all classes that have one answer less.
    """
    ordered = np.sort(shared.counts, axis=1)
    top = ordered[:, -1]
    second = ordered[:, -2] if shared.n_classes > 1 else np.zeros_like(top)
    n_second = (shared.counts == second[:, None]).sum(axis=1)
    leads = (shared.counts[shared.row, shared.said] == top[shared.row]) & (top > second)[shared.row]
    level = (top - 1 == second)[shared.row]
    credit = np.where(leads, np.where(level, 1 / (1 + n_second[shared.row]), 1.0), 0.0)
    truth = answer[shared.row]
    known = np.where(truth == NO_ANSWER, np.nan, truth == shared.said)
    return np.where(truth == NO_ANSWER, credit, known), known


def _person(
    shared: Overlap, number: int, credit: FloatArray, known: FloatArray, confidence: float, population: int | None
) -> PersonQuality:
    mine = shared.person == number
    values, told = credit[mine], known[mine]
    told = told[~np.isnan(told)]

    def estimate(rows: FloatArray, quantity: str, what: str, sampled: float) -> Estimate:
        value = float(rows.mean()) if rows.size else 0.0
        return share(value, rows, quantity, f"{FEWEST} {what}", confidence, sampled)

    sampled = 0.0 if population is None else values.size / population
    decisions = estimate(told, BY_DECISIONS, "decided rows that this person answered", 0.0)
    if decisions.value is not None:
        decisions = replace(decisions, note="Of decided rows only: those that people differed about, not of all.")
    return PersonQuality(
        person=number,
        n_rows=values.size,
        with_others=estimate(values, WITH_OTHERS, "rows that this person and somebody else answered", sampled),
        with_decisions=decisions,
        rank_low=None,
        rank_high=None,
    )


def _why_not(people: list[PersonQuality]) -> str:
    """Return why people are not ranked; empty if they may be."""
    if len(people) < 2:
        return "There are no two people who have answered the same row."
    short = sum(each.n_rows < FEWEST_TO_RANK for each in people)
    if short:
        who = "One person has" if short == 1 else f"{short} people have"
        return f"{who} fewer than {FEWEST_TO_RANK} rows in common with others, too few to rank by: see the intervals."
    return ""


def _outcomes(shared: Overlap, answer: IntArray) -> FloatArray:
    """Return for each pair of answers who is right: 1 the one, -1 the other, 0 both or neither, NaN: nothing tells."""
    every = shared.pairs
    outcome = np.zeros(every.row.size)
    differ = np.flatnonzero(every.said != every.other_said)
    row, said, other_said = every.row[differ], every.said[differ], every.other_said[differ]
    third = shared.counts[row]
    third[np.arange(row.size), said] -= 1
    third[np.arange(row.size), other_said] -= 1
    top = third.max(axis=1, initial=0)
    clear = (top > 0) & ((third == top[:, None]).sum(axis=1) == 1)
    truth = np.where(clear, third.argmax(axis=1), NO_ANSWER) if row.size else answer[row]
    truth = np.where(answer[row] == NO_ANSWER, truth, answer[row])
    right = (said == truth).astype(np.float64) - (other_said == truth)
    outcome[differ] = np.where(truth == NO_ANSWER, np.nan, right)
    return outcome


def _comparisons(shared: Overlap, answer: IntArray, confidence: float) -> list[Comparison]:
    outcomes = _outcomes(shared, answer)
    return [_comparison(one, other, outcomes[places], confidence) for one, other, places in shared.by_pair()]


def _comparison(one: int, other: int, outcomes: FloatArray, confidence: float) -> Comparison:
    told = outcomes[~np.isnan(outcomes)]
    ahead, behind = int((told > 0).sum()), int((told < 0).sum())
    differing = ahead + behind
    if told.size < FEWEST:
        difference = too_few(DIFFERENCE, METHOD, told.size, f"{FEWEST} rows that both have answered", UNIT)
    else:
        ends = mean_interval(told, -1, 1, confidence)
        difference = Estimate(float(told.mean()), *ends, told.size, DIFFERENCE, METHOD, confidence, unit=UNIT)
    p_value = min(1.0, 2 * float(bdtr(min(ahead, behind), differing, 0.5))) if differing else None
    return Comparison(one, other, told.size, ahead, behind, outcomes.size - told.size, difference, p_value)


def _turned(found: Comparison) -> Comparison:
    """Return the comparison of the other with the one."""
    before = found.difference
    if before.value is not None and before.low is not None and before.high is not None:
        before = replace(before, value=-before.value, low=-before.high, high=-before.low)
    return Comparison(
        found.other, found.one, found.n_rows, found.other_right, found.one_right, found.n_open, before, found.p_value
    )


def _placed(people: list[PersonQuality], found: list[Comparison], level: float) -> list[PersonQuality]:
    """Return people with their places: by Holm's method over all comparisons."""
    better = {each.person: 0 for each in people}
    worse = dict(better)
    # Two people without a row in common are a test too, one that cannot find anything.
    n_tests = len(people) * (len(people) - 1) // 2
    for number, each in enumerate(sorted(found, key=lambda each: 1.0 if each.p_value is None else each.p_value)):
        if each.p_value is None or each.p_value > level / (n_tests - number):
            break
        good, bad = (each.one, each.other) if each.one_right > each.other_right else (each.other, each.one)
        worse[good] += 1
        better[bad] += 1
    return [
        replace(each, rank_low=1 + better[each.person], rank_high=len(people) - worse[each.person]) for each in people
    ]
