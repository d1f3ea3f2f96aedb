"""Who carries out the runs: this process, processes of joblib's, or the backend that the caller has chosen."""

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joblib.parallel import ThreadingBackend
from sklearn.datasets import make_classification
from sklearn.naive_bayes import GaussianNB

from querist.exceptions import InvalidParameterError
from querist.simulation import execute, simulate
from querist.simulation.run import RunKey

X, Y = make_classification(n_samples=120, n_features=5, random_state=0)


def runs_of(out, **changes):
    """Simulate; return what the runs are called, in the order in which they ended, and the bytes of the results."""
    ended = []
    options = {"repeats": 3, "budget": 14, "batch_size": 4, "initial": 6, "n_jobs": 2, "out": out}
    estimators = ("naive_bayes", "extra_trees:n_estimators=5")
    simulate(
        X,
        Y,
        **(options | {"estimators": estimators} | changes),
        progress=lambda done, total, label: ended.append(label),
    )
    return ended, {path.name: path.read_bytes() for path in out.iterdir() if path.suffix in (".parquet", ".json")}


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return runs_of(tmp_path_factory.mktemp("expected") / "out", n_jobs=1)


@pytest.fixture
def spread(monkeypatch):
    """Return the tasks that were given to others."""
    found, own = [], execute._spread

    def noting(experiment, tasks, record, **how):
        found.extend(tasks)
        return own(experiment, tasks, record, **how)

    monkeypatch.setattr(execute, "_spread", noting)
    return found


def test_little_work_stays_in_this_process(tmp_path, spread, expected):
    assert runs_of(tmp_path / "out") == expected
    assert spread == []


def test_of_much_work_the_rest_is_given_away(tmp_path, spread, expected, monkeypatch):
    took = iter(np.arange(0.0, 1e6, 2.0))  # by this clock every run takes two seconds
    monkeypatch.setattr(execute, "_now", lambda: next(took))
    monkeypatch.setattr(execute, "_WORTHWHILE", 23.0)
    ended, results = runs_of(tmp_path / "out")
    n_given = sum(map(len, spread))
    assert 0 < n_given < len(ended) == len(expected[0])
    assert sorted(ended) == sorted(expected[0])
    assert results == expected[1]


class Slow(GaussianNB):
    """Tells that it was fitted."""

    fits = 0

    def fit(self, X, y, sample_weight=None):
        type(self).fits += 1
        return super().fit(X, y, sample_weight)


def test_a_run_that_shows_to_be_long_is_given_up_and_begun_anew(tmp_path, spread, monkeypatch):
    monkeypatch.setattr(execute, "_WORTHWHILE", 0.0)
    Slow.fits = 0
    given_up = runs_of(tmp_path / "one", estimators=(Slow(),))
    assert Slow.fits == 0  # in this process
    assert sum(map(len, spread)) == len(given_up[0])
    monkeypatch.undo()
    assert runs_of(tmp_path / "two", estimators=(Slow(),), n_jobs=1)[1] == given_up[1]


def test_a_single_run_is_never_given_up(tmp_path, spread, monkeypatch):
    monkeypatch.setattr(execute, "_WORTHWHILE", 0.0)
    runs_of(tmp_path / "out", n_jobs=1)
    next((tmp_path / "out" / "runs").iterdir()).unlink()
    assert len(runs_of(tmp_path / "out")[0]) == 1
    assert spread == []


class Counting(ThreadingBackend):
    """A backend such as Dask brings one: it has four workers, and counts what it is given."""

    given = 0

    def effective_n_jobs(self, n_jobs):
        return 4 if n_jobs == -1 else n_jobs or 1

    def submit(self, func, callback=None):
        type(self).given += 1
        return super().submit(func, callback)

    def apply_async(self, func, callback=None):
        """What joblib before 1.5 calls."""
        type(self).given += 1
        return super().apply_async(func, callback)


class Listing(Counting):
    """One that returns all at once."""

    supports_return_generator = False


joblib.register_parallel_backend("counting", Counting)
joblib.register_parallel_backend("listing", Listing)


@pytest.mark.parametrize("backend", ["threading", "counting", "listing"])
@pytest.mark.parametrize("n_jobs", [2, -1])
def test_the_callers_backend_does_the_runs_and_changes_no_byte(tmp_path, spread, expected, backend, n_jobs):
    Counting.given = Listing.given = 0
    with joblib.parallel_config(backend=backend):
        assert execute.count_workers(-1) == (joblib.cpu_count() if backend == "threading" else 4)
        ended, results = runs_of(tmp_path / "out", n_jobs=n_jobs)
    assert sorted(ended) == sorted(expected[0])
    assert results == expected[1]
    assert sum(map(len, spread)) == len(ended)
    assert {"counting": Counting, "listing": Listing}.get(backend, Counting).given >= (backend != "threading")
    assert len(list((tmp_path / "out" / "runs").iterdir())) == len(ended)


def test_one_worker_of_the_callers_backend_is_this_process(tmp_path, spread, expected):
    with joblib.parallel_config(backend="counting"):
        assert runs_of(tmp_path / "out", n_jobs=1) == expected
    assert spread == []


@given(
    st.dictionaries(st.tuples(st.just("e"), st.sampled_from("abc")), st.floats(0.1, 9)),
    st.lists(st.sampled_from("abc")),
)
def test_what_is_left_is_told_by_runs_of_its_kind(took, left):
    keys = [RunKey("e", strategy, number) for number, strategy in enumerate(left)]
    mean = np.mean(list(took.values())) if took else 0
    wanted = sum(took.get(("e", strategy), mean) for strategy in left)
    assert execute._seconds(keys, took) == pytest.approx(wanted)


@pytest.mark.parametrize("n_jobs", [0, 1.5, "2", True, None])
def test_what_is_no_number_of_processes_is_refused(n_jobs):
    with pytest.raises(InvalidParameterError, match="n_jobs must be a number of processes"):
        execute.count_workers(n_jobs)
