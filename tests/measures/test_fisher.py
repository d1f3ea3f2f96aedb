"""Fisher information against its definition, and traces against inverses that are written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.measures.fisher import (
    class_covariances,
    closer_bounds,
    contrasts,
    fisher_information,
    quadratic_forms,
    roots,
    trace_bounds,
    trace_falls,
    trace_rises,
)


def task(seed, n_classes, n_rows=7, n_features=3):
    rng = np.random.default_rng(seed)
    # Some rows all but certain, one wholly.
    proba = rng.dirichlet(np.full(n_classes, 0.3), n_rows)
    proba[0] = np.eye(n_classes)[0]
    return rng.standard_normal((n_rows, n_features)), proba


def written_out(x, p):
    """Return (diag(p) - p p') (x) x x' in the basis of contrasts."""
    Q = contrasts(p.size)
    return np.kron(Q.T @ (np.diag(p) - np.outer(p, p)) @ Q, np.outer(x, x))


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_contrasts_are_orthonormal_and_do_not_see_what_all_logits_share(n_classes):
    Q = contrasts(n_classes)
    products = Q.T @ Q
    assert products == pytest.approx(np.eye(n_classes - 1))
    assert Q.sum(axis=0) == pytest.approx(0)


def test_two_classes_by_hand():
    """Logits 0 and log 3: p = (1/4, 3/4), and along (-1, 1) / sqrt(2) the variance is 2 * 3/16."""
    assert contrasts(2)[:, 0] == pytest.approx([-(0.5**0.5), 0.5**0.5])
    assert class_covariances(np.array([[0.25, 0.75]])) == pytest.approx(np.full((1, 1, 1), 3 / 8))


@given(seed=st.integers(0, 10_000), n_classes=st.integers(2, 5))
def test_information_is_the_sum_of_what_rows_tell(seed, n_classes):
    X, proba = task(seed, n_classes)
    whole = sum(written_out(x, p) for x, p in zip(X, proba, strict=True))
    covariances = class_covariances(proba)
    assert fisher_information(X, covariances) == pytest.approx(whole, abs=1e-12)
    root = roots(covariances)
    assert root @ root.transpose(0, 2, 1) == pytest.approx(covariances, abs=1e-12)


@given(seed=st.integers(0, 10_000), n_classes=st.integers(2, 5))
def test_traces_are_those_of_inverses(seed, n_classes):
    X, proba = task(seed, n_classes)
    rng = np.random.default_rng(seed)
    size = X.shape[1] * (n_classes - 1)
    half = rng.standard_normal((size, size))
    wanted = half @ half.T
    covariances = class_covariances(proba)
    known = fisher_information(X, covariances) + 0.1 * np.eye(size)
    inverse = np.linalg.inv(known)
    change = inverse @ wanted @ inverse
    forms = [quadratic_forms(X, matrix) for matrix in (change, inverse)]
    now = np.trace(inverse @ wanted)
    falls, rises = trace_falls(*forms, covariances), trace_rises(*forms, covariances)
    for number, (x, p) in enumerate(zip(X, proba, strict=True)):
        own = written_out(x, p)
        more, less = (np.trace(np.linalg.inv(known + sign * own) @ wanted) for sign in (1, -1))
        assert falls[number] == pytest.approx(now - more, rel=1e-7, abs=1e-7 * now)
        assert rises[number] == pytest.approx(less - now, rel=1e-6, abs=1e-7 * now)
    plain, closer = trace_bounds(forms[0], covariances), closer_bounds(*forms, covariances)
    slack = 1e-10 * now
    assert (falls <= closer + slack).all()
    assert (closer <= plain + slack).all()
