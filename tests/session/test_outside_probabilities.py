"""Probabilities from outside as the model of a session."""

import warnings

import numpy as np
import pandas as pd
import polars
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

import querist
from querist.exceptions import InvalidParameterError, SessionFileError, UnsupportedModelError

X, CODES = make_classification(120, 4, n_informative=3, n_redundant=0, n_classes=3, random_state=1)
CLASSES = ["ham", "spam", "junk"]
TRUTH = np.array(CLASSES)[CODES]
rng = np.random.default_rng(0)
P = rng.dirichlet([0.7] * 3, 120)
P[np.arange(120), CODES] += 0.6
P /= P.sum(axis=1, keepdims=True)
GUESSES = np.array(CLASSES)[P.argmax(axis=1)]
TEXTS = [f"text {row}" for row in range(120)]
FRAME = pd.DataFrame(P, columns=CLASSES)


def session_of(pool=TEXTS, probabilities=FRAME, **options):
    return querist.Session(pool, probabilities=probabilities, random_state=0, **options)


def loop(session, rounds=4):
    asked = []
    for _ in range(rounds):
        rows = session.ask(5)
        session.tell(rows, TRUTH[rows])
        asked += rows.tolist()
    return asked


def test_the_first_questions_already_follow_them():
    top = np.sort(P, axis=1)
    margins = top[:, -1] - top[:, -2]
    assert set(session_of(strategy="margin").ask(10)) == set(np.argsort(margins)[:10])


@pytest.mark.parametrize("name", ["random", "least_confidence", "margin", "entropy", "power", "relevance:target=spam"])
@pytest.mark.parametrize("pool", [X, TEXTS, pd.DataFrame(X, index=[f"r{row}" for row in range(120)])])
def test_every_strategy_of_probabilities_works_on_every_pool(name, pool):
    assert len(set(loop(session_of(pool, strategy=name)))) == 20


@pytest.mark.parametrize("name", ["k_center", "density_weighted", "weighted_k_means"])
def test_distances_are_measured_in_the_pool(name):
    assert len(set(loop(session_of(X, strategy=name)))) == 20
    with pytest.raises(InvalidParameterError, match="the pool is not numeric"):
        session_of(TEXTS, strategy=name)


def test_what_would_train_the_model_is_refused_and_own_committees_work():
    with pytest.raises(InvalidParameterError, match="trains clones of the model"):
        session_of(X, strategy="query_by_committee")
    committee = querist.make_strategy("query_by_committee", committee=[GaussianNB(), KNeighborsClassifier(1)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", querist.exceptions.ModelMismatchWarning)
        assert len(set(loop(session_of(X, strategy=committee)))) == 20


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"estimator": GaussianNB()}, "an estimator was given besides"),
        ({"estimator": "svc"}, "an estimator was given besides"),
        ({"query_estimator": "svc"}, "query_estimator has no meaning"),
        ({"warm_start": True}, "warm_start has no meaning"),
        ({"classes": ["ham", "spam"]}, "2 classes need as many columns"),
        ({"classes": ["ham", "spam", "jnk"]}, "columns of probabilities are named"),
        ({"probabilities": P}, "columns of probabilities stand for is not told"),
        ({"probabilities": P[:5], "classes": CLASSES}, r"120 rows of X .* got shape \(5, 3\)"),
        (
            {"probabilities": P[:, 0], "classes": CLASSES},
            r"probabilities must have one row per item|got shape \(120,\)",
        ),
        ({"probabilities": P[:, :1], "classes": ["ham"]}, "at least two"),
        ({"probabilities": P, "classes": ["a", "b", "a"]}, "must be distinct"),
        ({"probabilities": FRAME.astype(str).replace(FRAME.astype(str).iloc[0, 0], "x")}, "must hold numbers"),
    ],
)
def test_what_does_not_fit_together_is_refused(options, words):
    with pytest.raises(InvalidParameterError, match=words):
        session_of(**({"pool": X} | options))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ([0.5, 0.5, 0.5], "Row 7 of probabilities holds 0.5, 0.5, 0.5: they add up to 1.5"),
        ([1.2, -0.2, 0.0], "Row 7 .* each must be a finite number of at least 0"),
        ([0.5, np.nan, 0.5], "Row 7 .* each must be a finite number"),
        ([np.inf, 0, 0], "Row 7"),
        ([0.0, 0.0, 0.0], "add up to 0"),
    ],
)
def test_rows_that_are_no_distribution_are_named(row, words):
    wrong = P.copy()
    wrong[7] = row
    with pytest.raises(InvalidParameterError, match=words):
        session_of(probabilities=wrong, classes=CLASSES)


def test_rounding_is_taken_out():
    session = session_of(probabilities=P.round(2), classes=CLASSES)
    np.testing.assert_allclose(session.predict_proba().sum(axis=1), 1)
    np.testing.assert_allclose(session.predict_proba(), P, atol=0.02)


def test_columns_go_by_name_and_rows_too():
    order = ["junk", "ham", "spam"]
    session = session_of(probabilities=FRAME[order])
    assert session.classes == order
    np.testing.assert_array_equal(session.predict_proba(), FRAME[order])
    again = session_of(probabilities=FRAME[order], classes=CLASSES)
    assert again.classes == CLASSES
    np.testing.assert_array_equal(again.predict_proba(), P)
    pool = pd.DataFrame(X, index=[f"r{row}" for row in range(120)])
    shuffled = FRAME.set_axis(pool.index).sample(frac=1, random_state=0)
    np.testing.assert_array_equal(session_of(pool, shuffled).predict_proba(), P)
    np.testing.assert_array_equal(session_of(X, polars.DataFrame(FRAME)).predict_proba(), P)


def test_it_predicts_the_pool_and_nothing_else():
    session = session_of(X)
    np.testing.assert_array_equal(session.predict(), GUESSES)
    model = session.fit()
    session.tell(range(20), TRUTH[:20])
    assert session.fit() is model
    assert session.model is model
    np.testing.assert_array_equal(session.predict_proba(), P)
    session.add_classes(["none of these"])
    np.testing.assert_array_equal(session.predict_proba(), np.column_stack([P, np.zeros(120)]))
    with pytest.raises(UnsupportedModelError, match="for the rows of the pool only"):
        session.predict(X[:3])
    with pytest.raises(UnsupportedModelError, match="for the rows of the pool only"):
        model.predict(X[:3])
    with pytest.raises(InvalidParameterError, match="not among the declared classes"):
        session.tell(30, "hamm")


def test_figures_are_about_this_model():
    session = session_of(audit=1.0)
    rows = session.ask(60)
    session.tell(rows, TRUTH[rows])
    hits = GUESSES[rows] == TRUTH[rows]
    accuracy = session.accuracy()
    assert accuracy.low <= (GUESSES == TRUTH).mean() <= accuracy.high
    assert accuracy.value == pytest.approx(hits.mean(), abs=0.03)
    assert "learning curve" not in accuracy.method  # the model has none
    assert session.running_accuracy().value == pytest.approx(hits.mean())
    assert session.estimates().accuracy.value == accuracy.value
    with pytest.raises(InvalidParameterError, match="never trained, so no label makes them better"):
        session.advice()


def test_promises_are_about_this_model():
    session = session_of(audit=0.5)
    certificate = session.certify(0.5)
    session.tell(certificate.rows, TRUTH[certificate.rows])
    result = certificate.result()
    assert result.passed
    open_rows = session.unanswered
    assert (GUESSES == TRUTH)[open_rows].mean() >= 0.5


def test_saved_it_goes_on_as_if_it_had_not_been(tmp_path):
    whole, saved = session_of(audit=0.2), session_of(audit=0.2)
    loop(saved, 2)
    saved.save(tmp_path / "s.json")
    for again in (FRAME, P, FRAME[["junk", "spam", "ham"]]):
        loaded = querist.Session.load(tmp_path / "s.json", TEXTS, probabilities=again)
        assert loop(whole, 2) + loop(loaded, 2) == loop(session_of(audit=0.2), 4)
        whole = session_of(audit=0.2)
    with pytest.raises(SessionFileError, match="saved with probabilities from outside"):
        querist.Session.load(tmp_path / "s.json", TEXTS)
    other = P[:, [1, 0, 2]]
    with pytest.raises(SessionFileError, match="model of probabilities given is not the one saved"):
        querist.Session.load(tmp_path / "s.json", TEXTS, probabilities=other)
    assert querist.Session.load(tmp_path / "s.json", TEXTS, probabilities=other, trust_parts=True).labelled.size == 10
    with pytest.raises(InvalidParameterError, match="Leave the estimator out"):
        querist.Session.load(tmp_path / "s.json", TEXTS, probabilities=FRAME, estimator=GaussianNB())
    plain = querist.Session(X, random_state=0)
    plain.save(tmp_path / "plain.json")
    with pytest.raises(SessionFileError, match="saved without probabilities"):
        querist.Session.load(tmp_path / "plain.json", X, probabilities=P)


def test_a_longer_pool_needs_longer_probabilities(tmp_path):
    session = session_of(TEXTS[:100], FRAME[:100])
    session.tell(range(10), TRUTH[:10])
    with pytest.raises(InvalidParameterError, match="takes those of the whole new pool"):
        session.extend(TEXTS)
    with pytest.raises(InvalidParameterError, match="100 old rows differ"):
        session.extend(TEXTS, probabilities=FRAME[::-1].to_numpy())
    with pytest.raises(InvalidParameterError, match="the 100 old rows first"):
        session.extend(TEXTS[::-1], probabilities=FRAME)
    np.testing.assert_array_equal(session.predict_proba(), P[:100])
    session.extend(TEXTS, probabilities=FRAME)
    np.testing.assert_array_equal(session.predict_proba(), P)
    session.save(tmp_path / "s.json")
    assert querist.Session.load(tmp_path / "s.json", TEXTS, probabilities=FRAME).n_rows == 120
    with pytest.raises(InvalidParameterError, match="made without probabilities"):
        querist.Session(X[:100]).extend(X, probabilities=P)


def test_it_asks_what_a_model_with_these_probabilities_would_have_asked():
    model = LogisticRegression().fit(X, TRUTH)
    session = querist.Session(X, probabilities=model.predict_proba(X), classes=model.classes_, random_state=0)
    strategy = querist.make_strategy("entropy", ties="first")
    session = querist.Session(
        X, probabilities=model.predict_proba(X), classes=model.classes_, strategy=strategy, random_state=0
    )
    assert session.ask(5).tolist() == strategy.query(X, [], [], model=model, batch_size=5).tolist()
