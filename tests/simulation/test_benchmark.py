"""`bench`: the folders are those of `simulate`, everything is checked first, and the same call resumes."""

import warnings

import numpy as np
import pandas as pd
import pytest

import querist
from querist.exceptions import (
    AlikeLabelsWarning,
    InvalidParameterError,
    ModelMismatchWarning,
    ResultsError,
    TargetError,
    UnknownNameError,
)
from querist.simulation import Simulation, bench, compare, simulate

QUICK = {"repeats": 2, "budget": 25, "batch_size": 5, "initial": 10, "n_jobs": 1, "estimators": "naive_bayes"}


def rows(seed, n=90):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, np.where(X[:, 0] + rng.normal(0, 0.5, n) > 0, "yes", "no")


def content(folder, apart=("timings.csv",)):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in apart and "runs" not in path.parts
    }


def test_each_folder_is_what_simulate_writes_and_the_comparison_that_of_compare(tmp_path):
    data = {"one": rows(1), "two": rows(2)}
    found = bench(data, out=tmp_path / "bench", strategies=["margin", "entropy"], **QUICK)
    made = [
        simulate(X, y, name=name, out=tmp_path / name, strategies=["margin", "entropy"], **QUICK)
        for name, (X, y) in data.items()
    ]
    for name in data:
        assert content(tmp_path / "bench" / name) == content(tmp_path / name)
    compare(made).save(tmp_path / "compared")
    beside = {path.name: path.read_bytes() for path in (tmp_path / "bench").iterdir() if path.is_file()}
    assert beside == content(tmp_path / "compared")
    pd.testing.assert_frame_equal(found.ranks(), compare(made).ranks())


def test_the_same_call_does_nothing_again_and_goes_on_with_more(tmp_path):
    told = []
    data = {"one": rows(1), "two": rows(2)}

    def progress(done, total, label):
        told.append((done, total, label))

    bench(data, out=tmp_path, progress=progress, **QUICK)
    assert [done for done, _, _ in told] == list(range(1, 13))
    assert {total for _, total, _ in told} == {12}
    assert told[-1][2] == "two: naive_bayes, (full data), repeat 1"
    before, told[:] = content(tmp_path), []
    bench(data, out=tmp_path, progress=progress, **QUICK)
    assert told == []
    assert content(tmp_path) == before
    bench(data | {"three": rows(3)}, out=tmp_path, progress=progress, **QUICK)
    assert {label.partition(":")[0] for _, _, label in told} == {"three"}
    assert content(tmp_path / "one") == {
        name.removeprefix("one/"): data for name, data in before.items() if name.startswith("one/")
    }


def test_a_small_pool_takes_what_it_has(tmp_path):
    found = bench({"small": rows(1, n=40), "large": rows(2)}, out=tmp_path, **QUICK | {"budget": 60})
    assert [simulation.protocol["budget"] for simulation in found.simulations] == [30, 60]
    with pytest.raises(ResultsError, match=r"Data set 'large'.*holds another experiment: budget"):
        bench({"small": rows(1, n=40), "large": rows(2)}, out=tmp_path, **QUICK | {"budget": 50})


def test_everything_is_checked_before_anything_runs(tmp_path):
    X, y = rows(1)
    for data, options, error, words in (
        ({"a": (X, y)}, {}, InvalidParameterError, "two or more data sets, got 1"),
        ({"a": X, "b": (X, y)}, {}, InvalidParameterError, r"must be a pair \(X, y\)"),
        ({"a": (X, y), "b": (X, ["one"] * 90)}, {}, TargetError, "Data set 'b': y holds one class only"),
        ({"a": (X, y), "b": (X, y)}, {"strategies": "magin"}, UnknownNameError, "magin"),
        ({"a": (X, y), "b": (X, y)}, {"costs": [1]}, InvalidParameterError, "no parameter 'costs'"),
        (["sklearn:iris", "iris=sklearn:wine"], {}, InvalidParameterError, "Two data sets are called 'iris'"),
    ):
        with pytest.raises(error, match=words):
            bench(data, out=tmp_path / "out", **QUICK | options)
    # Nothing stands in the way of a call that is right.
    assert not (tmp_path / "out").exists()


def test_files_and_carried_sets_stand_side_by_side(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    X, y = rows(1)
    pd.DataFrame(X, columns=list("abc")).assign(kind=y).to_csv(tmp_path / "things.csv", index=False)
    notes = []
    found = querist.bench(
        [f"{tmp_path / 'things.csv'}:kind", "sklearn:iris"], out=tmp_path / "out", told=notes.append, **QUICK
    )
    assert found.names == ["things", "iris"]
    assert sum("delimiter comma" in note and note.startswith("things: ") for note in notes) == 1
    again = compare([Simulation.load(tmp_path / "out" / name) for name in found.names])
    pd.testing.assert_frame_equal(again.heights(), found.heights())


def test_names_lead_to_folders_of_their_own(tmp_path):
    bench({"A b": rows(1), "a/b": rows(2), "a b": rows(3)}, out=tmp_path, **QUICK)
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 3


def test_warnings_lead_to_the_caller_and_come_once(tmp_path):
    X, y = rows(1)
    alike = {"a": (X, np.where(y == "yes", "Yes", np.where(X[:, 1] > 0, "yes", "no"))), "b": (X, y)}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        bench(alike, out=tmp_path, query_estimator="logistic_regression", **QUICK)
    kinds = [warning.category for warning in told]
    assert kinds.count(AlikeLabelsWarning) == 1
    assert kinds.count(ModelMismatchWarning) == 2  # of each data set
    assert {warning.filename for warning in told if warning.category is AlikeLabelsWarning} == {__file__}


def test_a_pool_smaller_than_the_first_rows_is_told_as_that(tmp_path):
    X = np.tile(np.arange(10.0), 6).reshape(-1, 1)
    with pytest.raises(
        InvalidParameterError,
        match=r"Data set 'small': initial is 20, and there are only 10 rows to ask about.*same features are asked once",
    ):
        bench({"small": (X, np.arange(60) % 2), "other": (X, np.arange(60) % 2)}, out=tmp_path / "out", budget=30)
