"""No model predicts a row that it has seen."""

import numpy as np
import pytest

from querist.audit.cross_fitting import cross_fit
from querist.audit.folds import fold_of
from querist.exceptions import InvalidParameterError


class Memory:
    """Knows the label of each row that it has seen, and says "new" of all others."""

    def __init__(self, rows, labels):
        self.known = dict(zip(rows.tolist(), labels.tolist(), strict=True))
        self.n = len(rows)
        self.classes_ = np.append(np.unique(labels), "new")

    def predict(self, X):
        return np.array([self.known.get(int(row), "new") for row in X[:, 0]])


class Sure(Memory):
    """With probabilities over the classes that it has seen."""

    def __init__(self, rows, labels):
        super().__init__(rows, labels)
        self.classes_ = np.unique(labels)

    def predict_proba(self, X):
        return np.full((len(X), self.classes_.size), 1 / self.classes_.size)


X = np.arange(60.0)[:, None]
ROWS = np.arange(5, 55)
LABELS = np.array(["a", "bb"])[ROWS % 2]


def test_held_rows_are_new_to_their_models_and_the_rest_is_not():
    trained = {}

    def fit(rows, labels):
        for row in np.setdiff1d(ROWS, rows):
            trained[int(row)] = len(rows)
        return Memory(rows, labels)

    held = np.array([50, 7, 20, 33, 8, 40])
    wide = LABELS.astype("<U3")
    found = cross_fit(fit, X, ROWS, wide, held, n_folds=3)
    assert found.predicted.tolist() == ["new"] * 6
    assert found.probabilities is None
    assert found.confidence is None
    assert set(trained) == set(held.tolist())
    sizes = np.bincount(fold_of(held, 3), minlength=3)
    assert all(trained[row] == len(ROWS) - sizes[fold_of(np.array([row]), 3)[0]] for row in held.tolist())


def test_columns_are_aligned_when_a_fold_lacks_a_class():
    labels = np.where(ROWS == 7, "z", LABELS)
    found = cross_fit(Sure, X, ROWS, labels, np.array([7, 8, 9]), n_folds=50)
    assert found.classes.tolist() == ["a", "bb", "z"]
    np.testing.assert_allclose(found.probabilities[0], [0.5, 0.5, 0])
    np.testing.assert_allclose(found.probabilities[1], [1 / 3] * 3)
    np.testing.assert_allclose(found.confidence, [0.5, 1 / 3, 1 / 3])


def test_folds_stay_when_rows_are_added():
    assert fold_of(np.arange(10), 20).tolist() == fold_of(np.arange(50), 20)[:10].tolist()


@pytest.mark.parametrize(("n_held", "fits"), [(40, 40), (64, 64), (65, 20)])
def test_few_rows_have_a_fold_each(n_held, fits):
    sizes = []

    def fit(rows, labels):
        sizes.append(len(rows))
        return Memory(rows, labels)

    rows = np.arange(100)
    cross_fit(fit, rows[:, None], rows, np.array(["one", "two"])[rows % 2], rows[:n_held])
    assert len(sizes) == fits
    assert sum(100 - size for size in sizes) == n_held


def test_a_held_row_needs_a_label():
    with pytest.raises(InvalidParameterError, match="Row 1 "):
        cross_fit(Memory, X, ROWS, LABELS, np.array([7, 1]))
