"""Batches that even out how many labels each class has."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import querist
from querist.base.space import Space
from querist.base.ties import keys_of_rows
from querist.exceptions import InvalidParameterError, NotEnoughLabelsError
from querist.selections import ClassBalancedSelection, class_balanced
from querist.strategies import MarginSampling, RandomSampling


class ByColumn:
    """Predicts what stands in the pool's only column, and counts for how many rows it is asked."""

    def __init__(self, names):
        self.names, self.n_asked = np.asarray(names), 0
        self.classes_ = np.unique(self.names)

    def predict(self, X):
        self.n_asked += len(X)
        return self.names[np.asarray(X)[:, 0].astype(int)]


def select(predicted, utilities, labels, batch_size, *, shares=None, names="abc"):
    model = ByColumn(list(names))
    rng = np.random.default_rng(0)
    chosen = ClassBalancedSelection(shares=shares).select(
        np.asarray(utilities, float),
        batch_size=batch_size,
        tie_keys=keys_of_rows("first", rng),
        random_state=rng,
        space=Space(np.asarray(predicted, float)[:, np.newaxis], model, np.asarray(labels)),
        candidates=np.arange(len(utilities)),
    )
    return chosen.tolist(), model


def naive(predicted, utilities, labels, batch_size, shares):
    """Return the batch by looking at everything for each seat."""
    counts = {label: labels.count(label) for label in shares}
    left, chosen = set(range(len(utilities))), []
    while len(chosen) < batch_size:
        options = [row for row in left if predicted[row] in shares] or list(left)

        def order(row):
            label = predicted[row]
            need = (counts[label] + 0.5) / shares[label] if label in shares else 0.0
            return need, -utilities[row], row

        chosen.append(min(options, key=order))
        left.remove(chosen[-1])
        if predicted[chosen[-1]] in shares:
            counts[predicted[chosen[-1]]] += 1
    return chosen


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_each_seat_goes_to_the_class_that_is_furthest_behind(data):
    n = data.draw(st.integers(1, 30))
    predicted = data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    utilities = data.draw(st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), min_size=n, max_size=n))
    labels = data.draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=6))
    shares = data.draw(st.sampled_from([None, {"a": 1, "b": 1, "c": 2}, {"b": 0.25, "c": 0.75, "a": 0}]))
    batch_size = data.draw(st.integers(1, n))
    given_ = {label: share for label, share in (shares or dict.fromkeys(labels, 1)).items() if share}
    expected = naive(["abc"[code] for code in predicted], utilities, labels, batch_size, given_)
    first = class_balanced._FIRST
    try:
        for class_balanced._FIRST in (first, 1):
            chosen, _ = select(predicted, utilities, labels, batch_size, shares=shares)
            assert chosen == expected
    finally:
        class_balanced._FIRST = first


def test_a_case_by_hand():
    """Of "a" three are labelled, of "b" one: two questions go to "b", then each class gets one."""
    chosen, _ = select([0, 0, 1, 1, 1, 1], [0.9, 0.8, 0.1, 0.3, 0.2, 0.0], list("aaab"), 4)
    assert chosen == [3, 4, 0, 2]


def test_few_rows_are_predicted_where_they_suffice():
    rng = np.random.default_rng(1)
    predicted = rng.integers(0, 2, 5000)
    chosen, model = select(predicted, rng.random(5000), list("ab"), 4)
    assert predicted[chosen].tolist().count(0) == 2
    assert model.n_asked == 40


def test_names_of_classes_decide_nothing():
    predicted, utilities = [0, 1, 0, 1, 2], [0.5, 0.5, 0.4, 0.4, 0.1]
    one, _ = select(predicted, utilities, list("ab"), 4, names="abc")
    other, _ = select(predicted, utilities, list("ba"), 4, names="bac")
    assert one == other == [0, 1, 2, 3]


def test_it_needs_a_model_and_shares():
    with pytest.raises(NotEnoughLabelsError, match="classes that a model predicts"):
        RandomSampling(selection=ClassBalancedSelection()).query(np.zeros((4, 1)), [0], ["a"])
    for shares, match in (({"a": -1}, r"shares\['a'\]"), ({"a": 0}, "all 0"), ({}, "all 0"), ([1, 2], "mapping")):
        with pytest.raises(InvalidParameterError, match=match):
            select([0, 1], [1, 1], ["a"], 1, shares=shares)
    assert MarginSampling(selection=ClassBalancedSelection()).chances(np.ones(3), np.arange(1)) is None


def test_a_session_finds_more_of_a_rare_class(rng):
    y = (np.arange(400) % 10 == 0).astype(int)
    X = rng.standard_normal((400, 2)) + 1.5 * y[:, np.newaxis]
    n_rare = {}
    for strategy in ("margin", "margin:selection=class_balanced"):
        session = querist.Session(X, strategy=strategy, random_state=0)
        session.tell(range(11), y[:11])
        for _ in range(4):
            rows = session.ask(10)
            session.tell(rows, y[rows])
        n_rare[strategy] = int(y[session.labelled].sum())
    assert n_rare["margin:selection=class_balanced"] > n_rare["margin"]
