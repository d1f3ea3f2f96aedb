"""Rows are ordered by what the past has shown to tell which of them a model gets wrong."""

import numpy as np
import pytest
from scipy.special import expit

from querist.audit.past import Frozen, Past
from querist.audit.promise_planning import plan_model_labels
from querist.audit.region_order import Signs, best_order


def signs(rng, n, n_classes=4):
    """Signs of rows that say nothing of each other."""
    return Signs(rng.uniform(0.5, 1, n), rng.integers(0, n_classes, n), rng.uniform(0.3, 1, n))


def outcomes(rng, log_odds):
    return rng.random(log_odds.size) < expit(log_odds)


def judged(rng, told, n=300):
    """Return the order that is found where `told` gives the log odds to be right, and rows with their log odds."""
    past, rows = signs(rng, n), signs(rng, 2000)
    return best_order(rows, past, outcomes(rng, told(past))), rows, told(rows)


def concordance(order, truth):
    """How well an order agrees with the log odds behind the outcomes: 1, they are the same, -1, upside down."""
    return np.corrcoef(np.argsort(np.argsort(order.sure)), np.argsort(np.argsort(truth)))[0, 1]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("confidence", lambda each: 14 * each.confidence - 9),
        ("class", lambda each: 12 * each.confidence - 9 + 4 * (each.predicted != 2)),
        ("second", lambda each: 9 * each.second - 4),
        ("both", lambda each: 9 * each.second + 14 * each.confidence - 14),
    ],
)
def test_the_sign_that_tells_is_found(rng, name, told):
    order, rows, truth = judged(rng, told)
    assert order.name == name
    assert concordance(order, truth) > 0.8
    if name == "confidence":
        assert order.sure is rows.confidence


def test_a_confidence_that_is_upside_down_is_turned(rng):
    order, rows, truth = judged(rng, lambda each: 9 - 11 * each.confidence, n=600)
    assert concordance(order, truth) > 0.8
    assert concordance(order, rows.confidence) < -0.8


def test_where_no_sign_tells_all_rows_are_alike(rng):
    order, _, _ = judged(rng, lambda each: np.full(each.confidence.size, 1.5))
    assert order.name == "none"
    assert np.unique(order.sure).size == 1
    assert np.unique(order.past).tolist() == np.unique(order.sure).tolist()
    assert "all rows are tested together" in order.words


def test_each_row_of_the_past_is_judged_without_its_own_outcome(rng):
    past, rows = signs(rng, 60), signs(rng, 10)
    right = outcomes(rng, 9 * past.second - 4)
    order = best_order(rows, past, right)
    assert order.name == "second"
    flipped = right.copy()
    flipped[0] = ~flipped[0]
    again = best_order(rows, past, flipped)
    assert again.name == order.name
    assert again.past[0] == order.past[0]
    assert (again.past != order.past).any()


@pytest.mark.parametrize("missing", ["predicted", "second", "both"])
def test_signs_that_are_not_known_are_not_looked_at(rng, missing):
    past, rows = signs(rng, 200), signs(rng, 50)
    names = ("predicted", "second") if missing == "both" else (missing,)
    right = outcomes(rng, 9 * past.second - 4)
    order = best_order(rows._replace(**dict.fromkeys(names)), past, right)
    assert (order.name == "second") == (missing == "predicted")


def test_labels_that_are_texts_are_classes(rng):
    past, rows = signs(rng, 300), signs(rng, 100)
    right = outcomes(rng, 12 * past.confidence - 9 + 4 * (past.predicted != 2))
    coded = best_order(rows, past, right)
    names = np.array(["a", "b", "c", "d"])
    named = best_order(
        rows._replace(predicted=names[rows.predicted]), past._replace(predicted=names[past.predicted]), right
    )
    assert named.name == coded.name == "class"
    np.testing.assert_allclose(named.sure, coded.sure)


def test_rows_are_let_go_in_the_order_that_was_found(rng):
    """The model's confidence is worthless, as on tables of coded categories; a second model knows."""
    n = 3000
    seen, left = signs(rng, 200), signs(rng, n)
    right = outcomes(rng, 14 * left.second - 7)
    past = Past(outcomes(rng, 14 * seen.second - 7), *seen)
    alone = Past(past.correct, past.confidence)
    here = Frozen(np.arange(n), rng.random(n), *left)
    plan = plan_model_labels(here, 0.93, past, attempt=1)
    assert "a second model" in plan.order
    for region in plan.regions:
        assert left.second[region].min() >= left.second[np.setdiff1d(here.rows, region)].max(initial=0)
    assert right[plan.regions[0]].mean() > 0.95
    # By confidence nothing is expected to pass.
    assert right[np.argsort(-left.confidence)[: n // 2]].mean() < 0.93
    with pytest.raises(ValueError, match="No part of the 3,000 rows is expected to reach"):
        plan_model_labels(here, 0.93, alone, attempt=1)
