"""Sessions that an earlier version saved open, and go on as they would have then."""

import json

import numpy as np
import pytest
import session_files
from session_files import FILES, SESSIONS, TRUTH, Curriculum, X, given, what_it_gives

import querist
from querist.session.events import Asked
from querist.session.old_files import upgraded
from session_lines import content_of

# Promises of these were numbered by what their strategy was called.
MISCOUNTED = {"with_parameters": 1, "with_parameters_and_a_promise": 12}


def opened(name):
    return querist.Session.load(FILES / f"{name}.json", X, **given(name))


def expected(name):
    return json.loads((FILES / f"{name}.gives.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SESSIONS)
def test_an_old_file_gives_what_it_gave(name):
    told, found = expected(name), what_it_gives(opened(name))
    if name in MISCOUNTED:
        assert found.pop("attempt") == MISCOUNTED[name] < told.pop("attempt")
        assert found.pop("promised") == told.pop("promised")[: found_size(name)]
    if "accuracy" in told:
        # What the audit draws from now on is set aside first, so other rows are asked; all that was told stays.
        for after in ("asked", "promised"):
            assert len(found.pop(after)) == len(told.pop(after))
    for figure in ("running", "accuracy"):
        assert found.pop(figure, None) == pytest.approx(told.pop(figure, None))
    assert found == told


def questions(session):
    return [
        (event.number, event.rows.tolist(), event.how, event.promise, event.in_audit_order, event.predictions)
        for event in session.events
        if isinstance(event, Asked)
    ]


def found_size(name):
    return {"with_parameters": 19, "with_parameters_and_a_promise": 38}[name]


@pytest.mark.parametrize("name", SESSIONS)
def test_made_anew_it_is_the_same_session(name, tmp_path):
    old = opened(name)
    if name not in MISCOUNTED:
        # Answers came in the order of a batch, which told the audit's rows then and does not now.
        then, now = questions(old), questions(SESSIONS[name]())
        # Which rows the model may label, and so which are drawn, is planned in another way since.
        planned = (
            [question[2] for question in then].index("auto_label") if name == "labelled_by_the_model" else len(then)
        )
        assert now[:planned] == then[:planned]
        assert len(then) > planned or len(now) == planned
    # What was opened is saved in the present form.
    old.save(tmp_path / "again.json")
    assert content_of(tmp_path / "again.json")["version"] == 7
    assert querist.Session.load(tmp_path / "again.json", X, **given(name)).events == old.events


def test_figures_are_of_the_old_kind_until_there_are_enough_of_the_new():
    session = opened("audited")
    session.release()
    notes, n_new = [], []
    for _ in range(8):
        rows = session.ask(10)
        session.tell(rows, TRUTH[rows])
        notes.append(session.accuracy().note.startswith("Approximate"))
        n_new.append(session.reasons(rows)["how"].eq("audit").sum())
    enough = np.cumsum(n_new) >= 10
    assert notes == (~enough).tolist()
    assert len(set(notes)) == 2


def test_purposes_and_numbers_of_promises_are_read():
    def read(name):
        asked = [event for event in opened(name).events if isinstance(event, Asked) and event.how != "strategy"]
        return [(event.how, event.promise, event.in_audit_order) for event in asked if event.how != "audit"]

    assert read("certified") == [("certificate", 1, True), ("certificate", 2, False)]
    assert read("labelled_by_the_model") == [
        ("auto_label", 1, False), ("certificate", 2, True), ("auto_label", 1, False),
    ]  # fmt: skip
    assert read("with_parameters") == []
    assert read("with_parameters_and_a_promise") == [("certificate", 11, True)]
    drawn = [event for event in opened("audited").events if isinstance(event, Asked) and event.how == "audit"]
    assert drawn
    assert all(event.in_audit_order and event.strategy == "" and event.promise is None for event in drawn)


def test_stages_belong_to_the_attempt_that_they_go_on_with():
    names = ["auto_label(target=0.9, stage=1)", "certificate(target=0.9)", "auto_label(target=0.8, stage=1)",
             "auto_label(target=0.9, stage=2)", "auto_label(target=0.8, stage=2)"]  # fmt: skip
    events = [{"kind": "asked", "round": -1, "strategy": name} for name in names]
    assert [event["promise"] for event in upgraded(events)] == [1, 2, 3, 1, 3]
    # A strategy may be called as it likes: what was asked in a round was no promise.
    (event,) = upgraded([{"kind": "asked", "round": 0, "strategy": "certificate(target=0.9)"}])
    assert (event["how"], event.get("promise")) == ("strategy", None)


def test_questions_of_a_strategy_are_no_attempts():
    """A strategy with such parameters made the first certificate attempt 11, with more than twice the labels."""
    X = np.linspace(0, 1, 4000)[:, None]
    truth = np.where(X[:, 0] > 0.5, "high", "low")

    def certificate(strategy):
        session = querist.Session(X, estimator="naive_bayes", strategy=strategy, random_state=0)
        for _ in range(10):
            rows = session.ask(20)
            session.tell(rows, truth[rows])
        return session.certify(0.9)

    plain, named = certificate(Curriculum(beta=3, stage=2)), certificate(Curriculum(beta=3, stage=1))
    assert named.attempt == plain.attempt == 1
    assert named.plan == plain.plan


def test_the_files_are_small_and_there_is_one_for_each():
    assert sorted(path.stem for path in FILES.glob("*.json")) == sorted([*SESSIONS, *(f"{n}.gives" for n in SESSIONS)])
    assert sum(path.stat().st_size for path in FILES.iterdir()) < 80_000
    assert (TRUTH == session_files.TRUTH).all()
