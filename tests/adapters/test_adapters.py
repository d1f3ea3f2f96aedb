"""Strategies of other libraries in a session, against the libraries themselves."""

import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from modAL.batch import uncertainty_batch_sampling
from modAL.models import ActiveLearner
from modAL.uncertainty import entropy_sampling
from skactiveml import pool
from skactiveml.classifier import SklearnClassifier
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from small_text import EmbeddingKMeans, LeastConfidence, RandomSampling, SklearnClassifierFactory, SklearnDataset

import querist
from querist.adapters import ForScikitActiveml, ModalStrategy, ScikitActivemlStrategy, SmallTextStrategy
from querist.candidates import RandomSubsample
from querist.exceptions import InvalidParameterError, QueristError, UnsupportedModelError
from querist.strategies import MarginSampling

X, CODES = make_classification(200, 6, n_informative=4, n_classes=3, n_clusters_per_class=1, random_state=0)
NAMES = np.array(["ash", "beech", "cedar"])
LABELS = NAMES[CODES]
FIRST = np.arange(0, 200, 10)


def session_with(strategy, estimator=None, rows=X, labels=LABELS, **options):
    session = querist.Session(rows, strategy=strategy, estimator=estimator or GaussianNB(), random_state=0, **options)
    session.tell(FIRST, labels[FIRST])
    return session


def targets():
    found = np.full(200, np.nan)
    found[FIRST] = CODES[FIRST]
    return found


class TestScikitActiveml:
    @pytest.mark.parametrize("method", ["margin_sampling", "entropy", "least_confident"])
    def test_asks_what_the_library_asks(self, method):
        clf = SklearnClassifier(GaussianNB(), classes=[0, 1, 2])
        wanted = pool.UncertaintySampling(method).query(X, targets(), clf, batch_size=3)
        session = session_with(ScikitActivemlStrategy(pool.UncertaintySampling(method)))
        assert session.ask(3).tolist() == wanted.tolist()

    def test_without_a_model(self):
        wanted = pool.CoreSet().query(X, targets(), batch_size=4)
        assert session_with(ScikitActivemlStrategy(pool.CoreSet())).ask(4).tolist() == wanted.tolist()

    def test_committees_and_other_arguments(self):
        members = [SklearnClassifier(GaussianNB(var_smoothing=v), classes=[0, 1, 2]) for v in (1e-9, 0.1, 1.0)]
        strategy = ScikitActivemlStrategy(pool.QueryByCommittee(), arguments={"ensemble": members})
        wanted = pool.QueryByCommittee(random_state=0).query(X, targets(), ensemble=members, return_utilities=True)
        found = strategy.query(X, FIRST, LABELS[FIRST], return_utilities=True, random_state=0)
        np.testing.assert_allclose(found[1], wanted[1][0])

    def test_a_strategy_that_tries_out_answers(self):
        rows = np.setdiff1d(np.arange(200), FIRST)[:6]
        clf = SklearnClassifier(GaussianNB(), classes=[0, 1, 2])
        wanted = pool.MonteCarloEER().query(X, targets(), clf, candidates=rows, return_utilities=True)
        model = GaussianNB().fit(X[FIRST], LABELS[FIRST])
        strategy = ScikitActivemlStrategy(pool.MonteCarloEER())
        found = strategy.query(X, FIRST, LABELS[FIRST], model=model, candidates=rows, return_utilities=True)
        np.testing.assert_allclose(found[1], wanted[1][0])

    def test_seeds_follow_from_the_session(self):
        asked = [session_with(ScikitActivemlStrategy(pool.RandomSampling())).ask(5).tolist() for _ in range(2)]
        assert asked[0] == asked[1]

    def test_an_argument_that_is_missing_is_named(self):
        with pytest.raises(InvalidParameterError, match="needs 'ensemble' as well"):
            session_with(ScikitActivemlStrategy(pool.QueryByCommittee())).ask()

    def test_another_missing_label_is_refused(self):
        with pytest.raises(InvalidParameterError, match="missing_label is -1"):
            session_with(ScikitActivemlStrategy(pool.RandomSampling(missing_label=-1))).ask()

    def test_a_batch_with_a_row_twice_is_refused(self):
        class Twice(pool.RandomSampling):
            def query(self, X, y, candidates=None, batch_size=1, return_utilities=False):
                return np.array([3, 3]), np.zeros((2, len(X)))

        with pytest.raises(QueristError, match="asked for 2 of 180 rows and returned 1 different ones"):
            session_with(ScikitActivemlStrategy(Twice())).ask(2)

    def test_rows_ruled_out_come_last(self):
        class Some(pool.RandomSampling):
            def query(self, X, y, candidates=None, batch_size=1, return_utilities=False):
                utilities = np.full((1, len(X)), -np.inf)
                utilities[0, 7], utilities[0, 8] = 2.0, 1.0
                return np.array([7]), utilities

        _, found = ScikitActivemlStrategy(Some()).query(X, FIRST, LABELS[FIRST], return_utilities=True)
        assert (found[7], found[8], found[9]) == (2.0, 1.0, 0.0)


class TestSmallText:
    def test_asks_what_the_library_asks(self):
        classes, free = np.arange(3), np.setdiff1d(np.arange(200), FIRST)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of its own
            clf = SklearnClassifierFactory(GaussianNB(), 3).new()
            clf.fit(SklearnDataset(X[FIRST], CODES[FIRST], target_labels=classes))
            dataset = SklearnDataset(X, CODES, target_labels=classes)
        wanted = LeastConfidence().query(clf, dataset, free, FIRST, CODES[FIRST], n=5)
        asked = session_with(SmallTextStrategy(LeastConfidence())).ask(5)
        assert set(asked.tolist()) == set(wanted.tolist())

    @pytest.mark.parametrize("rows", [X, scipy.sparse.csr_array(np.abs(X))], ids=["dense", "sparse"])
    def test_embeddings_are_the_features(self, rows):
        estimator = LogisticRegression(max_iter=1000)
        assert np.unique(session_with(SmallTextStrategy(EmbeddingKMeans()), estimator, rows=rows).ask(3)).size == 3

    def test_draws_are_the_sessions_and_nobody_elses(self):
        before = np.random.get_state()[1].tolist()  # noqa: NPY002  # what small-text draws from
        asked = [session_with(SmallTextStrategy(RandomSampling())).ask(5).tolist() for _ in range(2)]
        assert asked[0] == asked[1]
        assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


class TestModal:
    def test_asks_what_the_library_asks(self):
        learner = ActiveLearner(estimator=GaussianNB(), X_training=X[FIRST], y_training=CODES[FIRST])
        free = np.setdiff1d(np.arange(200), FIRST)
        for function in (entropy_sampling, uncertainty_batch_sampling):
            places = function(learner, X[free], n_instances=4)
            wanted = free[places[0] if isinstance(places, tuple) else places]
            asked = session_with(ModalStrategy(function)).ask(4)
            assert set(asked.tolist()) == set(wanted.tolist())

    def test_the_session_trains_the_model(self):
        def trains(learner, X, n_instances=1):
            learner.estimator.fit(X, np.zeros(len(X)))

        with pytest.raises(UnsupportedModelError, match="The session trains its model"):
            session_with(ModalStrategy(trains)).ask()


ADAPTED = {
    "scikit-activeml": ScikitActivemlStrategy(pool.UncertaintySampling("entropy")),
    "small-text": SmallTextStrategy(LeastConfidence()),
    "modAL": ModalStrategy(entropy_sampling),
}


@pytest.mark.parametrize("name", ADAPTED)
class TestAll:
    def test_what_the_last_step_of_a_pipeline_sees(self, name):
        wide = X * [1.0, 100.0, 1.0, 1.0, 1.0, 1.0]
        pipeline = make_pipeline(StandardScaler(), LogisticRegression())
        scaled = pipeline[:-1].fit(wide[FIRST]).transform(wide)
        plain = session_with(ADAPTED[name], LogisticRegression(), rows=scaled)
        assert session_with(ADAPTED[name], pipeline, rows=wide).ask().tolist() == plain.ask().tolist()

    def test_data_frames(self, name):
        frame = pd.DataFrame(X, columns=list("abcdef"))
        assert session_with(ADAPTED[name], rows=frame).ask().tolist() == session_with(ADAPTED[name]).ask().tolist()

    def test_a_model_without_probabilities_is_refused(self, name):
        with pytest.raises(UnsupportedModelError, match="has no predict_proba"):
            session_with(ADAPTED[name], RidgeClassifier()).ask()

    def test_costs_are_refused(self, name):
        with pytest.raises(InvalidParameterError, match="cost"):
            session_with(ADAPTED[name], costs=np.ones(200)).ask()

    def test_candidates_are_narrowed(self, name):
        part = ADAPTED[name].__class__(
            *[value for key, value in ADAPTED[name].get_params(deep=False).items() if key in ("strategy", "function")],
            candidates=RandomSubsample(20),
        )
        _, utilities = part.query(
            X, FIRST, LABELS[FIRST], model=GaussianNB().fit(X[FIRST], LABELS[FIRST]), return_utilities=True
        )
        assert np.isfinite(utilities).sum() == 20

    def test_the_log_tells_no_address(self, name):
        session = session_with(ADAPTED[name])
        session.ask()
        assert " at 0x" not in session.events[-1].strategy

    def test_saved_and_loaded(self, name, tmp_path):
        session = session_with(ADAPTED[name])
        session.tell(session.ask(2), LABELS[:2])
        session.save(tmp_path / "saved.json")
        again = querist.Session.load(
            tmp_path / "saved.json", X, strategy=ADAPTED[name], estimator=GaussianNB(), trust_parts=True
        )
        assert again.ask(2).tolist() == session.ask(2).tolist()

    def test_simulated(self, name):
        result = querist.simulate(
            X, LABELS, estimators=GaussianNB(), strategies={"theirs": ADAPTED[name]}, repeats=1, budget=24, n_jobs=1
        )
        assert 24 in result.table.query("strategy == 'theirs'")["n_labels"].tolist()


class TestForScikitActiveml:
    CLF = SklearnClassifier(GaussianNB(), classes=[0, 1, 2])

    def test_asks_what_the_session_asks(self):
        asked = session_with("margin").ask(3)
        found = ForScikitActiveml("margin").query(X, targets(), clf=self.CLF, batch_size=3)
        assert found.tolist() == asked.tolist()

    def test_utilities_are_in_the_librarys_form(self):
        ours = ForScikitActiveml(MarginSampling(), random_state=0)
        rows, found = ours.query(X, targets(), clf=self.CLF, batch_size=2, return_utilities=True)
        theirs = pool.UncertaintySampling("margin_sampling", random_state=0)
        wanted_rows, wanted = theirs.query(X, targets(), self.CLF, batch_size=2, return_utilities=True)
        assert rows.tolist() == wanted_rows.tolist()
        assert found.shape == wanted.shape
        np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))

    def test_a_fitted_classifier_and_some_candidates(self):
        clf = SklearnClassifier(GaussianNB(), classes=[0, 1, 2]).fit(X, targets())
        rows = ForScikitActiveml("entropy").query(X, targets(), clf=clf, fit_clf=False, candidates=[5, 6, 7])
        assert rows[0] in (5, 6, 7)

    def test_names_of_classes(self):
        y = np.full(200, "?", dtype="<U5")
        y[FIRST] = LABELS[FIRST]
        clf = SklearnClassifier(GaussianNB(), classes=NAMES, missing_label="?")
        found = ForScikitActiveml("margin", missing_label="?").query(X, y, clf=clf, batch_size=3)
        assert found.tolist() == session_with("margin").ask(3).tolist()

    def test_no_model_where_none_is_needed(self):
        assert ForScikitActiveml("k_center").query(X, targets(), batch_size=2).shape == (2,)


def test_a_library_that_is_missing_is_named(monkeypatch):
    import sys

    from querist import adapters

    monkeypatch.setitem(sys.modules, "small_text", None)
    monkeypatch.delitem(sys.modules, "querist.adapters.small_text")
    with pytest.raises(InvalidParameterError, match=r"small_text, which is not installed: pip install 'querist\["):
        _ = adapters.SmallTextStrategy
