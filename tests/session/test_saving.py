"""Save, load, and ask what the uninterrupted session would have asked."""

import contextlib

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier

import querist
from querist.exceptions import SessionFileError
from querist.session.event_lines import read_events
from session_lines import as_document, content_of

X, y = make_classification(120, 5, n_informative=4, n_redundant=0, n_classes=3, random_state=1)
NAMES = np.array(["a", "bb", "ccc"])[y]


@pytest.mark.parametrize("strategy", querist.strategy_names("classification"))
@pytest.mark.parametrize("estimator", ["logistic_regression", "extra_trees:n_estimators=10"])
def test_a_resumed_session_asks_what_the_uninterrupted_one_would_have(tmp_path, strategy, estimator):
    # Trees are trained for each candidate and class.
    options = {"relevance": ":target=a", "expected_error_reduction": ":candidates=subsample,candidates__size=7"}
    spec = f"{strategy}{options.get(strategy, '')}"

    def run(interrupted):
        session = querist.Session(X, estimator=estimator, strategy=spec, random_state=3)
        asked = []
        for _ in range(5):
            rows = session.ask(6)
            session.tell(rows[:5], NAMES[rows[:5]])
            asked.append(rows.tolist())
            if interrupted:
                session.save(tmp_path / "session.json")
                session = querist.Session.load(tmp_path / "session.json", X)
        return asked, session

    (straight, one), (resumed, two) = run(False), run(True)
    assert straight == resumed
    assert one.events == two.events
    np.testing.assert_array_equal(one.outstanding, two.outstanding)


class Steps:
    """Random walks through the public calls."""

    actions = st.lists(
        st.sampled_from(["ask", "tell", "volunteer", "change", "skip", "release", "flag", "undo"]), max_size=25
    )

    @staticmethod
    def take(session, action, draw):
        pool = {"tell": session.outstanding, "change": session.labelled, "flag": np.arange(120)}
        rows = pool.get(action, session.unanswered)
        if action == "ask":
            session.ask(draw.integers(1, 4))
        elif action == "release":
            session.release()
        elif action == "undo":
            with contextlib.suppress(querist.exceptions.InvalidParameterError):  # fewer steps than that
                session.undo(int(draw.integers(1, 3)))
        elif rows.size:
            row = draw.choice(rows)
            label = str(draw.choice(["a", "bb", "ccc"]))
            if action == "skip" and row not in session.skipped:
                session.skip(row)
            elif action in ("tell", "volunteer"):
                session.tell(row, label)
            elif action == "change":
                session.change(row, label)
            elif action == "flag":
                session.flag(row, "look")


@given(Steps.actions, st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_the_log_is_the_truth(tmp_path_factory, actions, seed):
    """After any steps, replaying the saved log gives the same state, and rows are in one status each."""
    session = querist.Session(X, estimator="naive_bayes", strategy="random", random_state=1)
    draw = np.random.default_rng(seed)
    for action in actions:
        Steps.take(session, action, draw)
    path = tmp_path_factory.mktemp("log") / "session.json"
    session.save(path)
    again = querist.Session.load(path, X)
    assert again.events == session.events
    for name in ("labelled", "labels", "outstanding", "skipped", "unanswered"):
        np.testing.assert_array_equal(getattr(again, name), getattr(session, name), err_msg=name)
    assert again.classes == session.classes
    assert again.flagged == session.flagged
    assert read_events([event.to_dict() for event in session.events]) == list(session.events)
    assert not set(session.labelled) & set(session.outstanding)
    assert not set(session.skipped) & (set(session.labelled) | set(session.outstanding))
    np.testing.assert_array_equal(np.sort(session.labelled), np.setdiff1d(np.arange(120), session.unanswered))
    np.testing.assert_array_equal(session.ask(2), again.ask(2))


@given(Steps.actions, st.integers(0, 2**32), st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_model_that_was_refitted_all_along_asks_what_one_that_was_fitted_once_does(
    tmp_path_factory, actions, seed, sparse
):
    """Logistic regression starts from its last solution: after a load there is none."""
    pool = scipy.sparse.csr_matrix(np.where(np.abs(X) > 1, X, 0.0)) if sparse else X
    session = querist.Session(pool, strategy="margin", random_state=1)
    session.tell(range(6), NAMES[:6])
    draw = np.random.default_rng(seed)
    for action in actions:
        Steps.take(session, action, draw)
        with contextlib.suppress(querist.exceptions.NotEnoughLabelsError):
            session.fit()
    path = tmp_path_factory.mktemp("refitted") / "session.json"
    session.save(path)
    again = querist.Session.load(path, pool)
    np.testing.assert_array_equal(session.ask(3), again.ask(3))
    assert again.events == session.events


@given(Steps.actions, st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_undo_gives_the_state_before(actions, seed):
    session = querist.Session(X, estimator="naive_bayes", strategy="random", random_state=1)
    draw = np.random.default_rng(seed)
    for action in actions:
        Steps.take(session, action, draw)
    row = int(session.unanswered[0])

    def state():
        return [getattr(session, name).tolist() for name in ("labelled", "labels", "outstanding", "skipped")]

    before = state()
    session.tell(row, "a")
    session.change(row, "bb")
    session.undo(2)
    assert state() == before


def saved(tmp_path, **parameters):
    session = querist.Session(X, random_state=0, **parameters)
    session.tell(range(10), NAMES[:10])
    session.save(tmp_path / "s.json")
    return tmp_path / "s.json"


def test_the_file_is_lines_of_plain_json_without_the_pool(tmp_path):
    content = content_of(saved(tmp_path))
    assert content["events"][1]["labels"] == NAMES[:10].tolist()
    assert content["random_state"] == 0
    assert set(content) == {
        "format", "version", "querist", "pool", "random_state", "warm_start", "audit", "parts", "events",
    }  # fmt: skip


@pytest.mark.parametrize("other", [X[:-1], X[::-1].copy(), X.astype(np.float32), X + 1e-9])
def test_another_pool_is_refused(tmp_path, other):
    with pytest.raises(SessionFileError, match="pool"):
        querist.Session.load(saved(tmp_path), other)


def test_objects_without_a_name_are_passed_again_and_checked(tmp_path):
    path = saved(tmp_path, estimator=RandomForestClassifier(n_estimators=7))
    with pytest.raises(SessionFileError, match="Pass an equal object"):
        querist.Session.load(path, X)
    with pytest.raises(SessionFileError, match="not the one saved"):
        querist.Session.load(path, X, estimator=RandomForestClassifier(n_estimators=8))
    session = querist.Session.load(path, X, estimator=RandomForestClassifier(n_estimators=7))
    assert session.fit().n_estimators == 7


def test_registered_strategies_come_back_with_their_parts(tmp_path):
    strategy = querist.make_strategy("entropy", selection="power", selection__beta=2.0, ties="first")
    session = querist.Session.load(saved(tmp_path, strategy=strategy), X)
    again = querist.Session(X, strategy=strategy, random_state=0)
    again.tell(range(10), NAMES[:10])
    np.testing.assert_array_equal(session.ask(5), again.ask(5))


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda text: text[:40], "not a saved session"),
        (lambda text: text.replace('"rows":', '"rows"'), "line 3 is no event .*first 2 lines"),
        (lambda text: "[1, 2]", "not a saved session"),
        (lambda text: text.replace('"version": 7', '"version": 9'), "version 9"),
        (lambda text: text.replace('"kind":"answered"', '"kind":"guessed"'), "unknown kind"),
        (lambda text: text.replace('"random_state"', '"x"'), "random_state is missing|'random_state' is missing"),
        (lambda text: text.replace('"number":1', '"number":5'), "log is not complete"),
        (lambda text: text.replace('"labels"', '"lables"'), "damaged"),
    ],
)
def test_damaged_files_are_told(tmp_path, spoil, match):
    path = saved(tmp_path)
    path.write_text(spoil(path.read_text()))
    with pytest.raises(SessionFileError, match=match):
        querist.Session.load(path, X)


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = saved(tmp_path)
    before = path.read_bytes()
    session = querist.Session.load(path, X)
    session.tell([50], ["a"])

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        session.save(path)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["s.json"]


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(SessionFileError, match="no file"):
        querist.Session.load(tmp_path / "nothing.json", X)


def test_probabilities_are_kept_and_files_without_them_load(tmp_path):
    session = querist.Session(X, strategy="power", estimator="naive_bayes", audit="measure:share=0.5", random_state=0)
    for _ in range(3):
        rows = session.ask(4)
        session.tell(rows, NAMES[rows])
    path = tmp_path / "session.json"
    session.save(path)
    again = querist.Session.load(path, X)
    for old, new in zip(session.events, again.events, strict=True):
        assert old == new
        if old.kind == "asked":
            np.testing.assert_array_equal(old.probabilities, new.probabilities)
            assert old.n_possible == new.n_possible > 0
    content = content_of(path)
    for event in content["events"]:
        for name in ("probabilities", "n_possible"):
            event.pop(name, None)
    path.write_text(as_document(content), encoding="utf-8")
    older = querist.Session.load(path, X)
    assert all(event.probabilities is None for event in older.events if event.kind == "asked")
    assert older.reasons()["probability"].isna().all()
    np.testing.assert_array_equal(older.ask(4), session.ask(4))
