"""All figures of a regressor, against plain computation by hand."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from querist.audit import (
    AuditPrefix,
    bias,
    cross_fit_targets,
    mae,
    r2,
    regression_assess,
    regression_assessing,
    rmse,
    within,
)
from querist.audit.folds import fold_of
from querist.exceptions import InvalidParameterError, NotEnoughLabelsError, QueristError

N = 200
X = np.random.default_rng(3).standard_normal((N, 4))
Y = X @ np.array([1.0, -2, 0.5, 0]) + 0.3 * np.random.default_rng(4).standard_normal(N)


def fit(rows, targets):
    return Ridge().fit(X[rows], targets)


def prefix(n, n_skipped=0):
    return AuditPrefix(np.arange(n)[::-1].copy(), np.arange(100, 100 + n_skipped))


class Saying:
    """Predicts what it is told to, whatever the rows."""

    def __init__(self, said):
        self.said = said

    def fit(self, X, y):
        return self

    def predict(self, X):
        return self.said(X)


def assessed(n=30, **options):
    rows, sample = np.arange(90), options.pop("prefix", None) or prefix(n)
    return regression_assess(options.pop("fit", fit), X, rows, Y[rows], prefix=sample, truth=Y[sample.rows], **options)


@pytest.mark.parametrize("n", [30, 70])
def test_figures_are_those_of_models_that_have_not_seen_the_rows(n):
    rows, held = np.arange(90), prefix(n).rows
    folds = np.arange(n) if n <= 64 else fold_of(held, 20)
    predicted = np.empty(n)
    for fold in np.unique(folds):
        train = np.setdiff1d(rows, held[folds == fold])
        predicted[folds == fold] = fit(train, Y[train]).predict(X[held[folds == fold]])
    assert cross_fit_targets(fit, X, rows, Y[rows], held) == pytest.approx(predicted)
    found = assessed(n, tolerance=0.5, confidence=0.9)
    for figure, own in ((rmse, found.rmse), (mae, found.mae), (r2, found.r2), (bias, found.bias)):
        expected = figure(Y[held], predicted, confidence=0.9)
        assert (own.value, own.low, own.high) == pytest.approx((expected.value, expected.low, expected.high))
    assert found.within == within(Y[held], predicted, 0.5, confidence=0.9)
    assert (found.n_labels, found.n_audited, found.n_skipped, found.tolerance) == (90, n, 0, 0.5)


def test_the_first_answers_judge_and_the_last_ones_train():
    rows, sample = np.arange(90), prefix(20)
    told = regression_assess(fit, X, rows, Y[rows], prefix=sample, truth=Y[sample.rows] + 100)
    assert told.bias.value == pytest.approx(assessed(20).bias.value - 100)


def test_what_is_looked_at_first():
    plain, wanted = assessed(), assessed(tolerance=1)
    assert [each.quantity for each in plain.headline] == ["RMSE", "R2"]
    assert [each.quantity for each in wanted.headline] == ["share of rows within 1", "RMSE", "R2"]
    assert [each.quantity for each in plain.figures] == ["RMSE", "MAE", "R2", "bias"]
    assert len(wanted.figures) == 5
    assert plain.within is None
    for told in (plain, wanted):
        assert sorted(str(told).splitlines()) == sorted(str(each) for each in told.figures)
    assert str(wanted).startswith("share of rows within 1: ")


def test_rows_that_nobody_could_answer_are_told():
    found = assessed(prefix=prefix(30, 3), tolerance=0.5)
    assert all("3 random rows that nobody could answer are left out" in each.note for each in found.figures[:4])
    assert "counted against it and for it" in found.within.note
    assert (
        found.within.high > assessed(tolerance=0.5).within.high or found.within.low < assessed(tolerance=0.5).within.low
    )


def test_below_ten_rows_nothing_is_trained():
    def never(rows, targets):
        raise AssertionError

    found = assessed(9, fit=never, tolerance=1)
    assert all(each.value is None for each in found.figures)


def test_a_training_a_step():
    rows, sample = np.arange(90), prefix(12)
    steps = regression_assessing(fit, X, rows, Y[rows], prefix=sample, truth=Y[sample.rows])
    assert sum(1 for _ in steps) == 12


def test_too_few_targets_for_the_regressor_predict_their_mean():
    def wants_more(rows, targets):
        raise NotEnoughLabelsError("More.")

    rows, held = np.arange(12), np.arange(12)
    found = cross_fit_targets(wants_more, X, rows, Y[rows], held)
    assert found == pytest.approx((Y[:12].sum() - Y[:12]) / 11)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_predictions_that_are_not_finite_name_the_row(wrong):
    def fit(rows, targets):
        return Saying(lambda block: np.where(block[:, 0] == X[17, 0], wrong, 0.0))

    with pytest.raises(QueristError, match=r"Saying\.predict returned (nan|inf) for row 17"):
        assessed(fit=fit)


def test_a_column_of_predictions_is_one_number_a_row_and_two_are_not():
    column = assessed(fit=lambda rows, targets: Saying(lambda block: block[:, :1]))
    flat = assessed(fit=lambda rows, targets: Saying(lambda block: block[:, 0]))
    assert column == flat
    with pytest.raises(QueristError, match=r"returned shape \(1, 2\)"):
        assessed(fit=lambda rows, targets: Saying(lambda block: block[:, :2]))


def test_a_held_row_needs_a_target():
    with pytest.raises(InvalidParameterError, match="Row 95 "):
        cross_fit_targets(fit, X, np.arange(90), Y[:90], np.array([3, 95]))
