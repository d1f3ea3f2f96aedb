"""A session with the goal screening: its parts, its file, and what it says of rows that are not read."""

import numpy as np
import pytest

from querist import Session, simulate
from querist.exceptions import InvalidParameterError
from querist.learners.relevance_svc import RelevanceSVC
from querist.strategies.relevance import RelevanceSampling
from session_lines import content_of

X = np.arange(300.0).reshape(-1, 1) / 300
TRUTH = np.where(X[:, 0] > 0.95, "included", "excluded")
CLASSES = ["excluded", "included"]


def begun(**more):
    session = Session(X, goal="screening", classes=CLASSES, random_state=0, **more)
    session.tell([0, 299], TRUTH[[0, 299]])
    return session


def read(session, n, *, at_random=False):
    rows = session.ask(n, at_random=at_random)
    session.tell(rows, TRUTH[rows])
    return rows


def test_relevant_rows_come_first_and_random_ones_tell_of_the_rest():
    session = begun()
    assert session.goal == "screening:relevant=included"
    found = session.screening()
    assert (found.n_found, found.n_read, found.test, found.left.value) == (1, 2, None, None)
    assert "Needs 10 rows drawn at random" in str(found)
    read(session, 40)
    read(session, 200, at_random=True)
    found = session.screening(target=0.85)
    assert (found.n_found, found.n_read, found.n_rows) == (14, 242, 300)
    assert found.curve[-1] == 14
    assert found.curve[15] == 14
    assert (found.left.value, found.left.low) == (0.0, 0.0)
    assert found.test.rejected
    assert "0 of 200 rows drawn at random from the 258 that were left" in found.test.statement
    assert "This is no promise of that recall" in str(found)
    # What is chosen after the draws is found beside them; a new run counts once it is long enough.
    read(session, 3)
    assert "0 of 200 rows" in session.screening().test.statement
    assert "0 more were found beside them" in session.screening().test.statement
    read(session, 9, at_random=True)
    assert session.screening().left.n == 200
    read(session, 1, at_random=True)
    assert session.screening().left.n == 10


def test_rows_that_were_asked_before_the_draws_are_none_of_those_left():
    session = begun()
    chosen = session.ask(5)
    read(session, 20, at_random=True)
    session.tell(chosen, TRUTH[chosen])
    assert "from the 293 that were left are relevant, 6 were found before." in session.screening().test.statement


def test_draws_wait_for_those_that_are_open_and_leave_out_what_nobody_can_judge():
    session = begun()
    rows = session.ask(30, at_random=True)
    session.tell(rows[:10], TRUTH[rows[:10]])
    session.skip(rows[10:12])
    session.tell(rows[13:], TRUTH[rows[13:]])
    found = session.screening()
    assert found.left.n == 10
    assert "10 rows drawn at random from the 296 that were left" in found.test.statement
    assert "17 more" not in found.test.statement
    assert "2 of them that nobody could judge are left out" in found.left.note
    assert "were found beside them" in found.test.statement


def test_an_answer_that_was_taken_back_before_rows_were_set_aside_was_never_there():
    told = []
    for taken_back in (False, True):
        session = begun(audit=0.5)
        if taken_back:
            session.tell(150, "excluded")
            session.undo()
        for _ in range(8):
            read(session, 10)
        told.append(session.screening())
    assert told[0].test is not None
    assert told[0] == told[1]


def test_with_an_audit_that_sets_rows_aside_its_sample_counts():
    session = begun(audit=0.5)
    for _ in range(8):
        read(session, 10)
    found = session.screening()
    sample = session._trail.prefix().rows
    hits = int((TRUTH[sample] == "included").sum())
    assert found.left.n == sample.size
    assert f"{hits} of {sample.size} rows drawn at random from the 298 that were left" in found.test.statement
    assert found.n_found == int((session.labels == "included").sum())


def test_a_saved_session_keeps_its_goal(tmp_path):
    session = begun()
    read(session, 20)
    session.save(tmp_path / "s.json")
    again = Session.load(tmp_path / "s.json", X)
    assert again.goal == session.goal
    assert again.screening() == session.screening()
    np.testing.assert_array_equal(again.ask(5), session.ask(5))
    own = Session(X, goal="screening", classes=CLASSES, estimator="logistic_regression", random_state=0)
    assert content_of(tmp_path / "s.json")["version"] == 7
    own.save(tmp_path / "own.json")
    assert content_of(tmp_path / "own.json")["parts"]["estimator"] == {"spec": "logistic_regression"}
    assert Session.load(tmp_path / "own.json", X).goal == own.goal


def test_a_part_that_is_named_wins():
    session = Session(X, goal="screening:relevant=excluded", classes=CLASSES, strategy="margin", random_state=0)
    assert session._parts["strategy"] == "margin"
    assert session._parts["estimator"].relevant == "excluded"
    whole = Session(X, goal="screening", classes=[0, 1])
    assert isinstance(whole._parts["estimator"], RelevanceSVC)
    assert isinstance(whole._parts["strategy"], RelevanceSampling)
    assert whole._parts["strategy"].target == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Name two classes"),
        ({"classes": ["a", "b", "c"]}, "there are 3"),
        ({"classes": ["ham", "spam"]}, "screening:relevant=spam"),
    ],
)
def test_two_classes_and_which_of_them_must_be_known(given, message):
    with pytest.raises(InvalidParameterError, match=message):
        Session(X, goal="screening", **given)


def test_no_third_class_comes_later_and_no_figures_without_the_goal():
    with pytest.raises(InvalidParameterError, match="no more can be added"):
        begun().add_classes(["perhaps"])
    with pytest.raises(InvalidParameterError, match="goal='screening'"):
        Session(X).screening()


def test_simulate_takes_the_parts_of_the_goal():
    told = {"repeats": 1, "budget": 20, "batch_size": 5, "initial": 10, "initial_set": "stratified", "n_jobs": 1}
    result = simulate(X, TRUTH, goal="screening", **told)
    assert set(result.table["strategy"]) >= {"relevance", "random"}
    assert set(result.table["estimator"]) == {"relevance_svc"}
    named = simulate(X, np.where(TRUTH == "included", "a", "b"), goal="screening", estimators="svc", **told)
    assert set(named.table["estimator"]) == {"svc"}
