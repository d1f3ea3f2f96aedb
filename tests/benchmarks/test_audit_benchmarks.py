"""The audit's benchmarks: in small, that they run and what they say; under `make proof`, as published."""

import importlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_classification

FOLDER = Path(__file__).parents[2] / "benchmarks" / "audit"


@pytest.fixture(params=[100, pytest.param(2000, marks=pytest.mark.proof)])
def exact(request, monkeypatch):
    spec = importlib.util.spec_from_file_location("exact", FOLDER / "exact.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "REPEATS", request.param)
    return module


def cells(lines):
    """Return the rows of a table, numbers as numbers: the last one of a cell, without its unit."""
    return [[cell.strip().removesuffix(" %") for cell in line.strip("|").split("|")] for line in lines[2:]]


def least(nominal, repeats):
    """Return what a share of `nominal` percent does not fall short of but by great bad luck: four standard errors."""
    return nominal - 400 * np.sqrt(nominal / 100 * (1 - nominal / 100) / repeats)


def test_certificates_hold_at_every_stage_and_attempt(exact):
    found = cells(exact.certificates())
    assert len(found) == 36
    for *_, nominal, whole, rest, _ in found:
        assert float(whole) >= least(float(nominal), exact.REPEATS)
        assert float(rest) >= least(float(nominal), exact.REPEATS)
    assert min(float(row[-3]) for row in found) < 100  # it can fail


def test_all_attempts_hold_together(exact):
    for *_, together in cells(exact.all_attempts()):
        assert float(together) >= least(95, exact.REPEATS)


def test_what_a_certificate_takes(exact):
    for _, attempt, labels, _, passed in cells(exact.power()):
        assert float(passed) >= 79
        assert attempt != "1" or int(labels) <= 250


def test_the_promise_of_auto_labelling_holds_at_its_worst(exact):
    found = cells(exact.promises())
    for _, _, kept, _ in found:
        assert float(kept) >= least(95, exact.REPEATS)
    assert any(float(row[-1]) > 0 for row in found)


def test_the_running_accuracy_is_right_at_all_times_at_once(exact):
    for _, _, _, both, _, _ in cells(exact.running()):
        assert float(both) >= least(95, exact.REPEATS)


@pytest.mark.proof
def test_the_interval_of_model_accuracy_holds_about_as_often_as_it_says(real_data, tmp_path):
    """Every set with margin sampling, three repeats each; 300 of them are in the published table."""
    runs = tmp_path / "runs.jsonl"
    cells = "[(name, 'fast', 'margin', 10) for name in coverage_runs.SETS]"
    code = f"import coverage_runs, pathlib; coverage_runs.run_all(pathlib.Path({str(runs)!r}), {cells}, 3, 2)"
    subprocess.run([sys.executable, "-c", code], cwd=FOLDER, check=True)
    code = (
        f"import coverage_table as t, json, pathlib; stages, _ = t.read(pathlib.Path({str(runs)!r})); "
        "print(json.dumps([[each['coverage'], each['width'], each['runs']] for each in "
        "t.judge(stages, t.ESTIMATORS[t.CHOSEN]).values()]))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=FOLDER, check=True, capture_output=True, text=True).stdout
    coverage, width, n_runs = np.array(json.loads(told)).T
    assert n_runs.tolist() == [3] * 27
    # 27 runs with three looks each, which share their rows: as good as some 40 independent ones.
    assert coverage.mean() >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 40)
    assert width.mean() < 1


@pytest.fixture
def audit_scripts(monkeypatch):
    """The scripts of the folder, which import each other, on a small set of two classes."""
    monkeypatch.syspath_prepend(FOLDER)
    names = (
        "auto_label", "coverage_runs", "designs", "held", "held_table", "problems", "fast", "coverage_table",
        "set_aside",
    )  # fmt: skip
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    found = {name: importlib.import_module(name) for name in names}
    yield found
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def small_problem(audit_scripts):
    X, y = make_classification(900, 6, n_informative=4, random_state=0)
    return audit_scripts["problems"].Problem(X, y)


def test_designs_are_played_and_compared(audit_scripts, small_problem, tmp_path, monkeypatch):
    designs = audit_scripts["designs"]
    for name, value in {"SETS": ("small",), "STAGES": (50, 100), "RUNS": tmp_path / "runs.jsonl"}.items():
        monkeypatch.setattr(designs, name, value)
    monkeypatch.setattr(designs.problems, "load", lambda name: small_problem)
    designs.run(2)
    told = cells(designs.table().splitlines()[:-2])
    assert [row[0].strip() for row in told] == list(designs.DESIGNS)
    # Half of 18 draws given over leave nine, and no figure.
    assert {row[0].strip(): row[2].strip() for row in told}["a fifth, half given"] == "below ten: no figure"
    # Finished runs are kept.
    before = designs.RUNS.read_bytes()
    designs.run(2)
    assert designs.RUNS.read_bytes() == before


def test_sessions_are_held_against_rows_that_they_never_saw(audit_scripts, small_problem):
    held = audit_scripts["held"]
    for audit in held.AUDITS.values():
        stages = held.play(small_problem, "margin", audit, 3)
        assert [stage["n"] for stage in stages] == list(held.STAGES)
        assert all(0.5 < stage["truth"] <= 1 for stage in stages)
        assert ("value" in stages[-1]) == bool(audit)
    assert stages[-1]["n"] == 400


def test_what_sessions_said_becomes_a_report(audit_scripts, small_problem, tmp_path, monkeypatch):
    held, table = audit_scripts["held"], audit_scripts["held_table"]
    seen, aside = ("small", "margin", "fast", 10), ("aside", "margin", "fast", 10)
    for name, value in {"CELLS": (seen,), "ASIDE": (aside,), "STAGES": (100,), "RUNS": tmp_path / "runs.jsonl"}.items():
        monkeypatch.setattr(held, name, value)
    monkeypatch.setattr(held.problems, "load", lambda name: small_problem)
    monkeypatch.setattr(table, "FEWEST_RUNS", 3)
    held.run(5)
    before = held.RUNS.read_bytes()
    held.run(5)
    assert held.RUNS.read_bytes() == before
    told = table.report(held.RUNS, held.CELLS, held.ASIDE)
    lines = cells(["", "", *(line for line in told.splitlines() if line.startswith("|"))])
    assert [row[0] for row in lines].count("small") == 1
    assert told.index("| small |") < told.index("## Sets that nobody looked at") < told.index("| aside |")
    assert {row[0] for row in lines} >= {"Brier score", "recall", "precision", "overconfidence"}
    # What is caught on the way is what the session's own figure was made of.
    stage = held.play(small_problem, "margin", 0.2, 3)[-1]
    assert len(stage["t"]) == len(stage["p"]) == len(stage["b"]) == stage["m"] == 20
    assert stage["brier"] == pytest.approx(np.mean(stage["b"]), abs=0.3)


def test_no_set_that_is_set_aside_is_looked_at(audit_scripts):
    chosen = audit_scripts["set_aside"].set_aside()
    assert chosen == ("adult", "chess", "optdigits", "segmentation", "banking77", "subj")
    assert not set(chosen) & {cell[0] for cell in audit_scripts["held"].CELLS}
    assert not set(chosen) & {cell.set for cell in audit_scripts["auto_label"].CELLS}


def test_a_frozen_model_is_let_go_as_before_and_as_now(audit_scripts, small_problem, tmp_path):
    script = audit_scripts["auto_label"]
    cell = script.Cell("car", "fast", 60, 0.95, 80)
    run = json.loads(json.dumps(script.one(small_problem, cell, 0)))
    for told in (run["before"], run["now"], *([run["offer"]] if "offer" in run else [])):
        assert told["refused"] == (told["labels"] == 0)
        assert 0 <= told["labels"] <= 80
        assert 0 <= told["error"] <= 1
    assert ("offer" in run) == (run["now"]["offered"] is not None)
    assert 0.5 < run["before"]["accuracy"] <= 1
    script.CELLS = (cell,)
    path = tmp_path / "runs.jsonl"
    path.write_text("".join(json.dumps({"key": [*cell, repeat], **run}) + "\n" for repeat in range(2)))
    tables = [each.splitlines() for each in script.table(path).split("\n\n") if each.startswith("|")]
    assert all(len({line.count("|") for line in lines}) == 1 for lines in tables)
    assert tables[0][2].startswith("| car, fast, 60 | 95 % | 2 |")


@pytest.fixture(params=[(60, (10, 50)), pytest.param((1000, (10, 50, 200)), marks=pytest.mark.proof)])
def regression(request, monkeypatch):
    spec = importlib.util.spec_from_file_location("regression", FOLDER / "regression.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    repeats, sizes = request.param
    for name, value in {"REPEATS": repeats, "SIZES": sizes, "POPULATION": 100_000}.items():
        monkeypatch.setattr(module, name, value)
    return module


@pytest.mark.parametrize("world", ["normal", "Laplace", "diabetes, ridge"])
def test_figures_of_a_regressor_hold(regression, world):
    found, others = regression._world(world, regression.REPEATS)
    for (_, size), cell in found.items():
        for name in regression.FIGURES:
            assert 100 * cell.coverage(name) >= least(92, regression.REPEATS), (size, name)
    assert {name for name, _ in others} >= {"**Querist's**", "bootstrap, BCa"}
    assert len(regression.totals(found)) == 3 + len(regression.SIZES)
    assert len(regression.comparison(others)) == 2 + 5
    assert len(regression.fixed_table(found)) == 1 + len(found)


def test_figures_of_a_regressor_hold_the_whole_way(regression):
    cell = regression._played("friedman 1", "ridge", 10, regression.REPEATS // 5)
    assert 100 * cell.coverage("rmse") >= least(92, regression.REPEATS // 5)
    assert len(regression.cross_fitted_table({("friedman 1", "ridge", 10): cell})) == 2
