"""From files to a problem: the parts together."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.datasets import dump_svmlight_file

from querist.data import read_problem
from querist.exceptions import DataError, TargetError

pytestmark = pytest.mark.usefixtures("own_cache")

FRAME = pd.DataFrame(
    {
        "x": [1.5, 2.5, 4.0, 8.0] * 5,
        "c": ["u", "v", "w", "u"] * 5,
        "who": [f"p{n // 4}" for n in range(20)],
        "y": ["no", "yes"] * 10,
    }
)


@pytest.fixture
def put(tmp_path):
    def write(frame, name="pool.csv"):
        frame.to_csv(tmp_path / name, index=False)
        return tmp_path / name

    return write


def test_a_file_becomes_a_problem(put, tmp_path):
    problem = read_problem(put(FRAME), "y", group="who", drop=["c"])
    assert problem.y.tolist() == FRAME["y"].tolist()
    assert problem.groups.tolist() == FRAME["who"].tolist()
    assert problem.X.shape == (20, 1)
    assert problem.X_test is None
    assert "delimiter comma" in problem.notes[0]
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_test_file_goes_the_same_way(put):
    problem = read_problem(put(FRAME), "y", test=put(FRAME.iloc[5:6][["y", "who", "c", "x"]], "test.csv"), drop=["who"])
    np.testing.assert_allclose(problem.X_test, problem.X[5:6])
    assert problem.y_test.tolist() == ["yes"]  # one row, one class: fine in a test file
    assert any(note.startswith("test file: encoding") for note in problem.notes)


def test_lone_classes_are_refused_only_where_classes_are_split(put):
    lone = FRAME.assign(y=["rare"] + ["no", "yes"] * 9 + ["no"])
    with pytest.raises(TargetError, match="class 'rare' has a single row, row 1"):
        read_problem(put(lone), "y")
    assert read_problem(put(lone), "y", group="who").y[0] == "rare"
    assert read_problem(put(lone), "y", test=put(FRAME, "test.csv")).y[0] == "rare"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"drop": ["z"]}, "has no drop column 'z'"), ({"drop": ["y"]}, "both the target and the column to drop"),
        ({"group": "y"}, "both the target and the column to group"), ({"group": "whom"}, "Did you mean 'who'"),
        ({"weight": "y"}, "both the target and the column to weight"), ({"weight": "c"}, "'c' must hold numbers"),
        ({"text_columns": ["z"]}, "no column 'z' to read as text"),
    ],
)  # fmt: skip
def test_wrong_columns_are_named(put, options, message):
    with pytest.raises(DataError, match=message):
        read_problem(put(FRAME), "y", **options)


def test_a_column_of_weights_is_returned_and_not_learned_from(put):
    weights = np.linspace(0.5, 3, 20).round(2)
    path = put(FRAME.assign(trust=weights))
    problem = read_problem(path, "y", weight="trust", drop=["who"], test=put(FRAME, "test.csv"))
    assert problem.weights.tolist() == weights.tolist()
    np.testing.assert_array_equal(problem.X, read_problem(path, "y", drop=["who", "trust"]).X)
    weights[4] = 0
    with pytest.raises(DataError, match=r"weight column 'trust'\[4\] is 0, and must be .* \(Rows count from 0"):
        read_problem(put(FRAME.assign(trust=weights)), "y", weight="trust")


def test_a_gap_among_groups(put):
    with pytest.raises(DataError, match="group column 'who' has 1 missing values, the first in row 3"):
        read_problem(put(FRAME.assign(who=[*"ab", None, *("c" * 17)])), "y", group="who")


def test_test_files_with_other_classes_or_columns(put):
    path = put(FRAME)
    with pytest.raises(DataError, match="row 2: class 'perhaps' does not occur in"):
        read_problem(path, "y", test=put(FRAME[:2].assign(y=["no", "perhaps"]), "test.csv"))
    with pytest.raises(DataError, match="the classes are whole numbers, but words in"):
        read_problem(path, "y", test=put(FRAME[:2].assign(y=[0, 1]), "test.csv"))
    with pytest.raises(DataError, match="lacks the column x"):
        read_problem(path, "y", test=put(FRAME[:2].drop(columns="x"), "test.csv"))


def svm(path, X, y, zero_based):
    with path.open("wb") as file:
        dump_svmlight_file(X, y, file, zero_based=zero_based)
    return path


@pytest.mark.parametrize("density", [0.1, 0.9])
@pytest.mark.parametrize(("base", "test_base"), [(False, False), (True, True), (True, False)])
def test_matrices_are_scaled_and_aligned_by_the_numbers_of_their_features(tmp_path, density, base, test_base):
    X = scipy.sparse.random(30, 8, density, format="lil", random_state=1)
    X[0, 0] = X[0, 7] = 2.0
    X = X.tocsr()
    rows = np.flatnonzero(X.toarray()[:, 0] == 0)[:4]
    shown = X[rows] if base == test_base else X[rows][:, 1:]  # counted from 1, the feature 0 has no place
    pool = svm(tmp_path / "pool.svm", X, np.arange(30) % 2, base)
    problem = read_problem(pool, None, test=svm(tmp_path / "test.svm", shown, rows % 2, test_base))
    dense = [M.toarray() if scipy.sparse.issparse(M) else M for M in (problem.X, problem.X_test)]
    if density < 0.2:
        np.testing.assert_allclose(np.abs(dense[0]).max(axis=0)[[0, 7]], 1)
        assert problem.X.nnz == X.nnz
    else:
        np.testing.assert_allclose(dense[0].mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(dense[0].std(axis=0), 1)
    np.testing.assert_allclose(dense[1], dense[0][rows])


def npz(path, X, y):
    np.savez(path, X=X, y=y)
    return path


@pytest.mark.parametrize(
    ("value", "dtype"), [(np.nan, np.float64), (np.inf, np.float64), (-1e200, np.float64), (np.inf, np.float32)]
)
def test_impossible_numbers_in_a_matrix_are_named(tmp_path, value, dtype):
    X = np.ones((4, 3), dtype)
    X[2, 1] = value
    with pytest.raises(DataError, match="row 3, feature 1 is missing, infinite or above 1e"):
        read_problem(npz(tmp_path / "p.npz", X, [0, 1, 0, 1]), None)
    dense = np.zeros((30, 9))
    dense[17, 4], dense[3, 4] = value, 1.0
    sparse = scipy.sparse.csr_matrix(dense)
    if value == -1e200:  # the others cannot be written
        with pytest.raises(DataError, match="row 18, feature 5 is missing"):
            read_problem(svm(tmp_path / "p.svm", sparse, np.arange(30) % 2, False), None)


def test_impossible_numbers_in_a_test_matrix_are_named(tmp_path):
    pool = npz(tmp_path / "p.npz", np.eye(4), [0, 1, 0, 1])
    with pytest.raises(DataError, match=r"t\.npz: row 2, feature 0 is missing"):
        read_problem(pool, None, test=npz(tmp_path / "t.npz", np.array([[1.0] * 4, [np.nan] + [1.0] * 3]), [0, 1]))


def test_whole_numbers_in_a_matrix(tmp_path):
    problem = read_problem(npz(tmp_path / "p.npz", np.arange(8).reshape(4, 2), [0, 1, 0, 1]), None)
    np.testing.assert_allclose(problem.X.std(axis=0), 1)


def test_matrices_of_other_widths_and_kinds(tmp_path, put):
    path = npz(tmp_path / "p.npz", np.eye(4), [0, 1, 0, 1])
    with pytest.raises(DataError, match=r"has 4 features counted from 0, .* has 3"):
        read_problem(path, None, test=npz(tmp_path / "t.npz", np.eye(3), [0, 1, 0]))
    with pytest.raises(DataError, match="One file holds named columns"):
        read_problem(path, "y", test=put(FRAME.assign(y=[0, 1] * 10)))
    with pytest.raises(DataError, match="no text to read"):
        read_problem(path, None, text_columns=["t"])
    with pytest.raises(TargetError, match="matrix without named columns"):
        read_problem(path, None, drop=["t"])


@pytest.mark.parametrize(
    ("name", "target", "n_classes", "sparse"),
    [
        ("text/trec.csv", "label", 6, True), ("pmlb/titanic.tsv.gz", "target", 2, False),
        ("pmlb/car.tsv.gz", "target", 4, False), ("lu2023/sonar.svm", None, 2, False),
    ],
)  # fmt: skip
def test_real_files(real_data, name, target, n_classes, sparse):
    problem = read_problem(real_data / name, target)
    assert np.unique(problem.y).size == n_classes
    assert scipy.sparse.issparse(problem.X) == sparse
    assert problem.X.shape[0] == problem.y.size
    values = problem.X.data if sparse else problem.X
    assert np.isfinite(values).all()
