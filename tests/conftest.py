"""What all tests share."""

import os
from pathlib import Path

import numpy as np
import pytest

DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Under QUERIST_NO_SKIPS a skipped test fails: a green run must not hide a missing install."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("QUERIST_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and skips are not allowed here: {report.longrepr}"
    return report


@pytest.fixture
def real_data():
    """The folder of real data sets, where it lies beside the checkout."""
    if not DATA.is_dir():
        pytest.skip("the folder with the real data sets is not beside this checkout")
    return DATA


@pytest.fixture
def rng():
    return np.random.default_rng(0)
