"""Utility per cost: what a strategy asks for where rows cost differently."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression

import querist
from querist.base.strategy import QueryStrategy
from querist.exceptions import InvalidParameterError, SessionFileError
from session_lines import content_of

X, CODES = make_classification(90, 4, random_state=5, flip_y=0.1)
TRUTH = np.array(["no", "yes"])[CODES]
COSTS = np.random.default_rng(2).lognormal(sigma=1.0, size=90)
START = np.arange(12)


def session_of(strategy="margin", costs=COSTS, **options):
    session = querist.Session(X, strategy=strategy, costs=costs, random_state=0, **options)
    session.tell(START, TRUTH[START])
    return session


@pytest.mark.parametrize("name", ["margin", "entropy", "least_confidence", "density_weighted", "relevance:target=yes"])
def test_the_batch_is_what_brute_force_finds(name):
    session = session_of(name)
    model = querist.make_estimator("logistic_regression").fit(X[START], TRUTH[START])
    made = querist.make_strategy(*[name.partition(":")[0]], **({"target": "yes"} if ":" in name else {}))
    _, utilities = made.query(X, START, TRUTH[START], model=model, return_utilities=True)
    worth = [(utilities[row] / COSTS[row], row) for row in range(90) if row not in START]
    expected = [row for _, row in sorted(worth, reverse=True)[:5]]
    assert session.ask(5).tolist() == expected
    logged = session.events[-1].utilities
    np.testing.assert_allclose(logged, [utilities[row] / COSTS[row] for row in expected])


@pytest.mark.parametrize(
    "name", ["margin", "power", "weighted_k_means", "query_by_committee", "entropy:selection=power"]
)
def test_equal_costs_change_nothing(name):
    one, other = session_of(name, costs=np.ones(90)), session_of(name, costs=None)
    for _ in range(3):
        rows = one.ask(4)
        assert rows.tolist() == other.ask(4).tolist()
        one.tell(rows, TRUTH[rows])
        other.tell(rows, TRUTH[rows])


def test_power_draws_by_utility_per_cost_and_logs_the_chances():
    session = session_of("power")
    session.ask(1)
    event = session.events[-1]
    _, utilities = querist.make_strategy("margin").query(
        X, START, TRUTH[START], model=session.model, return_utilities=True
    )
    worth = utilities[12:] / COSTS[12:]
    assert event.probabilities[0] == pytest.approx(worth[event.rows[0] - 12] / worth.sum())


def test_random_rows_the_cold_start_and_the_audit_are_drawn_whatever_they_cost():
    for options in ({"strategy": "random"}, {"strategy": "margin", "audit": 1.0}):
        with_costs, without = (
            querist.Session(X, costs=costs, random_state=0, **options).ask(10).tolist() for costs in (COSTS, None)
        )
        assert with_costs == without
    for cold_start in ("random", "k_center"):
        with_costs, without = (
            querist.Session(X, costs=costs, cold_start=cold_start, random_state=0).ask(10).tolist()
            for costs in (COSTS, None)
        )
        assert with_costs == without


class Negative(QueryStrategy):
    """Utilities below 0: to divide them would make dear rows better."""

    needs_model = False

    def utilities(self, context):
        return -np.ones(context.candidates.size)


def test_what_cannot_be_divided_is_refused():
    with pytest.raises(InvalidParameterError, match="KCenter chooses its batch by distances"):
        session_of("k_center")
    session = session_of(Negative())
    with pytest.raises(InvalidParameterError, match="utilities are divided by them, and one of Negative is -1"):
        session.ask(1)
    with pytest.raises(InvalidParameterError, match="KCenter chooses its batch"):
        querist.simulate(X, TRUTH, costs=COSTS, strategies="k_center", repeats=1, n_jobs=1)


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        (COSTS[:5], "90 wanted, got 5"),
        (np.where(np.arange(90) == 3, 0, COSTS), r"costs\[3\] is 0, .* What costs nothing can be told"),
        (np.where(np.arange(90) == 3, np.nan, COSTS), r"costs\[3\] is nan"),
        (["dear"] * 90, "must hold numbers"),
    ],
)
def test_costs_are_checked_when_the_session_is_made(costs, words):
    with pytest.raises(InvalidParameterError, match=words):
        querist.Session(X, costs=costs)
    with pytest.raises(InvalidParameterError, match=words):
        querist.simulate(X, TRUTH, costs=costs, repeats=1)


def test_costs_that_name_their_rows_go_to_these():
    pool = pd.DataFrame(X, index=[f"r{row}" for row in range(90)])
    shuffled = pd.Series(COSTS, index=pool.index).sample(frac=1, random_state=1)
    session = querist.Session(pool, costs=shuffled)
    session.tell([4, 7], TRUTH[[4, 7]])
    assert session.cost == COSTS[4] + COSTS[7]


def test_what_was_spent_follows_the_answers():
    session = session_of()
    assert session.cost == pytest.approx(COSTS[:12].sum())
    session.undo()
    assert session.cost == 0
    assert session_of(costs=None).cost == 12


def test_costs_are_kept_by_content(tmp_path):
    session = session_of()
    session.save(tmp_path / "s.json")
    loaded = querist.Session.load(tmp_path / "s.json", X, costs=COSTS)
    assert loaded.cost == session.cost
    assert loaded.ask(5).tolist() == session.ask(5).tolist()
    with pytest.raises(SessionFileError, match="saved with costs"):
        querist.Session.load(tmp_path / "s.json", X)
    with pytest.raises(SessionFileError, match="costs are not those"):
        querist.Session.load(tmp_path / "s.json", X, costs=COSTS[::-1])
    plain = session_of(costs=None)
    plain.save(tmp_path / "plain.json")
    assert "costs" not in content_of(tmp_path / "plain.json")
    with pytest.raises(SessionFileError, match="saved without costs"):
        querist.Session.load(tmp_path / "plain.json", X, costs=COSTS)


def test_a_longer_pool_needs_longer_costs():
    session = querist.Session(X[:60], costs=COSTS[:60])
    with pytest.raises(InvalidParameterError, match="made with costs"):
        session.extend(X)
    session.extend(X, costs=COSTS)
    session.tell(80, TRUTH[80])
    assert session.cost == COSTS[80]
    with pytest.raises(InvalidParameterError, match="made without costs"):
        querist.Session(X[:60]).extend(X, costs=COSTS)


def test_costs_change_nothing_else_when_probabilities_come_from_outside():
    model = LogisticRegression().fit(X, TRUTH)
    proba = model.predict_proba(X)
    session = querist.Session(X, probabilities=proba, classes=model.classes_, costs=COSTS, random_state=0)
    worth = (1 - np.abs(proba[:, 0] - proba[:, 1])) / COSTS
    assert session.ask(5).tolist() == np.argsort(-worth)[:5].tolist()
