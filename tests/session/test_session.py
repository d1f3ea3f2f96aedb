"""The loop as ask and tell."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

import querist
from querist.exceptions import (
    EmptyPoolError,
    InvalidParameterError,
    InvalidRowsError,
    ModelMismatchWarning,
    NotEnoughLabelsError,
    PoolExhaustedError,
    UnknownNameError,
    UnsupportedModelError,
)
from querist.learners import NewtonLogisticRegression


@pytest.fixture
def problem():
    return make_classification(200, 5, n_informative=4, n_redundant=0, n_classes=3, random_state=1)


def loop(session, truth, rounds=4, batch_size=5):
    """Ask and tell; return every row asked, in order."""
    asked = []
    for _ in range(rounds):
        rows = session.ask(batch_size)
        session.tell(rows, truth[rows])
        asked.extend(rows.tolist())
    return asked


def test_the_tutorials_loop_gives_the_tutorials_rows():
    X, y = make_classification(300, 6, n_informative=4, random_state=3, flip_y=0.1)
    session = querist.Session(
        X,
        estimator=LogisticRegression(max_iter=2000),
        strategy=querist.make_strategy("least_confidence", ties="first"),
        random_state=0,
    )
    labelled = list(range(0, 300, 10))
    unlabelled = [row for row in range(300) if row % 10]
    session.tell(labelled, y[labelled])
    for _ in range(10):
        model = LogisticRegression(max_iter=2000).fit(X[labelled], y[labelled])
        expected = unlabelled.pop(int(np.argmax(1 - model.predict_proba(X[unlabelled]).max(axis=1))))
        (row,) = session.ask()
        assert row == expected
        session.tell(row, y[row])
        labelled.append(expected)
        np.testing.assert_array_equal(session.model.coef_, model.coef_)
    np.testing.assert_array_equal(session.labelled, labelled)


def test_rows_asked_are_distinct_and_never_repeated(problem):
    X, y = problem
    session = querist.Session(X, random_state=0)
    asked = loop(session, y, rounds=20, batch_size=10)
    assert sorted(asked) == list(range(200))
    with pytest.raises(EmptyPoolError, match="200 answered"):
        session.ask()


def test_several_batches_may_be_out_and_are_answered_in_any_order(problem):
    X, y = problem
    session = querist.Session(X, random_state=0)
    first, second = session.ask(5), session.ask(5)
    assert not set(first) & set(second)
    assert set(session.outstanding) == set(first) | set(second)
    mixed = np.concatenate([second, first])[::-1]
    session.tell(mixed[:7], y[mixed[:7]])
    assert set(session.outstanding) == set(mixed[7:])
    np.testing.assert_array_equal(session.labelled, mixed[:7])
    np.testing.assert_array_equal(session.labels, y[mixed[:7]])


def test_rows_that_were_never_asked_can_be_told(problem):
    X, y = problem
    session = querist.Session(X, random_state=0)
    session.tell([3, 150], y[[3, 150]])
    assert session.reasons([3])["how"].item() == "told unasked"
    assert not {3, 150} & set(session.ask(50))


def test_release_puts_rows_back(problem):
    X, _ = problem
    session = querist.Session(X, random_state=0)
    rows = session.ask(190)
    with pytest.raises(PoolExhaustedError, match=r"10 rows are left.*190 asked and not answered.*release"):
        session.ask(11)
    session.release(rows[:5])
    assert session.ask(15).size == 15
    session.release()
    assert session.outstanding.size == 0
    with pytest.raises(InvalidRowsError, match="not asked"):
        session.release([0])


def test_skipped_rows_are_not_asked_but_may_be_told(problem):
    X, y = problem
    session = querist.Session(X, random_state=0)
    session.skip(range(100))
    assert session.ask(100).min() >= 100
    session.tell(5, y[5])
    assert 5 not in session.skipped
    with pytest.raises(InvalidRowsError, match="row 5: it is answered"):
        session.skip(5)


def test_a_change_keeps_the_place_and_refits(problem):
    X, y = problem
    session = querist.Session(X, random_state=0)
    session.tell(range(30), y[:30])
    before = session.fit()
    session.change([4, 2], [(y[4] + 1) % 3, (y[2] + 1) % 3])
    expected = y[:30].copy()
    expected[[4, 2]] = (expected[[4, 2]] + 1) % 3
    np.testing.assert_array_equal(session.labels, expected)
    np.testing.assert_array_equal(session.labelled, np.arange(30))
    after = session.fit()
    assert after is not before
    np.testing.assert_array_equal(after.coef_, NewtonLogisticRegression().fit(X[:30], expected).coef_)


def test_telling_twice_is_refused_and_points_to_change(problem):
    X, y = problem
    session = querist.Session(X, random_state=0)
    session.tell([1], [y[1]])
    with pytest.raises(InvalidRowsError, match=r"row 1: it is answered.*change"):
        session.tell([0, 1], y[:2])
    np.testing.assert_array_equal(session.labelled, [1])
    with pytest.raises(InvalidRowsError, match="tell"):
        session.change([0], [y[0]])


def test_undo_takes_back_steps_in_reverse_order(problem):
    X, y = problem
    session = querist.Session(X, random_state=0)
    rows = session.ask(3)
    session.tell(rows, y[rows])
    session.change(rows[0], (y[rows[0]] + 1) % 3)
    other = int(session.unanswered[0])
    session.skip(other)
    assert [event.kind for event in session.undo(2)] == ["skipped", "changed"]
    assert session.labels[0] == y[rows[0]]
    assert other not in session.skipped
    session.undo()
    assert set(session.outstanding) == set(rows)
    assert session.labelled.size == 0
    with pytest.raises(InvalidParameterError, match="there are 0"):
        session.undo()


def test_classes_follow_the_order_of_answers_and_survive_undo():
    session = querist.Session(np.eye(4), random_state=0)
    session.tell([0], ["pear"])
    session.tell([1, 2], ["apple", "pear"])
    assert session.classes == ["pear", "apple"]
    session.undo()
    assert session.classes == ["pear", "apple"]
    with pytest.raises(NotEnoughLabelsError, match="1 answers of 1 classes"):
        session.fit()


def test_probabilities_align_with_declared_classes_and_unseen_ones_are_zero(problem):
    X, y = problem
    names = np.array(["zebra", "ant", "moth"])
    session = querist.Session(X, classes=["unseen", "zebra", "moth", "ant"], random_state=0)
    session.tell(range(60), names[y[:60]])
    proba = session.predict_proba(X[60:])
    model = session.model
    assert (proba[:, 0] == 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    for position, name in enumerate(session.classes[1:], 1):
        column = model.classes_.tolist().index(name)
        np.testing.assert_array_equal(proba[:, position], model.predict_proba(X[60:])[:, column])
    with pytest.raises(InvalidParameterError, match="add_classes"):
        session.tell([100], ["bee"])
    session.add_classes(["bee"])
    session.tell([100], ["bee"])
    assert session.classes[-1] == "bee"
    with pytest.raises(InvalidParameterError, match="there already"):
        session.add_classes(["bee"])


@pytest.mark.parametrize(
    ("label", "match"), [("x", "of type str"), (True, "of type bool"), (2.0, "of type float"), (None, "missing")]
)
def test_labels_of_another_type_are_refused(label, match):
    session = querist.Session(np.eye(4), random_state=0)
    session.tell([0, 1], [1, 2])
    with pytest.raises(InvalidParameterError, match=match):
        session.tell([2], [label])
    assert session.labelled.size == 2


@pytest.mark.parametrize("labels", [["a", "bbbbbb", "cc"], [3, -1, 7], [True, False, True], [0.0, 2.0, 0.0]])
def test_labels_keep_their_type(labels):
    session = querist.Session(np.eye(4), random_state=0)
    for row, label in enumerate(labels):
        session.tell(row, label)
    assert session.labels.tolist() == labels
    assert [type(label) for label in session.classes] == [type(labels[0])] * len(session.classes)


def test_minus_one_is_a_class_like_any_other(problem):
    X, y = problem
    session = querist.Session(X, random_state=0)
    loop(session, np.where(y == 0, -1, y), rounds=6)
    assert -1 in session.classes


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda s: s.tell([0, 0], [1, 2]), "row 0 more than once"),
        (lambda s: s.tell([200], [1]), "holds 200, but X has rows 0 to 199"),
        (lambda s: s.tell([-1], [1]), "holds -1"),
        (lambda s: s.tell([0, 1], [1]), "2 rows need 2 labels, got 1"),
        (lambda s: s.tell([0.0], [1]), "must be integers"),
        (lambda s: s.tell(np.array([True, False]), [1]), "flatnonzero"),
        (lambda s: s.ask(0), "at least 1"),
        (lambda s: s.ask(2.0), "an integer"),
        (lambda s: s.undo(0), "steps"),
    ],
)
def test_wrong_calls_say_what_is_wrong_and_record_nothing(problem, call, error):
    session = querist.Session(problem[0], random_state=0)
    with pytest.raises(InvalidParameterError, match=error):
        call(session)
    assert len(session.events) == 1


@pytest.mark.parametrize(
    ("parameters", "error", "match"),
    [
        ({"strategy": "margine"}, UnknownNameError, "Did you mean 'margin'"),
        ({"estimator": "logistic"}, UnknownNameError, "logistic_regression"),
        ({"estimator": "svc:Q=1"}, InvalidParameterError, "Q"),
        ({"strategy": "margin:beta=1"}, InvalidParameterError, "no parameter 'beta'"),
        ({"strategy": object()}, InvalidParameterError, "QueryStrategy"),
        ({"estimator": LogisticRegression}, InvalidParameterError, "classifier object"),
        ({"cold_start": "margin"}, InvalidParameterError, "needs a model"),
        ({"random_state": -1}, InvalidParameterError, "random_state"),
        ({"random_state": np.random.default_rng()}, InvalidParameterError, "generator"),
        ({"estimator": "extra_trees", "warm_start": True}, InvalidParameterError, "not safe"),
        ({"classes": ["a", "a"]}, InvalidParameterError, "distinct"),
        ({"classes": "abc"}, InvalidParameterError, "classes"),
    ],
)
def test_wrong_parameters(problem, parameters, error, match):
    if parameters.get("classes") == "abc":
        session = querist.Session(problem[0], classes="abc")
        assert session.classes == ["abc"]
        return
    with pytest.raises(error, match=match):
        querist.Session(problem[0], **parameters)


def test_no_model_yet(problem):
    session = querist.Session(problem[0], random_state=0)
    with pytest.raises(NotFittedError, match="No model yet"):
        _ = session.model
    with pytest.raises(NotEnoughLabelsError, match="0 answers of 0 classes"):
        session.predict()


class Broken(ClassifierMixin, BaseEstimator):
    """Fails when fitted."""

    def fit(self, X, y):
        raise FloatingPointError("diverged")

    def predict(self, X):
        raise AssertionError


def test_a_failing_fit_surfaces_with_a_note(problem):
    X, y = problem
    session = querist.Session(X, estimator=Broken(), random_state=0)
    session.tell(range(20), y[:20])
    with pytest.raises(FloatingPointError, match="diverged") as caught:
        session.ask()
    assert "Broken on 20 answers" in caught.value.__notes__[0]
    with pytest.raises(NotFittedError):
        _ = session.model


def test_nothing_of_the_callers_is_touched(problem):
    X, y = problem
    X.flags.writeable = False
    estimator = LogisticRegression()
    before = X.copy()
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    session = querist.Session(X, estimator=estimator, random_state=0)
    rows = session.ask(10)
    answers = y[rows].copy()
    session.tell(rows, answers)
    loop(session, y)
    rows[:], answers[:] = 0, 0
    assert session.labelled[:10].sum() > 0
    assert not hasattr(estimator, "coef_")
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002
    session.labels[:] = 7
    assert 7 not in session.labels


def test_the_same_seed_asks_the_same_rows_and_another_does_not(problem):
    X, y = problem
    runs = [loop(querist.Session(X, estimator="extra_trees", random_state=seed), y, 6) for seed in (5, 5, 6)]
    assert runs[0] == runs[1] != runs[2]


def test_an_unset_seed_is_drawn_and_kept(problem):
    X, y = problem
    session = querist.Session(X)
    again = querist.Session(X, random_state=session.random_state)
    assert loop(session, y) == loop(again, y)
    assert querist.Session(X).random_state != session.random_state


def test_warm_starts_reach_the_same_solution_faster(problem):
    X, y = problem
    y = (y > 0).astype(int)
    cold = querist.Session(X, estimator=LogisticRegression(tol=1e-8), random_state=0)
    warm = querist.Session(X, estimator=LogisticRegression(tol=1e-8), warm_start=True, random_state=0)
    iterations = {}
    for session in (cold, warm):
        session.tell(range(100), y[:100])
        session.fit()
        kept = session.model.coef_.copy()
        first = session.model
        session.tell([150], y[[150]])
        session.fit()
        np.testing.assert_array_equal(first.coef_, kept)
        iterations[session is warm] = session.model.n_iter_[0]
    np.testing.assert_allclose(cold.model.coef_, warm.model.coef_, rtol=1e-4)
    assert iterations[True] < iterations[False]


def test_warm_start_with_a_new_class_starts_cold():
    X = np.random.default_rng(0).normal(size=(30, 2))
    session = querist.Session(X, warm_start=True, random_state=0)
    session.tell(range(20), ["a", "b"] * 10)
    session.fit()
    session.tell([20], ["c"])
    expected = NewtonLogisticRegression().fit(X[:21], ["a", "b"] * 10 + ["c"])
    np.testing.assert_array_equal(session.fit().coef_, expected.coef_)


def test_another_asking_model_warns(problem):
    X, y = problem
    with pytest.warns(ModelMismatchWarning, match=r"LogisticRegression asks on behalf of ExtraTrees"):
        session = querist.Session(
            X, estimator="extra_trees", query_estimator="logistic_regression", strategy="margin", random_state=0
        )
    reference = querist.Session(X, estimator="logistic_regression", random_state=0)
    for each in (session, reference):
        each.tell(range(40), y[:40])
    np.testing.assert_array_equal(session.ask(5), reference.ask(5))
    assert isinstance(session.fit().estimator_, ExtraTreesClassifier)


def test_decision_values_serve_margin_and_refuse_probabilities(problem):
    X, y = problem
    session = querist.Session(X, estimator="svc", random_state=0)
    session.tell(range(40), y[:40])
    (row,) = session.ask()
    scores = np.sort(SVC().fit(X[:40], y[:40]).decision_function(X[40:]), axis=1)
    assert row == 40 + np.argmin(scores[:, -1] - scores[:, -2])
    with pytest.raises(UnsupportedModelError, match="CalibratedClassifierCV"):
        session.predict_proba()
    entropy = querist.Session(X, estimator="svc", strategy="entropy", random_state=0)
    entropy.tell(range(40), y[:40])
    with pytest.raises(UnsupportedModelError, match="CalibratedClassifierCV"):
        entropy.ask()


def test_pools_of_every_kind_ask_the_same_rows(problem):
    X, y = problem
    X = np.round(X, 2)
    frame = pd.DataFrame(X, columns=list("abcde"), index=range(1000, 1200))
    pools = [X, X.tolist(), frame.to_numpy(), scipy.sparse.csr_matrix(X), scipy.sparse.coo_array(X)]
    asked = [loop(querist.Session(pool, estimator=LogisticRegression(), random_state=0), y) for pool in pools]
    assert all(rows == asked[0] for rows in asked)
    estimator = make_pipeline(
        ColumnTransformer([("keep", StandardScaler(with_mean=False, with_std=False), list("abcde"))]),
        LogisticRegression(),
    )
    assert loop(querist.Session(frame, estimator=estimator, random_state=0), y) == asked[0]


@pytest.mark.parametrize("strategy", ["margin", "k_center", "weighted_k_means", "density_weighted"])
def test_mixed_frames_work_through_a_pipeline(strategy):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"size": rng.normal(size=80), "colour": rng.choice(["red", "blue", "green"], 80)})
    truth = np.where((frame["colour"] == "red") | (frame["size"] > 1), "yes", "no")
    estimator = make_pipeline(
        ColumnTransformer([("n", StandardScaler(), ["size"]), ("c", OneHotEncoder(), ["colour"])]),
        LogisticRegression(),
    )
    session = querist.Session(frame, estimator=estimator, strategy=strategy, random_state=0)
    first = [int(np.flatnonzero(truth == "yes")[0]), int(np.flatnonzero(truth == "no")[0])]
    first += frame.groupby("colour").head(1).index.difference(first).tolist()
    session.tell(first, truth[first])
    loop(session, truth, rounds=8)
    assert (session.predict() == truth).mean() > 0.8


def test_texts_are_a_pool():
    texts = np.array([f"good great {i}" if i % 2 else f"bad poor {i}" for i in range(40)], dtype=object)
    truth = np.array([i % 2 for i in range(40)])
    session = querist.Session(texts, estimator=make_pipeline(TfidfVectorizer(), LogisticRegression()), random_state=0)
    loop(session, truth)
    assert (session.predict(["good", "bad"]) == [1, 0]).all()


@pytest.mark.parametrize("module", ["xgboost", "lightgbm"])
def test_boosting_libraries_take_string_labels(problem, module):
    library = pytest.importorskip(module, reason=f"{module} is not installed")
    classifier = {
        "xgboost": lambda: library.XGBClassifier(n_estimators=5, n_jobs=1),
        "lightgbm": lambda: library.LGBMClassifier(n_estimators=5, n_jobs=1, verbose=-1, min_child_samples=2),
    }[module]()
    X, y = problem
    names = np.array(["low", "mid", "high"])[y]
    session = querist.Session(X, estimator=classifier, random_state=0)
    loop(session, names, rounds=6)
    assert set(session.predict()) <= {"low", "mid", "high"}
    assert session.predict_proba().shape == (200, len(session.classes))
    assert (session.predict() == names).mean() > 0.5


def test_reasons_tell_why_each_row_was_asked(problem):
    X, y = problem
    session = querist.Session(X, random_state=0)
    loop(session, y, rounds=3)
    rows = session.ask(4)
    why = session.reasons(rows)
    assert why["row"].tolist() == rows.tolist()
    assert (why["strategy"] == "MarginSampling()").all()
    assert why["rank"].tolist() == [1, 2, 3, 4]
    assert (why["round"] == 3).all()
    assert (why["n_labelled"] == 15).all()
    assert (np.diff(why["utility"]) <= 0).all()
    proba = np.sort(session.fit().predict_proba(X[rows]), axis=1)
    np.testing.assert_allclose(why["utility"], 1 - (proba[:, -1] - proba[:, -2]))
    assert session.reasons([int(session.unanswered[-1])]).shape[0] == 1
    assert len(session.reasons()) == 19


def test_history_is_the_log_as_a_table(problem):
    X, y = problem
    session = querist.Session(X, classes=[0, 1, 2], random_state=0)
    rows = session.ask(2)
    session.tell(rows, y[rows])
    session.flag(rows[0], "odd")
    session.undo(2)
    table = session.history()
    assert table["event"].tolist() == [
        "rows_added", "classes_added", "asked", "asked", "answered", "answered", "flagged", "undone", "undone",
    ]  # fmt: skip
    assert table.loc[table["event"] == "answered", "label"].tolist() == y[rows].tolist()
    assert table.loc[table["event"].isin(["answered", "flagged"]), "undone"].all()
    assert session.flagged == {}


def test_a_pool_can_grow(problem):
    X, y = problem
    session = querist.Session(X[:100], random_state=0)
    session.tell(range(50), y[:50])
    session.extend(X)
    assert session.n_rows == 200
    assert session.ask(120).max() >= 100
    with pytest.raises(InvalidParameterError, match="old rows first"):
        session.extend(np.vstack([X[::-1], X]))


def test_cold_start_asks_until_there_are_two_classes(problem):
    X, _ = problem
    session = querist.Session(X, cold_start="k_center", random_state=0)
    rows = session.ask(5)
    assert session.reasons(rows)["strategy"].str.startswith("KCenter").all()
    session.tell(rows, ["same"] * 5)
    rows = session.ask(2)
    assert session.reasons(rows)["strategy"].str.startswith("KCenter").all()
    session.tell(rows, ["same", "other"])
    assert session.reasons(session.ask(1))["strategy"].item() == "MarginSampling()"
