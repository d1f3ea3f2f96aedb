"""Whatever form a classifier's answers have, a session asks the same rows and tells the same figures."""

import warnings
from functools import cache

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import querist
from foreign_models import (
    CLASSES,
    PREDICTIONS,
    PROBABILITIES,
    Boosted,
    Coded,
    Foreign,
    Hiding,
    Net,
    NeuralNetBinaryClassifier,
    OwnBoosted,
)
from querist.exceptions import InvalidParameterError, QueristError, UnsupportedModelError
from querist.strategies import QueryByCommittee

X = np.random.default_rng(0).normal(size=(240, 3))
TRUTHS = {
    "three numbers": np.array([3, 7, 11])[np.digitize(X[:, 0], [-0.5, 0.5])],
    "two names": np.array(["no", "yes"])[(X[:, 0] > 0).astype(int)],
    "two flags": X[:, 0] > 0,
}
FORMS = (
    [{"predictions": form} for form in PREDICTIONS]
    + [{"probabilities": form} for form in PROBABILITIES]
    + [{"classes": form} for form in CLASSES]
    + [{"turned": True, "probabilities": form} for form in ("plain", "frame", "reversed frame")]
    + [{"predictions": "column", "probabilities": "frame", "classes": "list", "turned": True}]
)


def told(estimator, truth, strategy="margin"):
    """All that a session says, asked about its rows."""
    session = querist.Session(X, estimator=estimator, strategy=strategy, audit=0.5, random_state=0)
    asked = []
    for _ in range(4):
        rows = session.ask(6)
        asked.append(rows.tolist())
        session.tell(rows, truth[rows])
    figures = session.estimates()
    certificate = session.certify(0.7)
    session.tell(certificate.rows, truth[certificate.rows])
    return {
        "asked": asked,
        "predicted": session.predict().tolist(),
        "shape": session.predict_proba().shape,
        "accuracy": figures.accuracy.value and round(figures.accuracy.value, 4),
        "macro F1": figures.macro_f1.value,
        "running": session.running_accuracy().value,
        "certified": certificate.result().estimate.value,
        "advice": str(session.advice()),
        "labels of the log": [event.predictions for event in session.events if getattr(event, "how", "") == "audit"],
    }


@cache
def reference(name):
    return told(LogisticRegression(), TRUTHS[name])


CASES = [(name, form) for name in TRUTHS for form in FORMS if name != "two flags" or "probabilities" not in form]


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize(("name", "form"), CASES, ids=str)
def test_every_form_of_the_same_answers_gives_the_same_session(name, form):
    assert told(Foreign(**form), TRUTHS[name]) == reference(name)


def test_a_column_of_predictions_is_as_good_as_a_flat_one():
    # The input of the report: accuracy 0.64 and running accuracy 0.0 where the truth is above 0.98.
    session = querist.Session(X, estimator=Foreign("column"), audit="measure:share=0.5", random_state=0)
    truth = TRUTHS["three numbers"]
    for _ in range(12):
        rows = session.ask(10)
        session.tell(rows, truth[rows])
    assert session.predict().shape == (240,)
    assert (session.predict() == truth).mean() > 0.95
    assert session.accuracy().value > 0.9
    assert session.running_accuracy().value > 0.8


def test_the_session_hands_back_the_classifier_that_it_was_given():
    truth = TRUTHS["two names"]
    session = querist.Session(X, estimator=Foreign("column"), random_state=0)
    session.tell(range(20), truth[:20])
    assert type(session.fit()) is Foreign
    assert type(session.model) is Foreign
    assert session.fit().predict(X[:2]).shape == (2, 1)


@pytest.mark.parametrize("method", ["vote_entropy", "kl"])
@pytest.mark.parametrize("form", [FORMS[1], FORMS[5], {"classes": "missing"}, FORMS[-1]], ids=str)
def test_committees_of_any_form_ask_the_same(form, method):
    def asked(estimator):
        strategy = QueryByCommittee(committee=[estimator, clone(estimator).set_params()], method=method)
        rows = np.arange(30)
        return strategy.query(X, rows, TRUTHS["three numbers"][rows], batch_size=5, random_state=0).tolist()

    bootstrap = [
        told(e, TRUTHS["three numbers"], QueryByCommittee(n_members=2))["asked"]
        for e in (Foreign(**form), LogisticRegression())
    ]
    assert bootstrap[0] == bootstrap[1]
    assert asked(Foreign(**form)) == asked(LogisticRegression())


@pytest.mark.parametrize("form", FORMS[:1] + FORMS[20:22] + FORMS[-3:], ids=str)
def test_simulations_of_any_form_have_the_same_results(form):
    def table(estimator, metrics):
        found = querist.simulate(
            X,
            TRUTHS["three numbers"],
            estimators={"model": estimator},
            metrics=metrics,
            X_test=X[:60],
            y_test=TRUTHS["three numbers"][:60],
            repeats=1,
            budget=40,
            n_jobs=1,
            audit=0.2,
        )
        return found.table.drop(columns="rows").round({"value": 6}).values.tolist(), found.table["rows"].tolist()

    metrics = ("accuracy", "log_loss", "roc_auc", "macro_f1")
    assert table(Foreign(**form), metrics) == table(LogisticRegression(), metrics)


def test_roc_auc_knows_the_second_class_of_a_model_that_has_them_turned():
    class Deciding(Foreign):
        def decision_function(self, X):
            return -self.model_.decision_function(X)

        predict_proba = property()

    truth = TRUTHS["two names"]
    found = [
        querist.simulate(X, truth, estimators={"m": e}, metrics=["roc_auc"], repeats=1, budget=30, n_jobs=1)
        for e in (Deciding(turned=True), LogisticRegression())
    ]
    assert found[0].summary()["full_data"].tolist() == found[1].summary()["full_data"].tolist()


class Wrong(Foreign):
    """Answers what cannot be understood."""

    def __init__(self, how="nan"):
        super().__init__()
        self.how = how

    def predict(self, X):
        answers = {"codes": np.zeros(len(X), int), "one-hot": np.eye(2)[[0] * len(X)], "few": np.array(["no"])}
        return answers.get(self.how, super().predict(X))

    def predict_proba(self, X):
        proba = super().predict_proba(X)
        answers = {
            "nan": proba * np.nan,
            "sum": proba * 2,
            "negative": proba - 0.5 + np.array([0.5, 0.5]) * np.array([[3, -1]]) - [[0.5, -0.5]],
            "columns": np.hstack([proba, proba]) / 2,
            "outputs": [proba, proba],
            "words": np.full(proba.shape, "likely"),
        }
        return answers.get(self.how, proba)


@pytest.mark.parametrize("how", ["nan", "sum", "negative", "columns", "outputs", "words", "codes", "one-hot", "few"])
def test_what_cannot_be_understood_is_refused_in_words(how):
    truth = TRUTHS["two names"]
    session = querist.Session(X, estimator=Wrong(how), random_state=0)
    session.tell(range(20), truth[:20])
    if how != "few":  # the one row that is tried when it is fitted is fine
        with pytest.raises(QueristError, match=r"Wrong\.predict"):
            session.predict_proba()
    if how in ("codes", "one-hot", "few"):
        with pytest.raises(UnsupportedModelError, match=r"Wrong\.predict"):
            session.predict()


def placed(leaf):
    search = {"C": [0.5, 1.0]}
    return {
        "alone": leaf,
        "pipeline": make_pipeline(StandardScaler(), leaf),
        "grid": GridSearchCV(leaf, search, cv=2),
        "random": RandomizedSearchCV(leaf, search, n_iter=2, cv=2, random_state=0),
        "pipeline in a grid": GridSearchCV(
            make_pipeline(StandardScaler(), leaf), {f"{type(leaf).__name__.lower()}__C": [0.5, 1.0]}, cv=2
        ),
        "tried in a grid": GridSearchCV(
            make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression": [leaf]}, cv=2
        ),
        "calibrated": CalibratedClassifierCV(leaf, cv=2),
        "stacked": StackingClassifier([("leaf", leaf), ("other", LogisticRegression())], cv=2),
        "stacked last": StackingClassifier([("other", LogisticRegression())], final_estimator=leaf, cv=2),
        "voting": VotingClassifier([("leaf", leaf), ("other", LogisticRegression())], voting="soft"),
        "one against the rest": OneVsRestClassifier(leaf),
        "bagged": BaggingClassifier(leaf, n_estimators=3, random_state=0),
        "calibrated grid": CalibratedClassifierCV(GridSearchCV(leaf, search, cv=2), cv=2),
    }


@pytest.mark.parametrize("place", placed(Coded()))
@pytest.mark.parametrize("leaf", [Boosted(), OwnBoosted(), Net()], ids=["boosted", "own", "net"])
def test_labels_are_encoded_wherever_a_classifier_stands_that_takes_only_codes(place, leaf):
    truth = TRUTHS["three numbers"].astype(str)
    rows = np.arange(60)
    expected = querist.Session(X, estimator=placed(LogisticRegression())[place], random_state=0)
    session = querist.Session(X, estimator=placed(leaf)[place], random_state=0)
    for each in (session, expected):
        each.tell(rows, truth[rows])
    if place == "bagged" and isinstance(leaf, Net):
        assert (session.predict() == truth).mean() > 0.8  # rows are drawn, where the others' are weighted
        return
    assert session.ask(5).tolist() == expected.ask(5).tolist()
    np.testing.assert_array_equal(session.predict(), expected.predict())
    np.testing.assert_allclose(session.predict_proba(), expected.predict_proba(), atol=1e-9)


def test_a_hidden_classifier_that_takes_only_codes_is_found_by_what_it_says():
    truth = TRUTHS["two names"]
    session = querist.Session(X, estimator=Hiding(), random_state=0)
    session.tell(range(30), truth[:30])
    assert set(session.predict()) == {"no", "yes"}


def test_a_net_is_given_the_types_that_it_wants():
    truth = TRUTHS["two names"]
    session = querist.Session(X.astype(np.float32), estimator=Net(single=True), audit=0.5, random_state=0)
    for _ in range(4):
        rows = session.ask(10)
        session.tell(rows, truth[rows])
    assert session.accuracy().value > 0.8


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("labels", ["two names", "two flags"])
def test_a_net_of_one_output_takes_any_two_labels_wherever_it_stands(labels):
    truth = TRUTHS[labels]
    net = NeuralNetBinaryClassifier()
    for estimator in (
        net,
        make_pipeline(StandardScaler(), net),
        GridSearchCV(net, {"C": [0.1, 1.0]}, cv=2),
        CalibratedClassifierCV(net, cv=2),
    ):
        session = querist.Session(X, estimator=estimator, audit=0.5, random_state=0)
        for _ in range(4):
            rows = session.ask(10)
            session.tell(rows, truth[rows])
        assert session.accuracy().value > 0.8
        assert np.mean(session.predict() == truth) > 0.8
        np.testing.assert_allclose(session.predict_proba().sum(axis=1), 1)


def test_a_net_of_one_output_is_not_given_a_third_class():
    session = querist.Session(X, estimator=NeuralNetBinaryClassifier(), random_state=0)
    session.tell(range(60), TRUTHS["three numbers"][:60])
    with pytest.raises(UnsupportedModelError, match="takes two classes"):
        session.fit()


class Wide(Net):
    """A network of five outputs, whatever it was shown."""

    def predict_proba(self, X):
        proba = super().predict_proba(X) * 0.4
        return np.hstack([proba, np.full((len(X), 5 - proba.shape[1]), 0.6 / (5 - proba.shape[1]))])


Wide.__module__ = "skorch.classifier"


def test_outputs_of_a_net_that_stand_for_no_class_yet_count_for_nothing():
    truth = TRUTHS["two names"]
    told_of = [querist.Session(X, estimator=e, random_state=0) for e in (Wide(), LogisticRegression())]
    for session in told_of:
        session.tell(range(30), truth[:30])
    wide, plain = told_of
    assert wide.ask(5).tolist() == plain.ask(5).tolist()
    np.testing.assert_array_equal(wide.predict(), plain.predict())
    np.testing.assert_allclose(wide.predict_proba(), plain.predict_proba())


@pytest.mark.filterwarnings("ignore")
def test_xgboost_inside_others_takes_any_labels():
    xgboost = pytest.importorskip("xgboost")
    leaf = xgboost.XGBClassifier(n_estimators=3, max_depth=2, n_jobs=1)
    truth = TRUTHS["three numbers"].astype(str)
    for estimator in (leaf, GridSearchCV(leaf, {"max_depth": [1, 2]}, cv=2), CalibratedClassifierCV(leaf, cv=2)):
        session = querist.Session(X, estimator=estimator, random_state=0)
        session.tell(range(60), truth[:60])
        session.ask(2)
        assert set(session.predict()) == {"3", "7", "11"}


def test_a_stacked_classifier_is_one_also_before_it_is_fitted():
    stacked = StackingClassifier([("a", LogisticRegression())], cv=2)
    session = querist.Session(X, estimator=stacked, random_state=0)
    truth = TRUTHS["two names"]
    session.tell(range(30), truth[:30])
    assert len(session.ask(3)) == 3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = querist.simulate(
            X, truth, estimators={"s": stacked}, metrics=["log_loss"], stop="overall_uncertainty", repeats=1, budget=40,
            n_jobs=1,
        )  # fmt: skip
    assert np.isfinite(found.summary()["final"]).all()


def test_what_is_no_classifier_is_refused_in_words():
    class Bare:
        def fit(self, X, y):
            return self

        def predict(self, X):
            return X

    for wrong, why in [(Bare(), "get_params"), (LogisticRegression, "object")]:
        with pytest.raises(InvalidParameterError, match=why):
            querist.Session(X, estimator=wrong)
        with pytest.raises(InvalidParameterError, match=why):
            querist.simulate(X, TRUTHS["two names"], estimators={"m": wrong})
