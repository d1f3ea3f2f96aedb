"""The audit's benchmarks: in small, that they run and what they say; under `make proof`, as published."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

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
