"""Labels that may be mistakes."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from querist.labelling.trainer.label_mistakes import find_suspects
from querist.learners.refit import Refitter
from querist.registry import make_estimator


def never():
    return False


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    rows = np.random.default_rng(1).permutation(len(y))[:300]
    return X, rows.astype(np.int64), y[rows].astype(np.int32) + 5


def refitter(name="logistic_regression:C=0.01"):
    return Refitter(make_estimator("logistic_regression", C=0.01) if ":" in name else make_estimator(name), seed=0)


def test_wrong_labels_are_found(digits):
    X, rows, labels = digits
    wrong = np.arange(0, 300, 30)
    labels = labels.copy()
    right = labels[wrong].copy()
    labels[wrong] = (labels[wrong] - 5 + 3) % 10 + 5
    found = find_suspects(X, rows, labels, refitter(), seed=0, interrupted=never)
    accused = {each.row: each for each in found}
    hits = [place for place in range(wrong.size) if int(rows[wrong[place]]) in accused]
    assert len(hits) >= 8
    assert len(found) <= 25
    for place in hits:
        each = accused[int(rows[wrong[place]])]
        assert each.class_id == labels[wrong[place]]
        assert 0 <= each.score < 0.5
    assert sum(accused[int(rows[wrong[place]])].suggested == right[place] for place in hits) >= 7
    chances = [each.chance for each in found]
    assert chances == sorted(chances, reverse=True)
    assert all(0.1 <= each <= 1 for each in chances)


def test_too_few_labels_accuse_nobody(digits):
    X, rows, labels = digits
    labels = labels.copy()
    labels[:3] = 5
    assert find_suspects(X, rows[:19], labels[:19] % 2, refitter(), seed=0, interrupted=never) == []
    lonely = np.where(np.arange(60) < 2, 1, 0)  # a class with two labels is left out, so only one remains
    assert find_suspects(X, rows[:60], lonely, refitter(), seed=0, interrupted=never) == []


def test_classes_with_few_labels_are_left_out(digits):
    X, rows, labels = digits
    kept = np.isin(labels, (5, 6)) | (np.cumsum(labels == 7) <= 2) & (labels == 7)
    found = find_suspects(X, rows[kept], labels[kept], refitter(), seed=0, interrupted=never)
    assert all(each.class_id != 7 and each.suggested != 7 for each in found)


def test_models_without_probabilities_accuse_nobody(digits):
    X, rows, labels = digits
    assert find_suspects(X, rows, labels, refitter("linear_svc"), seed=0, interrupted=never) == []


def test_it_gives_up_when_there_is_something_better_to_do(digits):
    X, rows, labels = digits
    asked = iter([False, True])
    assert find_suspects(X, rows, labels, refitter(), seed=0, interrupted=lambda: next(asked)) is None


@pytest.mark.parametrize("n_classes", [2, 6, 40])
@pytest.mark.parametrize("skewed", [False, True])
def test_a_model_that_has_learned_nothing_accuses_nobody(n_classes, skewed):
    """As with 77 classes and 120 labels, where it knew one in seven and suggested one class for every row."""
    rng = np.random.default_rng(4)
    X = rng.normal(size=(400, 5))
    labels = rng.integers(0, n_classes, 400)
    if skewed:
        labels[rng.random(400) < 0.9] = 0
    assert find_suspects(X, np.arange(400), labels, refitter(), seed=0, interrupted=never) == []


def test_a_model_that_knows_a_little_more_than_chance_accuses_nobody(digits):
    X, rows, labels = digits
    noise = np.random.default_rng(2).normal(size=X.shape) * 12
    found = find_suspects(X + noise, rows, labels, refitter(), seed=0, interrupted=never)
    assert found == []


def test_chances_are_of_the_size_of_what_comes_true(digits):
    X, rows, labels = digits
    rng = np.random.default_rng(8)
    told = labels.copy()
    wrong = rng.random(labels.size) < 0.05
    told[wrong] = (told[wrong] - 5 + rng.integers(1, 10, wrong.sum())) % 10 + 5
    found = find_suspects(X, rows, told, refitter(), seed=0, interrupted=never)
    truth = dict(zip(rows.tolist(), labels.tolist(), strict=True))
    right = np.mean([truth[each.row] == each.suggested for each in found])
    assert abs(right - np.mean([each.chance for each in found])) < 0.3
