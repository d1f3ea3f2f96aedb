"""From runs to tables, curves and their summary, on curves worked out by hand."""

import csv
import io
import json
import math

import numpy as np
import pandas as pd
import pytest
import scipy.integrate
import scipy.stats

from querist.simulation.curves import all_curves, learning_curves, summarise, table_csv, tidy_table, timings_table
from querist.simulation.run import Round, Run, RunKey
from querist.simulation.statistics import holm

COUNTS = [10, 20, 30, 40]
NAN = math.nan


def runs(values, full, metrics=1, counts=COUNTS):
    """Runs of {strategy: one curve per repeat}; every metric gets the same values."""
    made = []
    for strategy, curves in values.items():
        for repeat, curve in enumerate(curves):
            rounds = [Round(n, [n, n + 1], [value] * metrics) for n, value in zip(counts, curve, strict=True)]
            made.append(Run(RunKey("lr", strategy, repeat), rounds))
    for repeat, value in enumerate(full):
        made.append(Run(RunKey("lr", "(full data)", repeat), [Round(75, [], [value] * metrics)]))
    return made


def table(values, full, metric="accuracy", counts=COUNTS):
    return tidy_table(runs(values, full, counts=counts), (metric,), "data")


TWO = {
    "random": [[0.5, 0.6, 0.7, 0.8], [0.5, 0.6, 0.7, 0.9]],
    "margin": [[0.5, 0.8, 0.9, 0.9], [0.5, 0.8, 0.9, 1.0]],
}


def test_the_table_has_one_line_per_run_round_and_metric():
    frame = tidy_table(runs(TWO, [1.0, 1.0], metrics=2), ("accuracy", "macro_f1"), "iris")
    assert len(frame) == 2 * (2 * 2 * 4 + 2)
    line = frame[(frame.strategy == "margin") & (frame.repeat == 1) & (frame.n_labels == 20)].iloc[1]
    assert (line.dataset, line.metric, line.value, line.rows) == ("iris", "macro_f1", 0.8, [20, 21])


def test_csv_keeps_every_number_and_the_rows():
    frame = table({"random": [[0.1 + 0.2, NAN, 1 / 3, 1.0]]}, [0.9])
    lines = list(csv.DictReader(io.StringIO(table_csv(frame).decode())))
    np.testing.assert_array_equal([float(line["value"] or "nan") for line in lines], frame["value"])
    assert [json.loads(line["rows"]) for line in lines] == frame["rows"].tolist()
    assert b"\r" not in table_csv(frame)


def test_timings_have_one_line_per_run():
    frame = timings_table(runs(TWO, [1.0, 1.0]), "data")
    assert len(frame) == 6
    assert (frame.fit_seconds == 0).all()


def test_curves_are_paired_by_repeat_whatever_the_order_of_lines():
    shuffled = table(TWO, [0.9, 1.0]).sample(frac=1, random_state=0)
    curves = learning_curves(shuffled, "lr", "accuracy")
    assert curves.n_labels == COUNTS
    assert curves.full.tolist() == [0.9, 1.0]
    for strategy, values in TWO.items():
        assert curves.values[strategy].tolist() == values


def test_points_without_a_model_are_left_out_for_all():
    values = {"random": [[NAN, 0.6, 0.7, 0.8]], "margin": [[0.5, 0.6, 0.7, 0.8]]}
    curves = learning_curves(table(values, [1.0]), "lr", "accuracy")
    assert curves.n_labels == [20, 30, 40]
    assert {array.shape for array in curves.values.values()} == {(1, 3)}


def test_repeats_where_the_metric_is_undefined_are_left_out_and_counted():
    values = {"random": [[0.5, 0.6, 0.7, 0.8], [NAN] * 4]}
    curves = learning_curves(table(values, [0.9, NAN]), "lr", "accuracy")
    assert curves.n_dropped == 1
    assert curves.n_labels == COUNTS
    assert curves.full.tolist() == [0.9]


def test_the_summary_of_curves_worked_out_by_hand():
    summary = summarise(table(TWO, [0.8, 0.8])).set_index("strategy")
    assert summary.loc["random", "aulc"] == pytest.approx((0.65 + 0.65 + 0.05 / 3) / 2)
    # Trapezoids: (0.65 + 0.85 + 0.9) / 3 and (0.65 + 0.85 + 0.95) / 3.
    assert summary.loc["margin", "aulc"] == pytest.approx((0.8 + 2.45 / 3) / 2)
    assert summary.loc["margin", "final"] == pytest.approx(0.95)
    assert summary.loc["margin", "full_data"] == 0.8
    assert summary.loc["margin", "labels_90"] == 20
    assert summary.loc["margin", "labels_99"] == 20
    assert summary.loc["random", "labels_90"] is pd.NA
    assert summary.loc["margin", "saved_90"] is pd.NA


def test_what_is_saved_is_counted_against_random():
    quick, slow = [[0.5, 0.8, 0.8, 0.8, 0.8, 0.8]], [[0.5, 0.5, 0.5, 0.8, 0.8, 0.8]]
    counts = [10, 20, 30, 40, 50, 60]
    better = summarise(table({"random": slow, "margin": quick}, [0.8], counts=counts)).set_index("strategy")
    line = better.loc["margin"]
    assert (line["labels_90"], line["saved_90"], line["saved_percent_90"]) == (20, 20, 50.0)
    worse = summarise(table({"random": quick, "margin": slow}, [0.8], counts=counts)).set_index("strategy")
    line = worse.loc["margin"]
    assert (line["labels_90"], line["saved_90"], line["saved_percent_90"]) == (40, -20, -100.0)


def test_differences_are_paired_and_their_tests_are_those_of_scipy(rng):
    base = rng.uniform(0.5, 0.9, (12, 4))
    values = {"random": base, "a": base + rng.normal(0.02, 0.02, (12, 4)), "b": base + rng.normal(0, 0.02, (12, 4))}
    summary = summarise(table(values, [1.0] * 12)).set_index("strategy")
    ps = []
    for strategy in ("a", "b"):
        areas = scipy.integrate.trapezoid(values[strategy] - base, COUNTS, axis=1) / 30
        low, high = scipy.stats.ttest_1samp(areas, 0).confidence_interval(0.95)
        line = summary.loc[strategy]
        assert line["difference"] == pytest.approx(areas.mean())
        assert (line["difference_low"], line["difference_high"]) == pytest.approx((low, high), rel=1e-3)
        assert line["p"] == pytest.approx(scipy.stats.wilcoxon(areas).pvalue)
        ps.append(line["p"])
    assert summary.loc[["a", "b"], "p_holm"].tolist() == pytest.approx(holm(ps))
    assert math.isnan(summary.loc["random", "difference"])


def test_log_loss_has_no_share_of_the_full_data_value():
    summary = summarise(table(TWO, [0.1, 0.1], metric="log_loss"))
    assert summary[[f"labels_{level}" for level in (90, 95, 99)]].isna().all(axis=None)
    assert summary["aulc"].notna().all()


@pytest.mark.parametrize("values", [{"random": [[NAN] * 4]}, {"random": [[NAN] * 4], "margin": [[0.5] * 4]}])
def test_curves_without_a_common_point_have_no_summary(values):
    summary = summarise(table(values, [0.9]))
    assert summary["aulc"].isna().all()
    assert len(summary) == len(values)


def test_a_single_point_and_a_single_repeat_have_a_height_and_no_interval():
    summary = summarise(table({"random": [[0.5]], "margin": [[0.7]]}, [0.9], counts=[10])).set_index("strategy")
    assert summary.loc["margin", "aulc"] == 0.7
    assert summary.loc["margin", "p"] == 1.0
    assert math.isnan(summary.loc["margin", "difference_low"])


def test_every_estimator_and_metric_has_curves_in_the_order_of_the_table():
    frame = tidy_table(runs(TWO, [1.0, 1.0], metrics=2), ("roc_auc", "accuracy"), "data")
    both = pd.concat([frame, frame.assign(estimator="svc")])
    assert [(curves.estimator, curves.metric) for curves in all_curves(both)] == [
        ("lr", "roc_auc"), ("lr", "accuracy"), ("svc", "roc_auc"), ("svc", "accuracy"),
    ]  # fmt: skip
