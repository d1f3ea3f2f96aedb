"""The benchmarks of agreement: in small, that they run and what they say; under `make proof`, as published."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from querist.agreement import agreement

FOLDER = Path(__file__).parents[2] / "benchmarks" / "agreement"


def load(name, monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    spec = importlib.util.spec_from_file_location(f"agreement_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def coverage(monkeypatch):
    return load("coverage", monkeypatch)


@pytest.mark.parametrize("size", [(13, 60), pytest.param((1, 300), marks=pytest.mark.proof)])
@pytest.mark.parametrize("title", ["The grid that the method was chosen by", "Other worlds"])
def test_intervals_hold_the_true_figure(coverage, title, size):
    """Every thirteenth world, 50 or so rows; all worlds and numbers of rows under `make proof`."""
    step, repeats = size
    grid, sizes = coverage.GRIDS[title]
    cells = coverage.run(list(grid())[::step], sizes[1:2] if step > 1 else sizes, repeats, 2)
    for figure in coverage.FIGURES:
        tallies = [cell.tally(figure, coverage.CHOSEN) for cell in cells]
        n = sum(each.n for each in tallies)
        assert sum(each.held for each in tallies) / n > 0.94 - 4 * np.sqrt(0.95 * 0.05 / n)
    chosen, wald = (coverage.mean_of(cells, "alpha", method)[0] for method in (coverage.CHOSEN, coverage.WALD))
    assert chosen > wald
    told = coverage.by_classes(cells)
    assert len({line.count("|") for line in told}) == 1


def test_true_figures_are_those_of_very_many_rows(coverage, rng):
    for _, world in list(coverage.second_grid())[::5]:
        found = coverage.patterns(world)
        truth = coverage.true_figures(world, found)
        told = agreement(found.draw(rng, 40_000), n_classes=len(world.shares))
        assert told.observed.value == pytest.approx(truth["agreement"], abs=0.02)
        assert told.fleiss_kappa.value == pytest.approx(truth["fleiss"], abs=0.05)
        assert told.krippendorff_alpha.value == pytest.approx(truth["alpha"], abs=0.05)
        assert told.pairs[0].cohen_kappa.value == pytest.approx(truth["cohen"], abs=0.08)
        assert told.classes[0].agreement.value == pytest.approx(truth["class first"], abs=0.02)


@pytest.mark.parametrize("repeats", [3, pytest.param(100, marks=pytest.mark.proof)])
def test_only_the_random_overlap_speaks_for_the_pool(monkeypatch, repeats):
    bias = load("bias", monkeypatch)
    found, _ = bias.run(repeats)
    truth = found[:, 0, :, 0]
    for kind, unbiased in ((1, True), (2, False)):
        error = found[:, kind, :, 0] - truth
        spread = error.std(axis=0, ddof=1) / np.sqrt(repeats)
        held = (found[:, kind, :, 1] <= truth) & (truth <= found[:, kind, :, 2])
        if unbiased:
            assert (np.abs(error.mean(axis=0)) < 4 * spread + 0.01).all()
            assert held.mean() > 0.7
        else:
            assert (error.mean(axis=0) < -0.1 - 3 * spread).all()
            assert held.mean() < 0.2
    assert len(bias.table(found)) == 8
