"""What the audit was worth, against arithmetic by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from querist.simulation.audit_table import COLUMNS, audit_sentences, audit_table, summarise_audit
from querist.simulation.run import Run, RunKey
from querist.simulation.statistics import difference_interval
from querist.simulation.watch import Audited

TOO_FEW = (None, None, None, 4, "plain")


def told(n_labels, test, model, low, high):
    return Audited(n_labels, test, 400, model, low, high, 20, "plain", 0.7, 0.6, 0.8, 9)


def run(repeat, *audited, strategy="margin", estimator="lr"):
    return Run(RunKey(estimator, strategy, repeat), audited=list(audited))


RUNS = [
    run(
        0,
        Audited(10, 0.70, 400, *TOO_FEW, None, None, None, 0),
        told(20, 0.80, 0.85, 0.80, 0.90),
        told(30, 0.90, 0.95, 0.91, 0.99),
    ),
    run(1, told(30, 0.84, 0.80, 0.70, 0.84)),
]


def test_one_line_per_run_and_moment_and_what_is_unknown_is_missing():
    table = audit_table([*RUNS, Run(RunKey("lr", "(full data)", 0))], "sms")
    assert tuple(table.columns) == COLUMNS
    assert table["n_labels"].tolist() == [10, 20, 30, 30]
    assert table["repeat"].tolist() == [0, 0, 0, 1]
    assert set(table["dataset"]) == {"sms"}
    assert table["model_accuracy"].isna().tolist() == [True, False, False, False]
    assert table["running_low"].isna().tolist() == [True, False, False, False]
    assert table["running_n"].tolist() == [0, 9, 9, 9]
    assert table["model_n"].dtype == np.int64


def test_the_summary_is_plain_arithmetic():
    (line,) = summarise_audit(audit_table(RUNS, "sms")).to_dict("records")
    assert (line["repeats"], line["checkpoints"], line["held"]) == (2, 3, 2)
    assert line["coverage"] == 2 / 3
    assert line["half_width"] == pytest.approx((0.10 + 0.08 + 0.14) / 6)
    # Repeats count alike, however many figures they have.
    errors = [(0.05 + 0.05) / 2, -0.04]
    assert line["bias"] == pytest.approx(np.mean(errors))
    interval = difference_interval(errors, most=1.0)
    assert (line["bias_low"], line["bias_high"]) == pytest.approx(interval)
    spreads = [np.sqrt(p * (1 - p) / 400) for p in (0.80, 0.90, 0.84)]
    assert line["test_half_width"] == pytest.approx(stats.norm.ppf(0.975) * np.mean(spreads))


def said(*runs):
    return audit_sentences(summarise_audit(audit_table(runs, "sms")))


def test_the_sentence_says_what_the_summary_says():
    (sentence,) = said(*RUNS)
    assert sentence.startswith(
        "Audit of margin: 2 of 3 intervals for the model accuracy (66.7 %) contain the accuracy on"
    )
    assert "itself known to plus or minus 3.5 points" in sentence
    assert "the intervals are plus or minus 5.3 points" in sentence
    assert "the figure is 0.5 points above the test accuracy (95 % interval -49.3 to +50.0)." in sentence


def test_a_figure_below_is_called_below_and_one_repeat_has_no_interval():
    (sentence,) = said(RUNS[1])
    assert sentence.endswith("the figure is 4.0 points below the test accuracy.")


def test_without_a_figure_it_says_what_to_do():
    (sentence,) = said(run(0, Audited(10, 0.7, 400, *TOO_FEW, None, None, None, 0)))
    assert sentence == ("Audit of margin: too few audited answers for a figure. Raise the audit's share or the budget.")


def test_random_is_told_only_where_it_is_alone():
    by_random = run(0, told(30, 0.84, 0.80, 0.70, 0.84), strategy="random")
    assert [sentence.split(":")[0] for sentence in said(by_random, *RUNS)] == ["Audit of margin"]
    assert [sentence.split(":")[0] for sentence in said(by_random)] == ["Audit of random"]


def test_several_estimators_are_told_apart():
    other = run(0, told(30, 0.84, 0.80, 0.70, 0.84), estimator="svc")
    assert [sentence.split(":")[0] for sentence in said(*RUNS, other)] == [
        "Audit of margin with lr", "Audit of margin with svc"
    ]  # fmt: skip


def test_without_any_run_there_is_nothing_to_say():
    table = audit_table([], "sms")
    assert isinstance(table, pd.DataFrame)
    assert audit_sentences(summarise_audit(table)) == []
