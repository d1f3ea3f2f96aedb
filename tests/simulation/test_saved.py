"""A folder that an earlier version wrote: it loads, and the same call resumes it.

``saved/tiny`` was written by Querist 0.1.0 at the commit before results went through `querist._files`, by the call in
`resumed` below on ``saved/data.csv``; pictures, report, table.csv and summary.csv, which nothing reads, were taken out.
"""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from report_page import checked

from querist.simulation import Simulation, experiment, simulate

SAVED = Path(__file__).with_name("saved")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy, as on the machine that wrote it: versions are a part of the experiment."""
    versions = json.loads((SAVED / "tiny" / "experiment.json").read_bytes())["versions"]
    monkeypatch.setattr(experiment, "_versions", lambda descriptions: versions)
    return Path(shutil.copytree(SAVED / "tiny", tmp_path / "tiny"))


def resumed(out):
    data = pd.read_csv(SAVED / "data.csv")
    return simulate(
        data[["a", "b"]].to_numpy(), data["class"].to_numpy(), strategies=["margin", "entropy:selection=power"],
        estimators=["naive_bayes"], repeats=3, budget=24, batch_size=8, initial=8, audit="measure:share=0.5",
        stop="any(settled_predictions:window=10, budget:labels=16)", label_cost=1, error_cost=2, n_future=500,
        random_state=5, n_jobs=1, name="tiny & <small>", out=out,
    )  # fmt: skip


def test_it_loads():
    loaded = Simulation.load(SAVED / "tiny")
    assert (
        repr(loaded) == "<Simulation of random, margin, entropy:selection=power with naive_bayes on "
        "'tiny & <small>', 3 repeats>"
    )
    assert loaded.table.shape == (30, 8)
    assert loaded.audit.shape == (27, 16)
    assert loaded.stopping.shape == (18, 13)
    assert loaded.timings.shape == (12, 8)
    assert len(loaded.findings()) == 6


def test_no_finished_run_is_done_again_and_what_is_missing_is_made_anew(folder):
    (folder / "manifest.json").unlink()
    runs = sorted((folder / "runs").iterdir())
    written = {path: path.read_bytes() for path in runs}
    missing = next(path for path in runs if ".margin." in path.name)
    missing.unlink()
    resumed(folder)
    assert sorted((folder / "runs").iterdir()) == runs
    assert [path for path in runs if path.read_bytes() != written[path]] in ([], [missing])  # seconds differ
    one, other = Simulation.load(folder), Simulation.load(SAVED / "tiny")
    for here, there in ((one.table, other.table), (one.audit, other.audit), (one.stopping, other.stopping)):
        # To the last digits only with the versions that wrote it.
        pd.testing.assert_frame_equal(here, there, rtol=1e-9)


def test_the_tables_of_the_finished_runs_are_the_same_again(folder):
    for name in ("table.parquet", "audit.csv", "stopping.csv", "manifest.json"):
        (folder / name).unlink()
    resumed(folder)
    one, other = Simulation.load(folder), Simulation.load(SAVED / "tiny")
    for here, there in ((one.table, other.table), (one.audit, other.audit), (one.stopping, other.stopping)):
        pd.testing.assert_frame_equal(here, there, check_exact=True)


def test_its_report_is_escaped_and_whole(tmp_path):
    Simulation.load(SAVED / "tiny").report(tmp_path / "report.html")
    text = checked(tmp_path / "report.html")
    assert text.count("Active learning on tiny & <small>") == 2  # the title and the heading
    assert "<small>" not in (tmp_path / "report.html").read_text(encoding="utf-8")
    for part in ("Accuracy told by the audit", "When to stop", "BLAKE2b"):
        assert part in text
