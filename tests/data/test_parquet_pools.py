"""Parts in Parquet as one array on disk."""

import os

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pyarrow import parquet

import querist
from querist._files import is_draft
from querist.data import Watch, parquet_pools
from querist.exceptions import DataError, FileFormatError

KINDS = [
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "bool",
]


def write(path, columns, **options):
    parquet.write_table(pa.table(columns), path, **options)


@pytest.fixture
def parts(tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    for number in range(3):
        first = 10 * number
        columns = {"a": np.arange(first, first + 10, dtype=np.int16), "b": np.arange(10, dtype=np.float32) / 4 + number}
        write(folder / f"part-{number}.parquet", columns, row_group_size=4)
    (folder / "_SUCCESS").touch()
    return folder


def opened(path, tmp_path, **options):
    return querist.open_pool(path, cache_dir=tmp_path / "cache", watch=Watch(), **options)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4), st.integers(1, 30), st.integers(1, 12), st.data())
def test_the_array_is_what_numpy_makes_of_the_columns(tmp_path_factory, kinds, n_rows, group, data):
    tmp_path = tmp_path_factory.mktemp("pool")
    # Whole numbers that every type holds, so that only the join of the types is at stake.
    columns = {
        f"c{place}": data.draw(
            hnp.arrays(np.int64, n_rows, elements=st.integers(0, 1 if kind == "bool" else 100))
        ).astype(kind)
        for place, kind in enumerate(kinds)
    }
    write(tmp_path / "pool.parquet", columns, row_group_size=group)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_pools, "_ROWS", 5)
        found = opened(tmp_path / "pool.parquet", tmp_path)
    expected = np.column_stack(list(columns.values()))
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


def test_parts_are_one_array_in_the_order_of_their_names(parts, tmp_path):
    found = opened(parts, tmp_path)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[:, 0], np.arange(30))
    np.testing.assert_array_equal(opened(parts, tmp_path, columns=["b", "a"]), found[:, ::-1])
    (kept, other) = sorted(path.name for path in (tmp_path / "cache").iterdir())
    assert kept != other


def test_parts_that_have_changed_are_written_again(parts, tmp_path):
    assert opened(parts, tmp_path)[0, 0] == 0
    path = parts / "part-0.parquet"
    write(path, {"a": np.full(10, 7, np.int16), "b": np.zeros(10, np.float32)}, row_group_size=4)
    assert opened(parts, tmp_path)[0, 0] == 7
    # The same bytes at another time are read again: a footer need not show what has changed.
    os.utime(path, ns=(0, 0))
    assert opened(parts, tmp_path)[0, 0] == 7
    assert len(list((tmp_path / "cache").iterdir())) == 3


def test_a_conversion_that_is_interrupted_leaves_nothing_that_is_taken_for_whole(parts, tmp_path):
    class StoppedError(Exception):
        pass

    def stop(done, total, what):
        if done > 12:
            raise StoppedError

    with pytest.raises(StoppedError):
        querist.open_pool(parts, cache_dir=tmp_path / "cache", watch=Watch(progress=stop))
    assert [path for path in (tmp_path / "cache").iterdir() if not is_draft(path)] == []
    assert opened(parts, tmp_path).shape == (30, 2)


def test_progress_is_told_in_rows(parts, tmp_path):
    steps = []
    querist.open_pool(parts, cache_dir=tmp_path / "cache", watch=Watch(progress=lambda *told: steps.append(told)))
    assert steps[-1] == (30, 30, "rows")
    assert [done for done, _, _ in steps] == sorted({done for done, _, _ in steps})


def test_a_gap_is_told_with_file_column_and_row_group(parts, tmp_path):
    path = parts / "part-1.parquet"
    write(path, {"a": pa.array([1, 2, 3, 4, 5, None], pa.int16()), "b": np.zeros(6, np.float32)}, row_group_size=4)
    with pytest.raises(DataError, match=r"part-1\.parquet, row group 1, column 'a': row 1 of the group is missing"):
        opened(parts, tmp_path)
    assert not list((tmp_path / "cache").iterdir())
    assert opened(parts, tmp_path, columns=["b"]).shape == (26, 1)


def test_nan_is_a_number_as_in_an_array(tmp_path):
    write(tmp_path / "pool.parquet", {"a": np.array([1.0, np.nan])})
    assert np.isnan(opened(tmp_path / "pool.parquet", tmp_path)[1, 0])


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {"a": pa.array(["x"] * 4), "b": np.zeros(4, np.float32)},
            r"part-2\.parquet: column 'a' holds string, and int16",
        ),
        ({"a": np.zeros(4, np.int32), "b": np.zeros(4, np.float32)}, "column 'a' holds int32, and int16 in .*part-0"),
        ({"a": np.zeros(4, np.int16)}, r"part-2\.parquet lacks b"),
        ({"a": np.zeros(4, np.int16), "b": np.zeros(4, np.float32), "c": np.zeros(4)}, "has c in addition"),
    ],
)
def test_parts_that_differ_are_named(parts, tmp_path, columns, words):
    write(parts / "part-2.parquet", columns)
    with pytest.raises(DataError, match=words):
        opened(parts, tmp_path)


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["x", "y"]),
        pa.array([1, 2], pa.timestamp("s")),
        pa.array([1, 2], pa.decimal128(5)),
        pa.array([[1.0], [2.0]]),
        pa.array(["x", "y"]).dictionary_encode(),
    ],
)
def test_columns_that_are_no_numbers_are_named(tmp_path, column):
    write(tmp_path / "pool.parquet", {"a": np.zeros(2), "what": column})
    with pytest.raises(DataError, match=r"column 'what' holds .*columns=\["):
        opened(tmp_path / "pool.parquet", tmp_path)
    assert opened(tmp_path / "pool.parquet", tmp_path, columns=["a"]).shape == (2, 1)


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, -(2**63)])
def test_whole_numbers_that_floats_do_not_hold_are_refused(tmp_path, value):
    write(tmp_path / "pool.parquet", {"a": np.array([0, value]), "b": np.zeros(2)})
    with pytest.raises(DataError, match=rf"column 'a': row 1 of the group holds {value}"):
        opened(tmp_path / "pool.parquet", tmp_path)
    assert opened(tmp_path / "pool.parquet", tmp_path, columns=["a"])[1, 0] == value


def test_an_index_without_a_name_is_left_out_and_told(tmp_path):
    sentences = []
    write(tmp_path / "pool.parquet", {"a": np.zeros(2), "__index_level_0__": np.arange(2)})
    found = querist.open_pool(tmp_path / "pool.parquet", cache_dir=tmp_path, watch=Watch(tell=sentences.append))
    assert found.shape == (2, 1)
    assert "without __index_level_0__" in sentences[0]


def test_columns_that_are_not_there(parts, tmp_path):
    with pytest.raises(DataError, match=r"has no column 'z'\. It has a, b"):
        opened(parts, tmp_path, columns=["a", "z"])
    with pytest.raises(DataError, match="name each once"):
        opened(parts, tmp_path, columns=["a", "a"])


def test_columns_whose_names_begin_alike_are_told_apart(tmp_path):
    write(tmp_path / "pool.parquet", {"a.b": np.zeros(2), "a": np.ones(2)})
    np.testing.assert_array_equal(opened(tmp_path / "pool.parquet", tmp_path), [[0, 1], [0, 1]])


def test_a_value_in_the_name_of_a_folder_would_be_lost(tmp_path):
    place = tmp_path / "parts" / "year=2024"
    place.mkdir(parents=True)
    write(place / "part.parquet", {"a": np.zeros(2)})
    with pytest.raises(DataError, match="value of a column"):
        opened(tmp_path / "parts", tmp_path)
    assert opened(tmp_path / "parts", tmp_path, columns=["a"]).shape == (2, 1)


def test_damaged_parts_are_named(parts, tmp_path):
    path = parts / "part-1.parquet"
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(FileFormatError, match=r"part-1\.parquet is not a Parquet file"):
        opened(parts, tmp_path)
    path.write_bytes(b"")
    with pytest.raises(FileFormatError, match=r"part-1\.parquet"):
        opened(parts, tmp_path)
