"""``querist simulate --dask``: the runs are done by the workers of a cluster, and the results are the same."""

import socket
import sys

import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster
from typer.testing import CliRunner

from querist.cli import cluster
from querist.cli.main import app
from querist.exceptions import InvalidParameterError

OPTIONS = ["--repeats", "2", "--initial", "10", "--budget", "30", "--estimator", "naive_bayes", "--strategy", "margin"]


@pytest.fixture(scope="module")
def address():
    """The scheduler of a cluster of three worker processes."""
    with LocalCluster(n_workers=3, threads_per_worker=1, processes=True, dashboard_address=":0") as local:
        yield local.scheduler_address


def simulated(folder, *words):
    result = CliRunner().invoke(app, ["simulate", "things.csv", "--target", "kind", "--out", folder, *OPTIONS, *words])
    assert result.exit_code == 0, result.output
    return result


def test_the_workers_do_the_runs_and_the_results_are_the_same(tmp_path, monkeypatch, address):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rng = np.random.default_rng(0)
    size = rng.normal(size=120)
    pd.DataFrame({"size": size, "kind": np.where(size + rng.normal(size=120) > 0, "a", "b")}).to_csv("things.csv")
    simulated("here", "--jobs", "1")
    simulated("there", "--dask", address)
    for name in ("table.parquet", "table.csv", "summary.csv", "experiment.json", "baseline.csv"):
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
    with Client(address) as client:
        assert any(client.run(lambda: "querist.simulation.run" in sys.modules).values())


def test_a_scheduler_that_is_not_there(monkeypatch):
    monkeypatch.setattr(cluster, "_PATIENCE", 0.2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        with (
            pytest.raises(InvalidParameterError, match=f"No Dask scheduler answers at {address}"),
            cluster.on_dask(address),
        ):
            pass
    with (
        pytest.raises(InvalidParameterError, match="No Dask scheduler answers at nonsense://"),
        cluster.on_dask("nonsense://x"),
    ):
        pass


def test_a_scheduler_without_workers(monkeypatch):
    monkeypatch.setattr(cluster, "_PATIENCE", 0.5)
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as local,
        pytest.raises(InvalidParameterError, match="has no workers"),
        cluster.on_dask(local.scheduler_address),
    ):
        pass


def test_without_dask_its_name_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InvalidParameterError, match=r"querist\[dask\]"), cluster.on_dask("tcp://localhost:8786"):
        pass


def test_without_an_address_nothing_is_loaded(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with cluster.on_dask(None):
        pass
