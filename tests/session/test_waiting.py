"""A classifier that takes more answers is waited for: asking goes on, and it is said what is missing."""

import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC, NuSVC

import querist
from querist.exceptions import InvalidParameterError, ModelWaitsWarning, NotEnoughLabelsError
from querist.strategies import QueryByCommittee, RelevanceSampling

X = np.random.default_rng(0).normal(size=(200, 4))
TRUTH = np.array(["a", "b", "rare"])[np.digitize(X[:, 0], [0.2, 2.0])]
CALIBRATED = CalibratedClassifierCV(LinearSVC(), cv=3)
PATIENT = {
    "calibrated": CALIBRATED,
    "calibrated in a pipeline": make_pipeline(StandardScaler(), CALIBRATED),
    "search": GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9, 1e-6]}, cv=3),
    "search over calibrated": GridSearchCV(CALIBRATED, {"method": ["sigmoid"]}, cv=2),
    "stacked": StackingClassifier([("nb", GaussianNB())]),
    "logistic regression": LogisticRegressionCV(Cs=2, cv=3),
    "network": MLPClassifier(early_stopping=True, max_iter=3, hidden_layer_sizes=(4,)),
    "boosting": HistGradientBoostingClassifier(early_stopping=True, max_iter=2),
    "gradient descent": SGDClassifier(early_stopping=True),
    "discriminant": QuadraticDiscriminantAnalysis(),
    "nu": NuSVC(),
    "neighbours": KNeighborsClassifier(7),
    "many neighbours": KNeighborsClassifier(35),
    "components": make_pipeline(PCA(4), GaussianNB()),
}


def written(name, labels):
    """Return labels as the classifier takes them: a network of scikit-learn 1.7.0 that stops early takes numbers."""
    labels = np.array(labels)
    return (labels != "a").astype(int) + (labels == "late") if name == "network" else labels


def answered(estimator, labels, **more):
    session = querist.Session(X, estimator=estimator, random_state=0, **more)
    session.tell(np.arange(len(labels)), np.array(labels))
    return session


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PATIENT)
def test_a_session_asks_from_the_first_two_classes_on(name):
    session = querist.Session(X, estimator=PATIENT[name], random_state=0)
    truth = written(name, np.where(TRUTH == "a", "a", "b"))
    for rows in (np.flatnonzero(TRUTH == "a")[:1], np.flatnonzero(TRUTH == "b")[:1]):
        session.tell(rows, truth[rows])
    for _ in range(14):
        rows = session.ask(3)
        session.tell(rows, truth[rows])
    assert session.fit() is session.model
    assert session.waiting == ""
    assert (session.predict() == truth).mean() > 0.3


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PATIENT)
def test_a_class_that_is_seen_late_stops_nothing(name):
    session = answered(PATIENT[name], written(name, ["a", "b"] * 15 + ["late"]))
    assert len(session.ask(3)) == 3
    session.tell(session.outstanding, written(name, ["a", "b", "late"]))
    assert len(session.ask(3)) == 3


def test_it_is_said_once_what_is_missing():
    session = answered(CALIBRATED, ["a", "a", "b"])
    with pytest.warns(ModelWaitsWarning, match="'b' has 1.*At least 3 of each class.*cold-start") as caught:
        session.ask(2)
    assert caught[0].filename == __file__
    assert session.waiting == str(caught[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        session.ask(2)
    for ask in (session.fit, session.predict, session.predict_proba, lambda: session.certify(0.9)):
        session.release()
        with pytest.raises(NotEnoughLabelsError, match=r"'b' has 1.*At least 3.*3-fold") as told:
            ask()
    assert isinstance(told.value, ValueError)


def test_the_classes_with_enough_answers_have_a_model_meanwhile():
    session = answered(CALIBRATED, ["a", "b"] * 10 + ["late"])
    with pytest.warns(ModelWaitsWarning, match="'late' has 1.*a model of 'a', 'b'"):
        rows = session.ask(5)
    plain = answered(CALIBRATED, ["a", "b"] * 10)
    assert session.model.classes_.tolist() == ["a", "b"]
    np.testing.assert_array_equal(session.model.predict(X), plain.fit().predict(X))
    assert session.fit(partial=True) is session.model
    assert set(session.reasons(rows)["strategy"]) == {repr(querist.make_strategy("margin"))}
    session.tell([100, 101], ["late", "late"])
    assert session.fit().classes_.tolist() == ["a", "b", "late"]
    assert session.waiting == ""


def test_a_loaded_session_goes_on_as_the_saved_one(tmp_path):
    session = answered(CALIBRATED, ["a", "b"] * 10 + ["late"], audit=0.3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWaitsWarning)
        session.tell(session.ask(4), ["a", "b", "a", "b"])
        session.save(tmp_path / "s.json")
        loaded = querist.Session.load(tmp_path / "s.json", X, estimator=CALIBRATED)
        for _ in range(3):
            rows = session.ask(4)
            assert loaded.ask(4).tolist() == rows.tolist()
            for each in (session, loaded):
                each.tell(rows, TRUTH[rows])
        assert [event.to_dict() for event in session.events] == [event.to_dict() for event in loaded.events]


def test_an_undone_class_is_waited_for_no_more():
    session = answered(CALIBRATED, ["a", "b"] * 5)
    session.tell([50], ["late"])
    with pytest.warns(ModelWaitsWarning):
        session.ask(1)
    session.undo()
    assert session.fit().classes_.tolist() == ["a", "b"]
    assert session.waiting == ""


@pytest.mark.parametrize(
    ("estimator", "why"),
    [
        (LogisticRegression(C=-1), "'C' parameter"),
        (CalibratedClassifierCV(LinearSVC(C=-1), cv=3), "3-fold"),
        (GridSearchCV(GaussianNB(), {"no_such": [1]}, cv=3), "n_splits=3"),
        (CalibratedClassifierCV(LinearSVC(), cv=3, method="no such"), "method"),
    ],
)
def test_real_errors_are_raised_at_once(estimator, why):
    session = answered(estimator, ["a", "b"])
    with pytest.raises(ValueError, match=why) as caught:
        session.ask(1)
    assert not isinstance(caught.value, NotEnoughLabelsError)
    assert "Raised while fitting" in caught.value.__notes__[0]


def test_a_hidden_trouble_is_told_beside_the_want_of_answers():
    with pytest.raises(ValueError, match="3-fold") as caught:
        answered(CalibratedClassifierCV(LinearSVC(C=-1), cv=3), ["a", "b"]).ask(1)
    assert "it would still fail" in caught.value.__notes__[-1]
    assert "'C' parameter" in caught.value.__notes__[-1]


@pytest.mark.filterwarnings("ignore")
def test_gaps_in_the_answered_rows_are_no_want_of_answers():
    gaps = X.copy()
    gaps[1, 0] = np.nan
    for estimator in (CALIBRATED, QuadraticDiscriminantAnalysis()):
        session = querist.Session(gaps, estimator=estimator, random_state=0)
        session.tell([0, 1, 2], ["a", "b", "b"])
        with pytest.raises(ValueError, match=r"NaN|3-fold|only 1 sample") as caught:
            session.ask(1)
        assert not isinstance(caught.value, NotEnoughLabelsError)


class NeverEnough(ClassifierMixin, BaseEstimator):
    """Cannot be fitted where one class is ten times as large as another: more of the same does not help."""

    def fit(self, X, y):
        counts = np.unique(y, return_counts=True)[1]
        if counts.max() >= 10 * counts.min():
            raise RuntimeError("too uneven")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def test_what_fails_with_many_answers_of_each_class_is_an_error():
    wide = np.random.default_rng(1).normal(size=(500, 2))
    session = querist.Session(wide, estimator=NeverEnough(), strategy="random", random_state=0)
    session.tell(range(340), ["a"] * 310 + ["b"] * 30)
    with pytest.raises(RuntimeError, match="too uneven"):
        session.fit()
    session = querist.Session(wide, estimator=NeverEnough(), strategy="random", random_state=0)
    session.tell(range(320), ["a"] * 310 + ["b"] * 10)
    with pytest.raises(NotEnoughLabelsError, match="too uneven"):
        session.fit()


@pytest.mark.parametrize(
    "strategy",
    [QueryByCommittee(n_members=2), RelevanceSampling(target="late"), "weighted_k_means", "k_center"],
    ids=str,
)
def test_every_strategy_goes_on(strategy):
    session = answered(CALIBRATED, ["a", "b"] * 10 + ["late"], strategy=strategy)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWaitsWarning)
        assert len(session.ask(4)) == 4


def test_a_committee_of_searches_goes_on_without_a_model():
    committee = [GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9]}, cv=3), CALIBRATED]
    session = answered("logistic_regression", ["a", "b"], strategy=QueryByCommittee(committee=committee))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert len(session.ask(4)) == 4


def test_figures_come_where_folds_have_too_few_answers():
    session = querist.Session(X, estimator=CALIBRATED, audit=1.0, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWaitsWarning)
        while len(session.labelled) < 36:
            rows = session.ask(6)
            session.tell(rows, TRUTH[rows])
            figures = session.estimates()
    assert figures.accuracy.value is not None
    rare = session.labels == "rare"
    assert figures.accuracy.value <= 1 - 0.3 * rare.mean() or not rare.any()
    late = answered(CALIBRATED, ["a", "b"] * 10 + ["late"], audit=0.5)
    with pytest.warns(ModelWaitsWarning):
        late.tell(late.ask(24), ["a", "b"] * 12)
    assert "'late' has 1" in late.accuracy().note


def test_the_neighbours_of_the_registry_can_be_asked_with_two_answers():
    session = answered("k_neighbors:plain=True", ["a", "b"])
    with pytest.warns(ModelWaitsWarning, match="n_neighbors"):
        assert len(session.ask(4)) == 4
    # While there are fewer rows than neighbours, all of them vote.
    session = answered("k_neighbors", ["a", "b"])
    assert len(session.ask(4)) == 4
    assert not session.waiting


@pytest.mark.filterwarnings("ignore")
def test_a_simulation_goes_on_and_says_so(tmp_path):
    estimators = {"calibrated": CalibratedClassifierCV(LinearSVC(), cv=5), "plain": SVC()}
    given = {"initial": 2, "batch_size": 4, "budget": 40, "repeats": 2, "n_jobs": 1, "estimators": estimators}
    found = querist.simulate(X, TRUTH, **given, audit=0.2, stop="budget:labels=30", out=tmp_path / "out")
    notes = [note for note in found.notes if "waited" in note]
    assert len(notes) == 1
    assert notes[0].startswith("calibrated waited for more answers in ")
    assert "At least 5 of each class are needed" in notes[0]
    first = found.table[(found.table.estimator == "calibrated") & (found.table.n_labels == 2)]
    assert first["value"].isna().all()
    assert querist.Simulation.load(tmp_path / "out").notes == found.notes
    assert "waited for more answers" in (tmp_path / "out" / "report.html").read_text("utf-8")
    again = querist.simulate(X, TRUTH, **given, audit=0.2, stop="budget:labels=30", out=tmp_path / "out")
    assert again.notes == found.notes


@pytest.mark.filterwarnings("ignore")
def test_a_simulation_in_which_a_classifier_never_had_enough_is_told_too():
    never = {"calibrated": CalibratedClassifierCV(LinearSVC(), cv=10)}
    found = querist.simulate(X, TRUTH == "a", estimators=never, initial=4, budget=12, repeats=2, n_jobs=1)
    assert found.table[found.table.strategy != "(full data)"]["value"].isna().all()
    assert any("waited" in note for note in found.notes)
    found.findings()
    found.summary()


def test_wrong_parameters_stop_a_simulation():
    with pytest.raises((ValueError, InvalidParameterError), match="'C' parameter"):
        querist.simulate(X, TRUTH == "a", estimators={"m": LogisticRegression(C=-1)}, repeats=1, budget=30, n_jobs=1)
