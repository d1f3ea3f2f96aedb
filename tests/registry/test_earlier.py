"""What an earlier version wrote under names that have changed since opens, and means the same.

``saved`` was written by Querist 0.1.0 at the last commit with `PowerSampling`, `WeightedKMeans` and
`NeighboursOfLabelled`: sessions of six given answers and two batches of three, and a simulation whose pictures,
report, table.csv and summary.csv, which nothing reads, were taken out.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

import querist
from querist import registry
from querist.candidates import NeighborsOfLabelled
from querist.exceptions import ResultsError, SessionFileError
from querist.learners import AutoClassifier, FewLabels
from querist.selections import PowerTopK, WeightedKMeansSelection
from querist.session.parts import describe
from querist.simulation import experiment
from querist.strategies import EntropySampling, MarginSampling
from session_lines import as_document, content_of

SAVED = Path(__file__).with_name("saved")
POOL = np.loadtxt(SAVED / "pool.csv", delimiter=",")
X, Y = POOL[:, :3], np.array(["a", "b"])[POOL[:, 3].astype(int)]
ENTROPY = EntropySampling(
    selection=PowerTopK(beta=2.0), candidates=NeighborsOfLabelled(n_neighbors=12), ties="first"
)  # fmt: skip
K_MEANS = MarginSampling(selection=WeightedKMeansSelection(prefilter=4))


# What the version that wrote them asked next.
@pytest.mark.parametrize(
    ("name", "parts", "asked"),
    [
        ("power", {}, [23, 39, 31, 37]),
        ("power", {"strategy": ENTROPY}, [23, 39, 31, 37]),
        ("weighted_k_means", {"estimator": AutoClassifier(random_state=1)}, [14, 28, 17, 26]),
        ("weighted_k_means", {"estimator": AutoClassifier(random_state=1), "strategy": K_MEANS}, [14, 28, 17, 26]),
        ("names", {}, [16, 6, 23, 10]),
    ],
)
def test_a_session_opens_and_goes_on(name, parts, asked):
    session = querist.Session.load(SAVED / f"{name}.json", X, **parts)
    assert session.ask(4).tolist() == asked


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("power", {"strategy": K_MEANS}),
        ("power", {"strategy": EntropySampling(selection=PowerTopK(beta=2.0))}),
        ("weighted_k_means", {"estimator": AutoClassifier(random_state=2)}),
        ("weighted_k_means", {"estimator": AutoClassifier(random_state=1, class_weight=None)}),
    ],
)
def test_other_parts_are_refused_as_before(name, parts):
    with pytest.raises(SessionFileError, match="not the one saved"):
        querist.Session.load(SAVED / f"{name}.json", X, **parts)


def simulated(out, estimators=("auto",)):
    return querist.simulate(
        X, Y, strategies=["power", "weighted_k_means:uncertainty=entropy,prefilter=3", "margin:candidates=neighbours"],
        estimators=estimators, repeats=1, budget=16, batch_size=4, initial=8, random_state=3, n_jobs=1, name="names",
        out=out,
    )  # fmt: skip


def test_a_simulation_loads_and_its_call_resumes_it(tmp_path, monkeypatch):
    folder = Path(shutil.copytree(SAVED / "simulation", tmp_path / "simulation"))
    before = querist.Simulation.load(folder)
    # As on the machine that wrote it: versions are a part of the experiment.
    versions = json.loads((folder / "experiment.json").read_bytes())["versions"]
    monkeypatch.setattr(experiment, "_versions", lambda descriptions: versions)
    runs = {path: path.read_bytes() for path in (folder / "runs").iterdir()}
    missing = next(path for path in runs if ".power." in path.name)
    missing.unlink()
    (folder / "manifest.json").unlink()
    simulated(folder)
    assert [path for path in runs if path.read_bytes() != runs[path]] in ([], [missing])  # seconds may differ
    after = querist.Simulation.load(folder)
    # To the last digits only with the versions that wrote it.
    pd.testing.assert_frame_equal(after.table, before.table, rtol=1e-9)


def test_a_loaded_simulation_is_saved_where_it_lies(tmp_path):
    folder = Path(shutil.copytree(SAVED / "simulation", tmp_path / "simulation"))
    querist.Simulation.load(folder).save(folder)
    assert (folder / "experiment.json").read_bytes() == (SAVED / "simulation" / "experiment.json").read_bytes()


PARTS = st.one_of(
    st.builds(
        lambda name, uncertainty, ties: querist.make_strategy(name, uncertainty=uncertainty, ties=ties),
        st.sampled_from(["power", "weighted_k_means"]),
        st.sampled_from(["margin", "entropy", "least_confidence"]),
        st.sampled_from(["random", "first"]),
    ),
    st.builds(
        querist.make_strategy, st.sampled_from(["random", "k_center", "relevance"]), candidates=st.just("neighbors")
    ),
    st.builds(
        AutoClassifier,
        class_weight=st.sampled_from(["auto", "balanced", None]),
        kernels=st.booleans(),
        sparse=st.sampled_from(["logistic_regression", "kernel_machine"]),
    ),
    st.sampled_from(["margin", None, 3, ["a", {"class": "b"}]]),
)


@given(PARTS)
def test_todays_words_stay_as_they_are(part):
    described = json.loads(json.dumps(describe(part) if hasattr(part, "get_params") else part))
    assert registry.in_present_words(described) == described


def names_only(path, version, pool=X, **parts):
    """Save a session whose parts are names, as an earlier version wrote it."""
    session = querist.Session(pool, random_state=4, **parts)
    session.tell(range(12), Y[:12])
    session.save(path)
    path.write_text(as_document(content_of(path), version))
    return session


@pytest.mark.parametrize("spec", ["auto", "auto:min_weight_fraction_leaf=0.1"])
def test_the_name_auto_in_an_earlier_session_means_trees_alone(tmp_path, spec):
    path = tmp_path / "session.json"
    names_only(path, 3, estimator=spec, query_estimator=spec)
    params = registry.parse_spec(spec)[1]
    expected = querist.Session(X, estimator=AutoClassifier(**params), random_state=4)
    expected.tell(range(12), Y[:12])
    for given_parts in ({}, {"estimator": spec, "query_estimator": spec}):
        opened = querist.Session.load(path, X, **given_parts)
        np.testing.assert_array_equal(opened.predict_proba(), expected.predict_proba())
        opened.save(path)  # and so it stays
    with pytest.raises(SessionFileError, match="kernels"):
        querist.Session.load(path, X, estimator="auto:kernels=True")


@pytest.mark.parametrize("version", [3, 4])
def test_the_name_auto_in_an_earlier_session_of_texts_means_logistic_regression(tmp_path, version):
    path = tmp_path / "session.json"
    pool = scipy.sparse.csr_matrix(np.abs(X))
    names_only(path, version, pool, estimator="auto")
    expected = querist.Session(pool, estimator=AutoClassifier(), random_state=4)
    expected.tell(range(12), Y[:12])
    for given_parts in ({}, {"estimator": "auto"}):
        opened = querist.Session.load(path, pool, **given_parts)
        np.testing.assert_allclose(opened.predict_proba(), expected.predict_proba(), rtol=1e-6)
        opened.save(path)  # and so it stays
    with pytest.raises(SessionFileError, match=r"params\.(kernels|sparse)"):
        querist.Session.load(path, pool, estimator="auto:sparse=kernel_machine")


def test_the_name_auto_in_a_session_of_the_version_before_has_its_kernel_machines(tmp_path):
    path = tmp_path / "session.json"
    session = names_only(path, 4, estimator="auto")
    opened = querist.Session.load(path, X, estimator="auto")
    np.testing.assert_array_equal(opened.predict_proba(), session.predict_proba())


def test_a_simulation_of_the_version_before_keeps_its_model_of_texts(tmp_path):
    pool = scipy.sparse.csr_matrix(np.abs(X))

    def carried_out(estimator):
        return querist.simulate(
            pool, Y, strategies=["margin"], estimators=[estimator], repeats=1, budget=12, initial=8, n_jobs=1,
            out=tmp_path,
        )  # fmt: skip

    carried_out("auto:sparse=logistic_regression")
    path = tmp_path / "experiment.json"
    there = json.loads(path.read_text())
    label = "auto:sparse=logistic_regression"
    text = json.dumps(there).replace(label, "auto").replace(', "sparse": "logistic_regression"', "")
    assert '"sparse"' not in text
    path.write_text(text)
    for run in (tmp_path / "runs").iterdir():
        run.unlink()
    resumed = carried_out("auto")
    assert resumed.table["estimator"].unique().tolist() == ["auto"]
    expected = querist.simulate(
        pool, Y, strategies=["margin"], estimators={"auto": AutoClassifier()}, repeats=1, budget=12, initial=8, n_jobs=1
    )
    pd.testing.assert_frame_equal(resumed.table, expected.table)


def test_the_name_auto_in_a_session_of_today_has_kernel_machines(tmp_path):
    session = querist.Session(X, estimator="auto", random_state=4)
    session.tell(range(12), Y[:12])
    session.save(tmp_path / "session.json")
    opened = querist.Session.load(tmp_path / "session.json", X, estimator="auto")
    np.testing.assert_array_equal(opened.predict_proba(), session.predict_proba())
    assert len(opened.fit().estimator_.estimators_) == 4


def test_an_object_goes_on_with_a_simulation_of_the_name_that_it_bore(tmp_path, monkeypatch):
    folder = Path(shutil.copytree(SAVED / "simulation", tmp_path / "simulation"))
    versions = json.loads((folder / "experiment.json").read_bytes())["versions"]
    monkeypatch.setattr(experiment, "_versions", lambda descriptions: versions)
    runs = {path: path.read_bytes() for path in (folder / "runs").iterdir()}
    simulated(folder, estimators=[AutoClassifier()])
    assert {path: path.read_bytes() for path in (folder / "runs").iterdir()} == runs
    with pytest.raises(ResultsError, match="another"):
        simulated(folder, estimators=["auto:kernels=True"])


def before_ours():
    """Return what ``make_estimator("logistic_regression")`` was while it wrapped scikit-learn's."""
    inner = LogisticRegression(max_iter=2000)
    return FewLabels(inner, balance="posteriors", sparse={"C": 10.0}, until_sparse=10)


def test_a_session_of_the_object_that_logistic_regression_was_goes_on_with_it(tmp_path):
    path = tmp_path / "session.json"
    session = querist.Session(X, estimator=before_ours(), random_state=4)
    session.tell(range(12), Y[:12])
    session.save(path)
    opened = querist.Session.load(path, X, estimator=querist.make_estimator("logistic_regression"))
    np.testing.assert_array_equal(opened.predict_proba(), session.predict_proba())
    assert type(opened.fit().estimator_) is LogisticRegression
    with pytest.raises(SessionFileError, match="C is"):
        querist.Session.load(path, X, estimator=querist.make_estimator("logistic_regression", C=2.0))


def test_a_simulation_begun_with_scikit_learns_logistic_regression_goes_on_with_it(tmp_path):
    def carried_out(estimators):
        return querist.simulate(
            X, Y, strategies=["margin"], estimators=estimators, repeats=1, budget=12, initial=8, n_jobs=1, out=tmp_path
        ).table

    began = carried_out({"logistic_regression": before_ours()})
    for run in (tmp_path / "runs").iterdir():
        run.unlink()
    pd.testing.assert_frame_equal(carried_out(["logistic_regression"]), began)
