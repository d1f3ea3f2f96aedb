"""The learner of screening: what its rows weigh."""

import numpy as np
import pytest
import scipy.sparse
from sklearn.svm import LinearSVC

from querist.learners import RelevanceSVC
from querist.registry import make_estimator

X = np.random.default_rng(0).normal(size=(80, 5))
Y = np.where(np.arange(80) < 6, "in", "out")


@pytest.mark.parametrize("form", [np.asarray, scipy.sparse.csr_matrix])
@pytest.mark.parametrize("weights", [None, np.arange(80) % 3 + 1.0])
def test_relevant_rows_weigh_the_ratio_times_all_others(form, weights):
    own = np.ones(80) if weights is None else weights
    inside = Y == "in"
    wanted = np.where(inside, own * 9.8 / own[inside].sum(), own / own[~inside].sum())
    wanted *= own.sum() / wanted.sum()
    theirs = LinearSVC(C=0.11, loss="squared_hinge", random_state=0).fit(form(X), Y, sample_weight=wanted)
    ours = RelevanceSVC(random_state=0).fit(form(X), Y, sample_weight=weights)
    np.testing.assert_allclose(ours.decision_function(form(X)), theirs.decision_function(form(X)), atol=1e-3)


def test_the_relevant_class_is_the_rarer_or_the_one_that_is_named():
    rare = RelevanceSVC(random_state=0).fit(X, Y).decision_function(X)
    named = RelevanceSVC(relevant="in", random_state=0).fit(X, Y).decision_function(X)
    other = RelevanceSVC(relevant="out", random_state=0).fit(X, Y).decision_function(X)
    np.testing.assert_array_equal(rare, named)
    assert other.mean() > rare.mean()  # decision values are of the class "out"


def test_it_has_a_name_and_refuses_a_ratio_of_nothing():
    assert isinstance(make_estimator("relevance_svc"), RelevanceSVC)
    with pytest.raises(ValueError, match="ratio must be above 0"):
        RelevanceSVC(ratio=0).fit(X, Y)
