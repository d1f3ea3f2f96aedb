"""``querist simulate POOL --labels FILE``: a pool of numbers that stays on disk, and its labels beside it."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from typer.testing import CliRunner

from querist import simulate
from querist.cli.main import app

QUICK = ["--repeats", "2", "--initial", "10", "--budget", "20", "--estimator", "naive_bayes", "--strategy", "margin"]


@pytest.fixture(autouse=True)
def pool(tmp_path, monkeypatch):
    """Write a pool and labels into an empty folder; return both."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rng = np.random.default_rng(0)
    X = rng.integers(0, 200, (80, 3)).astype(np.uint8)
    y = np.where(X[:, 0] > 100, "high", "low")
    np.save("pool.npy", X)
    np.save("labels.npy", y)
    pd.DataFrame({"id": np.arange(80), "level": y}).to_csv("labels.csv", index=False)
    return X, y


def run(*words):
    return CliRunner().invoke(app, ["simulate", *map(str, words), *QUICK, "--jobs", "1", "--out", "results"])


@pytest.mark.parametrize("labels", [("labels.csv", "--target", "level"), ("labels.npy",)])
def test_the_results_are_those_of_the_array(pool, labels, tmp_path):
    result = run("pool.npy", "--labels", *labels)
    assert result.exit_code == 0, result.output
    options = {"repeats": 2, "initial": 10, "budget": 20, "random_state": 0, "n_jobs": 1}
    there = simulate(*pool, strategies=["margin"], estimators=["naive_bayes"], name="pool", out="there", **options)
    assert (tmp_path / "results/table.csv").read_bytes() == (tmp_path / "there/table.csv").read_bytes()
    assert not there.table.empty


def test_sparse_and_parquet_pools(pool):
    scipy.sparse.save_npz("pool.npz", scipy.sparse.csr_matrix(pool[0].astype(np.float32)))
    pd.DataFrame(pool[0], columns=list("abc")).to_parquet("pool.parquet")
    for file, name in (("pool.npz", "sparse"), ("pool.parquet", "parquet")):
        estimator = ["--estimator", "logistic_regression"] if name == "sparse" else []
        words = ["simulate", file, "--labels", "labels.npy", *QUICK[:6], *estimator, "--jobs", "1", "--out", name]
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pool.npy", "--labels", "labels.csv"], "Name the column"),
        (["pool.npy", "--labels", "short.csv"], "holds 79 labels, and pool.npy has 80 rows"),
        (["pool.npy", "--labels", "labels.npy", "--text", "level"], "Leave --text out"),
        (["pool.npy", "--labels", "labels.npy", "--test", "pool.npy"], "Leave --test out"),
        (["pool.npy", "labels.csv", "--labels", "labels.npy"], "one pool"),
        (["labels.csv", "--labels", "labels.npy"], "labels.csv"),
    ],
)
def test_what_does_not_fit_is_told(words, message):
    pd.DataFrame({"level": ["high"] * 40 + ["low"] * 39}).to_csv("short.csv", index=False)
    result = run(*words)
    assert result.exit_code != 0
    assert message in " ".join(result.stderr.split()).replace("- ", "-")
    assert "Traceback" not in result.output
