"""The recipe of columns with embeddings behind them, in memory and in a file."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from querist.data import EmbeddedFeatures, TableFeatures
from querist.exceptions import DataError

TEXTS = ["red apple", "green apple", "red wine", "white wine"] * 4


def test_it_is_the_tables_recipe_and_the_block(rng):
    frame, vectors = pd.DataFrame({"text": TEXTS, "embedding": TEXTS[::-1]}), rng.normal(size=(16, 5))
    recipe = EmbeddedFeatures(TableFeatures(text_columns=("text", "embedding")))
    X = recipe.fit_rows(frame, vectors)
    plain = TableFeatures(text_columns=("text", "embedding")).fit(frame)
    assert (X[:, :-5] != plain.transform(frame)).nnz == 0
    assert recipe.kinds_ == plain.kinds_
    assert recipe.notes_ == plain.notes_
    assert recipe.column_ == "embedding (2)"
    assert len(recipe.columns_) == X.shape[1] == len(recipe.get_feature_names_out())
    assert recipe.columns_[-1] == "embedding (2)"
    again = recipe.transform(frame.assign(**{"embedding (2)": list(vectors)}))
    assert (again != X).nnz == 0
    with pytest.raises(DataError, match="X lacks the column 'embedding \\(2\\)'"):
        recipe.transform(frame)


def test_without_columns_it_is_the_block_alone(rng):
    vectors = rng.normal(size=(16, 5))
    recipe = EmbeddedFeatures()
    X = recipe.fit_rows(None, vectors)
    assert X.shape == (16, 5)
    assert np.array_equal(recipe.transform(vectors), X)
    assert recipe.kinds_ == {}
    assert recipe.get_feature_names_out()[0] == "embedding 1"


def test_it_comes_back_from_a_file(rng):
    import skops.io

    frame, vectors = pd.DataFrame({"text": TEXTS}), rng.normal(size=(16, 5))
    recipe = EmbeddedFeatures(TableFeatures(text_columns=("text",)))
    X = recipe.fit_rows(frame, vectors)
    data = skops.io.dumps(recipe)
    back = skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
    assert scipy.sparse.issparse(X)
    assert (back.encode_rows(frame, vectors) != X).nnz == 0
