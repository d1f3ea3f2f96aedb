"""Confidences corrected by the past: the posterior's own maximum, for any past."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit

from querist.audit.error_chances import error_chances


def test_chances_of_error_without_a_past_are_what_confidences_say():
    np.testing.assert_allclose(error_chances(np.array([0.5, 0.9, 0.99])), [0.5, 0.1, 0.01])


@pytest.mark.parametrize("seed", range(5))
def test_chances_of_error_maximise_the_posterior(seed):
    rng = np.random.default_rng(seed)
    past = rng.uniform(0.3, 1, 40)
    right = rng.random(40) < past

    def loss(line):
        odds = line[0] + line[1] * logit(np.clip(past, 1e-4, 1 - 1e-4))
        likelihood = np.where(right, expit(odds), 1 - expit(odds))
        return -np.log(likelihood).sum() + (line[0] / 2) ** 2 / 2 + ((line[1] - 1) / 0.5) ** 2 / 2

    best = minimize(loss, [0, 1], tol=1e-10).x
    new = np.array([0.4, 0.7, 0.95])
    np.testing.assert_allclose(error_chances(new, past, right), 1 - expit(best[0] + best[1] * logit(new)), atol=1e-4)


def test_a_past_of_any_kind_is_fitted(rng):
    for past in (np.ones(500), np.zeros(500), rng.random(500)):
        for right in (np.ones(500, bool), np.zeros(500, bool), rng.random(500) < 0.5):
            chances = error_chances(np.array([0.0, 0.5, 1.0]), past, right)
            assert ((chances > 0) & (chances < 1)).all()
