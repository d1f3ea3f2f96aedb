"""A folder of results that somebody or something has damaged: told in words, whichever file and however."""

import hashlib
import json
import random
import shutil

import numpy as np
import pytest

from querist.exceptions import ResultsError
from querist.simulation import Simulation, simulate

TOLD = ("table.parquet", "baseline.csv", "timings.csv", "manifest.json", "experiment.json")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    X = np.random.default_rng(0).normal(size=(60, 2))
    folder = tmp_path_factory.mktemp("results") / "out"
    simulate(X, (X[:, 0] > 0).astype(int), repeats=1, budget=21, n_jobs=1, out=folder)
    return folder


@pytest.fixture
def folder(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "out")


def sealed(folder, name, data):
    """Write a file, and the checksum of it, as if it had been written so."""
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text())
    if name in manifest["files"]:
        manifest["files"][name]["sha256"] = hashlib.sha256(data).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest))


def refused(folder):
    with pytest.raises(ResultsError) as caught:
        Simulation.load(folder)
    assert str(folder) in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("content", ["", "[1]", "{}", "7", "null", '{"format": 1', '"text"', "\ufeff{}"])
@pytest.mark.parametrize("name", ["experiment.json", "manifest.json"])
def test_what_is_no_description_any_more(folder, name, content):
    (folder / name).write_text(content, encoding="utf-8")
    assert f"{name} is damaged" in refused(folder)


@pytest.mark.parametrize("content", [{"experiment": "", "files": []}, {"experiment": None, "files": {}}])
def test_a_manifest_of_another_shape(folder, content):
    there = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(content | {"experiment": there["experiment"]}))
    assert "manifest.json is damaged" in refused(folder)


@pytest.mark.parametrize("seed", range(30))
def test_cut_and_overwritten_files(folder, seed):
    drawn = random.Random(seed)
    name = drawn.choice(TOLD[:3])
    data = bytearray((folder / name).read_bytes())
    if drawn.random() < 0.5:
        del data[drawn.randrange(len(data)) :]
    else:
        data[drawn.randrange(len(data))] ^= 1 << drawn.randrange(8)
    sealed(folder, name, bytes(data))
    try:
        Simulation.load(folder)
    except ResultsError as error:
        told = str(error)
    else:
        return  # a digit of a table that is sealed again may be another one, which nobody can see
    assert str(folder / name) in told
    assert "Run the same simulation again" in told


def test_files_without_their_columns(folder):
    for name in ("baseline.csv", "timings.csv"):
        sealed(folder, name, b"a,b\n1,2\n")
        assert f"{name} is damaged" in refused(folder)


def test_what_is_no_folder_of_a_simulation(folder, tmp_path):
    (tmp_path / "file").write_text("x")
    assert "is a file" in refused(tmp_path / "file")
    assert "experiment.json is missing" in refused(tmp_path / "nowhere")
    (folder / "table.parquet").unlink()
    (folder / "table.parquet").mkdir()
    assert "table.parquet is damaged" in refused(folder)
