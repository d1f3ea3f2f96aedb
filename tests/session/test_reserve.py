"""The audit's reserve: what the strategy asks does not depend on it, so its answered rows are like new ones."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_classification
from sklearn.naive_bayes import GaussianNB

import querist
from querist.audit.reserve import reserve_size, until_two_classes
from querist.session import audit_trail, reserve
from querist.session.events import Asked, GivenOver, Reserved

X, TRUTH = make_classification(600, 8, n_informative=5, class_sep=1.5, flip_y=0.1, random_state=0)


def played(rounds, *, audit=0.2, batch_size=10, truth=TRUTH, X=X, **options):
    session = querist.Session(X, audit=audit, **({"random_state": 0} | options))
    for _ in range(rounds):
        rows = session.ask(batch_size)
        session.tell(rows, truth[rows])
    return session


def asked(session, how):
    return [event.rows.tolist() for event in session.events if isinstance(event, Asked) and event.how == how]


def reserved(session):
    return [row for event in session.events if isinstance(event, Reserved) for row in event.rows.tolist()]


def given_away(session):
    return [row for event in session.events if isinstance(event, GivenOver) for row in event.rows.tolist()]


# ---------------------------------------------------------------- the sample is exchangeable, exactly


TINY = np.array(
    [[0.1, 0.9], [0.35, 0.2], [0.42, 0.71], [0.55, 0.13], [0.6, 0.48], [0.77, 0.82], [0.93, 0.31], [0.99, 0.64]]
)
TINY_TRUTH = np.array([0, 0, 1, 0, 1, 1, 0, 1])


class Orders:
    """Random numbers that put the rows of a tiny pool into one order; to be had for every order."""

    def __init__(self, monkeypatch):
        self.order = ()
        for module in (reserve, audit_trail):
            monkeypatch.setattr(module, "audit_numbers", self)

    def __call__(self, seed, rows):
        numbers = np.empty(len(self.order))
        numbers[list(self.order)] = (np.arange(len(self.order)) + 0.5) / len(self.order)
        return numbers[rows]


def left_out_and_new(session, order, n_reserved):
    """Return how often the sample's rows are predicted rightly by models without them, and the next row by these."""
    known = session.labelled
    sample = session._trail.prefix().rows
    new = next(row for row in order[:n_reserved] if row not in known)
    labels = dict(zip(known.tolist(), session.labels.tolist(), strict=True))
    right = fresh = 0
    for row in sample.tolist():
        train = np.array([each for each in known.tolist() if each != row])
        answers = np.array([labels[each] for each in train.tolist()])
        model = GaussianNB(var_smoothing=0.1).fit(TINY[train], answers)
        right += int(model.predict(TINY[[row]])[0] == labels[row])
        fresh += int(model.predict(TINY[[new]])[0] == TINY_TRUTH[new])
    return right, fresh, sample.size


def sums_over_all_orders(monkeypatch, n_rows, audit, rounds):
    """Return the sums of both over every order in which the pool's rows may stand."""
    orders = Orders(monkeypatch)
    n_reserved = reserve_size(n_rows, 0.5)
    total = np.zeros(3, int)
    for head in itertools.permutations(range(n_rows), n_reserved):
        orders.order = (*head, *(row for row in range(n_rows) if row not in head))
        session = querist.Session(
            TINY[:n_rows], estimator=GaussianNB(var_smoothing=0.1), strategy="margin", audit=audit, random_state=3
        )
        for _ in range(rounds):
            rows = session.ask(2)
            session.tell(rows, TINY_TRUTH[rows])
        total += left_out_and_new(session, orders.order, n_reserved)
    return total


def test_a_row_left_out_is_like_a_new_one_over_all_orders(monkeypatch):
    right, fresh, n = sums_over_all_orders(monkeypatch, 6, 0.5, 2)
    assert right == fresh
    assert n > 60


@pytest.mark.proof
def test_so_it_is_on_eight_rows_too(monkeypatch):
    right, fresh, n = sums_over_all_orders(monkeypatch, 8, 0.5, 3)
    assert right == fresh
    assert n > 1680


@pytest.mark.proof
def test_were_the_asking_model_told_it_would_not_be_so(monkeypatch):
    monkeypatch.setattr(reserve.Reserve, "blind", lambda self, rows: np.zeros(len(rows), bool))
    right, fresh, _ = sums_over_all_orders(monkeypatch, 8, 0.5, 3)
    assert abs(right - fresh) > 20


# ---------------------------------------------------------------- what is set aside


@settings(deadline=None, max_examples=25)
@given(
    st.integers(0, 10**6), st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.lists(st.integers(1, 9), min_size=1, max_size=8),
    st.integers(0, 5),
)  # fmt: skip
def test_the_strategy_asks_no_row_of_the_reserve_and_the_audit_no_other(seed, share, batches, n_told):
    session = querist.Session(X[:60], estimator="naive_bayes", audit=share, random_state=seed)
    if n_told:
        session.tell(np.arange(n_told), TRUTH[:n_told])
    for size in batches:
        rows = session.ask(size)
        session.tell(rows, TRUTH[rows])
    aside = reserved(session)
    assert len(aside) == reserve_size(60 - n_told, share) == len(set(aside))
    assert not set(aside) & set(range(n_told))
    drawn = [row for rows in asked(session, "audit") for row in rows]
    assert set(drawn) <= set(aside)
    assert drawn == aside[: len(drawn)]
    assert not set(aside) & {row for rows in asked(session, "strategy") for row in rows}
    assert len(drawn) == int(share * sum(batches) + 1e-9)
    sample = session._trail.prefix().rows.tolist()
    assert sample == [row for row in drawn if row not in given_away(session)]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from(["margin", "k_center", "weighted_k_means", "query_by_committee"]))
def test_what_is_asked_does_not_depend_on_what_the_sample_says(seed, strategy):
    def questions(turned):
        session = querist.Session(X[:80], estimator="naive_bayes", strategy=strategy, audit=0.3, random_state=seed)
        for number in range(6):
            rows = session.ask(5)
            answers = TRUTH[rows].copy()
            if turned and number >= 2:
                answers[np.isin(rows, session._trail.sample_order(80))] ^= 1
            session.tell(rows, answers)
        return asked(session, "strategy"), session.model.predict(X).tolist()

    (asked_once, model), (asked_again, other_model) = questions(False), questions(True)
    assert asked_once == asked_again
    # The model that is used learns from all of them.
    assert model != other_model


def test_the_share_of_questions_decides_how_many_rows_are_set_aside():
    assert [reserve_size(n, 0.2) for n in (0, 1, 10, 600, 2_000, 8_000, 10**6)] == [0, 1, 2, 120, 200, 800, 1_000]
    assert reserve_size(600, 1.0) == 600


def test_a_whole_pool_can_be_asked():
    session = played(12, X=X[:60], batch_size=5)
    assert sorted(session.labelled.tolist()) == list(range(60))
    assert session.accuracy().n == 12


def test_once_the_reserve_is_used_up_the_sample_stays():
    """Rows that the strategy has asked cannot join it: they have taught the model that asks."""
    session = querist.Session(X, audit=0.5, random_state=0)
    session.tell(np.arange(580), TRUTH[:580])
    aside = []
    for _ in range(2):
        rows = session.ask(10)
        session.tell(rows, TRUTH[rows])
        aside = reserved(session)
    assert session.accuracy().n == len(aside) == 10


def test_rows_that_are_added_bring_their_share():
    session = played(10, X=X[:300])
    before = reserved(session)
    session.extend(X)
    rows = session.ask(10)
    session.tell(rows, TRUTH[rows])
    added = [row for row in reserved(session) if row not in before]
    assert min(added) >= 300
    assert 35 < len(added) < 90
    numbers = reserve.audit_numbers(0, np.arange(600))
    assert max(numbers[added]) <= max(numbers[before])
    # The audit goes back to those that the order has passed.
    (latest,) = asked(session, "audit")[-1:]
    assert latest == sorted(added, key=numbers.__getitem__)[: len(latest)]


def test_rows_told_at_once_are_not_the_audits():
    session = querist.Session(X, audit=0.2, random_state=0)
    session.tell(np.arange(200), TRUTH[:200])
    session.ask(10)
    assert min(reserved(session)) >= 200


def test_a_row_of_the_reserve_that_is_told_unasked_waits_for_its_turn():
    session = played(5)
    aside = reserved(session)
    later = np.array(aside[len(asked(session, "audit")) * 2 : 40])
    asking = session._asker._asking
    n_known = asking.lessons.rows.size
    session.tell(later, TRUTH[later])
    assert asking.lessons.rows.size == n_known
    session.ask(10)
    assert session._trail.prefix().rows.size >= 10


# ---------------------------------------------------------------- what is given over


@given(st.lists(st.integers(0, 2), max_size=6), st.lists(st.integers(0, 2), max_size=8))
def test_answers_are_given_over_until_two_classes_are_known_and_no_longer(asking, waiting):
    n = until_two_classes(np.array(asking, int), np.array(waiting, int))
    assert 0 <= n <= len(waiting)
    known = {*asking, *waiting[:n]}
    assert len(known) > 1 or n == len(waiting)
    assert not n or len({*asking, *waiting[: n - 1]}) < 2


def test_answers_of_the_audit_help_out_while_the_asking_model_has_one_class():
    truth = np.zeros(600, int)
    session = querist.Session(X, audit=0.5, random_state=0)
    rows = session.ask(8)
    drawn = asked(session, "audit")[0]
    truth[drawn[1]] = 1
    session.tell(rows, truth[rows])
    assert session.fit().classes_.tolist() == [0, 1]
    session.ask(2)
    assert given_away(session) == drawn[:2]
    (latest,) = [event for event in session.events if isinstance(event, Asked) and event.how == "strategy"][-1:]
    assert latest.strategy.startswith("Margin")


def test_without_a_model_that_asks_nothing_is_given_over():
    session = played(6, strategy="random", truth=np.zeros(600, int))
    assert not given_away(session)


# ---------------------------------------------------------------- saved, undone, chosen


def test_it_is_saved_with_the_session(tmp_path):
    session = played(8)
    session.save(tmp_path / "s.json")
    again = querist.Session.load(tmp_path / "s.json", X)
    assert again.accuracy() == session.accuracy()
    assert again.ask(10).tolist() == session.ask(10).tolist()


def test_all_answers_teach_where_only_measured(tmp_path):
    session = played(8, audit="measure:share=0.25")
    assert not reserved(session)
    assert session.accuracy().note.startswith("Approximate")
    session.save(tmp_path / "s.json")
    again = querist.Session.load(tmp_path / "s.json", X)
    assert again.ask(10).tolist() == session.ask(10).tolist()
    assert not reserved(again)


@pytest.mark.parametrize("audit", ["exchangable", "measure:part=0.2", "measure:share=1.2", -0.1, 1.5, True, None])
def test_what_an_audit_can_be_is_told(audit):
    with pytest.raises(querist.exceptions.InvalidParameterError, match="audit"):
        querist.Session(X, audit=audit)
