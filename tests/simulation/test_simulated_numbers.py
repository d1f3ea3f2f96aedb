"""Simulations with regressors: targets are numbers, and lower errors are better everywhere."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_friedman1
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from typer.testing import CliRunner

from querist import Session, Simulation, bench, simulate
from querist.cli.main import app
from querist.exceptions import InvalidParameterError, TargetError
from querist.simulation.metrics import METRICS
from querist.simulation.protocol import FULL_DATA
from querist.simulation.statistics import labels_to_reach, mean_interval


@pytest.fixture(scope="module")
def problem():
    return make_friedman1(n_samples=240, noise=0.5, random_state=0)


@pytest.fixture(scope="module")
def simulation(problem, tmp_path_factory):
    X, y = problem
    return simulate(
        X, y, estimators={"ridge": Ridge()}, strategies=("gsx",), repeats=3, budget=60, batch_size=10, n_jobs=1,
        metrics=("rmse", "mae", "r2"), out=tmp_path_factory.mktemp("regression") / "out",
    )  # fmt: skip


def test_metrics_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    truth, predicted = rng.normal(size=50), rng.normal(size=50)
    for name, theirs in (("rmse", root_mean_squared_error), ("mae", mean_absolute_error), ("r2", r2_score)):
        assert METRICS[name].compute(truth, predicted) == pytest.approx(theirs(truth, predicted))
    assert np.isnan(METRICS["r2"].compute(np.ones(3), np.zeros(3)))


def test_a_run_is_what_a_session_does_by_hand(problem, simulation):
    X, y = problem
    table = simulation.table
    lines = table[(table["strategy"] == "gsx") & (table["repeat"] == 0) & (table["metric"] == "rmse")]
    assert lines["n_labels"].tolist() == [20, 30, 40, 50, 60]
    assert (lines["value"] > 0).all()
    full = table[(table["strategy"] == FULL_DATA) & (table["metric"] == "rmse")]["value"]
    assert full.mean() < lines["value"].iloc[0]
    session = Session(X, estimator=Ridge(), strategy="gsx", random_state=0)
    session.tell(np.arange(180), y[:180])
    assert root_mean_squared_error(y[180:], session.predict(X[180:])) == pytest.approx(full.mean(), rel=0.3)


def test_lower_is_better_in_findings_savings_and_baseline(simulation):
    told = [str(finding) for finding in simulation.findings()]
    assert any("RMSE at most 5 % above that of all labels" in line for line in told)
    assert any("Always answering the mean target gives an RMSE" in line for line in told)
    summary = simulation.summary()
    line = summary[(summary["strategy"] == "gsx") & (summary["metric"] == "rmse")].iloc[0]
    curve = simulation.table.query("strategy == 'gsx' and metric == 'rmse'").groupby("n_labels")["value"].mean()
    reached = labels_to_reach(curve.index.tolist(), curve.to_numpy(), 1.1 * line["full_data"], higher_is_better=False)
    told = line["labels_90"]
    assert (None if told is pd.NA else told) == reached


def test_the_baseline_is_the_mean_target_of_the_training_part(problem, simulation):
    _, y = problem
    value = simulation.baseline.query("metric == 'rmse'")["value"].mean()
    assert value == pytest.approx(y.std(), rel=0.15)
    assert abs(simulation.baseline.query("metric == 'r2'")["value"].mean()) < 0.1


def test_a_simulation_of_numbers_is_kept_and_reported(simulation, tmp_path):
    simulation.save(tmp_path / "kept")
    assert Simulation.load(tmp_path / "kept").table.equals(simulation.table)
    simulation.report(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "targets are numbers" in page
    assert "Rmse (lower is better)" in page or "RMSE (lower is better)" in page
    assert "mean target" in page
    assert "largest class" not in page


def test_defaults_with_regressors_are_rmse_and_igs(problem):
    X, y = problem
    found = simulate(X, y, estimators="ridge", repeats=1, budget=30, n_jobs=1)
    assert set(found.table["metric"]) == {"rmse"}
    assert {"random", "igs"} <= set(found.table["strategy"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"metrics": ("accuracy",)}, "does not suit regressors. Use one of rmse, mae, r2"),
        ({"estimators": LogisticRegression(), "metrics": ("rmse",)}, "does not suit classifiers"),
        ({"estimators": {"a": Ridge(), "b": LogisticRegression()}}, "Use estimators of one kind"),
        ({"audit": 0.2}, "audit judges a simulation by accuracy"),
        ({"stop": "budget:labels=30"}, "stop judges a simulation by accuracy"),
        ({"initial_set": "stratified"}, "draws by class"),
        ({"strategies": "margin"}, "asks on behalf of classifiers"),
    ],
)
def test_what_does_not_go_together_is_refused(problem, change, told):
    X, y = problem
    y = y if "rmse" not in change.get("metrics", ()) else (y > 15).astype(int)
    with pytest.raises(InvalidParameterError, match=told):
        simulate(X, y, **({"estimators": "ridge", "repeats": 1, "budget": 30, "n_jobs": 1} | change))


@pytest.mark.parametrize(("value", "told"), [(np.nan, "missing"), (np.inf, "finite")])
def test_a_target_that_is_no_number_is_named(problem, value, told):
    X, y = problem
    broken = y.copy()
    broken[7] = value
    with pytest.raises(TargetError, match=rf"y\[7\].*{told}"):
        simulate(X, broken, estimators="ridge", repeats=1, budget=30)


def test_equal_targets_cannot_be_learned(problem):
    X, _ = problem
    with pytest.raises(TargetError, match="nothing to learn"):
        simulate(X, np.ones(len(X)), estimators="ridge", repeats=1, budget=30)


def test_bench_is_for_classifiers(tmp_path):
    with pytest.raises(InvalidParameterError, match="several units"):
        bench(["sklearn:iris", "sklearn:wine"], out=tmp_path, estimators="ridge", repeats=1)


def test_an_interval_with_a_bound_above_only_is_the_other_upside_down():
    values = np.array([0.2, 0.5, 0.4, 0.6])
    low, high = mean_interval(values, low=-np.inf, high=1.0)
    down, up = mean_interval(-values, low=-1.0, high=np.inf)
    assert (low, high) == pytest.approx((-up, -down))
    assert low < values.mean() < high < 1


def _file(tmp_path, cells):
    path = tmp_path / "data.csv"
    rows = "\n".join(f"{number};{number * 7 % 83},5;{cell}" for number, cell in enumerate(cells))
    path.write_text(f"a;b;weight\n{rows}\n")
    return path


def _simulate(path, *words):
    found = CliRunner().invoke(
        app, ["simulate", str(path), "--target", "weight", "--repeats", "1", "--budget", "30", "--jobs", "1",
              "--out", str(path.with_name("out")), *words]
    )  # fmt: skip
    return found.exit_code, " ".join(found.output.split())


def test_the_command_reads_numbers_where_the_estimator_is_a_regressor(tmp_path):
    path = _file(tmp_path, [f"{number * 1.5 + number % 3:.2f}".replace(".", ",") for number in range(80)])
    status, told = _simulate(path, "--estimator", "ridge")
    assert status == 0, told
    assert "RMSE" in told
    classes = _simulate(path)
    assert classes[0] == 1
    assert "To predict numbers, take regressors" in classes[1]


@pytest.mark.parametrize(
    ("cell", "told"), [("heavy", "row 6, holds 'heavy', which is no finite number"), ("", "row 6, is empty")]
)
def test_a_cell_that_is_no_number_is_named(tmp_path, cell, told):
    cells = [f"{number * 1.5:.2f}".replace(".", ",") for number in range(80)]
    cells[5] = cell
    status, found = _simulate(_file(tmp_path, cells), "--estimator", "ridge")
    assert status == 1
    assert told in found
