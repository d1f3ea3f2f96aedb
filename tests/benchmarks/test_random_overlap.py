"""Under margin sampling the agreement on the random overlap is that of the pool, and the one on chosen rows is not."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "agreement" / "random_overlap.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("random_overlap", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("worlds", [12, pytest.param(400, marks=pytest.mark.proof)])
def test_random_rows_are_unbiased_and_chosen_ones_are_not(script, worlds):
    name, wanted, n_answers = script.PLANS[-1]
    assert name == "every row by two people"
    runs = [script.run(seed, wanted, n_answers) for seed in range(worlds)]
    random, error = script.mean([each["random"] for each in runs])
    assert abs(random) < 4 * error
    chosen, error = script.mean([each["chosen"] for each in runs])
    assert chosen < -4 * error
    assert np.mean([each["covered"] for each in runs]) >= 0.95 - 4 * np.sqrt(0.05 * 0.95 / worlds)
    # Taking whatever has two answers by now is no way out.
    twice, error = script.mean([each["twice"] for each in runs])
    assert twice < -4 * error
