"""What a classifier returns takes one form, or is refused."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from foreign_models import Foreign
from querist.base.adapted import Adapted, adapted, keeps_contract, original, over_classes
from querist.base.returned import Names, as_probabilities
from querist.exceptions import QueristError, UnsupportedModelError

X = np.random.default_rng(0).normal(size=(40, 2))
NAMES = np.array(["no", "yes"])[(X[:, 0] > 0).astype(int)]
LABELS = st.one_of(
    st.sets(st.integers(-(2**40), 2**40), min_size=1, max_size=6),
    st.sets(st.text(min_size=1, max_size=5), min_size=1, max_size=6),
    st.sets(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=6),
    st.sets(st.booleans(), min_size=1),
)


@given(LABELS)
def test_every_label_is_known_by_itself_and_by_its_text(labels):
    told = sorted(labels)
    names = Names(np.array(told, dtype=object))
    places = list(range(len(told)))
    assert names.places(told) == places
    assert names.places([str(label) for label in told]) == places
    if all(not isinstance(label, str) for label in told):
        assert names.places([float(label) for label in told]) == places


@given(st.lists(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), min_size=1, max_size=5))
def test_probabilities_stay_what_they_are(rows):
    proba = np.array(rows)
    proba /= proba.sum(axis=1, keepdims=True)
    classes = np.array(["a", "b", "c"])
    np.testing.assert_array_equal(as_probabilities(proba, len(proba), classes, "x"), proba)
    np.testing.assert_array_equal(as_probabilities(proba.tolist(), len(proba), classes, "x"), proba)
    rounded = as_probabilities(proba.round(2), len(proba), classes, "x")
    np.testing.assert_allclose(rounded.sum(axis=1), 1)
    np.testing.assert_allclose(rounded, proba, atol=0.02)


def test_what_keeps_the_contract_is_left_alone():
    plain = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, NAMES)
    assert adapted(plain, NAMES) is plain
    assert original(plain) is plain
    foreign = Foreign().fit(X, NAMES)
    assert not keeps_contract(make_pipeline(StandardScaler(), foreign))
    wrapped = adapted(foreign, NAMES)
    assert adapted(wrapped, NAMES) is wrapped
    assert original(wrapped) is foreign


def test_an_adapted_model_can_be_copied_pickled_and_cloned():
    wrapped = adapted(Foreign("column").fit(X, NAMES), NAMES)
    for twin in (copy.deepcopy(wrapped), copy.copy(wrapped), pickle.loads(pickle.dumps(wrapped))):
        np.testing.assert_array_equal(twin.predict(X), wrapped.predict(X))
    assert type(clone(wrapped)) is Foreign
    assert wrapped.model_ is wrapped.estimator_.model_
    assert not hasattr(wrapped, "decision_function")


class Says:
    """Says what it is told to say."""

    def __init__(self, classes=None, proba=None, decision=None):
        if classes is not None:
            self.classes_ = classes
        self.proba = proba
        self.decision = decision

    def predict_proba(self, X):
        return self.proba

    def decision_function(self, X):
        return self.decision


@pytest.mark.parametrize("classes", [[0, 1], ["no", "no"], [["no", "yes"], ["a", "b"]], ["No", "Yes"]])
def test_classes_that_were_never_told_are_refused(classes):
    with pytest.raises(UnsupportedModelError, match=r"Says\.classes_"):
        Adapted(Says(classes), NAMES)


def test_a_model_may_know_fewer_classes_or_more():
    fewer = Adapted(Says(["b", "a"], [[0.3, 0.7]]), np.array(["a", "b", "c"]))
    np.testing.assert_allclose(over_classes(fewer, X[:1], ["a", "b", "c"]), [[0.7, 0.3, 0]])
    more = Adapted(Says(["a", "b", "z"], [[0.3, 0.7, 0.0]]), np.array(["a", "b"]))
    np.testing.assert_allclose(over_classes(more, X[:1], ["b", "a"]), [[0.7, 0.3]])
    likely = Adapted(Says(["a", "b", "z"], [[0.3, 0.2, 0.5]]), np.array(["a", "b"]))
    with pytest.raises(UnsupportedModelError, match=r"'z'.*add_classes"):
        over_classes(likely, X[:1], ["a", "b"])


@pytest.mark.parametrize(
    ("decision", "expected"),
    [([[0.5], [-1.0]], [0.5, -1.0]), ([[0.0, 0.5], [1.0, 0.0]], [0.5, -1.0]), ([0.5, -1.0], [0.5, -1.0])],
)
def test_decision_values_of_two_classes_are_flat(decision, expected):
    assert Adapted(Says(["no", "yes"], None, decision), NAMES).decision_function(X[:2]).tolist() == expected


@pytest.mark.parametrize("decision", [[[1.0, 2.0, 3.0]] * 2, [1.0], [np.nan, 0.0]])
def test_decision_values_that_cannot_be_understood_are_refused(decision):
    with pytest.raises(QueristError, match=r"Says\.decision_function"):
        Adapted(Says(["no", "yes"], None, decision), NAMES).decision_function(X[:2])
