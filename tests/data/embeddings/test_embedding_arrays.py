"""Vectors that the user brings: what is read, and what is refused."""

import json

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from querist.data.embeddings.arrays import as_vectors, read_vectors, vectors_in
from querist.exceptions import DataError, InvalidParameterError

VECTORS = np.array([[0.5, 1.0, -2.0], [0.25, 0.0, 4.0]])


def saved(folder, ending):
    path = folder / f"vectors{ending}"
    frame = pd.DataFrame(VECTORS, columns=["a", "b", "c"])
    lists = pd.DataFrame({"id": ["x", "y"], "vector": VECTORS.tolist()})
    match ending:
        case ".npy":
            np.save(path, VECTORS)
        case ".npz":
            np.savez(path, anything=VECTORS)
        case ".csv":
            frame.to_csv(path, index=False)
        case ".parquet":
            lists.to_parquet(path)
        case ".jsonl":
            lists.to_json(path, orient="records", lines=True)
        case _:
            frame.to_parquet(path.with_suffix(".parquet"))
            path.write_bytes(path.with_suffix(".parquet").read_bytes())
    return path


@pytest.mark.parametrize("ending", [".npy", ".npz", ".csv", ".parquet", ".jsonl", ".pq.parquet"])
def test_every_form_gives_the_same_vectors(tmp_path, ending):
    assert as_vectors(read_vectors(saved(tmp_path, ending)), 2).tolist() == VECTORS.tolist()


@given(arrays(np.float32, array_shapes(min_dims=2, max_dims=2), elements=st.floats(-1e6, 1e6, width=32)))
def test_what_is_finite_comes_back_as_it_is(vectors):
    for given_as in (vectors, vectors.tolist(), pd.DataFrame(vectors), scipy.sparse.csr_matrix(vectors)):
        assert np.array_equal(as_vectors(given_as, len(vectors)), vectors)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (VECTORS[:1], r"embeddings has 1 vectors, but t.csv has 2 rows"),
        (VECTORS[0], r"two dimensions, .* got shape \(3,\)"),
        (VECTORS[None], r"got shape \(1, 2, 3\). Pool what each row has"),
        (np.empty((2, 0)), "two dimensions"),
        (np.array([["a"], ["b"]]), "must hold numbers"),
        ([[0.0, 1.0], [0.0, np.nan]], "row 2, column 2 is nan"),
        ([[1e300, 1.0], [0.0, 1.0]], r"row 1, column 1 is 1e\+300"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(given, told):
    with pytest.raises(DataError, match=told):
        as_vectors(given, 2, of="t.csv")


def test_what_is_no_array_is_named():
    with pytest.raises(InvalidParameterError, match="must be an array"):
        as_vectors([[1.0], [1.0, 2.0]], 2)


def test_a_file_that_holds_something_else_is_refused(tmp_path):
    pd.DataFrame({"a": [1.0, 2.0], "word": ["x", "y"]}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DataError, match="column 'word' holds no numbers"):
        read_vectors(tmp_path / "t.csv")
    np.savez(tmp_path / "two.npz", a=VECTORS, b=VECTORS)
    with pytest.raises(DataError, match=r"holds a, b. Save one array alone"):
        read_vectors(tmp_path / "two.npz")
    (tmp_path / "broken.npz").write_bytes(b"PK")
    with pytest.raises(DataError, match="not an NPZ file that can be read"):
        read_vectors(tmp_path / "broken.npz")
    with pytest.raises(DataError, match="There is no file"):
        read_vectors(tmp_path / "gone.npy")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([[1.0], None], "row 2 holds nothing"),
        ([[1.0], "word"], "row 2 holds 'word', which is no list"),
        ([[1.0], [1.0, 2.0]], "row 2 holds 2 numbers, the rows before it 1"),
        ([json.dumps([1, 2]), "[]"], "row 2"),
    ],
)
def test_a_cell_without_a_vector_is_named(cells, told):
    with pytest.raises(DataError, match=told):
        vectors_in(cells, "t.parquet: column 'v'")
