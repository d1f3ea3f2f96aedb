"""Classifiers for few labels, and wrappers."""

import numpy as np
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import querist
from querist.exceptions import InvalidParameterError
from querist.learners import AutoClassifier, KernelMachine, LabelEncoded
from querist.learners.refit import Refitter

X, y = make_classification(80, 5, n_informative=4, n_redundant=0, random_state=0)
NAMES = np.array(["no", "yes"])[y]


@pytest.mark.parametrize("name", querist.estimator_names())
def test_every_registered_estimator_learns(name):
    model = querist.make_estimator(name)
    features = X - X.min(axis=0)  # complement naive Bayes takes no negative values
    model.fit(features, NAMES)
    if name == "relevance_svc":
        # It is to rank: relevant rows weigh so much that it calls nearly all of these so.
        assert roc_auc_score(model.classes_[1] == NAMES, model.decision_function(features)) > 0.6
        return
    assert (model.predict(features) == NAMES).mean() > 0.6


def test_auto_takes_trees_for_tables_and_a_linear_model_for_sparse_rows():
    for kernels in (False, True):
        assert isinstance(
            AutoClassifier(kernels=kernels).fit(scipy.sparse.csr_matrix(X), y).estimator_, LogisticRegression
        )
    assert isinstance(querist.make_estimator("auto").fit(scipy.sparse.csr_matrix(X), y).estimator_, KernelMachine)
    assert isinstance(AutoClassifier().fit(X, y).estimator_, ExtraTreesClassifier)
    proba = AutoClassifier(random_state=1).fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(proba, AutoClassifier(random_state=1).fit(X, y).predict_proba(X))


def test_encoded_labels_come_back_as_they_were():
    model = LabelEncoded(GaussianNB()).fit(X, NAMES)
    reference = GaussianNB().fit(X, NAMES)
    np.testing.assert_array_equal(model.predict(X), reference.predict(X))
    np.testing.assert_array_equal(model.predict_proba(X), reference.predict_proba(X))
    np.testing.assert_array_equal(model.classes_, reference.classes_)
    assert not hasattr(model, "decision_function")
    assert hasattr(LabelEncoded(SVC()), "decision_function")
    assert not hasattr(LabelEncoded(SVC()), "predict_proba")
    assert clone(model).estimator.get_params() == GaussianNB().get_params()


def test_a_refit_leaves_the_callers_estimator_and_its_parameters_alone():
    estimator = make_pipeline(StandardScaler(), RandomForestClassifier(3))
    refitter = Refitter(estimator, seed=1)
    model = refitter.fit(X, NAMES, finite=True)
    assert not hasattr(estimator[-1], "estimators_")
    assert estimator[-1].random_state is None
    assert model[-1].random_state is not None
    estimator.set_params(randomforestclassifier__n_estimators=9)
    assert len(refitter.fit(X, NAMES, finite=True)[-1].estimators_) == 3


def test_unset_seeds_follow_from_the_seed_and_the_number_of_answers():
    def fit(seed, n):
        return Refitter(RandomForestClassifier(3), seed=seed).fit(X[:n], y[:n], finite=True).random_state

    assert fit(1, 50) == fit(1, 50)
    assert len({fit(1, 50), fit(1, 51), fit(2, 50)}) == 3
    assert Refitter(RandomForestClassifier(3, random_state=7), seed=1).fit(X, y, finite=True).random_state == 7


def test_wrong_parameters_of_an_estimator_surface_at_the_first_fit():
    with pytest.raises(ValueError, match="'C' parameter") as caught:
        Refitter(LogisticRegression(C=-1), seed=0).fit(X, y, finite=True)
    assert "80 answers" in caught.value.__notes__[0]


def test_gaps_surface_unless_the_pool_is_known_to_have_none():
    gaps = X.copy()
    gaps[3, 2] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        Refitter(LogisticRegression(), seed=0).fit(gaps, y, finite=False)


@pytest.mark.parametrize("estimator", [LogisticRegression(solver="liblinear"), GaussianNB(), "no estimator"])
def test_warm_starts_are_refused_where_they_are_not_known_to_be_safe(estimator):
    with pytest.raises(InvalidParameterError):
        Refitter(estimator, seed=0, warm_start=True)


def test_many_classes_with_few_labels_each_raise_no_warning():
    labels = np.array([f"class {number}" for number in range(40)] * 2)[:60]
    model = Refitter(LogisticRegression(), seed=0).fit(X[:60], labels, finite=True)
    assert len(model.classes_) == 40
