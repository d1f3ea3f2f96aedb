"""Data sets by one text each: what is meant, what they are called, and what is said where there is none."""

from urllib.error import URLError

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets
from sklearn.utils import Bunch

from querist.data import read_problem
from querist.data.sources import Source, sources_of
from querist.exceptions import DataError, FileFormatError, InvalidParameterError, TargetError


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A table in an empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    size = rng.normal(size=30)
    return pd.DataFrame({"size": size, "target": np.where(size > 0, "a", "b"), "a:b": rng.integers(0, 2, 30)})


def read(text, tmp_path, **options):
    (source,) = sources_of([text], **options)
    return source.read(cache_dir=tmp_path / "cache")


def test_a_file_is_read_as_it_is_for_a_simulation(table, tmp_path):
    table.to_csv("things.csv", index=False)
    found, expected = read("things.csv", tmp_path), read_problem("things.csv", "target", cache_dir=tmp_path / "cache")
    np.testing.assert_array_equal(found.X, expected.X)
    np.testing.assert_array_equal(found.y, expected.y)
    assert found.notes == expected.notes


def test_the_column_stands_behind_the_file_and_may_hold_colons(table, tmp_path):
    table.to_csv("things.csv", index=False)
    table.to_csv("odd:name.csv", index=False)
    assert set(read("things.csv:a:b", tmp_path).y.tolist()) == {0, 1}
    assert set(read("odd:name.csv:a:b", tmp_path).y.tolist()) == {0, 1}
    assert set(read("things.csv", tmp_path, target="a:b").y.tolist()) == {0, 1}
    assert set(read("things.csv:target", tmp_path, target="a:b").y.tolist()) == {"a", "b"}
    with pytest.raises(TargetError, match=r"no target column 'targt'. Did you mean 'target'"):
        read("things.csv:targt", tmp_path)


def test_a_matrix_with_labels_needs_no_column(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.svm").write_text("".join(f"{sign} 1:{n} 2:{n % 3}\n" for n in range(9) for sign in ("+1", "-1")))
    assert set(read("rows.svm", tmp_path, target="class").y.tolist()) == {-1, 1}


def test_a_folder_holds_one_set_a_file_or_a_folder(table, tmp_path):
    for name in ("b", "a"):
        (tmp_path / "sets" / name).mkdir(parents=True)
        table.to_csv(f"sets/{name}/{name}.tsv.gz", sep="\t", index=False)
        (tmp_path / "sets" / name / "metadata.yaml").write_text("x")
    (tmp_path / "sets" / "notes").mkdir()
    table.to_csv("sets/c.csv", index=False)
    (tmp_path / "sets" / "README.md").write_text("x")
    found = sources_of(["sets"])
    assert [(source.name, source.target) for source in found] == [("a", None), ("b", None), ("c", None)]
    assert set(found[0].read(cache_dir=tmp_path / "cache").y.tolist()) == {"a", "b"}
    assert {source.target for source in sources_of(["sets:a:b"])} == {"a:b"}
    with pytest.raises(InvalidParameterError, match="names 3 data sets"):
        sources_of(["mine=sets"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileFormatError, match="empty holds no data set"):
        sources_of(["empty"])


def test_a_name_may_be_given_and_a_file_may_hold_an_equals_sign(table):
    table.to_csv("x=1.csv", index=False)
    assert [source.name for source in sources_of(["x=1.csv", "mine=x=1.csv", "x=1.csv:target"])] == [
        "x=1",
        "mine",
        "x=1",
    ]


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
def test_what_scikit_learn_carries_is_there_without_a_network(name, tmp_path):
    problem = read(f"sklearn:{name}", tmp_path)
    X, y = getattr(sklearn.datasets, f"load_{name}")(return_X_y=True)
    assert problem.X.shape[0] == X.shape[0]
    names = getattr(sklearn.datasets, f"load_{name}")().target_names
    assert problem.y.tolist() == [type(problem.y.tolist()[0])(names[code]) for code in y]


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("nothing.csv", FileFormatError, "There is no file or folder nothing.csv"),
        ("a=nothing.csv:y", FileFormatError, "There is no file or folder nothing.csv:y"),
        ("", FileFormatError, "There is no file or folder"),
        ("sklearn:mnist", InvalidParameterError, "iris, wine, breast_cancer, digits"),
        ("openml:adult", InvalidParameterError, "have numbers"),
        ("openml:", InvalidParameterError, "have numbers"),
    ],
)
def test_a_text_that_names_nothing_is_told(text, error, words, table):
    with pytest.raises(error, match=words):
        sources_of([text])


class OpenML:
    """Answers as `sklearn.datasets.fetch_openml` does."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = {}

    def __call__(self, **asked):
        self.asked = asked
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_a_number_at_openml_is_fetched_with_its_own_target(monkeypatch, tmp_path, table):
    frame = table.assign(colour=pd.Categorical(["red", "blue", "green"] * 10), kind=table["target"].astype("category"))
    frame = frame.drop(columns="target")
    answer = Bunch(frame=frame, target=frame["kind"], details={"name": "things", "version": "2"})
    there = OpenML(answer)
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", there)
    problem = read("openml:61", tmp_path)
    assert there.asked["data_id"] == 61
    assert there.asked["target_column"] == "default-target"
    assert set(problem.y.tolist()) == {"a", "b"}
    assert problem.X.shape[0] == 30
    assert "OpenML 61: things, version 2" in problem.notes
    read("openml:61:kind", tmp_path)
    assert there.asked["target_column"] == "kind"
    assert Source("openml_61", "61", "openml").read(cache_dir=tmp_path / "cache").X.shape == problem.X.shape


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (URLError("no route to host"), "openml:61 cannot be fetched: no route to host. Without a network"),
        (ValueError("Dataset 61 is unknown."), "openml:61 cannot be used: Dataset 61 is unknown."),
        (Bunch(frame=pd.DataFrame({"a": [1], "b": [2]}), target=None), "openml:61:COLUMN. It has: a, b."),
    ],
)
def test_what_openml_does_not_give_is_told_in_words(answer, words, monkeypatch, tmp_path):
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", OpenML(answer))
    with pytest.raises(DataError) as told:
        read("openml:61", tmp_path)
    assert words in str(told.value)


def test_without_a_network_the_real_call_ends_in_words(monkeypatch, tmp_path):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(DataError, match="cannot be fetched"):
        read("openml:61", tmp_path)
