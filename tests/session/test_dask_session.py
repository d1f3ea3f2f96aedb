"""Sessions on pools of Dask: what is asked, told and promised is what it would be in memory, also if a worker dies."""

import os
import signal

import cloudpickle
import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster
from hypothesis import given, settings
from hypothesis import strategies as st

from querist import Session, _partitioned
from querist.base import uncertainty
from querist.data import pool_hash
from querist.exceptions import InvalidParameterError, SessionFileError

# Of early versions, where another test's cluster is still there.
pytestmark = pytest.mark.filterwarnings("ignore:Running on a single-machine scheduler")


@pytest.fixture(scope="module")
def client():
    """Three worker processes of one thread each."""
    with (
        LocalCluster(n_workers=3, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


def table(n_rows, n_columns=4, *, levels=40, dtype=np.uint8, seed=0):
    """Return rows, every fourth of which stands twice, and labels of three classes that depend on them."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, levels, (n_rows, n_columns)).astype(dtype)
    X[::4] = X[np.arange(0, n_rows, 4) // 2]
    score = X.astype(float) @ np.linspace(1, -1, n_columns)
    return X, np.digitize(score, np.quantile(score, [0.4, 0.7])) + 10


def driven(session, truth, batches):
    """Ask and tell; return which rows were asked, in order."""
    found = []
    for size in batches:
        rows = session.ask(size)
        session.tell(rows, truth[rows])
        found.append(rows.tolist())
    return found


def same_promise(one, other):
    assert np.array_equal(one.rows, other.rows)
    assert one.plan == other.plan


@settings(max_examples=15)
@given(
    strategy=st.sampled_from(["margin", "entropy", "least_confidence", "random", "margin:candidates=subsample"]),
    estimator=st.sampled_from(["logistic_regression", "naive_bayes"]),
    dtype=st.sampled_from([np.uint8, np.int64, np.float32, np.float64]),
    audit=st.sampled_from([0.0, 0.3, "measure"]),
    cuts=st.lists(st.integers(0, 90), max_size=5),
    batches=st.lists(st.integers(1, 9), min_size=2, max_size=4),
    levels=st.integers(2, 40),
    seed=st.integers(0, 2**31),
)
def test_the_same_rows_are_asked_as_in_memory(strategy, estimator, dtype, audit, cuts, batches, levels, seed):
    X, truth = table(90, levels=levels, dtype=dtype, seed=seed)
    lengths = tuple(np.diff([0, *sorted(cuts), 90]).tolist())
    pool = da.from_array(X, chunks=(lengths, (1, 3)))
    with pytest.MonkeyPatch.context() as patch, dask.config.set(scheduler="synchronous"):
        # In memory a pool so small is scored at once, and equal rows may differ in their last bits.
        patch.setattr(uncertainty, "FEWEST_VALUES", 0)
        patch.setattr(uncertainty, "_MOST", 1.0)
        options = {"strategy": strategy, "estimator": estimator, "audit": audit, "random_state": seed}
        one, other = Session(X, **options), Session(pool, **options)
        assert driven(one, truth, batches) == driven(other, truth, batches)
        assert one.events == other.events


@pytest.mark.usefixtures("_in_this_thread")
@pytest.mark.parametrize(
    "strategy",
    [
        "auto",
        "power",
        "relevance:target=11",
        "query_by_committee",
        "k_center:candidates=subsample",
        "badge:candidates=all",
    ],
)
def test_other_strategies(strategy):
    X, truth = table(300, 6)
    pool = da.from_array(X, chunks=(70, 6))
    sessions = [Session(some, strategy=strategy, estimator="naive_bayes", random_state=1) for some in (X, pool)]
    asked = [driven(session, truth, [20, 6, 6]) for session in sessions]
    assert asked[0] == asked[1]


@pytest.mark.usefixtures("_in_this_thread")
@pytest.mark.parametrize("kind", ["costs", "probabilities", "ties"])
def test_what_else_a_session_takes(kind):
    X, truth = table(300, 6)
    numbers = np.random.default_rng(5).random((300, 3)) + 0.1
    options = {
        "costs": {"costs": numbers[:, 0], "estimator": "naive_bayes"},
        "probabilities": {"probabilities": numbers / numbers.sum(axis=1, keepdims=True), "classes": [10, 11, 12]},
        "ties": {"strategy": "margin:ties=first", "estimator": "naive_bayes"},
    }[kind]
    sessions = [Session(some, random_state=1, **options) for some in (X, da.from_array(X, chunks=(70, 6)))]
    asked = [driven(session, truth, [20, 6, 6]) for session in sessions]
    assert asked[0] == asked[1]


@pytest.mark.usefixtures("_in_this_thread")
@pytest.mark.parametrize("kind", ["array", "frame"])
def test_figures_and_promises(kind, tmp_path):
    X, truth = table(2000, 8, dtype=np.float64)
    if kind == "frame":
        X = pd.DataFrame(X, columns=list("abcdefgh"))
        pool, same = dd.from_pandas(X, npartitions=5), dd.from_pandas(X, npartitions=2)
    else:
        pool, same = da.from_array(X, chunks=(450, 8)), da.from_array(X, chunks=(2000, 3))
    one, other = (Session(some, estimator="naive_bayes", audit=0.3, random_state=2) for some in (X, pool))
    batches = [40, 30, 30, 30]
    assert driven(one, truth, batches) == driven(other, truth, batches)
    assert np.array_equal(one.predict(), other.predict())
    assert np.allclose(one.predict_proba(), other.predict_proba())
    assert np.array_equal(other.predict(same), one.predict())
    if kind == "frame":
        assert np.array_equal(other.predict(same[list("hgfedcba")]), one.predict())
    assert other.accuracy().value == pytest.approx(one.accuracy().value)
    assert other.advice().proposal == one.advice().proposal
    assert np.array_equal(one.ask(7, at_random=True), other.ask(7, at_random=True))
    for session in (one, other):
        session.release()
    same_promise(one.certify(0.5), other.certify(0.5))
    other.save(tmp_path / "session")
    again = Session.load(tmp_path / "session", same)
    assert again.events == other.events
    for session in (again, other):
        session.release()
    assert again.ask(5).tolist() == other.ask(5).tolist()
    changed = same + 1 if kind == "array" else same.rename(columns={"a": "z"})
    with pytest.raises(SessionFileError, match="pool"):
        Session.load(tmp_path / "session", changed)


@settings(max_examples=10)
@given(st.lists(st.integers(0, 3000), max_size=4), st.booleans(), st.sampled_from([0, 1499, 2999]))
def test_partitions_are_no_part_of_the_fingerprint(cuts, as_frame, row):
    X = np.arange(9000, dtype=np.float64).reshape(3000, 3)
    with dask.config.set(scheduler="synchronous"), pytest.MonkeyPatch.context() as patch:
        patch.setattr("querist.data.hashing._PART_BLOCK_BYTES", 5000)
        lengths = tuple(np.diff([0, *sorted(cuts), 3000]).tolist())
        whole, cut = da.from_array(X, chunks=(3000, 3)), da.from_array(X, chunks=(lengths, (3,)))
        if as_frame:
            whole, cut = whole.to_dask_dataframe(), cut.to_dask_dataframe()
        assert pool_hash(cut) == pool_hash(whole)
        assert pool_hash(whole) != pool_hash(X)
        X = X.copy()
        X[row, 1] += 1
        changed = da.from_array(X, chunks=(lengths, (3,)))
        assert pool_hash(changed.to_dask_dataframe() if as_frame else changed) != pool_hash(whole)


@pytest.mark.usefixtures("_in_this_thread")
def test_rows_are_added():
    X, truth = table(200)
    session = Session(da.from_array(X[:150], chunks=(40, 4)), random_state=0)
    driven(session, truth, [20])
    with pytest.raises(InvalidParameterError, match="old rows first"):
        session.extend(da.from_array(X[::-1], chunks=(40, 4)))
    session.extend(da.from_array(X, chunks=(60, 4)))
    driven(session, truth, [150])
    assert session.labelled.max() >= 150


@pytest.mark.usefixtures("_in_this_thread")
@pytest.mark.parametrize(
    "strategy", ["k_center", "typiclust", "prob_cover", "badge", "density_weighted", "margin:candidates=neighbors"]
)
def test_what_compares_all_rows_names_a_filter(strategy):
    pool = da.ones((50, 3), chunks=(20, 3))
    with pytest.raises(InvalidParameterError, match=r"k_center:candidates=subsample.*X\.compute\(\)"):
        Session(pool, strategy=strategy)
    with pytest.raises(InvalidParameterError, match="candidates=subsample"):
        Session(pool, cold_start="k_center")


def test_a_worker_that_is_killed_in_mid_query_changes_nothing(client, tmp_path):
    X, truth = table(3000, 50)
    trap = tmp_path / "trap"

    def deadly(block, trap=str(trap)):
        try:
            os.remove(trap)
        except FileNotFoundError:
            return block
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    pool = da.from_array(X, chunks=(700, 50)).map_blocks(deadly, dtype=X.dtype, meta=X[:0])
    one, other = (Session(some, audit=0.2, random_state=3) for some in (X, pool))
    for session in (one, other):
        session.tell(np.arange(0, 3000, 60), truth[::60])
    workers = set(client.run(os.getpid).values())
    trap.touch()
    rows = other.ask(10).tolist()
    # Whoever found the trap was killed, and the others went on.
    assert not trap.exists()
    assert workers - set(client.run(os.getpid, on_error="ignore").values())
    assert rows == one.ask(10).tolist()
    for session in (one, other):
        session.release()
    same_promise(one.certify(0.4), other.certify(0.4))


@pytest.mark.usefixtures("_in_this_thread")
def test_few_bytes_travel(monkeypatch):
    """Of a question: the model, which rows are not open, and the best rows of each partition."""
    sizes = []

    def counted(function, told):
        found = computed(function, told)
        sizes.append([len(cloudpickle.dumps(some)) for some in (function, [each[1:] for each in told], found)])
        return found

    X, truth = table(60_000, 50)
    session = Session(da.from_array(X, chunks=(10_000, 50)), random_state=0)
    driven(session, truth, [100])
    session.fit()
    computed = _partitioned._computed
    monkeypatch.setattr(_partitioned, "_computed", counted)
    rows = session.ask(10)
    ((model, open_rows, best),) = sizes
    assert model < 50 * 8 + 3_000
    assert open_rows < 6 * 500 + 100 * 4
    assert best < 6 * (10 * 16 + 400)
    session.tell(rows, truth[rows])
    sizes.clear()
    session.predict()
    assert sizes[0][2] < X.shape[0] + 6 * 500
