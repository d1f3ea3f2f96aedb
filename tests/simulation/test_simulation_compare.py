"""Average ranks over data sets, against ranks worked out by hand."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from querist.exceptions import InvalidParameterError, ResultsError
from querist.simulation import Simulation, compare
from querist.simulation.curves import tidy_table, timings_table
from querist.simulation.run import Round, Run, RunKey
from querist.simulation.statistics import holm
from querist.simulation.variance import variance_shares


def simulation(name, heights, metric="accuracy", estimator="lr", repeats=2, undefined=()):
    """A finished simulation whose curves are level; a height may be a list, with one for each repeat."""
    by_estimator = heights if isinstance(next(iter(heights.values())), dict) else {estimator: heights}
    made = [
        Run(
            RunKey(model, strategy, repeat),
            [Round(n, [n], [np.broadcast_to(height, repeats)[repeat]]) for n in (10, 20)],
        )
        for model, levels in by_estimator.items()
        for strategy, height in levels.items()
        for repeat in range(repeats)
    ]
    made += [
        Run(RunKey(model, "(full data)", repeat), [Round(50, [], [np.nan if repeat in undefined else 0.95])])
        for model in by_estimator
        for repeat in range(repeats)
    ]
    experiment = {
        "protocol": {
            "name": name, "metrics": [metric], "repeats": repeats, "budget": 20, "batch_size": 10, "initial": 10,
            "initial_set": "random", "duplicates": "ask_once", "random_state": 0, "test_size": 0.25,
        },
        "strategies": dict.fromkeys(next(iter(by_estimator.values()))),
        "estimators": dict.fromkeys(by_estimator),
        "data": {"n_rows": 80, "n_features": 3, "n_test": None, "hash": "0123456789", "classes": {"a": 60, "b": 20}},
        "versions": {"querist": "0.1.0"},
        "notes": [],
    }  # fmt: skip
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
    assert "75.0 %" in page  # the largest class
    assert repr(comparison) == "<Comparison of 2 data sets by accuracy>"
    assert isinstance(comparison.ranks(), pd.DataFrame)


RNG = np.random.default_rng(7)
MODELS, NAMES = ("lr", "svc"), ("random", "margin", "entropy", "badge")


def several(n_sets, repeats=8, better=None):
    """Simulations with two estimators on several data sets, and their heights by model and strategy."""
    drawn = RNG.uniform(0.4, 0.6, (n_sets, len(MODELS), len(NAMES), repeats))
    for (model, strategy), gain in (better or {}).items():
        drawn[:, MODELS.index(model), NAMES.index(strategy)] += gain
    made = [
        simulation(
            f"set {number}",
            {
                model: {name: drawn[number, at, place].tolist() for place, name in enumerate(NAMES)}
                for at, model in enumerate(MODELS)
            },
            repeats=repeats,
        )
        for number in range(n_sets)
    ]
    return made, drawn


def test_pairs_are_tested_by_signed_ranks_over_data_sets_and_adjusted_within_the_estimator():
    made, drawn = several(9)
    pairs = compare(made).pairs()
    assert len(pairs) == 2 * 6
    for at, model in enumerate(MODELS):
        part = pairs[pairs["estimator"] == model]
        raw = []
        for _, line in part.iterrows():
            one, other = (drawn[:, at, NAMES.index(line[name])].mean(axis=1) for name in ("strategy", "other"))
            raw.append(scipy.stats.wilcoxon(one, other, method="exact").pvalue)
            assert line["p"] == pytest.approx(raw[-1])
            assert (line["ahead"], line["behind"]) == ((one > other).sum(), (one < other).sum())
        assert part["p_holm"].tolist() == pytest.approx(holm(raw))


def test_wins_and_losses_are_those_of_each_data_set_and_p_is_over_data_sets():
    made, drawn = several(7, better={("lr", "margin"): 0.3, ("svc", "badge"): -0.3})
    table = compare(made).against_random().set_index(["estimator", "strategy"])
    assert table.loc[("lr", "margin"), ["wins", "ties", "losses", "ahead"]].tolist() == [7, 0, 0, 7]
    assert table.loc[("svc", "badge"), ["wins", "ties", "losses", "behind"]].tolist() == [0, 0, 7, 7]
    assert (table[["wins", "ties", "losses"]].sum(axis=1) == 7).all()
    raw = []
    for model, strategy in table.index:
        difference = (drawn[:, MODELS.index(model), NAMES.index(strategy)] - drawn[:, MODELS.index(model), 0]).mean(
            axis=1
        )
        raw.append(scipy.stats.wilcoxon(difference, method="exact").pvalue)
        assert table.loc[(model, strategy), "difference"] == pytest.approx(difference.mean())
    assert table["p"].tolist() == pytest.approx(raw)
    assert table["p_holm"].tolist() == pytest.approx(holm(raw))


def test_few_repeats_win_nothing_and_a_loss_is_won_by_the_lower():
    few = compare(several(6, repeats=5, better={("lr", "margin"): 0.3})[0]).against_random()
    assert (few["ties"] == 6).all()
    told = compare(several(6, repeats=6)[0]).findings()
    assert any(
        "lr: 6 repeats cannot tell any of 3 strategies from random" in each and "; 7 could." in each for each in told
    )
    assert not any("repeats cannot tell" in each for each in compare(several(6, repeats=7)[0]).findings())
    levels = {"random": [0.5, 0.51, 0.52, 0.53, 0.54, 0.55], "margin": [0.4, 0.4, 0.41, 0.41, 0.42, 0.42]}
    losses = [simulation(name, levels, metric="log_loss", repeats=6) for name in "ab"]
    line = compare(losses).against_random().iloc[0]
    assert (line["wins"], line["ahead"]) == (2, 2)
    assert line["difference"] < 0


def test_shares_of_variance_are_those_of_all_runs():
    made, drawn = several(4, repeats=3)
    table = compare(made).variance()
    order = np.ix_(range(4), np.argsort(MODELS), np.argsort(NAMES), range(3))
    expected = variance_shares(drawn[order])
    assert table["source"].tolist() == [line.source for line in expected]
    np.testing.assert_allclose(table["share"], [line.share for line in expected])
    assert table["share"].sum() == pytest.approx(1)
    assert (table["n_repeats"] == 3).all()


def test_the_design_is_balanced_by_what_every_data_set_has():
    a = simulation("a", A, repeats=4, undefined=(1,))
    b = simulation("b", B, repeats=2)
    table = compare([a, b]).variance()
    assert (table["n_repeats"] == 2).all()
    assert (table["n_data_sets"] == 2).all()
    nothing = simulation("c", A | {"margin": np.nan})
    assert compare([b, nothing]).variance()["n_data_sets"].eq(1).all()
    assert compare([simulation("d", A | {"margin": np.nan}), nothing]).variance().empty


def test_all_tables_the_diagram_and_the_report_are_written_alike_each_time(tmp_path):
    made, _ = several(7, better={("lr", "margin"): 0.3})
    comparison = compare(made)
    for folder in ("one", "two"):
        compare(made).save(tmp_path / folder)
    found = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert found == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    assert set(found) == {
        "report.html", "critical_difference.svg", "critical_difference.png", "heights.csv", "ranks.csv", "pairs.csv",
        "against_random.csv", "variance.csv",
    }  # fmt: skip
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "one" / "against_random.csv"), comparison.against_random())
    page = found["report.html"].decode()
    assert "better than random on 7 of 7 data sets" in page
    assert "<svg" in page
    assert "What makes the difference" in page


def test_a_comparison_without_any_common_height_has_a_report_and_no_diagram(tmp_path):
    nothing = [simulation(name, A | {"margin": np.nan}) for name in "ab"]
    compare(nothing).save(tmp_path / "out")
    assert not (tmp_path / "out" / "critical_difference.svg").exists()
    with pytest.raises(InvalidParameterError, match="no data set"):
        compare(nothing).plot()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ResultsError, match="Cannot make"):
        compare([simulation("a", A), simulation("b", B)]).save(tmp_path / "file" / "out")
