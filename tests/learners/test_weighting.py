"""Under which keyword weights reach what is trained."""

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import querist
from querist.learners.label_encoded import LabelEncoded, label_encoded
from querist.learners.refit import Refitter
from querist.learners.weighting import weight_keyword

X, Y = make_classification(120, 4, random_state=0, flip_y=0.2)
WEIGHTS = np.random.default_rng(1).uniform(0.1, 10, 120)
LINEAR, NEAREST = LogisticRegression(), KNeighborsClassifier()
SCALED = make_pipeline(StandardScaler(), LINEAR)


class Open(ClassifierMixin, BaseEstimator):
    """Takes any keyword, and nobody knows what becomes of it."""

    def fit(self, X, y, **keywords):
        return self


@pytest.mark.parametrize(
    ("estimator", "keyword"),
    [
        (LINEAR, "sample_weight"),
        (NEAREST, None),
        (SCALED, "logisticregression__sample_weight"),
        (Pipeline([("scaled", SCALED)]), "scaled__logisticregression__sample_weight"),
        (make_pipeline(StandardScaler(), NEAREST), None),
        (Pipeline([("scale", StandardScaler()), ("last", "passthrough")]), None),
        (GridSearchCV(SCALED, {"logisticregression__C": [1]}, cv=2), "logisticregression__sample_weight"),
        (RandomizedSearchCV(LINEAR, {"C": [1, 2]}, n_iter=2, cv=2, random_state=0), "sample_weight"),
        (GridSearchCV(NEAREST, {}), None),
        (make_pipeline(GridSearchCV(LINEAR, {"C": [1]}, cv=2)), "gridsearchcv__sample_weight"),
        (CalibratedClassifierCV(LINEAR, cv=2), "sample_weight"),
        (CalibratedClassifierCV(cv=2), "sample_weight"),
        (CalibratedClassifierCV(NEAREST), None),  # it would calibrate with them, and train without
        (CalibratedClassifierCV(SCALED), None),
        (VotingClassifier([("a", LINEAR), ("b", GaussianNB())], voting="soft"), "sample_weight"),
        (VotingClassifier([("a", LINEAR), ("b", "drop")], voting="soft"), "sample_weight"),
        (VotingClassifier([("a", LINEAR), ("b", NEAREST)]), None),
        (StackingClassifier([("a", LINEAR), ("b", GaussianNB())], cv=2), "sample_weight"),
        (StackingClassifier([("a", LINEAR)], final_estimator=NEAREST), None),
        (BaggingClassifier(LINEAR, random_state=0), "sample_weight"),
        (OneVsRestClassifier(LINEAR), None),
        (TunedThresholdClassifierCV(LINEAR), None),
        (label_encoded(LINEAR), "sample_weight"),
        (label_encoded(NEAREST), None),
        (label_encoded(SCALED), "sample_weight"),
        (Open(), None),
    ],
)
def test_weights_reach_what_is_trained_or_there_is_no_keyword(estimator, keyword):
    assert weight_keyword(estimator) == keyword
    if keyword:
        plain, weighted = clone(estimator).fit(X, Y), clone(estimator).fit(X, Y, **{keyword: WEIGHTS})
        assert not np.allclose(plain.predict_proba(X), weighted.predict_proba(X))


@pytest.mark.parametrize("name", sorted(set(querist.estimator_names()) - {"k_neighbors"}))
def test_all_registered_classifiers_but_the_nearest_neighbours_take_weights(name):
    assert weight_keyword(querist.make_estimator(name)) == "sample_weight"


def test_a_pipeline_behind_codes_passes_its_weights_on():
    coded = LabelEncoded(SCALED).fit(X, Y, sample_weight=WEIGHTS)
    by_hand = clone(SCALED).fit(X, Y, logisticregression__sample_weight=WEIGHTS)
    np.testing.assert_array_equal(coded.predict_proba(X), by_hand.predict_proba(X))


def test_requests_decide_where_metadata_are_routed():
    asking = make_pipeline(StandardScaler(), LogisticRegression())
    with sklearn.config_context(enable_metadata_routing=True):
        assert weight_keyword(asking) is None
        asking[-1].set_fit_request(sample_weight=True)
        # The scaler must say too what it wants.
        asking[0].set_fit_request(sample_weight=False)
        assert weight_keyword(asking) == "sample_weight"
        model = Refitter(asking, seed=0).fit(X, Y, finite=True, weights=WEIGHTS)
    by_hand = clone(SCALED).fit(X, Y, logisticregression__sample_weight=WEIGHTS)
    np.testing.assert_allclose(model.predict_proba(X), by_hand.predict_proba(X))


@pytest.mark.parametrize("estimator", [LINEAR, SVC(), GaussianNB(), SCALED])
def test_weights_of_one_are_no_weights(estimator):
    plain = Refitter(estimator, seed=0).fit(X, Y, finite=True)
    weighted = Refitter(estimator, seed=0).fit(X, Y, finite=True, weights=np.ones(Y.size))
    np.testing.assert_array_equal(plain.predict(X), weighted.predict(X))
