"""Figures beside accuracy: against scikit-learn, correlations and coverage by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score, precision_score, recall_score

from querist.audit import confusion as matrices
from querist.audit.accuracy import model_accuracy
from querist.audit.intervals import effective_size, mean_interval, mean_of_parts
from querist.audit.metrics import (
    balanced_accuracy_estimate,
    brier_score,
    calibration_bins,
    macro_f1_estimate,
    micro_f1,
    overconfidence,
    precision,
    prevalence,
    recall,
)
from querist.audit.running import running_accuracy
from querist.exceptions import InvalidParameterError

SHARES = np.array([[0.3, 0.04, 0.02], [0.03, 0.25, 0.05], [0.01, 0.06, 0.24]])
CLASSES = np.array(["a", "b", "c"])


def draw(rng, n, shares=SHARES):
    k = len(shares)
    cells = rng.choice(k * k, size=n, p=(shares / shares.sum()).ravel())
    return CLASSES[cells // k], CLASSES[cells % k]


def test_values_agree_with_scikit_learn(rng):
    truth, predicted = draw(rng, 300)
    for label in CLASSES:
        mine = {"labels": [label], "average": None}
        assert recall(truth, predicted, label).value == pytest.approx(recall_score(truth, predicted, **mine)[0])
        assert precision(truth, predicted, label).value == pytest.approx(precision_score(truth, predicted, **mine)[0])
        assert prevalence(truth, label).value == pytest.approx(np.mean(truth == label))
    assert macro_f1_estimate(truth, predicted, CLASSES).value == pytest.approx(
        f1_score(truth, predicted, average="macro")
    )
    assert micro_f1(truth, predicted).value == pytest.approx(f1_score(truth, predicted, average="micro"))
    assert balanced_accuracy_estimate(truth, predicted, CLASSES).value == pytest.approx(
        balanced_accuracy_score(truth, predicted)
    )


@pytest.mark.parametrize("function", [matrices.f1_scores, matrices.recalls])
def test_how_figures_of_classes_move_together_against_monte_carlo(rng, function):
    n = 400
    values = [function(matrices.confusion(*draw(rng, n), CLASSES)).values for _ in range(2000)]
    told = function(SHARES / SHARES.sum() * n)
    assert np.allclose(np.corrcoef(values, rowvar=False), told.correlation, atol=0.08)


def test_f1_is_a_function_of_the_share_that_it_is_told_of(rng):
    truth, predicted = draw(rng, 300)
    told = matrices.f1_scores(matrices.confusion(truth, predicted, CLASSES))
    share = told.hits / told.rows
    assert told.values == pytest.approx(2 * share / (1 + share))
    assert told.rows.tolist() == [((truth == each) | (predicted == each)).sum() for each in CLASSES]


EASY = np.array([[0.33, 0.003, 0], [0.003, 0.33, 0.001], [0, 0.003, 0.33]])
# Where one class is rare, the delta method with Wilson's interval falls short.
RARE = np.array([[0.8265, 0.0435], [0.0195, 0.1105]])
RARE_AND_EASY = np.array([[0.857, 0.013], [0.006, 0.124]])


@pytest.mark.parametrize("n", [80, 400])
@pytest.mark.parametrize(
    "shares", [SHARES, EASY, RARE, RARE_AND_EASY], ids=["hard", "easy", "a rare class", "a rare and easy one"]
)
def test_intervals_of_means_over_classes_cover(rng, n, shares):
    whole, classes = shares / shares.sum(), CLASSES[: len(shares)]
    for estimate, function in (
        (macro_f1_estimate, matrices.f1_scores),
        (balanced_accuracy_estimate, matrices.recalls),
    ):
        true = function(whole * 1e9).values.mean()
        hits = []
        for _ in range(600):
            found = estimate(*draw(rng, n, shares), classes)
            if found.value is not None:
                hits.append(found.low <= true <= found.high)
        assert len(hits) > 300
        assert np.mean(hits) >= 0.93


@given(parts=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6))
def test_a_mean_of_parts_lies_among_its_ends_and_is_never_wider_than_all_of_them_together(parts):
    lows, values, highs = np.sort(np.array(parts), axis=1).T
    low, high = mean_of_parts(values, lows, highs, np.eye(values.size))
    together = mean_of_parts(values, lows, highs, np.ones((values.size, values.size)))
    assert together == pytest.approx((lows.mean(), highs.mean()))
    assert together[0] - 1e-9 <= low <= values.mean() <= high <= together[1] + 1e-9


@pytest.mark.parametrize(("n", "shape"), [(30, (8, 1)), (100, (8, 1)), (100, (1, 1)), (40, (0.3, 0.1))])
def test_intervals_of_means_of_bounded_values_cover(rng, n, shape):
    true = 2 * shape[0] / sum(shape) - 1
    hits = []
    for _ in range(1500):
        low, high = mean_interval(2 * rng.beta(*shape, n) - 1, -1, 1)
        hits.append(low <= true <= high)
    assert np.mean(hits) >= 0.935
    assert effective_size(rng.beta(*shape, n)) > 0.9 * n


def test_brier_is_the_mean_squared_distance(rng):
    proba = rng.dirichlet([1, 1, 1], 50)
    truth = CLASSES[rng.integers(0, 3, 50)]
    hot = (truth[:, None] == CLASSES).astype(float)
    found = brier_score(truth, proba, CLASSES)
    assert found.value == pytest.approx(((proba - hot) ** 2).sum(axis=1).mean())
    assert found.low < found.value < found.high


def test_a_label_outside_the_classes_is_told(rng):
    truth, predicted = draw(rng, 60)
    for wrong in (CLASSES[:2], CLASSES[1:], CLASSES[::-1]):
        with pytest.raises(InvalidParameterError, match="not among the classes"):
            macro_f1_estimate(truth, predicted, wrong)
        with pytest.raises(InvalidParameterError, match="not among the classes"):
            brier_score(truth, np.full((60, len(wrong)), 1 / len(wrong)), wrong)


def test_a_class_that_never_occurs_is_too_few_not_perfect(rng):
    truth, predicted = draw(rng, 60)
    more = np.append(CLASSES, "d")
    assert balanced_accuracy_estimate(truth, predicted, more).value is None
    assert macro_f1_estimate(truth, predicted, more).value is None
    assert precision(truth, predicted, "d").value is None
    assert prevalence(truth, "d").low == 0
    assert prevalence(truth, "d").high > 0.03


def test_what_is_no_number_is_refused():
    values = np.append(np.full(19, 0.9), np.nan)
    with pytest.raises(InvalidParameterError, match="value number 19 is nan"):
        overconfidence(values, np.ones(20))
    with pytest.raises(InvalidParameterError, match="correct"):
        model_accuracy(values)
    with pytest.raises(InvalidParameterError, match="pool_confidences"):
        model_accuracy(np.ones(20), np.full(20, 0.9), values)
    with pytest.raises(InvalidParameterError, match="correct"):
        running_accuracy(np.array([1.0, 2.0]))


def test_overconfidence_is_signed(rng):
    correct = (rng.random(200) < 0.7).astype(float)
    found = overconfidence(np.full(200, 0.95), correct)
    assert found.value == pytest.approx(0.95 - correct.mean())
    assert found.low > 0


def test_too_few_says_how_many_are_needed(rng):
    truth, predicted = draw(rng, 20)
    few = truth[truth != "c"]
    assert recall(few, few, "c").value is None
    assert "10 audit rows of the class" in str(recall(few, few, "c"))
    assert macro_f1_estimate(truth[:12], predicted[:12], CLASSES).value is None
    assert calibration_bins(np.ones(199), np.ones(199)) is None


def test_bins_are_even_and_ordered(rng):
    confidences = rng.random(230)
    correct = (rng.random(230) < confidences).astype(float)
    bins = calibration_bins(confidences, correct)
    assert [each.accuracy.n for each in bins] == [46] * 5
    assert [each.confidence for each in bins] == sorted(each.confidence for each in bins)
    assert np.mean([each.accuracy.value for each in bins]) == pytest.approx(correct.mean())
