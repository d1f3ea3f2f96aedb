"""Labels that name their rows are never taken by place."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

import querist
from querist.exceptions import InvalidParameterError, TargetError

X = np.random.default_rng(0).normal(size=(20, 2))
TRUTH = pd.Series([f"label of {row}" for row in range(20)])
NAMED = pd.DataFrame(X, index=[f"r{row}" for row in range(20)])


def told(pool, rows, labels):
    session = querist.Session(pool, random_state=0)
    session.tell(rows, labels)
    return dict(zip(session.labelled.tolist(), session.labels.tolist(), strict=True))


def right(rows):
    return {int(row): f"label of {row}" for row in rows}


some_rows = st.permutations(range(20)).flatmap(lambda rows: st.integers(1, 19).map(lambda size: rows[:size]))


@given(some_rows, st.randoms())
def test_a_series_in_any_order_goes_to_the_rows_it_names(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert told(X, rows, TRUTH.loc[rows]) == right(rows)
    assert told(X, rows, TRUTH.loc[shuffled]) == right(rows)
    assert told(X, rows, TRUTH) == right(rows)
    assert told(X, rows, {row: TRUTH[row] for row in shuffled}) == right(rows)
    assert told(X, rows, TRUTH.loc[rows].tolist()) == right(rows)


@pytest.mark.parametrize("dtype", ["int32", "uint8", "Int64", "int64[pyarrow]", "float64"])
def test_numbers_of_any_type_name_rows(dtype):
    labels = pd.Series([f"label of {row}" for row in (3, 9, 5)], index=pd.Index([3, 9, 5], dtype=dtype))
    assert told(X, [9, 5, 3], labels) == right([9, 5, 3])
    assert told(X, [5, 3], labels) == right([5, 3])
    assert told(X, [3, 9, 5], labels) == right([3, 9, 5])


@given(some_rows, st.randoms())
def test_the_index_of_the_pool_names_rows_too(rows, random):
    named = TRUTH.set_axis(NAMED.index)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert told(NAMED, rows, named.iloc[rows]) == right(rows)
    assert told(NAMED, rows, named.iloc[shuffled]) == right(rows)
    assert told(NAMED, rows, named) == right(rows)
    assert told(NAMED, rows, TRUTH.loc[rows]) == right(rows)


def test_a_part_of_a_table_with_its_old_index_is_taken_as_it_stands():
    # What train_test_split leaves: the index of the table it came from.
    part = NAMED.set_axis([100 + row for row in range(20)])[::-1]
    rows = [4, 2, 0]
    labels = TRUTH.set_axis([100 + row for row in range(20)])[::-1]
    assert told(part, rows, labels.iloc[rows]) == dict(zip(rows, labels.iloc[rows], strict=True))
    assert told(part, rows, labels.iloc[[0, 2, 4]]) == dict(zip(rows, labels.iloc[rows], strict=True))


@pytest.mark.parametrize("index", [None, list("cab"), [0.5, 1.5, 2.5], pd.date_range("2024", periods=3)])
def test_an_index_that_names_no_rows_is_no_order(index):
    labels = pd.Series(["x", "y", "z"], index=index)
    assert told(X, [7, 3, 5], labels) == {7: "x", 3: "y", 5: "z"}


@pytest.mark.parametrize(
    ("pool", "rows", "labels", "match"),
    [
        (X, [7, 3, 5], pd.Series(["x", "y", "z"], index=[7, 3, 6]), "index names other rows.*to_numpy"),
        (X, [7, 3, 5], pd.Series(["x", "y", "z"], index=[7, 3, 3]), "index names other rows"),
        (NAMED, [7, 3], pd.Series(["x", "y"], index=["r7", "r4"]), "index names other rows"),
        # A new Series in the order of the rows looks the same as one that names them in another.
        (X, [2, 0, 1], pd.Series(["x", "y", "z"]), "can be read in two ways.*to_numpy"),
        (X, [7, 3], pd.Series(["x", "y", "z"]), "2 rows need 2 labels, got 3"),
    ],
)
def test_what_names_other_rows_or_could_mean_two_things_is_refused(pool, rows, labels, match):
    session = querist.Session(pool, random_state=0)
    with pytest.raises(InvalidParameterError, match=match):
        session.tell(rows, labels)
    assert session.labelled.size == 0


def test_changes_are_brought_into_order_too():
    session = querist.Session(X, random_state=0)
    session.tell([3, 1, 2], ["a", "a", "a"])
    session.change([3, 1], pd.Series(["b", "c"], index=[1, 3]))
    assert session.labels.tolist() == ["c", "b", "a"]


def test_the_target_of_a_simulation_follows_the_index_of_its_table():
    y = pd.Series(np.where(np.arange(20) % 2, "odd", "even"), index=NAMED.index)
    options = {"repeats": 1, "budget": 8, "initial": 4, "batch_size": 4, "n_jobs": 1}
    expected = querist.simulate(NAMED, y, **options)
    mixed = querist.simulate(NAMED, y[::-1], **options)
    assert mixed.experiment["data"] == expected.experiment["data"]
    pd.testing.assert_frame_equal(mixed.table, expected.table)
    # Without an index of the table there is nothing to compare with, as in scikit-learn.
    assert querist.simulate(X, y[::-1], **options).experiment["data"] != expected.experiment["data"]
    with pytest.raises(TargetError, match="y is a Series that can be read in two ways"):
        querist.simulate(NAMED.reset_index(drop=True), y.reset_index(drop=True)[::-1], **options)


class TestSplitWithTrainTestSplit:
    """The commonest use of pandas: names of rows that are numbers, and other numbers than their places."""

    X, y = pd.DataFrame(np.arange(40.0).reshape(20, 2)), TRUTH
    X_train, _, y_train, _ = train_test_split(X, y, random_state=0)
    rows = np.array([3, 0, 11])

    @pytest.mark.parametrize(
        "labels",
        [
            y_train.iloc[rows],
            y_train.loc[X_train.index[rows]],
            y_train.iloc[rows[::-1]],
            y_train,
            y_train.iloc[rows].to_numpy(),
            y_train.iloc[rows].tolist(),
        ],
    )
    def test_a_frame_names_the_rows_of_its_labels(self, labels):
        assert told(self.X_train, self.rows, labels) == self.expected()

    def expected(self):
        return dict(zip(self.rows.tolist(), self.y_train.iloc[self.rows], strict=True))

    def test_labels_of_more_rows_by_numbers_that_are_also_places_are_not_guessed(self):
        with pytest.raises(InvalidParameterError, match="can be read in two ways"):
            told(self.X_train, self.rows, self.y)
        assert told(self.X_train, self.rows, self.y.loc[self.X_train.index]) == self.expected()

    def test_an_array_does_not_and_places_are_not_guessed(self):
        pool = self.X_train.to_numpy()
        with pytest.raises(InvalidParameterError, match=r"names other rows: .* pass labels.to_numpy\(\) if"):
            told(pool, self.rows, self.y_train.iloc[self.rows])
        assert told(pool, self.rows, self.y_train.iloc[self.rows].to_numpy()) == self.expected()
        assert told(pool, self.rows, self.y_train.reset_index(drop=True).iloc[self.rows]) == self.expected()
