"""The audit's order, and that its answered part is a random sample."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from querist import _blocks as blocks
from querist.audit.folds import fold_of
from querist.audit.order import (
    AuditOrder,
    audit_numbers,
    audit_order,
    audit_prefix,
    first_in_order,
    is_fresh,
    promise_numbers,
)


def test_a_rows_number_depends_on_nothing_but_seed_and_row():
    whole = audit_numbers(7, np.arange(1000))
    assert audit_numbers(7, np.array([5, 999])).tolist() == whole[[5, 999]].tolist()
    assert (audit_numbers(8, np.arange(1000)) != whole).all()
    assert whole.min() >= 0
    assert whole.max() < 1


def test_numbers_are_uniform_and_folds_even_and_unrelated():
    numbers = audit_numbers(3, np.arange(20_000))
    assert stats.kstest(numbers, "uniform").pvalue > 0.001
    folds = fold_of(np.arange(20_000), 10)
    assert stats.chisquare(np.bincount(folds, minlength=10)).pvalue > 0.001
    assert abs(np.corrcoef(numbers, folds)[0, 1]) < 0.03


def test_numbers_are_those_that_projects_and_sessions_have_always_had():
    numbers = audit_numbers(11, np.array([0, 1, 70_000]))
    np.testing.assert_array_equal(numbers, [0.9346170038432714, 0.8292577130080783, 0.537908042979947])


def test_prefix_stops_before_the_first_open_row_and_passes_over_skips():
    order = np.array([3, 1, 4, 0, 2])
    answered = np.array([True, True, True, True, False])
    skipped = np.zeros(5, bool)
    assert audit_prefix(order, answered).rows.tolist() == [3, 1]
    skipped[4] = True
    prefix = audit_prefix(order, answered, skipped)
    assert prefix.rows.tolist() == [3, 1, 0, 2]
    assert prefix.skipped.tolist() == [4]


@given(st.integers(0, 2**40), st.integers(1, 40), st.data())
def test_the_prefix_is_a_start_of_the_order_whatever_is_answered(seed, n, data):
    answered = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    order = audit_order(audit_numbers(seed, np.arange(n)))
    prefix = audit_prefix(order, answered).rows
    assert prefix.tolist() == order[: prefix.size].tolist()
    assert answered[prefix].all()
    assert prefix.size == n or not answered[order[prefix.size]]


def _prefixes(n_total, asked, n_draws):
    """All prefixes over the n! orders, after so many draws of the next open row; `asked` were asked by a strategy."""
    for order in itertools.permutations(range(n_total)):
        answered = np.zeros(n_total, bool)
        answered[list(asked)] = True
        for _ in range(n_draws):
            answered[next(row for row in order if not answered[row])] = True
        yield np.array(order), audit_prefix(np.array(order), answered).rows


@pytest.mark.parametrize("n_draws", [1, 2, 3])
def test_the_mean_over_the_prefix_is_unbiased_and_with_the_cutting_row_it_is_not(n_draws):
    # 3 of 7 rows were asked about by a strategy blind to the order.
    values = np.array([1.0, 0, 0.5, 0, 0, 1, 1])
    asked = (0, 2, 5)
    without, with_cut = [], []
    for order, prefix in _prefixes(7, asked, n_draws):
        without.append(values[prefix].mean())
        with_cut.append(values[order[: prefix.size + 1]].mean())
    assert np.mean(without) == pytest.approx(values.mean())
    assert abs(np.mean(with_cut) - values.mean()) > 1e-3


def test_among_fresh_draws_every_set_is_as_likely():
    # The exact part, on which certificates stand: the next open rows are a simple random sample of the open ones.
    asked = (0, 2, 5)
    drawn = [frozenset(prefix) - set(asked) for _, prefix in _prefixes(7, asked, 2)]
    counts = [drawn.count(frozenset(pair)) for pair in itertools.combinations((1, 3, 4, 6), 2)]
    assert len(set(counts)) == 1
    assert sum(counts) == len(drawn)


def test_fresh_rows_are_exchangeable_and_where_they_are_not_new_numbers_are():
    # Two of six rows are drawn and one of them is put back: the next is that one. Then two rows are added.
    fresh, stale, renewed = np.zeros(8, int), np.zeros(8, int), np.zeros(8, int)
    for seed in range(3000):
        drawn = audit_order(audit_numbers(seed, np.arange(6)))[:2]
        rest = np.setdiff1d(np.arange(8), drawn)
        # By rank among the rest, of which the last two are the added ones: none may be favoured.
        first = int(audit_numbers(seed, rest).argmin())
        if is_fresh(seed, rest, drawn):
            fresh[first] += 1
        else:
            stale[first] += 1
            renewed[int(promise_numbers(seed, rest, 1).argmin())] += 1
        assert not is_fresh(seed, drawn[:1], drawn)
        assert is_fresh(seed, rest, drawn[:0])
    assert stats.chisquare(fresh[:6]).pvalue > 0.001
    assert stats.chisquare(renewed[:6]).pvalue > 0.001
    assert stale[:4].sum() == 0  # only the added rows, ever


def test_each_attempt_has_numbers_of_its_own():
    one, other = (promise_numbers(3, np.arange(5000), attempt) for attempt in (1, 2))
    for numbers in (one, other):
        assert stats.kstest(numbers, "uniform").pvalue > 0.001
        assert abs(np.corrcoef(numbers, audit_numbers(3, np.arange(5000)))[0, 1]) < 0.06
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.06


# ---------------------------------------------------------------- the order without an array as long as the pool


@given(st.integers(1, 400), st.integers(0, 450), st.integers(1, 9), st.integers(0, 2**32), st.booleans())
def test_the_first_in_order_are_what_the_whole_order_begins_with(n_rows, n, n_numbers, seed, some):
    rng = np.random.default_rng(seed)
    # Few numbers, so that many are equal.
    numbers = rng.integers(0, n_numbers, n_rows) / n_numbers
    among = rng.random(n_rows) < 0.5 if some else None
    whole = audit_order(numbers)
    whole = whole if among is None else whole[among[whole]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_MAX_ROWS", 64)
        patch.setattr("querist.audit.order._SHORTEST", 8)
        first = first_in_order(numbers.__getitem__, n_rows, n, among)
    assert first.tolist() == whole[:n].tolist()
    assert first.dtype == np.int64


@given(st.integers(1, 400), st.integers(0, 450), st.integers(1, 400), st.integers(0, 2**32), st.booleans())
def test_the_first_in_order_are_the_same_where_others_look_for_what_is_below_a_bound(n_rows, n, n_numbers, seed, some):
    rng = np.random.default_rng(seed)
    # Few numbers, so that many are equal; squares, so that fewer than expected may be below a bound, or more.
    numbers = (rng.integers(0, n_numbers, n_rows) / n_numbers) ** rng.choice([0.1, 1.0, 2.0])
    among = rng.random(n_rows) < 0.5 if some else None

    def below(bound, among):
        return np.flatnonzero((numbers < bound) & (True if among is None else among))

    first = first_in_order(numbers.__getitem__, n_rows, n, among, below=below)
    assert first.tolist() == first_in_order(numbers.__getitem__, n_rows, n, among).tolist()


@given(st.integers(0, 300), st.lists(st.integers(0, 320), max_size=6), st.integers(0, 2**40))
def test_a_head_of_the_order_is_the_same_whatever_was_asked_before(n_rows, lengths, seed):
    whole = audit_order(audit_numbers(seed, np.arange(n_rows)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_MAX_ROWS", 64)
        patch.setattr("querist.audit.order._SHORTEST", 8)
        heads = AuditOrder(lambda rows: audit_numbers(seed, rows), n_rows)
        for n in lengths:
            assert heads.head(n).tolist() == whole[:n].tolist()


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(0, 2**40))
def test_a_prefix_needs_no_more_of_the_order_than_its_first_open_row(done, seed):
    answered = np.array(done)
    whole = audit_order(audit_numbers(seed, np.arange(answered.size)))
    prefix = audit_prefix(whole, answered)
    head = whole[: prefix.rows.size + 1]
    assert audit_prefix(head, answered).rows.tolist() == prefix.rows.tolist()
