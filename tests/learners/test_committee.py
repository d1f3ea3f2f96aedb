"""Committees: members that are linear answer in one product, and say what each would say alone."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

from querist.exceptions import QueristError
from querist.learners import NewtonLogisticRegression
from querist.learners.committee import Committee
from querist.strategies import QueryByCommittee

FORMS = {
    "doubles": lambda X: X,
    "singles": lambda X: X.astype(np.float32),
    "columns": np.asfortranarray,
    "bytes": lambda X: X.astype(np.int8),
    "CSR array": scipy.sparse.csr_array,
    "CSR matrix": scipy.sparse.csr_matrix,
}


def members(rng, n_classes, *, logistic):
    """Return fitted members, some of which know only some of the classes."""
    made = []
    for kind in (LogisticRegression, NewtonLogisticRegression, GaussianNB, RidgeClassifier, LinearSVC)[
        : 3 if logistic else 5
    ]:
        for n_known in (n_classes, n_classes - 1, n_classes) if n_classes > 2 else (2, 2):
            known = rng.permutation(n_classes)[:n_known]
            y = known[np.arange(30) % n_known]
            made.append(kind().fit(rng.integers(-3, 4, size=(30, 4)) + 0.3 * y[:, None], y))
    order = rng.permutation(len(made))
    return [made[place] for place in order]


@given(seed=st.integers(0, 10_000), n_classes=st.integers(2, 4), form=st.sampled_from(sorted(FORMS)))
@settings(deadline=None, max_examples=60)
def test_votes_are_those_of_each_member(seed, n_classes, form):
    rng = np.random.default_rng(seed)
    X = FORMS[form](rng.integers(-3, 4, size=(50, 4)).astype(float))
    voters = members(rng, n_classes, logistic=False)
    if scipy.sparse.issparse(X):
        voters = [each for each in voters if not isinstance(each, GaussianNB)]
    codes = {label: n_classes - 1 - label for label in range(n_classes)}
    expected = np.zeros((50, n_classes), int)
    for member in voters:
        for row, label in enumerate(member.predict(X).tolist()):
            expected[row, codes[label]] += 1
    np.testing.assert_array_equal(Committee(voters, codes).votes(X), expected)


@given(seed=st.integers(0, 10_000), n_classes=st.integers(2, 4), form=st.sampled_from(sorted(FORMS)))
@settings(deadline=None, max_examples=60)
def test_probabilities_are_those_of_each_member(seed, n_classes, form):
    rng = np.random.default_rng(seed)
    X = FORMS[form](rng.integers(-3, 4, size=(50, 4)).astype(float))
    voters = members(rng, n_classes, logistic=True)
    if scipy.sparse.issparse(X):
        voters = [each for each in voters if not isinstance(each, GaussianNB)]
    codes = {label: n_classes - 1 - label for label in range(n_classes)}
    found = Committee(voters, codes).probabilities(X)
    for member, proba in zip(voters, found, strict=True):
        expected = np.zeros((50, n_classes))
        expected[:, [codes[label] for label in member.classes_.tolist()]] = member.predict_proba(X)
        np.testing.assert_allclose(proba, expected, rtol=1e-5 if form in ("singles", "bytes") else 1e-10, atol=1e-300)


def given_model(coef, intercept):
    """Return logistic regression with these coefficients."""
    model = LogisticRegression().fit(np.eye(len(coef[0])), np.arange(len(coef[0])) % max(len(coef), 2))
    model.coef_, model.intercept_ = np.array(coef, float), np.array(intercept, float)
    return model


@pytest.mark.parametrize("coef", [[[0.1, 0.2, -0.3]], [[0.1, 0.2, 0.3], [0.6, 0, 0], [0.3, 0.3, 0]]])
@pytest.mark.parametrize("form", ["doubles", "singles", "bytes"])
def test_equal_rows_have_equal_votes_where_only_rounding_decides(coef, form):
    """Their products are rounded in ways that depend on where in a block a row stands."""
    X = FORMS[form](np.ones((1003, 3)))
    voters = [given_model(coef, [0.0] * len(coef))] * 3
    votes = Committee(voters, {code: code for code in range(max(len(coef), 2))}).votes(X)
    assert len(np.unique(votes, axis=0)) == 1
    assert votes[0].max() == 3


def test_exact_ties_are_for_the_first_class():
    two, three = given_model([[1.0, 1.0, 1.0]], [0.0]), given_model(np.eye(3), np.zeros(3))
    zeros = np.zeros((4, 3))
    assert Committee([two, two], {0: 0, 1: 1}).votes(zeros).tolist() == [[2, 0]] * 4
    assert Committee([three, three], {0: 0, 1: 1, 2: 2}).votes(zeros).tolist() == [[2, 0, 0]] * 4
    assert two.predict(zeros).tolist() == three.predict(zeros).tolist() == [0] * 4


def test_values_that_are_not_finite_are_refused():
    two = given_model([[1e308, 1e308, 1.0]], [0.0])
    for ask in (Committee([two, two], {0: 0, 1: 1}).votes, Committee([two, two], {0: 0, 1: 1}).probabilities):
        with np.errstate(over="ignore"), pytest.raises(QueristError, match="decision_function of the members"):
            ask(np.full((3, 3), 10.0))


@pytest.mark.parametrize("method", ["vote_entropy", "kl"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_same_rows_are_asked_as_member_by_member(rng, monkeypatch, method, n_classes):
    X = rng.standard_normal((3000, 5))
    y = (X @ rng.standard_normal((5, n_classes))).argmax(axis=1)
    rows = np.concatenate([np.flatnonzero(y == code)[:9] for code in range(n_classes)])
    committee = [LogisticRegression(C=C) for C in (0.01, 0.1, 1.0, 10.0)]
    strategy = QueryByCommittee(committee=committee, method=method)
    together = strategy.query(X, rows, y[rows], batch_size=20, random_state=0)
    monkeypatch.setattr("querist.learners.committee.linear_of", lambda *_: None)
    assert together.tolist() == strategy.query(X, rows, y[rows], batch_size=20, random_state=0).tolist()
