"""Promises and running accuracy in sessions whose history works against them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin

import querist
from querist.audit.order import audit_numbers
from querist.exceptions import InvalidParameterError


class Stubborn(ClassifierMixin, BaseEstimator):
    """Learns nothing: the first column is its prediction, the second its confidence."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return X[:, 0].astype(int)

    def predict_proba(self, X):
        found = np.empty((len(X), 2))
        rows = np.arange(len(X))
        found[rows, X[:, 0].astype(int)] = X[:, 1]
        found[rows, 1 - X[:, 0].astype(int)] = 1 - X[:, 1]
        return found


def pool(rng, shares, confidences):
    """Return a pool of parts with so many right and so many wrong rows, and its truth."""
    right = np.concatenate([rng.permutation(np.repeat([True, False], counts)) for counts in shares])
    sure = np.repeat(confidences, [sum(counts) for counts in shares])
    truth = rng.integers(0, 2, right.size)
    return np.column_stack([np.where(right, truth, 1 - truth), sure]), truth


def started(X, truth, seed, audit=0.5):
    session = querist.Session(X, estimator=Stubborn(), strategy="random", audit=audit, random_state=seed)
    while len(session.classes) < 2:
        rows = session.ask(10)
        session.tell(rows, truth[rows])
    return session


def is_broken(certificate, session, X, truth):
    open_rows = np.setdiff1d(session.unanswered, [])
    result = certificate.result()
    assert result.n_rest == open_rows.size
    return result.rest > (X[open_rows, 0] == truth[open_rows]).mean() + 1e-12


def after_a_part_was_tested(seed):
    # Half of the sure rows are wrong; draws among them leave the others in front of the audit's order.
    X, truth = pool(np.random.default_rng(seed), [(60, 60), (180, 0)], [0.999, 0.55])
    session = started(X, truth, seed)
    part = session.auto_label(0.8, most_labels=100)
    assert part.plan.regions[0].size <= 120
    while (rows := part.ask()).size:
        session.tell(rows, truth[rows])
    assert not part.result().rows.size
    return X, truth, session


def after_easy_rows_were_added(seed):
    X, truth = pool(np.random.default_rng(seed), [(90, 60), (150, 0)], [0.7, 0.7])
    session = querist.Session(X[:150], estimator=Stubborn(), strategy="random", audit=1.0, random_state=seed)
    rows = session.ask(60)
    session.tell(rows, truth[rows])
    session.extend(X)
    return X, truth, session


def after_easy_draws_were_put_back(seed):
    X, truth = pool(np.random.default_rng(seed), [(210, 90)], [0.7])
    session = started(X, truth, seed)
    first = session.certify(0.6, guess=0.7)
    right = X[first.rows, 0] == truth[first.rows]
    session.tell(first.rows[~right], truth[first.rows[~right]])
    session.release()
    return X, truth, session


@pytest.mark.parametrize(
    "history", [after_a_part_was_tested, after_easy_rows_were_added, after_easy_draws_were_put_back]
)
@pytest.mark.parametrize(("n_sessions", "most"), [(15, 3), pytest.param(40, 6, marks=pytest.mark.proof)])
def test_certificates_hold_whatever_came_before(history, n_sessions, most):
    broken = 0
    for seed in range(n_sessions):
        X, truth, session = history(seed)
        certificate = session.certify(0.8, guess=0.93)
        session.tell(certificate.rows, truth[certificate.rows])
        broken += is_broken(certificate, session, X, truth)
    # P(more than 3 of 15 | 5 %) and P(more than 6 of 40 | 5 %) are below 0.01; permanent numbers alone break 15 of 40
    # and more.
    assert broken <= most


def test_the_audits_order_decides_as_long_as_it_is_fresh():
    X, truth = pool(np.random.default_rng(0), [(180, 20)], [0.9])
    session = started(X, truth, 0, "measure:share=0.5")
    certificate = session.certify(0.7, guess=0.9)
    rest = np.setdiff1d(np.arange(200), session.labelled)
    in_order = rest[np.argsort(audit_numbers(0, rest))]
    assert certificate.rows.tolist() == in_order[: certificate.rows.size].tolist()
    before = session._trail.prefix().rows.size
    session.tell(certificate.rows, truth[certificate.rows])
    assert session._trail.prefix().rows.size >= before + certificate.rows.size
    # A row that was drawn and given up stands in front of all others.
    session.skip(session.ask(10))
    other = session.certify(0.7, guess=0.9)
    assert (session.reasons(other.rows)["how"] == "certificate").all()
    assert (session.reasons(other.rows)["promise"] == 2).all()
    assert not session.events[-1].in_audit_order


def test_rows_that_were_set_aside_are_drawn_for_a_promise_as_others_are():
    """The first in the audit's order are all set aside: the strategy chose among none of them."""
    X, truth = pool(np.random.default_rng(0), [(360, 40)], [0.9])
    session = started(X, truth, 0, 0.2)
    certificate = session.certify(0.7, guess=0.9)
    assert not session.events[-1].in_audit_order
    aside = np.isin(certificate.rows, session._trail.reserve.rows)
    assert 0 < aside.sum() < aside.size / 2


def test_answers_beside_the_draws_do_not_raise_what_is_certified():
    X, truth = pool(np.random.default_rng(3), [(160, 40)], [0.9])
    session = started(X, truth, 3)
    certificate = session.certify(0.6, guess=0.8)
    session.tell(certificate.rows, truth[certificate.rows])
    plain = certificate.result()
    # Only rows that the model gets right are answered: what is left is worse than what was certified.
    left = session.unanswered
    easy = left[X[left, 0] == truth[left]][:80]
    session.tell(easy, truth[easy])
    after = certificate.result()
    assert not is_broken(certificate, session, X, truth)
    assert after.n_rest == plain.n_rest - 80
    assert after.rest < plain.rest
    assert after.estimate == plain.estimate
    assert after.rest == pytest.approx((plain.rest * plain.n_rest - 80) / after.n_rest)


def test_skipped_draws_are_among_the_rows_left():
    X, truth = pool(np.random.default_rng(1), [(150, 50)], [0.9])
    session = started(X, truth, 1)
    certificate = session.certify(0.5, guess=0.75)
    wrong = X[certificate.rows, 0] != truth[certificate.rows]
    session.skip(certificate.rows[wrong])
    session.tell(certificate.rows[~wrong], truth[certificate.rows[~wrong]])
    result = certificate.result()
    assert result.n_rest == session.unanswered.size
    assert not is_broken(certificate, session, X, truth)


def ready_for_labels(seed=0):
    X, truth = pool(np.random.default_rng(seed), [(200, 0), (95, 5)], [0.99, 0.6])
    return truth, started(X, truth, seed)


def test_of_several_prepared_attempts_one_may_begin():
    truth, session = ready_for_labels()
    one, other = session.auto_label(0.8), session.auto_label(0.7)
    rows = one.ask(500)
    with pytest.raises(InvalidParameterError, match="Call auto_label"):
        other.ask()
    session.tell(rows, truth[rows])
    while (rows := one.ask(500)).size:
        session.tell(rows, truth[rows])
    assert session.auto_label(0.8).attempt == 2


def test_an_attempt_begins_before_more_answers_come_in():
    truth, session = ready_for_labels()
    prepared = session.auto_label(0.8)
    rows = session.ask(5)
    session.tell(rows, truth[rows])
    with pytest.raises(InvalidParameterError, match="gone on"):
        prepared.ask()


def test_rows_answered_between_two_stages_are_not_asked_again():
    truth, session = ready_for_labels()
    automatic = session.auto_label(0.8, most_labels=100)
    rows = automatic.ask(500)
    session.tell(rows, truth[rows])
    assert len(automatic.plan.regions) > 1
    later = automatic.plan.stage(1)
    session.tell(later, truth[later])
    while (rows := automatic.ask(500)).size:
        assert not np.isin(rows, session.labelled).any()
        session.tell(rows, truth[rows])
    assert np.unique(session.labelled).size == session.labelled.size
    assert automatic.result().n_regions >= 2


def answered(task, truth, session, batch_size):
    """Label until it is decided; return how many labels that took."""
    before = session.labelled.size
    while (rows := task.ask(batch_size)).size:
        session.tell(rows, truth[rows])
    return session.labelled.size - before


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from([0.02, 0.1, 0.25]), st.integers(1, 30))
def test_asked_a_few_at_a_time_the_decision_is_the_same(seed, wrong, batch_size):
    n_wrong = int(300 * wrong)
    X, truth = pool(np.random.default_rng(seed), [(300 - n_wrong, n_wrong)], [0.9])
    results, labels = [], []
    for size in (batch_size, 10**6):
        session = started(X, truth, seed)
        certificate = session.certify(0.85, guess=0.95)
        labels.append(answered(certificate, truth, session, size))
        session.release()
        results.append((certificate.result().passed, certificate.rows.tolist()))
        session = started(X, truth, seed)
        try:
            task = session.auto_label(0.85, most_labels=150)
        except InvalidParameterError:  # no part is expected to pass
            continue
        labels.append(answered(task, truth, session, size))
        results.append(task.result().n_regions)
    half = len(results) // 2
    assert results[:half] == results[half:]
    assert all(few <= all_ for few, all_ in zip(labels[:half], labels[half:], strict=True))


def test_a_model_that_is_not_good_enough_costs_few_labels():
    X, truth = pool(np.random.default_rng(1), [(600, 400)], [0.9])
    session = started(X, truth, 1)
    certificate = session.certify(0.9, guess=0.97)
    assert certificate.rows.size > 60
    assert answered(certificate, truth, session, 5) <= 25
    assert not certificate.result().passed
    # What was drawn and is not needed any more goes back.
    session.release()
    assert session.ask(5).size == 5


def test_a_pool_of_one_row_can_be_certified():
    X, truth = pool(np.random.default_rng(0), [(8, 0)], [0.9])
    session = querist.Session(X, estimator=Stubborn(), random_state=0, audit=0.5)
    session.tell(np.arange(7), [0, 1, *truth[2:7]])
    with pytest.raises(InvalidParameterError, match="No part"):
        session.auto_label(0.5)
    certificate = session.certify(1.0, guess=1.0)
    assert certificate.rows.tolist() == [7]
    session.tell(7, truth[7])
    result = certificate.result()
    assert result.passed
    assert (result.rest, result.n_rest) == (1.0, 0)


def test_a_draw_that_was_put_back_is_scored_by_its_first_prediction():
    truth = np.tile([0, 1], 30)
    X = truth[:, None].astype(float)
    session = querist.Session(X, audit=1.0, random_state=0)
    known = [0, 1, 2, 3]
    session.tell(known, 1 - truth[known])  # a model that is always wrong
    rows = session.ask(5)
    session.release()
    session.change(known, truth[known])  # and now always right
    assert sorted(session.ask(5)) == sorted(rows)
    session.tell(rows, truth[rows])
    assert session.running_accuracy().value == 0
