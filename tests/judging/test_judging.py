"""Figures of labels that a machine made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from querist.exceptions import InvalidParameterError
from querist.judging import compare_judges, judge_figures

CLASSES = np.array(["bad", "good", "ugly"])


def _world(seed=0, n=4000, right=0.85, shares=(0.2, 0.7, 0.1)):
    rng = np.random.default_rng(seed)
    truth = CLASSES[rng.choice(3, size=n, p=shares)]
    judged = np.where(rng.random(n) < right, truth, CLASSES[rng.integers(3, size=n)])
    return rng, truth, judged


def test_figures_are_those_of_the_random_rows():
    rng, truth, judged = _world()
    rows = rng.choice(truth.size, 300, replace=False)
    found = judge_figures(judged, rows, truth[rows], name="gpt")
    said = judged[rows]
    assert found.accuracy.value == pytest.approx(np.mean(said == truth[rows]))
    assert found.accuracy.quantity == "accuracy of gpt"
    assert found.kappa.value == pytest.approx(cohen_kappa_score(said, truth[rows]))
    for one in found.classes:
        is_class = truth[rows] == one.label
        assert one.recall.value == pytest.approx(np.mean(said[is_class] == one.label))
        assert one.precision.value == pytest.approx(np.mean(is_class[said == one.label]))
        assert one.judged_share == pytest.approx(np.mean(judged == one.label))
        assert one.share.low < np.mean(truth == one.label) < one.share.high
    assert found.worst_class.recall.value == min(one.recall.value for one in found.classes)
    assert found.n_checked == 300
    assert found.n_rows == 4000
    assert found.n_unlabelled == 0


def test_a_corrected_share_by_hand():
    """Ten of 40 random rows are of the class, the judge says so of 12 of them, and of 400 of all 1,000 rows."""
    judged = np.array(["no"] * 1000, object)
    judged[:400] = "yes"
    rows = np.concatenate([np.arange(12), np.arange(400, 428)])
    truth = np.array(["no"] * 1000, object)
    truth[:9] = "yes"  # nine of the twelve
    truth[400] = "yes"
    found = judge_figures(judged, rows, truth[rows])
    share = next(one for one in found.classes if one.label == "yes").share
    z = np.append((truth[rows] == "yes").astype(float), (0, 1))
    g = np.append((judged[rows] == "yes").astype(float), (0.3, 0.3))
    slope = np.mean((z - z.mean()) * (g - g.mean())) / g.var()
    assert share.value == pytest.approx(10 / 40 + slope * (0.4 - 0.3))


@given(st.integers(0, 10_000), st.integers(10, 120), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_no_corrected_interval_is_wider_than_that_of_the_rows_alone(seed, m, right):
    rng, truth, judged = _world(seed, 1000, right)
    rows = rng.choice(1000, m, replace=False)
    alone = np.full(1000, None, object)
    for with_judge, without in zip(
        judge_figures(judged, rows, truth[rows]).classes, judge_figures(alone, rows, truth[rows]).classes, strict=False
    ):
        if with_judge.label != without.label:
            break
        assert with_judge.share.half_width <= without.share.half_width * 1.25
        assert 0 <= with_judge.share.low <= with_judge.share.value <= with_judge.share.high <= 1


def test_a_good_judge_narrows_the_shares_and_a_useless_one_does_not_widen_them():
    rng, truth, _ = _world(1)
    rows = rng.choice(truth.size, 200, replace=False)
    nothing = np.full(truth.size, None, object)
    widths = {}
    for name, judged in {"alone": nothing, "good": _judge(rng, truth, 0.95), "useless": rng.permutation(truth)}.items():
        widths[name] = next(
            one for one in judge_figures(judged, rows, truth[rows]).classes if one.label == "bad"
        ).share.half_width
    assert widths["good"] < 0.6 * widths["alone"]
    assert widths["useless"] <= 1.02 * widths["alone"]


def _judge(rng, truth, right):
    return np.where(rng.random(truth.size) < right, truth, CLASSES[rng.integers(3, size=truth.size)])


def test_figures_do_not_depend_on_the_order_of_rows_or_the_names_of_classes():
    rng, truth, judged = _world(2)
    rows = rng.choice(truth.size, 100, replace=False)
    shuffled = rng.permutation(rows)
    assert judge_figures(judged, rows, truth[rows]) == judge_figures(judged, shuffled, truth[shuffled])
    coded = {"bad": 1, "good": 2, "ugly": 3}
    as_numbers = np.array([coded[label] for label in judged.tolist()])
    numbers = judge_figures(as_numbers, rows, [coded[label] for label in truth[rows].tolist()])
    assert numbers.accuracy == judge_figures(judged, rows, truth[rows]).accuracy


def test_rows_without_a_label_are_wrong_and_told():
    truth = np.array(["a", "b"] * 20)
    judged = truth.astype(object)
    judged[:5] = None
    found = judge_figures(judged, np.arange(20), truth[:20])
    assert found.accuracy.value == 0.75
    assert found.n_unlabelled == 5
    assert found.kappa.n == 15


@pytest.mark.parametrize("kind", ["informative", "useless", "lying"])
def test_confidences_of_any_kind_leave_the_figure_right(kind):
    rng, truth, judged = _world(3)
    right = judged == truth
    sure = {
        "informative": np.where(right, 0.95, 0.6),
        "useless": rng.random(truth.size),
        "lying": np.where(right, 0.1, 0.99),
    }
    rows = rng.choice(truth.size, 200, replace=False)
    found = judge_figures(judged, rows, truth[rows], confidences=sure[kind])
    alone = judge_figures(judged, rows, truth[rows])
    assert found.accuracy.low < right.mean() < found.accuracy.high
    assert found.accuracy.half_width <= 1.02 * alone.accuracy.half_width
    assert found.overconfidence.value == pytest.approx(sure[kind][rows].mean() - right[rows].mean())
    assert found.calibration is not None
    assert alone.calibration is None


def test_skipped_rows_count_against_and_for_the_judge():
    rng, truth, judged = _world(4)
    rows = rng.choice(truth.size, 100, replace=False)
    plain = judge_figures(judged, rows, truth[rows]).accuracy
    skipped = judge_figures(judged, rows, truth[rows], n_skipped=10).accuracy
    assert skipped.low < plain.low
    assert skipped.high > plain.high
    assert skipped.value == plain.value


def test_what_a_right_label_costs():
    _, truth, _ = _world()
    found = judge_figures(truth, np.arange(50), truth[:50], cost_per_row=0.01)
    assert found.cost_per_right == pytest.approx(0.01)
    assert judge_figures(truth, np.arange(5), truth[:5], cost_per_row=0.01).cost_per_right is None


def test_too_few_rows_say_how_many_they_need():
    _, truth, judged = _world()
    found = judge_figures(judged, np.arange(9), truth[:9])
    assert found.accuracy.value is None
    assert "10 random answers" in found.accuracy.note
    assert found.worst_class is None
    assert "no figure" in str(found)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rows": [0, 0, 1]}, "0"),
        ({"rows": [0, 1, 9]}, "9"),
        ({"answers": ["a", "b"]}, "one answer for each of the 3 rows"),
        ({"answers": ["a", None, "b"]}, r"answers\[1\], of row 1, is missing"),
        ({"confidences": [0.5, 0.5]}, "one number for each of the 4 rows"),
        ({"confidences": [0.5, 95, 0.5, 0.5]}, "row 1 is 95"),
        ({"confidences": [0.5, None, 0.5, 0.5]}, "row 1 is nan"),
        ({"cost_per_row": 0}, "cost_per_row"),
    ],
)
def test_what_cannot_be_judged_is_refused(change, told):
    given = {"rows": [0, 1, 2], "answers": ["a", "b", "a"]} | change
    with pytest.raises(InvalidParameterError, match=told):
        judge_figures(["a", "b", "a", "b"], **given)


def test_only_rows_on_which_two_judges_differ_tell_them_apart():
    rng, truth, _ = _world(5)
    one, other = _judge(rng, truth, 0.95), _judge(rng, truth, 0.75)
    differing = np.flatnonzero(one != other)
    rows = rng.choice(differing, 80, replace=False)
    found = compare_judges(one, other, rows, truth[rows], names=("one", "other"))
    assert found.differ == differing.size / truth.size
    assert found.n_differ == 80
    assert found.one_right == np.sum(one[rows] == truth[rows])
    assert found.other_right == np.sum(other[rows] == truth[rows])
    real = np.mean(one == truth) - np.mean(other == truth)
    assert found.difference.low < real < found.difference.high
    assert found.n_more == 0
    assert str(found).startswith("one is right more often.")
    agreeing = np.concatenate([rows, np.flatnonzero(one == other)[:200]])
    assert compare_judges(one, other, agreeing, truth[agreeing], names=("one", "other")) == found
    turned = compare_judges(other, one, rows, truth[rows])
    assert turned.difference.value == pytest.approx(-found.difference.value)
    assert turned.p_value == found.p_value


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 10))
@settings(max_examples=80, deadline=None)
def test_the_test_is_mcnemars_with_mid_p(ahead, behind, neither):
    n = ahead + behind + neither
    if not n:
        return
    truth = np.zeros(n, int)
    one = np.repeat([0, 1, 1], (ahead, behind, neither))
    other = np.repeat([1, 0, 2], (ahead, behind, neither))
    found = compare_judges(one, other, np.arange(n), truth)
    if ahead + behind == 0:
        assert found.p_value is None
        return
    exact = binomtest(min(ahead, behind), ahead + behind).pvalue
    assert found.p_value <= exact + 1e-12
    chances = np.array([binomtest(k, ahead + behind, alternative="less").pvalue for k in range(min(ahead, behind) + 1)])
    expected = chances[-1] + (chances[-2] if chances.size > 1 else 0)
    assert found.p_value == pytest.approx(min(1, expected))


def test_equal_judges_have_no_difference():
    found = compare_judges(["a", "b"], ["a", "b"], [0], ["a"])
    assert found.difference.value == 0
    assert found.p_value is None
    assert found.n_more is None


def test_two_judges_speak_of_the_same_rows():
    with pytest.raises(InvalidParameterError, match="3 labels of the one and 2 of the other"):
        compare_judges(["a"] * 3, ["a"] * 2, [0], ["a"])
    with pytest.raises(InvalidParameterError, match="3"):
        compare_judges(["a"] * 3, ["a"] * 3, [3], ["a"])


def test_intervals_hold():
    """A short form of benchmarks/judges: 400 samples each of a good and a poor judge."""
    for right in (0.65, 0.95):
        rng, truth, judged = _world(7, 3000, right, (0.05, 0.75, 0.2))
        other = _judge(rng, truth, right - 0.03)
        real = {label: np.mean(truth == label) for label in CLASSES.tolist()}
        held = {"accuracy": [], "difference": [], **{label: [] for label in real}}
        for _ in range(400):
            rows = rng.choice(truth.size, 150, replace=False)
            found = judge_figures(judged, rows, truth[rows])
            held["accuracy"].append(found.accuracy.low <= np.mean(judged == truth) <= found.accuracy.high)
            for one in found.classes:
                held[one.label].append(one.share.low <= real[one.label] <= one.share.high)
            pair = compare_judges(judged, other, rows, truth[rows])
            if pair.difference.low is not None:
                apart = np.mean(judged == truth) - np.mean(other == truth)
                held["difference"].append(pair.difference.low <= apart <= pair.difference.high)
        assert min(map(np.mean, held.values())) > 0.92
