"""Weights of answers: kept in the log, and handed to whatever is trained."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import querist
from querist.exceptions import InvalidParameterError, SessionFileError
from querist.learners.label_encoded import LabelEncoded
from querist.session.events import Answered
from session_lines import as_document, content_of

X, TRUTH = make_classification(80, 4, random_state=2, flip_y=0.2)
TRUTH = np.array(["no", "yes"])[TRUTH]
WEIGHTS = np.random.default_rng(0).uniform(0.1, 9, 80)


class Noting(GaussianNB):
    """Notes what it was fitted with."""

    def fit(self, X, y, sample_weight=None):
        self.told_ = None if sample_weight is None else np.array(sample_weight)
        return super().fit(X, y, sample_weight)


class Weightless(GaussianNB):
    def fit(self, X, y):
        return super().fit(X, y)


def session_of(estimator="logistic_regression", **options):
    return querist.Session(X, estimator=estimator, random_state=0, **options)


@pytest.mark.parametrize(
    ("estimator", "keyword"),
    [
        (LogisticRegression(), "sample_weight"),
        (make_pipeline(StandardScaler(), LogisticRegression()), "logisticregression__sample_weight"),
        (GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=2), "sample_weight"),
        (
            GridSearchCV(
                make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression__C": [1, 2]}, cv=2
            ),
            "logisticregression__sample_weight",
        ),
        (CalibratedClassifierCV(GaussianNB(), cv=2), "sample_weight"),
        (LabelEncoded(LogisticRegression()), "sample_weight"),
        (Noting(), "sample_weight"),  # not scikit-learn's own: behind the adapter
    ],
)
def test_weights_reach_the_classifier_as_if_it_were_fitted_by_hand(estimator, keyword):
    from sklearn.base import clone

    session = session_of(estimator)
    rows = np.arange(40)[::-1]
    session.tell(rows, TRUTH[rows], sample_weight=WEIGHTS[rows])
    by_hand = clone(estimator).fit(X[rows], TRUTH[rows], **{keyword: WEIGHTS[rows]})
    session.fit()
    np.testing.assert_allclose(
        session.predict_proba()[:, 0], by_hand.predict_proba(X)[:, list(by_hand.classes_).index(session.classes[0])]
    )
    unweighted = session_of(estimator)
    unweighted.tell(rows, TRUTH[rows])
    unweighted.fit()
    assert not np.allclose(unweighted.predict_proba(), session.predict_proba())


steps = st.lists(
    st.tuples(
        st.sampled_from(["tell", "weigh", "change", "reweigh", "undo", "skip"]),
        st.integers(0, 79),
        st.floats(0.01, 100),
    ),
    max_size=25,
)


@given(steps)
def test_weights_follow_the_answers_through_every_step_and_a_file(tmp_path_factory, taken):
    session = session_of(Noting())
    expected, past = {}, []
    for kind, row, weight in taken:
        if kind == "undo":
            if past:
                expected = past.pop()
                session.undo()
            continue
        if (kind in ("change", "reweigh")) != (row in expected) or (kind == "skip" and row in session.skipped):
            continue
        before = dict(expected)
        if kind == "skip":
            session.skip(row)
        elif kind in ("tell", "weigh"):
            session.tell(row, TRUTH[row], **({"sample_weight": weight} if kind == "weigh" else {}))
            expected[row] = weight if kind == "weigh" else 1.0
        else:
            session.change(row, TRUTH[row], **({"sample_weight": weight} if kind == "reweigh" else {}))
            expected[row] = weight if kind == "reweigh" else expected[row]
        past.append(before)
    path = tmp_path_factory.mktemp("session") / "session.json"
    session.save(path)
    for one in (session, querist.Session.load(path, X, estimator=Noting())):
        assert dict(zip(one.labelled.tolist(), one.sample_weight.tolist(), strict=True)) == expected
        if len(set(one.labels.tolist())) == 2:
            told = one.fit().told_
            counts = any(getattr(event, "weights", None) is not None for event in session.events)
            assert told is not None or set(expected.values()) <= {1.0}
            assert told is None or (counts and told.tolist() == list(expected.values()))


def test_a_file_without_weights_is_written_as_before_and_an_old_one_is_read(tmp_path):
    session = session_of()
    session.tell([3, 4], TRUTH[[3, 4]])
    session.save(tmp_path / "plain.json")
    (_, told) = content_of(tmp_path / "plain.json")["events"]
    assert set(told) == {"kind", "number", "rows", "labels"}
    session.tell([5], TRUTH[[5]], sample_weight=0.5)
    session.save(tmp_path / "weighted.json")
    content = content_of(tmp_path / "weighted.json")
    assert content["events"][-1]["weights"] == [0.5]
    assert querist.Session.load(tmp_path / "weighted.json", X).sample_weight.tolist() == [1, 1, 0.5]
    content["events"][-1]["weights"] = [0.5, 2]
    (tmp_path / "damaged.json").write_text(as_document(content))
    with pytest.raises(SessionFileError, match="1 labels and 2 weights"):
        querist.Session.load(tmp_path / "damaged.json", X)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([1.0], "2 wanted, got 1"),
        (2.0, "2 wanted, got 1"),
        ([[1.0, 2.0]], r"shape \(1, 2\)"),
        ([1.0, 0.0], r"sample_weight\[1\] is 0, and must be a finite number above 0"),
        ([-1.0, 1.0], r"sample_weight\[0\] is -1"),
        ([1.0, np.nan], r"sample_weight\[1\] is nan"),
        ([1.0, None], r"sample_weight\[1\] is nan"),
        ([np.inf, 1.0], r"sample_weight\[0\] is inf"),
        (np.ma.array([1.0, 2.0], mask=[False, True]), r"sample_weight\[1\] is nan"),
        (["1", "2"], "must hold numbers"),
        ([True, True], "must hold numbers"),
        ([1.0, "2"], r"must hold numbers|must be a number"),
        ({0: 1.0}, "lacks row 1"),
    ],
)
def test_what_is_no_weight_is_refused_and_nothing_is_recorded(weights, words):
    session = session_of()
    with pytest.raises(InvalidParameterError, match=words):
        session.tell([0, 1], TRUTH[[0, 1]], sample_weight=weights)
    assert session.labelled.size == 0
    assert len(session.events) == 1


def test_weights_that_name_their_rows_go_to_these():
    session = session_of()
    rows = [7, 3, 5]
    session.tell(rows, TRUTH[rows], sample_weight=pd.Series(WEIGHTS)[[3, 5, 7]])
    assert session.sample_weight.tolist() == WEIGHTS[rows].tolist()
    session.change([3, 5], TRUTH[[3, 5]], sample_weight={5: 2.0, 3: 4.0})
    assert session.sample_weight.tolist() == [WEIGHTS[7], 4.0, 2.0]


def test_the_callers_weights_may_change_later():
    session, weights = session_of(), np.array([1.0, 2.0])
    session.tell([0, 1], TRUTH[[0, 1]], sample_weight=weights)
    weights[:] = 9
    assert session.sample_weight.tolist() == [1, 2]
    session.sample_weight[0] = 9
    assert session.sample_weight.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("estimator", "options", "words"),
    [
        (KNeighborsClassifier(), {}, "the estimator KNeighborsClassifier cannot be trained with weights"),
        (Weightless(), {}, "Weightless cannot"),
        (make_pipeline(StandardScaler(), KNeighborsClassifier()), {}, "its last step is KNeighborsClassifier"),
        (CalibratedClassifierCV(KNeighborsClassifier()), {}, "CalibratedClassifierCV cannot"),
        (LogisticRegression(), {"query_estimator": KNeighborsClassifier()}, "the query_estimator KNeighbors"),
        (
            LogisticRegression(),
            {"strategy": querist.make_strategy("query_by_committee", committee=[GaussianNB(), KNeighborsClassifier()])},
            r"the strategy's committee\[1\] KNeighbors",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore::querist.exceptions.ModelMismatchWarning")
def test_weights_are_never_ignored(estimator, options, words):
    session = session_of(estimator, **options)
    with pytest.raises(InvalidParameterError, match=words):
        session.tell([0, 1], TRUTH[[0, 1]], sample_weight=[1, 2])
    assert session.labelled.size == 0
    session.tell([0, 1], TRUTH[[0, 1]])


def test_a_file_with_weights_is_not_opened_for_a_classifier_that_takes_none(tmp_path):
    session = session_of(GaussianNB())
    session.tell([0, 1], TRUTH[[0, 1]], sample_weight=[1, 2])
    session.save(tmp_path / "session.json")
    with pytest.raises(InvalidParameterError, match="cannot be trained with weights"):
        querist.Session.load(tmp_path / "session.json", X, estimator=Weightless(), trust_parts=True)


def test_a_committee_is_trained_with_them():
    fits = []

    class Member(GaussianNB):
        def fit(self, X, y, sample_weight=None):
            fits.append((X, sample_weight))
            return super().fit(X, y, sample_weight)

    session = session_of(
        GaussianNB(), strategy=querist.make_strategy("query_by_committee", committee=[Member(), Member()])
    )
    rows = np.arange(20)
    session.tell(rows, TRUTH[rows], sample_weight=WEIGHTS[rows])
    session.ask(1)
    for some, told in fits:
        np.testing.assert_array_equal(told, [WEIGHTS[np.flatnonzero((row == X).all(axis=1))[0]] for row in some])
    assert fits


def test_cross_fitting_gives_each_row_its_weight_and_figures_count_rows():
    fits = []

    class Weighed(GaussianNB):
        def fit(self, X, y, sample_weight=None):
            fits.append((X, sample_weight))
            return super().fit(X, y, sample_weight)

    session = session_of(Weighed(), audit=0.5)
    for _ in range(4):
        rows = session.ask(10)
        session.tell(rows, TRUTH[rows], sample_weight=WEIGHTS[rows])
    assert session.accuracy().n >= 20
    assert len(fits) > 4
    for some, told in fits:
        np.testing.assert_array_equal(told, [WEIGHTS[np.flatnonzero((row == X).all(axis=1))[0]] for row in some])


def test_a_classifier_that_waits_goes_on_with_the_weights_of_the_classes_that_have_enough():
    session = session_of(CalibratedClassifierCV(Noting(), cv=3, ensemble=False))
    rows = np.arange(30)
    labels = np.where(rows == 29, "rare", TRUTH[rows])
    session.tell(rows, labels, sample_weight=WEIGHTS[rows])
    with pytest.warns(querist.exceptions.ModelWaitsWarning):
        session.ask(1)
    np.testing.assert_array_equal(session.model.calibrated_classifiers_[0].estimator.told_, WEIGHTS[:29])


def test_an_event_without_weights_equals_itself():
    event = Answered(3, np.array([1]), np.array(["a"]))
    assert event == Answered(3, np.array([1]), np.array(["a"]))
    assert event != Answered(3, np.array([1]), np.array(["a"]), np.array([1.0]))
