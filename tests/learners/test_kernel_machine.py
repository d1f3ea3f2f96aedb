"""The kernel machine: what it chooses, what it leaves out, and that rows and weights mean what they say."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.datasets import make_classification

from querist.exceptions import InvalidParameterError
from querist.learners import KernelMachine, kernel_machine

TABLE, CODES = make_classification(60, 5, n_informative=4, n_redundant=0, n_classes=3, random_state=0)
NAMES = np.array(["ham", "news", "spam"])[CODES]


def kernel_of(machine, rows, others):
    """Return the machine's kernel, from what it says of itself."""
    if np.isnan(machine.width_):
        return rows @ others.T
    return np.exp(-machine.width_ * ((rows[:, np.newaxis] - others) ** 2).sum(axis=2))


def solved(machine, rows, codes, weights, new):
    """Return the probabilities of rows from the bordered system, with the machine's own settings."""
    system = np.ones((len(rows) + 1, len(rows) + 1))
    system[:-1, :-1] = kernel_of(machine, rows, rows) + machine.ridge_ * np.diag(1 / weights)
    system[-1, -1] = 0
    found = np.linalg.solve(system, np.vstack([np.eye(machine.classes_.size)[codes], np.zeros(machine.classes_.size)]))
    return softmax(machine.temperature_ * (kernel_of(machine, new, rows) @ found[:-1] + found[-1]), axis=1)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["rbf", "linear"]), st.booleans())
def test_probabilities_of_new_rows_and_of_rows_left_out_are_those_of_systems_solved_anew(seed, kernel, weighted):
    rng = np.random.default_rng(seed)
    rows, new = rng.normal(size=(14, 3)), rng.normal(size=(4, 3))
    codes = np.concatenate([[0, 1, 2, 0, 1, 2], rng.integers(0, 3, 8)])
    weights = np.exp(rng.uniform(-1, 1, 14)) if weighted else np.ones(14)
    machine = KernelMachine(kernel=kernel).fit(rows, codes, sample_weight=weights)
    told = machine.predict_proba(new)
    if kernel == "rbf":
        centre = np.average(rows, axis=0, weights=weights)
        scale = np.sqrt(np.average((rows - centre) ** 2, axis=0, weights=weights))
        rows, new = (rows - centre) / scale, (new - centre) / scale
    np.testing.assert_allclose(told, solved(machine, rows, codes, weights, new), rtol=1e-5, atol=1e-7)
    for row in range(14):
        others = np.delete(np.arange(14), row)
        alone = solved(machine, rows[others], codes[others], weights[others], rows[[row]])
        np.testing.assert_allclose(machine.left_out_proba_[row], alone[0], rtol=1e-5, atol=1e-7)


def test_width_ridge_and_temperature_are_those_of_the_least_loss_left_out(monkeypatch):
    best = KernelMachine().fit(TABLE, NAMES)
    losses = {}
    for width in kernel_machine._WIDTHS:
        for ridge in kernel_machine._RIDGES["rbf"]:
            for temperature in kernel_machine._TEMPERATURES:
                monkeypatch.setattr(kernel_machine, "_WIDTHS", (width,))
                monkeypatch.setitem(kernel_machine._RIDGES, "rbf", (ridge,))
                monkeypatch.setattr(kernel_machine, "_TEMPERATURES", (temperature,))
                one = KernelMachine().fit(TABLE, NAMES)
                losses[one.width_, one.ridge_, one.temperature_] = one.left_out_loss_
                monkeypatch.undo()
    assert len(losses) == 48
    assert min(losses, key=losses.get) == (best.width_, best.ridge_, best.temperature_)
    given_to_truth = best.left_out_proba_[np.arange(60), CODES]
    assert best.left_out_loss_ == pytest.approx(-np.log(given_to_truth).mean())


@pytest.mark.parametrize("kernel", ["rbf", "linear"])
def test_a_weight_of_two_is_the_row_twice_and_of_zero_none(kernel):
    weights = np.arange(60) % 3
    weighted = KernelMachine(kernel=kernel).fit(TABLE, NAMES, sample_weight=weights)
    repeated = KernelMachine(kernel=kernel).fit(np.repeat(TABLE, weights, axis=0), np.repeat(NAMES, weights))
    np.testing.assert_allclose(weighted.predict_proba(TABLE), repeated.predict_proba(TABLE), rtol=1e-6)
    assert np.isnan(weighted.left_out_proba_[weights == 0]).all()
    np.testing.assert_allclose(
        np.repeat(weighted.left_out_proba_, weights, axis=0), repeated.left_out_proba_, rtol=1e-6
    )


def test_weights_of_classes_are_weights_of_their_rows():
    by_class = KernelMachine(class_weight={"ham": 2.0, "news": 1.0, "spam": 0.5}).fit(TABLE, NAMES)
    by_row = KernelMachine().fit(TABLE, NAMES, sample_weight=np.array([2.0, 1.0, 0.5])[CODES])
    np.testing.assert_array_equal(by_class.predict_proba(TABLE), by_row.predict_proba(TABLE))
    skewed = CODES == 2
    assert KernelMachine(class_weight="balanced").fit(TABLE, skewed).predict(TABLE).sum() > 0


def test_a_copy_of_a_row_does_not_vouch_for_it():
    # Coin flips: by its copy every row would be known.
    rng = np.random.default_rng(0)
    rows, codes = rng.normal(size=(40, 3)), rng.integers(0, 2, 40)
    machine = KernelMachine().fit(np.vstack([rows, rows]), np.concatenate([codes, codes]))
    assert (machine.left_out_proba_.argmax(axis=1) == np.tile(codes, 2)).mean() < 0.75


@pytest.mark.parametrize("kernel", ["auto", "linear"])
def test_sparse_rows_are_the_same_rows_and_have_coefficients(kernel):
    dense = KernelMachine(kernel="linear").fit(TABLE, NAMES)
    rows = scipy.sparse.csr_matrix(TABLE)
    sparse = KernelMachine(kernel=kernel).fit(rows, NAMES)
    np.testing.assert_allclose(sparse.predict_proba(rows), dense.predict_proba(TABLE), rtol=1e-9)
    np.testing.assert_allclose(
        sparse.predict_proba(rows), softmax(TABLE @ sparse.coef_.T + sparse.intercept_, axis=1), rtol=1e-9
    )
    assert not hasattr(sparse.fit(TABLE, NAMES), "coef_") or kernel == "linear"


@given(st.integers(0, 2**32 - 1))
def test_neither_units_nor_the_order_of_rows_or_columns_matter(seed):
    rng = np.random.default_rng(seed)
    order, columns = rng.permutation(60), rng.permutation(5)
    shift, factor = rng.normal(size=5) * 100, np.exp(rng.uniform(-5, 5, 5))
    told = KernelMachine().fit(TABLE, NAMES).predict_proba(TABLE)
    moved = (TABLE * factor + shift)[:, columns]
    other = KernelMachine().fit(moved[order], NAMES[order]).predict_proba(moved)
    np.testing.assert_allclose(other, told, rtol=1e-5, atol=1e-8)


def test_many_rows_are_scored_in_single_precision_nearly_the_same(monkeypatch):
    machine = KernelMachine().fit(TABLE, NAMES)
    exact = machine.predict_proba(TABLE)
    monkeypatch.setattr(kernel_machine, "_SINGLE", 10)
    single = machine.predict_proba(TABLE)
    assert single.dtype == np.float64
    assert 0 < np.abs(single - exact).max() < 1e-4


def test_rows_far_away_constant_columns_and_lone_classes_give_probabilities():
    rows = np.column_stack([TABLE, np.full(60, 7.3)])
    far = np.full((1, 6), 1e150)
    for names in (NAMES, np.where(np.arange(60) == 3, "spam", "ham"), np.full(60, "ham")):
        machine = KernelMachine().fit(rows, names)
        for proba in (machine.predict_proba(far), machine.left_out_proba_):
            np.testing.assert_allclose(proba.sum(axis=1), 1.0)
    pair = KernelMachine().fit(rows[:2], ["a", "b"])
    assert pair.predict(rows[:2]).tolist() == ["a", "b"]


def test_it_predicts_more_than_one_class_from_few_texts():
    # Where logistic regression with C=1 on rows of length 1 predicts the largest class alone.
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [f"{word} number {number}" for number in range(12) for word in ("win", "meet", "walk")]
    names = ["spam" if "win" in text else "ham" for text in texts]
    rows = TfidfVectorizer().fit_transform(texts)
    assert (KernelMachine().fit(rows, names).predict(rows) == names).all()


def test_what_cannot_be_used_is_said():
    with pytest.raises(InvalidParameterError, match="kernel"):
        KernelMachine(kernel="cubic").fit(TABLE, NAMES)
    with pytest.raises(ValueError, match="takes no sparse rows"):
        KernelMachine(kernel="rbf").fit(scipy.sparse.csr_matrix(TABLE), NAMES)
    with pytest.raises(ValueError, match="toarray"):
        KernelMachine().fit(TABLE, NAMES).predict(scipy.sparse.csr_matrix(TABLE))
    for weights, told in (([1.0], "one weight for each of the 60"), (-np.ones(60), "row 0"), (np.zeros(60), "zero")):
        with pytest.raises(ValueError, match=told):
            KernelMachine().fit(TABLE, NAMES, sample_weight=weights)
