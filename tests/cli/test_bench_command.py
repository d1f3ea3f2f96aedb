"""``querist bench`` as a user meets it."""

import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from querist.cli.main import app

QUICK = ["--repeats", "2", "--initial", "10", "--budget", "25", "--estimator", "naive_bayes", "--jobs", "1"]


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Run in a folder with two tables, with a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for seed, name in enumerate(("one", "two")):
        rng = np.random.default_rng(seed)
        size = rng.normal(size=90)
        frame = pd.DataFrame({"size": size, "noise": rng.normal(size=90), "kind": np.where(size > 0, "a", "b")})
        frame.to_csv(f"{name}.csv", index=False)
    return tmp_path


def querist(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_files_and_carried_sets_are_compared(place):
    result = querist(
        "bench", "one.csv:kind", "two.csv", "sklearn:iris", "--target", "kind", "--strategy", "margin", *QUICK
    )
    assert result.exit_code == 0, result.output
    assert "naive_bayes, margin: better than random on 0 of 3 data sets" in result.stdout
    assert "one: encoding utf-8; delimiter comma" in result.stderr
    out = place / "querist-bench"
    assert {"report.html", "critical_difference.svg", "against_random.csv", "one", "two", "iris"} <= {
        path.name for path in out.iterdir()
    }
    again = querist("compare", out / "one", out / "two", out / "iris", "--report", "again.html")
    assert again.exit_code == 0, again.output
    assert (place / "again.html").read_bytes() == (out / "report.html").read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["one.csv:kind"], "two or more data sets, got 1"),
        (["one.csv:kind", "two.csv"], "'two'"),
        (["one.csv:kind", "three.csv"], "There is no file or folder three.csv"),
        (["one.csv:kind", "sklearn:mnist"], "scikit-learn carries"),
        (["one.csv:kind", "two.csv:kind", "--strategy", "magin"], "Did you mean 'margin'"),
        (["one.csv:kind", "two.csv:kind", "--out", "one.csv"], "one.csv"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(words, message):
    result = querist("bench", *words, *QUICK)
    assert result.exit_code == 1
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    assert message in last


def test_what_is_killed_is_gone_on_with(place):
    words = ["bench", "one.csv", "two.csv", "--target", "kind", "--strategy", "margin", "--repeats", "4", *QUICK[2:]]
    with subprocess.Popen([sys.executable, "-m", "querist", *words, "--out", "killed"]) as process:
        while process.poll() is None and not list(place.glob("killed/*/runs/*.json")):
            time.sleep(0.01)
        process.kill()
    assert querist(*words, "--out", "killed").exit_code == 0
    assert querist(*words, "--out", "whole").exit_code == 0
    for path in (place / "whole").rglob("*"):
        if path.is_file() and path.name != "timings.csv" and "runs" not in path.parts:
            assert path.read_bytes() == (place / "killed" / path.relative_to(place / "whole")).read_bytes(), path
