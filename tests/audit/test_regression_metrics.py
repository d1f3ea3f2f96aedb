"""Figures of a regressor: against scikit-learn, laws of units, coverage by simulation, and what has no figure."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from querist.audit import Estimate, bias, mae, r2, rmse, within
from querist.exceptions import InvalidParameterError

FIGURES = [rmse, mae, r2, bias]


def draw(rng, n, spread=1.0):
    truth = 3 * rng.standard_normal(n) + 20
    return truth, truth + spread * rng.laplace(size=n) + 0.3


def test_values_agree_with_scikit_learn(rng):
    truth, predicted = draw(rng, 60)
    assert rmse(truth, predicted).value == pytest.approx(root_mean_squared_error(truth, predicted))
    assert mae(truth, predicted).value == pytest.approx(mean_absolute_error(truth, predicted))
    assert r2(truth, predicted).value == pytest.approx(r2_score(truth, predicted))
    assert bias(truth, predicted).value == pytest.approx(np.mean(predicted) - np.mean(truth))
    assert within(truth, predicted, 1.5).value == np.mean(np.abs(predicted - truth) <= 1.5)


def test_the_interval_of_rmse_by_hand():
    errors = np.array([1.0, -1, 2, 0, 3, -2, 1, 1, 0, 5, -1, 2])
    n, v = errors.size, errors**2 / np.mean(errors**2)
    student = t.ppf(0.95, n - 1)
    ends = [
        student * math.sqrt((np.sum((v - 1) ** 2) + 2 * 2 + 5 * far**2) / (n + 2) / (n - 1))
        for far in (1 - v.min(), v.max() - 1)
    ]
    found = rmse(np.zeros(n), errors, confidence=0.9)
    root = math.sqrt(np.mean(errors**2))
    assert (found.low, found.high) == pytest.approx((root * math.exp(-ends[0] / 2), root * math.exp(ends[1] / 2)))


def test_the_interval_of_bias_by_hand():
    errors = np.array([1.0, -1, 2, 0, 3, -2, 1, 1, 0, 5])
    n, around = errors.size, errors - errors.mean()
    reach = [
        t.ppf(0.975, n - 1) * math.sqrt((np.sum(around**2) + far**2) / n / (n - 1))
        for far in (around.min(), around.max())
    ]
    found = bias(np.zeros(n), errors)
    assert (found.low, found.high) == pytest.approx((errors.mean() - reach[0], errors.mean() + reach[1]))


@given(st.integers(0, 2**32 - 1), st.sampled_from([1e-200, 1e-3, 7.0, 1e150]), st.sampled_from(FIGURES))
def test_another_unit_of_the_targets_changes_nothing_but_the_unit(seed, unit, figure):
    truth, predicted = draw(np.random.default_rng(seed), 30)
    plain, scaled = figure(truth, predicted), figure(truth * unit, predicted * unit)
    by = 1.0 if figure is r2 else unit
    for one, other in zip((plain.value, plain.low, plain.high), (scaled.value, scaled.low, scaled.high), strict=True):
        assert other == pytest.approx(one * by, rel=1e-6, abs=0)


@given(st.integers(0, 2**32 - 1), st.integers(10, 60), st.sampled_from(FIGURES))
def test_the_value_lies_within_and_more_confidence_takes_more_room(seed, n, figure):
    rng = np.random.default_rng(seed)
    truth, predicted = draw(rng, n)
    order = rng.permutation(n)
    narrow, wide = figure(truth, predicted, confidence=0.8), figure(truth, predicted, confidence=0.99)
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high
    assert figure(truth[order], predicted[order]).high == pytest.approx(figure(truth, predicted).high)
    if figure is r2:
        assert wide.high < 1
    elif figure is not bias:
        assert wide.low > 0


@pytest.mark.parametrize("figure", FIGURES)
def test_below_ten_rows_there_is_no_figure(rng, figure):
    truth, predicted = draw(rng, 9)
    found = figure(truth, predicted)
    assert found.value is None
    assert "10 audit rows" in str(found)
    assert within(truth, predicted, 1).value is None
    assert figure(np.zeros(0), np.zeros(0)).value is None


@pytest.mark.parametrize("figure", FIGURES)
def test_without_an_error_nothing_bounds_those_of_other_rows(figure):
    truth = np.arange(20.0)
    found = figure(truth, truth)
    assert found.value == (1.0 if figure is r2 else 0.0)
    assert (found.low, found.high) == (None, None)
    assert "All errors are 0" in found.note
    assert "from 20 answers" in str(found)


def test_equal_errors():
    truth = np.arange(20.0)
    assert bias(truth, truth + 2).low is None
    assert "All errors are equal" in bias(truth, truth + 2).note
    found = rmse(truth, truth + 2)
    assert found.low < 2.0 < found.high  # a sample that happens not to vary says little of its spread


@pytest.mark.parametrize("target", [0.0, 0.1, -1e300])
def test_without_variance_there_is_no_r2(target):
    truth = np.full(12, target)
    found = r2(truth, np.arange(12.0))
    assert found.value is None
    assert "All targets of the audit rows are equal" in str(found)


def test_the_mean_of_the_targets_gets_nothing_of_r2_and_its_interval_has_a_width(rng):
    truth = rng.standard_normal(40)
    found = r2(truth, np.full(40, truth.mean()))
    assert found.value == pytest.approx(0)
    assert found.low < 0 < found.high


def test_one_row_with_much_of_the_error_is_told(rng):
    truth, predicted = draw(rng, 50)
    assert "One row" not in rmse(truth, predicted).note
    predicted[7] += 1000
    for figure in FIGURES:
        assert "One row has 100% of the squared error" in figure(truth, predicted).note


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("figure", [*FIGURES, lambda truth, predicted: within(truth, predicted, 1)])
def test_what_is_not_finite_is_refused_by_its_row(rng, wrong, figure):
    truth, predicted = draw(rng, 20)
    with pytest.raises(InvalidParameterError, match="Row number 3 has"):
        figure(truth, np.where(np.arange(20) == 3, wrong, predicted))
    with pytest.raises(InvalidParameterError, match="Row number 4 has"):
        figure(np.where(np.arange(20) == 4, wrong, truth), predicted)


def test_differences_beyond_all_floats_are_refused():
    truth = np.where(np.arange(12) == 5, 1.5e308, 0.0)
    with pytest.raises(InvalidParameterError, match=r"Row number 5 .* difference"):
        rmse(truth, -truth)


def test_shapes_must_agree():
    with pytest.raises(InvalidParameterError, match=r"\(12,\) and \(12, 1\)"):
        mae(np.zeros(12), np.zeros((12, 1)))


def test_within_counts_the_tolerance_itself_and_rows_without_an_answer_both_ways():
    truth, predicted = np.zeros(20), np.arange(20.0)
    found = within(truth, predicted, 4)
    assert found.value == 0.25
    skipped = within(truth, predicted, 4, n_skipped=10)
    assert skipped.value == 0.25
    assert skipped.low < found.low
    assert skipped.high > found.high + 0.1
    assert "10 audit rows that nobody could answer" in skipped.note
    assert within(truth, predicted, 0).value == 0.05
    for wrong in (-1, np.nan):
        with pytest.raises(InvalidParameterError, match="tolerance"):
            within(truth, predicted, wrong)


@pytest.mark.parametrize(("unit", "told"), [(1e6, "RMSE: 2,000,000"), (1e-5, "RMSE: 0.00002000"), (1, "RMSE: 2.000")])
def test_figures_are_told_in_any_unit(unit, told):
    truth = np.arange(20.0)
    assert told in str(rmse(truth * unit, (truth + 2) * unit))
    assert isinstance(rmse(truth, truth + 2), Estimate)


@pytest.mark.parametrize("n", [10, 50])
@pytest.mark.parametrize("figure", FIGURES)
def test_intervals_cover(rng, figure, n):
    # The long form is benchmarks/audit/regression.py.
    known = {rmse: math.sqrt(2), mae: 1.0, r2: 1 - 2 / 11, bias: 0.0}[figure]
    held = 0
    for _ in range(400):
        truth = 3 * rng.standard_normal(n)
        errors = rng.laplace(size=n)
        found = figure(truth + errors, truth)
        held += found.low <= known <= found.high
    assert held / 400 > 0.92 - 2 * math.sqrt(0.92 * 0.08 / 400)
