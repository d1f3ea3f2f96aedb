"""What a sum buys, where rows cost differently."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification

import querist
from querist.exceptions import InvalidParameterError
from querist.simulation import Simulation

X, CODES = make_classification(150, 4, random_state=0, flip_y=0.1)
TRUTH = np.array(["no", "yes"])[CODES]
COSTS = np.random.default_rng(3).uniform(0.2, 4, 150)


@pytest.fixture(scope="module")
def simulation():
    return querist.simulate(
        X, TRUTH, costs=COSTS, strategies=["margin", "power"], repeats=3, budget=45, initial=6, batch_size=3,
        metrics=["accuracy", "macro_f1"], n_jobs=1, stop=["cost:limit=40", "budget:labels=20"],
    )  # fmt: skip


def test_each_line_says_what_its_run_has_spent(simulation):
    table = simulation.table
    for (_, strategy, _, _), run in table.groupby(["estimator", "strategy", "repeat", "metric"]):
        if strategy == "(full data)":
            assert run["cost"].isna().all()
            continue
        spent = 0.0
        for rows, cost in zip(run["rows"], run["cost"], strict=True):
            spent += sum(COSTS[row] for row in rows)
            assert cost == pytest.approx(spent)


def test_a_sum_buys_whole_batches_and_is_found_by_brute_force(simulation):
    found = simulation.at_cost(50).set_index(["metric", "strategy"])
    table = simulation.table
    for metric in ("accuracy", "macro_f1"):
        values = {}
        for strategy in ("random", "margin", "power"):
            runs = table[(table["strategy"] == strategy) & (table["metric"] == metric)]
            last = [
                max(
                    (line for line in runs.itertuples() if line.repeat == repeat and line.cost <= 50),
                    key=lambda line: line.cost,
                )
                for repeat in range(3)
            ]
            values[strategy] = np.array([line.value for line in last])
            line = found.loc[(metric, strategy)]
            assert line["value"] == pytest.approx(values[strategy].mean())
            assert line["labels"] == pytest.approx(np.mean([line.n_labels for line in last]))
        difference = values["margin"] - values["random"]
        line = found.loc[(metric, "margin")]
        assert line["difference"] == pytest.approx(difference.mean())
        assert line["difference_low"] <= line["difference"] <= line["difference_high"]
    # Who looks at costs buys more labels for the same sum.
    assert found.loc[("accuracy", "margin"), "labels"] > found.loc[("accuracy", "random"), "labels"]


def test_stopping_rules_count_what_rows_cost(simulation):
    stopping = simulation.stopping
    told = stopping[stopping["rule"] == "cost:limit=40"]
    spent = simulation.table[simulation.table["metric"] == "accuracy"]
    for line in told.itertuples():
        run = spent[(spent["strategy"] == line.strategy) & (spent["repeat"] == line.repeat)]
        assert line.n_labels == run[run["cost"] >= 40]["n_labels"].min()


def test_sums_that_no_run_or_not_every_run_spent_are_refused(simulation):
    with pytest.raises(InvalidParameterError, match="the first model of a run cost"):
        simulation.at_cost(1)
    with pytest.raises(InvalidParameterError, match="a run ended when"):
        simulation.at_cost(1e6)
    plain = querist.simulate(X, TRUTH, repeats=1, budget=10, initial=5, n_jobs=1)
    assert "cost" not in plain.table
    with pytest.raises(InvalidParameterError, match="run without costs"):
        plain.at_cost(5)


def test_a_folder_keeps_what_was_spent(simulation, tmp_path):
    simulation.save(tmp_path / "out")
    loaded = Simulation.load(tmp_path / "out")
    pd.testing.assert_frame_equal(loaded.table, simulation.table)
    pd.testing.assert_frame_equal(loaded.at_cost(50), simulation.at_cost(50))
