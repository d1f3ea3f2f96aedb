"""Sessions whose estimator is a regressor: numbers in, numbers out, and figures of their own."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from querist import Session
from querist.exceptions import InvalidParameterError, ModelWaitsWarning, NotEnoughLabelsError
from querist.strategies import KCenter, MarginSampling


def _problem(n=400, noise=0.3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, X @ np.array([1.0, -2.0, 0.5]) + noise * rng.normal(size=n)


def _run(session, truth, rounds=5, batch_size=10):
    for _ in range(rounds):
        rows = session.ask(batch_size)
        session.tell(rows, truth[rows])
    return session


def test_a_session_learns_numbers_and_has_no_classes():
    X, truth = _problem()
    session = _run(Session(X, estimator=Ridge(), strategy="random", random_state=0), truth)
    assert session.task == "regression"
    assert session.classes == []
    assert session.labels.dtype == np.float64
    assert np.array_equal(session.labels, truth[session.labelled])
    assert np.corrcoef(session.predict(), truth)[0, 1] > 0.95
    assert np.allclose(session.predict(X[:5]), session.model.predict(X[:5]))
    assert Session(X).task == "classification"


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=12), undo=st.booleans())
@settings(max_examples=30, deadline=None)
def test_answers_come_back_to_the_last_bit(values, undo, tmp_path_factory):
    X = np.arange(float(len(values))).reshape(-1, 1)
    session = Session(X, estimator=Ridge(), strategy="random", random_state=0)
    session.tell(np.arange(len(values)), values)
    if undo:
        session.change([0], [values[-1]])
        session.undo()
    path = tmp_path_factory.mktemp("session") / "session.jsonl"
    session.save(path)
    loaded = Session.load(path, X, estimator=Ridge(), strategy="random")
    for one in (session, loaded):
        assert one.labels.tolist() == values
        assert one.labels.dtype == np.float64


def test_whole_numbers_are_numbers_too():
    session = Session(np.arange(6.0).reshape(-1, 1), estimator=Ridge(), strategy="random", random_state=0)
    session.tell([0, 1], [3, 4])
    session.tell([2], [4.5])
    assert session.labels.tolist() == [3.0, 4.0, 4.5]
    assert session.history().loc[lambda table: table["event"] == "answered", "label"].tolist() == [3.0, 4.0, 4.5]


@pytest.mark.parametrize(
    ("answer", "told"),
    [(np.nan, "missing"), (np.inf, "finite number"), ("3", "must hold numbers"), (None, "missing")],
)
def test_what_is_no_number_is_refused_and_nothing_recorded(answer, told):
    session = Session(np.arange(6.0).reshape(-1, 1), estimator=Ridge(), strategy="random", random_state=0)
    with pytest.raises(InvalidParameterError, match=told):
        session.tell([0, 1], np.array([1.0, answer], object))
    assert len(session.labelled) == 0


def test_until_two_answers_the_cold_start_asks():
    X, truth = _problem(60)
    session = Session(X, estimator=Ridge(), strategy=KCenter(), cold_start="random", random_state=0)
    with pytest.raises(NotEnoughLabelsError, match="from 2 answers on, and there are 0"):
        session.fit()
    session.tell([0], truth[:1])
    with pytest.raises(NotEnoughLabelsError, match="there is 1"):
        session.predict()
    session.tell([1], truth[1:2])
    assert session.predict().shape == (60,)


def test_a_regressor_that_takes_more_answers_waits_for_them():
    X, truth = _problem(60)
    session = Session(X, estimator=KNeighborsRegressor(5), strategy="random", audit=0.5, random_state=0)
    session.tell([0, 1, 2], truth[:3])
    with pytest.raises(NotEnoughLabelsError, match="3 answers yet, and it can with more"):
        session.fit()
    with pytest.warns(ModelWaitsWarning):
        rows = session.ask(4)
    session.tell(rows, truth[rows])
    assert session.predict().shape == (60,)
    assert session.waiting == ""


def test_a_regressor_that_cannot_be_fitted_at_all_says_so():
    class Broken(LinearRegression):
        def fit(self, X, y, sample_weight=None):
            raise ValueError("no luck")

    session = Session(np.arange(6.0).reshape(-1, 1), estimator=Broken(), strategy="random", random_state=0)
    session.tell([0, 1], [1.0, 2.0])
    with pytest.raises(ValueError, match="no luck"):
        session.fit()


def test_a_column_of_predictions_is_one_number_a_row():
    class Column(LinearRegression):
        def predict(self, X):
            return super().predict(X).reshape(-1, 1)

    X, truth = _problem(50)
    session = _run(Session(X, estimator=Column(), strategy="random", random_state=0), truth, 2)
    assert session.predict().shape == (50,)


def test_weights_costs_skips_and_pipelines():
    X, truth = _problem(80)
    model = make_pipeline(StandardScaler(), Ridge())
    session = Session(X, estimator=model, strategy="random", costs=np.full(80, 2.0), random_state=0)
    session.tell([0, 1, 2], truth[:3], sample_weight=[1, 2, 3])
    session.skip([3])
    rows = session.ask(5)
    session.tell(rows, truth[rows])
    expected = make_pipeline(StandardScaler(), Ridge()).fit(
        X[session.labelled], session.labels, ridge__sample_weight=session.sample_weight
    )
    assert np.allclose(session.predict(), expected.predict(X))
    assert session.cost == 16.0


def test_a_loaded_session_asks_what_the_old_one_would_have_asked(tmp_path):
    X, truth = _problem(120)
    parts = {"estimator": RandomForestRegressor(10), "strategy": "k_center"}
    session = _run(Session(X, audit=0.3, random_state=0, tolerance=0.5, **parts), truth, 4)
    session.save(tmp_path / "session.jsonl")
    loaded = Session.load(tmp_path / "session.jsonl", X, estimator=RandomForestRegressor(10))
    assert json.loads((tmp_path / "session.jsonl").read_text().splitlines()[0])["tolerance"] == 0.5
    assert loaded.events == session.events
    assert loaded.task == "regression"
    assert loaded.accuracy() == session.accuracy()
    assert np.array_equal(loaded.predict(), session.predict())
    assert np.array_equal(loaded.ask(10), session.ask(10))
    other = Session.load(tmp_path / "session.jsonl", X, estimator=RandomForestRegressor(10), tolerance=5.0)
    assert other.accuracy().value == 1.0 > session.accuracy().value


def test_figures_come_from_the_audit_rows_only():
    X, truth = _problem(600)
    session = _run(
        Session(X, estimator=Ridge(), strategy="random", audit=0.5, tolerance=0.6, random_state=1), truth, 12
    )
    found = session.estimates()
    assert found.n_audited == 60
    assert found.n_labels == 120
    error = np.sqrt(np.mean((session.predict() - truth) ** 2))
    assert found.rmse.low < error < found.rmse.high
    inside = np.mean(np.abs(session.predict() - truth) <= 0.6)
    assert session.accuracy() == found.within
    assert found.within.low < inside < found.within.high
    assert session.running_accuracy().low < inside < session.running_accuracy().high


def test_the_model_that_asks_does_not_know_the_audits_answers():
    X, truth = _problem(200)
    session = _run(Session(X, estimator=Ridge(), strategy="random", audit=0.5, random_state=1), truth, 4)
    known = {tuple(event.rows.tolist()) for event in session.events if event.kind == "given_over"}
    # The strategy has had answers of its own since the first batch.
    assert sum(map(len, known)) <= 2


def test_a_certificate_promises_a_share_within_the_tolerance():
    X, truth = _problem(800)
    session = _run(Session(X, estimator=Ridge(), strategy="random", audit=0.3, tolerance=1.0, random_state=0), truth, 8)
    certificate = session.certify(0.9)
    while (rows := certificate.ask()).size:
        session.tell(rows, truth[rows])
    result = certificate.result()
    assert result.passed
    assert result.estimate.low == 0.9
    assert "are within 1 of the truth" in str(result)
    left = session.unanswered
    assert np.mean(np.abs(certificate.model.predict(X[left]) - truth[left]) <= 1.0) >= result.rest


def test_a_hopeless_certificate_fails():
    X, truth = _problem(800, noise=3.0)
    session = _run(Session(X, estimator=Ridge(), strategy="random", audit=0.3, tolerance=1.0, random_state=0), truth, 8)
    certificate = session.certify(0.9, guess=0.97)
    while (rows := certificate.ask()).size:
        session.tell(rows, truth[rows])
    assert not certificate.result().passed


@pytest.mark.parametrize("name", ["accuracy", "running_accuracy", "certify", "accuracy_of"])
def test_without_a_tolerance_nothing_is_right_or_wrong(name):
    X, truth = _problem(100)
    session = _run(Session(X, estimator=Ridge(), strategy="random", audit=0.5, random_state=0), truth, 3)
    given_to = {"certify": (0.9,), "accuracy_of": (truth,)}.get(name, ())
    with pytest.raises(InvalidParameterError, match=r"tolerance.*Session\(\.\.\., tolerance=0\.5\)"):
        getattr(session, name)(*given_to)
    assert session.estimates().within is None


def test_one_fixed_regressor_is_judged_by_the_draws():
    X, truth = _problem(300)
    session = _run(Session(X, estimator=Ridge(), strategy="random", tolerance=0.5, random_state=0), truth, 6)
    found = session.accuracy_of(truth + 0.4)
    assert found.value == 1.0
    assert found.n == 60
    assert session.accuracy_of(truth + 0.6).value == 0.0


def test_what_is_about_classes_is_refused():
    X, truth = _problem(100)
    session = _run(Session(X, estimator=Ridge(), strategy="random", audit=0.5, tolerance=1.0, random_state=0), truth, 3)
    for refused in (
        session.predict_proba, session.advice, session.auto_label, lambda: session.add_classes([1, 2]),
    ):  # fmt: skip
        with pytest.raises(InvalidParameterError, match="is about classes"):
            refused()
    with pytest.raises(InvalidParameterError, match="about classes"):
        Session(X, estimator=Ridge(), strategy="random", classes=["a", "b"])
    with pytest.raises(InvalidParameterError, match="asks on behalf of classifiers"):
        Session(X, estimator=Ridge(), strategy="margin")
    with pytest.raises(InvalidParameterError, match="asks on behalf of classifiers"):
        Session(X, estimator=Ridge(), strategy=MarginSampling())
    with pytest.raises(InvalidParameterError, match="one is a regressor and the other a classifier"):
        Session(X, estimator=Ridge(), strategy="random", query_estimator=LogisticRegression())
    with pytest.raises(InvalidParameterError, match="warm_start"):
        Session(X, estimator=Ridge(), strategy="random", warm_start=True)


@pytest.mark.parametrize("tolerance", [0, -1, np.nan, np.inf, "0.5", True])
def test_a_tolerance_is_a_number_above_0(tolerance):
    with pytest.raises(InvalidParameterError, match="tolerance"):
        Session(np.zeros((3, 1)), estimator=Ridge(), strategy="random", tolerance=tolerance)


def test_a_classifier_has_no_tolerance():
    with pytest.raises(InvalidParameterError, match="Leave it out"):
        Session(np.zeros((3, 1)), tolerance=0.5)
