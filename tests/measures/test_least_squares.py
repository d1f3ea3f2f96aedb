"""The closed forms of the kernel machine are those of machines fitted one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from querist.measures.geometry import squared_distances
from querist.measures.least_squares import decompose, fit_from, log_loss


@st.composite
def problems(draw):
    """Return a kernel of few rows, weights, targets and a ridge."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_rows, n_targets = draw(st.integers(2, 12)), draw(st.integers(1, 3))
    rows = rng.normal(size=(n_rows, draw(st.integers(1, 4))))
    if draw(st.booleans()):
        rows[-1] = rows[0]
    kernel = rows @ rows.T if draw(st.booleans()) else np.exp(-squared_distances(rows, rows))
    weights = np.exp(rng.uniform(-3, 3, n_rows)) if draw(st.booleans()) else np.ones(n_rows)
    return kernel, weights, rng.normal(size=(n_rows, n_targets)), draw(st.sampled_from([1e-3, 0.1, 1.0, 30.0]))


def solved(kernel, weights, targets, ridge):
    """Return dual values and intercept from the bordered system itself."""
    n_rows = len(weights)
    system = np.ones((n_rows + 1, n_rows + 1))
    system[:-1, :-1] = kernel + ridge * np.diag(1 / weights)
    system[-1, -1] = 0.0
    found = np.linalg.solve(system, np.vstack([targets, np.zeros(targets.shape[1])]))
    return found[:-1], found[-1]


@given(problems())
def test_the_machine_solves_its_equations(problem):
    kernel, weights, targets, ridge = problem
    dual, intercept, _ = fit_from(*decompose(kernel, weights), weights, targets, ridge)
    expected = solved(kernel, weights, targets, ridge)
    np.testing.assert_allclose(dual, expected[0], rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(intercept, expected[1], rtol=1e-6, atol=1e-7)


@given(problems())
def test_what_a_left_out_row_is_given_is_what_a_machine_of_the_others_says(problem):
    kernel, weights, targets, ridge = problem
    left_out = fit_from(*decompose(kernel, weights), weights, targets, ridge)[2]
    for row in range(len(weights)):
        others = np.delete(np.arange(len(weights)), row)
        dual, intercept = solved(kernel[np.ix_(others, others)], weights[others], targets[others], ridge)
        np.testing.assert_allclose(left_out[row], kernel[row, others] @ dual + intercept, rtol=1e-5, atol=1e-6)


@given(problems(), st.floats(0.01, 100.0))
def test_scaling_weights_and_ridge_alike_changes_nothing(problem, factor):
    kernel, weights, targets, ridge = problem
    _, intercept, left_out = fit_from(*decompose(kernel, weights), weights, targets, ridge)
    other = fit_from(*decompose(kernel, weights * factor), weights * factor, targets, ridge * factor)
    np.testing.assert_allclose(other[1], intercept, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(other[2], left_out, rtol=1e-5, atol=1e-6)


@given(problems(), st.floats(-100.0, 100.0))
def test_the_intercept_is_free(problem, shift):
    kernel, weights, targets, ridge = problem
    dual, intercept, _ = fit_from(*decompose(kernel, weights), weights, targets, ridge)
    moved = fit_from(*decompose(kernel, weights), weights, targets + shift, ridge)
    np.testing.assert_allclose(moved[0], dual, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(moved[1], intercept + shift, rtol=1e-6, atol=1e-6)


def test_log_loss_is_weighted_and_bounded():
    proba = np.array([[0.5, 0.5], [1.0, 0.0]])
    assert log_loss(proba, np.array([0, 0]), np.array([1.0, 3.0])) == np.log(2) / 4
    assert log_loss(proba, np.array([0, 1]), np.array([0.0, 2.0])) == -np.log(1e-6)
