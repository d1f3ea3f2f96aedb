"""What stopping would have cost, against arithmetic by hand."""

import numpy as np
import pytest
from scipy import stats

from querist.simulation.protocol import Costs
from querist.simulation.run import Round, Run, RunKey
from querist.simulation.stopping_table import stopping_sentences, stopping_table, summarise_stopping
from querist.simulation.watch import Stopped

COSTS = Costs(2.0, 3.0, 100.0)
NAN = float("nan")


def run(repeat, curve, *stopped, strategy="margin", estimator="lr"):
    rounds = [Round(n_labels, [], [0.5, accuracy]) for n_labels, accuracy in curve]
    return Run(RunKey(estimator, strategy, repeat), rounds, stopped=[Stopped(*each) for each in stopped])


CURVE = [(10, 0.50), (20, 0.80), (30, 0.90), (40, 0.91), (50, 0.92)]
RUNS = [
    run(0, CURVE, ("a", 20, "Settled."), ("b", None, "")),
    run(1, [(10, NAN), (20, 0.70), (30, 0.80), (40, 0.90), (50, 0.90)], ("a", 40, "Flat."), ("b", None, "")),
]
METRICS = ("log_loss", "accuracy")


def table(*runs):
    return stopping_table(runs or RUNS, METRICS, COSTS, "sms")


def cost(n_labels, accuracy):
    return 2.0 * n_labels + 3.0 * 100.0 * (1 - accuracy)


def test_regret_is_plain_arithmetic():
    first, second = (table().query(f"repeat == {repeat}").set_index("rule") for repeat in (0, 1))
    # Costs of the first run: 170, 100, 90, 107, 124; of the second: -, 130, 120, 110, 130.
    assert first["best_n_labels"].tolist() == [30] * 3
    assert second["best_n_labels"].tolist() == [40] * 3
    assert first["regret"].tolist() == pytest.approx([cost(20, 0.8) - cost(30, 0.9), 34, 34])
    assert first["regret"]["a"] == pytest.approx(10)
    assert second["regret"].tolist() == pytest.approx([0, 20, 20])
    assert first["n_labels"].to_dict() == {"a": 20, "b": 50, "(whole budget)": 50}
    assert first["proposed"].to_dict() == {"a": True, "b": False, "(whole budget)": False}
    assert first["reason"].to_dict() == {"a": "Settled.", "b": "", "(whole budget)": ""}
    assert first["accuracy"].tolist() == [0.80, 0.92, 0.92]


def test_the_final_accuracy_is_the_mean_of_the_last_rounds_and_below_97_percent_is_too_early():
    lines = table().set_index(["repeat", "rule"])
    assert lines["final_accuracy"][0, "a"] == pytest.approx((0.90 + 0.91 + 0.92) / 3)
    assert lines["final_accuracy"][1, "a"] == pytest.approx((0.80 + 0.90 + 0.90) / 3)
    assert lines["too_early"].to_dict() == {
        (0, "a"): True, (0, "b"): False, (0, "(whole budget)"): False,
        (1, "a"): False, (1, "b"): False, (1, "(whole budget)"): False,
    }  # fmt: skip


@pytest.mark.parametrize(("accuracy", "too_early"), [(0.96, True), (0.98, False), (1.0, False)])
def test_the_limit_of_too_early_is_97_percent_of_the_final_accuracy(accuracy, too_early):
    curve = [(10, accuracy), (20, 1.0), (30, 1.0), (40, 1.0)]
    (line, _) = table(run(0, curve, ("a", 10, ""))).to_dict("records")
    assert line["too_early"] is too_early


def test_costs_move_the_best_moment():
    dear_errors = stopping_table(RUNS[:1], METRICS, Costs(2.0, 30.0, 100.0), "sms")
    assert set(dear_errors["best_n_labels"]) == {50}
    dear_labels = stopping_table(RUNS[:1], METRICS, Costs(200.0, 3.0, 100.0), "sms")
    assert set(dear_labels["best_n_labels"]) == {10}


def test_the_summary_is_plain_arithmetic():
    summary = summarise_stopping(table()).set_index("rule")
    assert summary["runs"].tolist() == [2, 2, 2]
    assert summary["proposed"].tolist() == [2, 0, 0]
    line = summary.loc["a"]
    assert (line["labels"], line["labels_low"], line["labels_high"]) == (30, 25, 35)
    assert line["accuracy"] == pytest.approx((0.80 + 0.90) / 2)
    assert line["share_of_final"] == pytest.approx((0.80 / 0.91 + 0.90 / (2.6 / 3)) / 2)
    assert line["too_early"] == 1
    assert line["best_labels"] == 35
    assert line["regret"] == pytest.approx(5)
    interval = stats.t.interval(0.95, 1, 5, np.std([10, 0], ddof=1) / np.sqrt(2))
    # No regret is below 0.
    assert (line["regret_low"], line["regret_high"]) == pytest.approx((0, interval[1]))
    assert summary.loc["b", "regret"] == summary.loc["(whole budget)", "regret"] == pytest.approx(27)
    assert np.isnan(summary.loc["b", "labels"])


def said(*runs):
    return stopping_sentences(summarise_stopping(table(*runs)), 50)


def test_the_sentences_say_what_the_summary_says():
    first, second = said()
    assert first == (
        "Stopping rule a on margin proposes to stop in 2 of 2 runs (1 too early: below 97 % of the final accuracy), "
        "with 30 labels (median) and 95.9 % of the final accuracy (mean). At the given costs its regret, the extra "
        "cost compared with the best moment, is 5.0 on average (95 % interval 0.0 to 68.5); that of spending the whole "
        "budget is 27.0."
    )
    assert second.startswith("Stopping rule b on margin never proposes to stop within 50 labels. At the given costs")


def test_one_run_has_no_interval():
    assert "is 10.0 on average; that of" in said(RUNS[0])[0]


def test_nothing_too_early_needs_no_word():
    assert "proposes to stop in 1 of 1 runs, with 40 labels" in said(RUNS[1])[0]


def test_random_is_told_only_where_it_is_alone():
    by_random = run(0, CURVE, ("a", 20, ""), strategy="random")
    assert [sentence.split(" proposes")[0] for sentence in said(by_random, run(0, CURVE, ("a", 20, "")))] == [
        "Stopping rule a on margin"
    ]
    assert [sentence.split(" proposes")[0] for sentence in said(by_random)] == ["Stopping rule a on random"]


def test_several_estimators_are_told_apart():
    runs = [run(0, CURVE, ("a", 20, ""), estimator=name) for name in ("lr", "svc")]
    assert [sentence.split(" proposes")[0] for sentence in said(*runs)] == [
        "Stopping rule a on margin with lr", "Stopping rule a on margin with svc"
    ]  # fmt: skip


def test_runs_without_a_model_and_runs_without_rules_are_left_out():
    never = run(0, [(10, NAN), (20, NAN)], ("a", None, ""))
    full = Run(RunKey("lr", "(full data)", 0), [Round(90, [], [0.2, 0.9])])
    assert table(never, full, *RUNS)["repeat"].tolist() == [0, 0, 0, 1, 1, 1]
    nothing = table(never)
    assert nothing.empty
    assert stopping_sentences(summarise_stopping(nothing), 50) == []
