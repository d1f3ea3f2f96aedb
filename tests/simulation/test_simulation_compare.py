"""Average ranks over data sets, against ranks worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from querist.exceptions import InvalidParameterError
from querist.simulation import Simulation, compare
from querist.simulation.curves import tidy_table, timings_table
from querist.simulation.run import Round, Run, RunKey


def simulation(name, heights, metric="accuracy", estimator="lr"):
    """A finished simulation whose curves are level."""
    made = [
        Run(RunKey(estimator, strategy, repeat), [Round(n, [n], [height]) for n in (10, 20)])
        for strategy, height in heights.items()
        for repeat in range(2)
    ]
    made += [Run(RunKey(estimator, "(full data)", repeat), [Round(50, [], [0.95])]) for repeat in range(2)]
    experiment = {
        "protocol": {"name": name, "metrics": [metric], "repeats": 2, "budget": 20},
        "strategies": dict.fromkeys(heights),
        "estimators": {estimator: None},
        "notes": [],
    }
    return Simulation(experiment, tidy_table(made, (metric,), name), timings_table(made, name))


A = {"random": 0.7, "margin": 0.9, "entropy": 0.8}
B = {"random": 0.7, "margin": 0.8, "entropy": 0.6}


def test_ranks_are_averages_over_data_sets():
    ranks = compare([simulation("a", A), simulation("b", B)]).ranks().set_index("strategy")
    assert ranks["average_rank"].to_dict() == {"random": 2.5, "margin": 1.0, "entropy": 2.5}
    assert (ranks["n_data_sets"] == 2).all()
    assert ranks["friedman_p"].isna().all()


def test_the_lowest_loss_ranks_first():
    ranks = (
        compare([simulation("a", A, metric="log_loss"), simulation("b", A, metric="log_loss")])
        .ranks()
        .set_index("strategy")
    )
    assert ranks["average_rank"].idxmin() == "random"


def test_data_sets_without_a_value_are_left_out():
    ranks = compare([simulation("a", A), simulation("b", B | {"margin": np.nan})]).ranks()
    assert (ranks["n_data_sets"] == 1).all()


def test_from_five_data_sets_on_there_is_a_test():
    rng = np.random.default_rng(0)
    several = [simulation(f"set {number}", dict(zip(A, rng.uniform(size=3), strict=True))) for number in range(5)]
    ranks = compare(several).ranks()
    assert ranks["friedman_p"].between(0, 1).all()
    # Nemenyi, 3 methods: q = 2.343; sqrt(3 * 4 / (6 * 5)).
    assert ranks["critical_difference"].iloc[0] == pytest.approx(2.343 * np.sqrt(12 / 30), abs=0.001)
    assert np.isclose(ranks["average_rank"].sum(), 6)


@pytest.mark.parametrize(
    ("several", "word"),
    [
        ([], "at least two"),
        ([simulation("a", A)], "got 1"),
        ([simulation("a", A), simulation("a", B)], "'a'"),
        ([simulation("a", A), simulation("b", {"random": 0.5})], "strategies"),
        ([simulation("a", A), simulation("b", B, estimator="svc")], "estimators"),
        ([simulation("a", A), simulation("b", B, metric="macro_f1")], "macro_f1"),
    ],
)
def test_what_cannot_be_compared_is_refused(several, word):
    with pytest.raises(InvalidParameterError, match=word):
        compare(several)


def test_the_report_shows_ranks_and_heights(tmp_path):
    comparison = compare([simulation("one & two", A), simulation("b", B)])
    comparison.report(tmp_path / "ranks.html")
    page = (tmp_path / "ranks.html").read_text(encoding="utf-8")
    assert "one &amp; two" in page
    assert "0.9000" in page
    assert "2 data sets and 3 strategies" in page
    assert repr(comparison) == "<Comparison of 2 data sets by accuracy>"
    assert isinstance(comparison.ranks(), pd.DataFrame)
