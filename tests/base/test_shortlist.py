"""The rows in question: those among which a full pass finds the most uncertain ones, always."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from test_linear import KINDS, models

from querist import Session
from querist.base import shortlist, uncertainty
from querist.base.memory import Memory
from querist.base.open_rows import OpenRows
from querist.base.shortlist import KeptGaps, in_question
from querist.exceptions import QueristError
from querist.learners import NewtonLogisticRegression
from querist.registry import make_strategy


def rows_of(seed, form, n=400):
    """Rows of which many stand several times."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))[rng.integers(0, n, n)] * rng.choice([0.1, 1.0, 5.0], size=(n, 1)) + 3.0
    if form == "csr":
        return scipy.sparse.csr_matrix(np.where(rng.random(X.shape) < 0.5, X, 0.0))
    return (8 * X).astype(np.int8) if form == "int8" else X.astype(form)


def best(linear, X, open_rows, n):
    """Return the rows that no look at everything may miss: as near as the n-th."""
    gaps = linear.gaps(linear.settled_values(X[open_rows.numbers]))
    return set(open_rows.numbers[gaps <= np.sort(gaps)[n - 1]].tolist())


@settings(max_examples=150)
@given(
    data=st.data(),
    n_outputs=st.sampled_from([1, 3, 5]),
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 10**6),
    form=st.sampled_from(["float64", "float32", "int8", "csr"]),
    change=st.sampled_from([0.0, 1e-4, 1e-2, 0.3]),
)
def test_no_row_that_matters_is_left_out_however_the_model_changes(data, n_outputs, kind, seed, form, change):
    X, memory, rng = rows_of(seed, form), Memory(), np.random.default_rng(seed)
    linear, is_open = models(n_outputs, kind, seed), np.ones(X.shape[0], bool)
    for step in range(6):
        open_rows, n = OpenRows(is_open.size, mask=is_open.copy()), data.draw(st.integers(1, 12))
        wanted = best(linear, X, open_rows, n)
        for kept in (None, memory):
            found = in_question(linear, X, open_rows, n, kept)
            assert (np.diff(found) > 0).all()
            assert is_open[found].all()
            assert wanted <= set(found.tolist())
        is_open[rng.choice(sorted(wanted), min(len(wanted), n), replace=False)] = False
        if step == 3:
            is_open[rng.integers(0, is_open.size, 30)] = True
        other = models(n_outputs, kind, seed + step + 1, change)
        linear = linear._replace(coef=linear.coef + other.coef, intercept=linear.intercept + other.intercept)


def test_little_is_looked_at_while_the_model_changes_little():
    X, is_open = np.random.default_rng(0).normal(size=(20_000, 3)), np.ones(20_000, bool)
    linear, kept = models(1, "margin", 0), KeptGaps(X)
    kept.in_question(linear, OpenRows(is_open.size, mask=is_open), 1)
    nearby = linear._replace(intercept=linear.intercept + 1e-4)
    assert kept.in_question(nearby, OpenRows(is_open.size, mask=is_open), 1).size < 50


def test_a_pool_on_disk_is_worked_through_in_blocks_and_nothing_is_kept(tmp_path):
    X = rows_of(0, "float32")
    np.save(tmp_path / "pool.npy", X)
    memory, linear = Memory(), models(1, "margin", 0)
    open_rows = OpenRows(X.shape[0], mask=np.ones(X.shape[0], bool))
    found = in_question(linear, np.load(tmp_path / "pool.npy", mmap_mode="r"), open_rows, 3, memory)
    assert best(linear, X, open_rows, 3) <= set(found.tolist())
    assert not vars(memory)["_kept"]


@pytest.fixture
def for_small_pools(monkeypatch):
    monkeypatch.setattr(uncertainty, "FEWEST_VALUES", 1)


STRATEGIES = [
    "margin", "entropy", "least_confidence", "margin:ties=first", "margin:selection=weighted_k_means", "auto",
    "cluster_margin",
]  # fmt: skip


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("form", ["float64", "csr"])
def test_sessions_ask_as_those_that_look_at_every_row(name, n_classes, form, monkeypatch, for_small_pools):
    X = rows_of(n_classes, form, n=900)
    dense = X.toarray() if form == "csr" else X
    y = np.argmax(dense @ np.random.default_rng(1).normal(size=(3, n_classes)), axis=1)
    y[:n_classes] = np.arange(n_classes)
    # No row is so near another that rounding decides, but for those that stand several times.
    asked = []
    for fewest in (1, 10**9):
        monkeypatch.setattr(uncertainty, "FEWEST_VALUES", fewest)
        session = Session(X, estimator="logistic_regression", strategy=name, random_state=3)
        session.tell(np.arange(30), y[:30])
        rows = []
        for _ in range(25):
            batch = session.ask(6 if name == "auto" or "means" in name else 2)
            rows += batch.tolist()
            session.tell(batch, y[batch])
        asked.append(X[rows].toarray() if form == "csr" else X[rows])
    # Which of equal rows is asked is a matter of the last bit where every row is looked at.
    np.testing.assert_array_equal(*asked)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_a_query_tells_utilities_of_all_and_asks_the_same(n_classes, for_small_pools):
    X = rows_of(5, "float64")
    y = np.random.default_rng(0).integers(0, n_classes, 30)
    model = NewtonLogisticRegression().fit(X[:30], y)
    for batch_size in (1, 3):
        arguments = {"model": model, "batch_size": batch_size, "random_state": 1}
        alone = make_strategy("margin").query(X, np.arange(30), y, **arguments)
        kept = make_strategy("margin").query(X, np.arange(30), y, memory=Memory(), **arguments)
        chosen, utilities = make_strategy("margin").query(X, np.arange(30), y, return_utilities=True, **arguments)
        assert alone.tolist() == kept.tolist() == chosen.tolist()
        assert np.nanmax(utilities) == utilities[chosen[0]]
        assert np.isnan(utilities[:30]).all()
        assert np.isfinite(utilities[30:]).all()


def test_strategies_that_change_what_is_useful_or_chosen_have_no_shortlist(for_small_pools):
    class Turned(type(make_strategy("margin"))):
        def utilities(self, context):
            return -super().utilities(context)

    X = rows_of(6, "float64")
    y = np.random.default_rng(0).integers(0, 2, 30)
    model = NewtonLogisticRegression().fit(X[:30], y)
    chosen, utilities = Turned().query(X, np.arange(30), y, model=model, random_state=0, return_utilities=True)
    assert Turned().query(X, np.arange(30), y, model=model, random_state=0).tolist() == chosen.tolist()
    assert utilities[chosen[0]] == np.nanmax(utilities)


def test_values_that_are_not_finite_are_told(for_small_pools):
    X = rows_of(7, "float64")
    model = NewtonLogisticRegression().fit(X[:30], np.arange(30) % 2)
    X[100, 1] = np.inf
    with pytest.raises(QueristError, match=r"NewtonLogisticRegression.predict_proba returned values that are not"):
        make_strategy("margin").query(X, np.arange(30), np.arange(30) % 2, model=model)


def test_few_rows_are_looked_at_one_by_one():
    assert shortlist.n_values(np.zeros((3, 2))) == 6
    assert shortlist.n_values(scipy.sparse.eye(3, format="csr")) == 3
    assert shortlist.n_values([["a"]]) == 0
