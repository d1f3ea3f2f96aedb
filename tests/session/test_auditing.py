"""A session with an audit: the draws, and what is promised from them."""

import numpy as np
import pytest
from sklearn.datasets import make_classification

import querist
from querist.audit.order import audit_numbers
from querist.exceptions import InvalidParameterError, NotEnoughLabelsError

X, TRUTH = make_classification(600, 8, n_informative=5, class_sep=1.5, random_state=0)


def make_session(audit=0.2, seed=0, rounds=0, batch_size=10):
    session = querist.Session(X, strategy="margin", audit=audit, random_state=seed)
    for _ in range(rounds):
        rows = session.ask(batch_size)
        session.tell(rows, TRUTH[rows])
    return session


def drawn(session):
    found = session.reasons()
    return found.loc[found["how"] == "audit", "row"].tolist()


@pytest.mark.parametrize(("batch_size", "rounds"), [(1, 40), (3, 20), (10, 5)])
def test_the_audit_gets_its_share_in_its_order(batch_size, rounds):
    session = make_session(rounds=rounds, batch_size=batch_size)
    n = batch_size * rounds
    assert len(drawn(session)) == int(0.2 * n)
    order = np.argsort(audit_numbers(0, np.arange(600)), kind="stable")
    assert set(drawn(session)) == set(order[: len(drawn(session))].tolist())
    # Where all answers teach, rows that the strategy had asked before the order came to them belong to the sample.
    session = make_session("measure", rounds=rounds, batch_size=batch_size)
    assert len(drawn(session)) == int(0.2 * n)
    reached = order[: max(np.flatnonzero(np.isin(order, drawn(session)))) + 1]
    assert set(reached) <= set(session.labelled.tolist())
    assert set(session._trail.prefix().rows.tolist()) >= set(reached.tolist())


def test_without_an_audit_nothing_changes_and_no_figure_is_made_up():
    session = make_session(audit=0.0, rounds=3)
    assert drawn(session) == []
    with pytest.raises(InvalidParameterError, match="has no audit"):
        session.running_accuracy()


def test_released_draws_come_again_first():
    session = make_session(audit=1.0)
    first = session.ask(3)
    session.release()
    assert session.ask(3).tolist() == first.tolist()


def test_each_draw_is_scored_by_the_model_of_its_moment():
    session = make_session(audit=0.5, rounds=1)
    scores = []
    for _ in range(12):
        rows = session.ask(4)
        before = session.fit().predict(X)
        fresh = [row for row in rows if row in drawn(session)]
        scores += [before[row] == TRUTH[row] for row in fresh]
        session.tell(rows, TRUTH[rows])
    estimate = session.running_accuracy()
    assert (estimate.n, estimate.value) == (len(scores), pytest.approx(np.mean(scores)))
    assert estimate.low < estimate.value < estimate.high


def test_a_second_look_does_not_raise_the_figure():
    session = make_session(rounds=1)
    for _ in range(10):
        rows = session.ask(10)
        session.tell(rows, 1 - TRUTH[rows])
    wrong = session.running_accuracy().value
    session.change(rows, TRUTH[rows])
    assert session.running_accuracy().value == wrong


def test_open_draws_wait_and_skipped_ones_count_both_ways():
    session = make_session(rounds=6)
    before = session.running_accuracy()
    rows = session.ask(10)
    assert session.running_accuracy() == before
    session.skip(rows)
    after = session.running_accuracy()
    assert after.n == before.n
    assert after.high - after.low > before.high - before.low
    assert "nobody could answer" in after.note


def test_a_saved_session_goes_on_with_its_audit(tmp_path):
    session = make_session(rounds=5)
    session.save(tmp_path / "s.json")
    again = querist.Session.load(tmp_path / "s.json", X)
    assert again.running_accuracy() == session.running_accuracy()
    assert again.ask(10).tolist() == session.ask(10).tolist()


def test_a_certificate_says_what_it_takes_and_holds():
    session = make_session(rounds=15)
    certificate = session.certify(0.8)
    assert certificate.rows.size == certificate.plan.n_labels
    with pytest.raises(NotEnoughLabelsError, match="no answer yet"):
        certificate.result()
    session.tell(certificate.rows, TRUTH[certificate.rows])
    result = certificate.result()
    right = certificate.model.predict(X) == TRUTH
    rest = np.setdiff1d(session.unanswered, certificate.rows)
    assert result.n_rest == rest.size
    assert result.passed
    assert result.rest <= right[rest].mean()
    assert "If you stop now" in str(result)


def test_later_attempts_ask_for_more():
    session = make_session(rounds=15)
    first = session.certify(0.8, guess=0.9)
    session.tell(first.rows, TRUTH[first.rows])
    second = session.certify(0.8, guess=0.9)
    assert (first.attempt, second.attempt) == (1, 2)
    assert second.plan.level == pytest.approx(first.plan.level / 4)
    assert not set(first.rows) & set(second.rows)


def test_certificates_refuse_what_they_cannot_promise():
    session = make_session(rounds=4)
    with pytest.raises(InvalidParameterError, match="cannot be certified"):
        session.certify(0.999, guess=0.99)
    session.ask(1)
    with pytest.raises(InvalidParameterError, match="tell, skip or release"):
        session.certify(0.8)


def test_the_model_labels_what_it_may():
    session = make_session(rounds=15)
    automatic = session.auto_label(0.9, most_labels=200)
    while (rows := automatic.ask()).size:
        with pytest.raises(NotEnoughLabelsError):
            automatic.result()
        session.tell(rows, TRUTH[rows])
    released = automatic.result()
    assert released.rows.size > 50
    assert not set(released.rows) & set(session.labelled)
    right = (released.labels == TRUTH[released.rows]).mean()
    assert released.estimate.low <= right
    assert right >= 0.9
    assert str(released).startswith(f"The model may label {released.rows.size} rows with at least 9")


# P(more than 4 of 20 | 5 %) and P(more than 7 of 60 | 5 %) are below 0.01.
@pytest.mark.parametrize(("n_sessions", "most"), [(20, 4), pytest.param(60, 7, marks=pytest.mark.proof)])
def test_certificates_are_right_as_often_as_they_say(n_sessions, most):
    """Of many certificates of a mediocre model on few rows, at most about 5 % promise too much."""
    broken = 0
    for seed in range(n_sessions):
        session = make_session(rounds=3, seed=seed, audit=0.2)
        certificate = session.certify(0.75, guess=0.85)
        session.tell(certificate.rows, TRUTH[certificate.rows])
        rest = np.setdiff1d(session.unanswered, certificate.rows)
        broken += certificate.result().rest > (certificate.model.predict(X[rest]) == TRUTH[rest]).mean()
    assert broken <= most


def test_the_order_of_a_batch_does_not_tell_which_rows_were_drawn():
    places = []
    session = make_session()
    for _ in range(40):
        rows = session.ask(10)
        places += np.flatnonzero(np.isin(rows, drawn(session))).tolist()
        session.tell(rows, TRUTH[rows])
    assert set(places) == set(range(10))
    # It is the seed's: who resumes is asked in the same order.
    assert make_session().ask(10).tolist() == make_session().ask(10).tolist()
    assert make_session().ask(10).tolist() != sorted(make_session().ask(10).tolist())


def test_without_an_audit_the_most_useful_come_first():
    session = make_session(audit=0.0, rounds=2)
    rows = session.ask(10)
    assert (np.diff(session.reasons(rows)["utility"]) <= 0).all()


def test_purposes_are_told_in_words():
    session = make_session(rounds=15)
    certificate = session.certify(0.8)
    why = session.reasons(certificate.rows)
    assert (why["how"] == "certificate").all()
    assert (why["promise"] == 1).all()
    assert why["strategy"].isna().all()
    table = session.history()
    assert set(table["how"].dropna()) == {"strategy", "audit", "certificate"}
    assert session.events is session.events
