"""The file of a session: what is new is appended, and whatever happens meanwhile, nothing saved is lost."""

import contextlib
import os
import shutil
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import querist
from querist.exceptions import InvalidParameterError, PoolExhaustedError, SessionFileError, TornFileWarning
from querist.session.event_lines import as_lines
from session_lines import as_document, content_of

X = np.arange(80.0).reshape(40, 2)
NAMES = np.array(["a", "ü", "c"])[np.arange(40) % 3]
STEPS = st.lists(
    st.sampled_from(["ask", "tell", "weigh", "change", "skip", "release", "flag", "undo", "classes", "extend"]),
    min_size=1,
    max_size=12,
)


def session_of(**parts):
    return querist.Session(X, **({"estimator": "naive_bayes", "strategy": "random", "random_state": 1} | parts))


def take(session, step):
    """Take a step, if it can be taken."""
    rows, answered = session.outstanding[:2], session.labelled[:1]
    with contextlib.suppress(InvalidParameterError, PoolExhaustedError):
        if step == "ask":
            session.ask(3)
        elif step in ("tell", "weigh"):
            session.tell(rows, NAMES[rows], sample_weight=0.5 if step == "weigh" else None)
        elif step == "change":
            session.change(answered, ["c"])
        elif step == "skip":
            session.skip(rows)
        elif step == "release":
            session.release()
        elif step == "flag":
            session.flag(0, "a note\nof two lines\u2028or three")
        elif step == "undo":
            session.undo()
        elif step == "classes":
            session.add_classes(["a", "ü", "c", f"class {len(session.events)}"])
        elif step == "extend" and session.n_rows == 40:
            session.extend(np.vstack([X, [[7.0, 8.0]]]))


def same(one, other):
    assert list(one.events) == list(other.events)
    for name in ("labelled", "labels", "sample_weight", "outstanding", "skipped"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert (one.classes, one.flagged, one.random_state) == (other.classes, other.flagged, other.random_state)


@given(STEPS, st.sampled_from([0.0, 0.4, "measure"]), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_a_save_after_every_step_is_one_save_at_the_end(tmp_path_factory, steps, audit, resumed_every):
    folder = tmp_path_factory.mktemp("s")
    session = session_of(audit=audit)
    for number, step in enumerate(steps):
        take(session, step)
        session.save(folder / "each")
        if number % resumed_every == 0:
            session = querist.Session.load(folder / "each", session._journal.pool)
    session._standing = None
    session.save(folder / "once")
    assert (folder / "each").read_bytes() == (folder / "once").read_bytes()
    same(querist.Session.load(folder / "each", session._journal.pool), session)


def test_what_is_new_is_appended(tmp_path):
    path, session = tmp_path / "s", session_of()
    session.tell(range(5), NAMES[:5])
    session.save(path)
    before, was = path.read_bytes(), path.stat()
    session.save(path)
    assert path.stat() == was  # nothing is new
    session.undo()
    session.save(path)
    assert path.stat().st_ino == was.st_ino
    assert path.read_bytes() == before + b'{"kind":"undone","number":2,"target":1}\n'


def test_a_loaded_session_appends_too(tmp_path):
    path = tmp_path / "s"
    session_of(strategy=querist.make_strategy("margin", ties="first")).save(path)
    before, inode = path.read_bytes(), path.stat().st_ino
    session = querist.Session.load(path, X)
    session.skip(3)
    session.save(path)
    assert path.read_bytes() == before + as_lines(session.events[1:])
    assert path.stat().st_ino == inode


@pytest.mark.parametrize(
    "meddle",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: path.write_bytes(path.read_bytes() + b'{"kind":"skipped","number":2,"rows":[9]}\n'),
        lambda path: path.write_bytes(path.read_bytes().replace(b"[0]", b"[7]")),
        lambda path: path.write_text("something else"),
        lambda path: shutil.copy(shutil.move(path, path.with_name("old")), path),
        lambda path: os.link(path, path.with_name("backup")),
        lambda path: path.chmod(0o444),
    ],
)
def test_a_file_that_somebody_else_had_is_written_whole(tmp_path, meddle):
    path, session = tmp_path / "s", session_of()
    session.tell(0, "a")
    session.save(path)
    meddle(path)
    others = {other: other.read_bytes() for other in tmp_path.iterdir() if other != path}
    session.tell(1, "ü")
    session.save(path)
    same(querist.Session.load(path, X), session)
    assert content_of(path)["events"][-1]["number"] == 2
    assert {other: other.read_bytes() for other in tmp_path.iterdir() if other != path} == others


def test_of_two_sessions_on_one_file_the_last_that_is_saved_stands_there(tmp_path):
    path = tmp_path / "s"
    session_of().save(path)
    one, other = querist.Session.load(path, X), querist.Session.load(path, X)
    for row, session in enumerate([one, other, one, other, other, one]):
        session.tell(row, "a")
        session.save(path)
        same(querist.Session.load(path, X), session)


def test_two_files_are_kept_in_turn(tmp_path):
    session = session_of()
    for row in range(4):
        session.tell(row, "a")
        session.save(tmp_path / str(row % 2))
        same(querist.Session.load(tmp_path / str(row % 2), X), session)


@given(STEPS, st.integers(1, 3))
@settings(max_examples=6, deadline=None)
def test_a_kill_at_any_byte_loses_nothing_that_was_saved(tmp_path_factory, steps, n_last):
    """Whole lines of what was being appended are there, a piece is told and left out, and the next save mends it."""
    path, session = tmp_path_factory.mktemp("s") / "s", session_of()
    for step in steps:
        take(session, step)
    session.save(path)
    acknowledged, n_saved = path.read_bytes(), len(session.events)
    for row in range(n_last):
        session.flag(row, "größer")
    session.save(path)
    whole = path.read_bytes()
    assert whole.startswith(acknowledged)
    log = list(session.events)
    for size in range(len(acknowledged), len(whole)):
        path.write_bytes(whole[:size])
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            again = querist.Session.load(path, session._journal.pool)
        n_lines = whole[: size + 1].count(b"\n") - 1  # the last end of line may be missing
        assert list(again.events) == log[:n_lines]
        assert n_lines >= n_saved
        is_torn = whole[:size].count(b"\n") - 1 == n_lines and not whole[:size].endswith(b"\n")
        assert [warning.category for warning in said] == [TornFileWarning] * is_torn
        again.flag(9, "more")
        again.save(path)
        same(querist.Session.load(path, session._journal.pool), again)


def test_a_torn_line_is_told_to_who_loads(tmp_path):
    path = tmp_path / "s"
    session_of().save(path)
    # As after a power cut: the length was kept, the content was not.
    path.write_bytes(path.read_bytes() + b"\0" * 50)
    with pytest.warns(TornFileWarning, match=r"ends within line 3.*All lines before are used") as told:
        assert len(querist.Session.load(path, X).events) == 1
    assert told[0].filename == __file__


@pytest.mark.parametrize("step", ["os.fsync"])
def test_a_save_that_fails_leaves_the_file_and_the_next_one_mends_it(tmp_path, monkeypatch, step):
    path, session = tmp_path / "s", session_of()
    session.save(path)
    before = path.read_bytes()
    session.tell(0, "a")
    with monkeypatch.context() as broken:
        broken.setattr(step, _full)
        with pytest.raises(OSError, match=f"No space.*{path.name}"):
            session.save(path)
    assert path.read_bytes() == before
    session.tell(1, "a")
    session.save(path)
    same(querist.Session.load(path, X), session)


def _full(*_):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: [*lines[:2], b"", *lines[2:]],
        lambda lines: [*lines[:2], lines[2][:-1] + lines[3][1:], *lines[4:]],
        lambda lines: [*lines[:2], lines[2] + b"," + lines[3], *lines[4:]],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [*lines[:2], b"\xff" + lines[2], *lines[3:]],
        lambda lines: [*lines[:2], b"[1]", *lines[3:]],
    ],
)
def test_damage_before_the_last_line_is_told(tmp_path, spoil):
    path, session = tmp_path / "s", session_of()
    for row in range(4):
        session.tell(row, "a")
    session.save(path)
    path.write_bytes(b"\n".join(spoil(path.read_bytes().splitlines())) + b"\n")
    with pytest.raises(SessionFileError, match=r"is damaged|unknown kind"):
        querist.Session.load(path, X)


def test_a_file_of_an_earlier_format_is_written_anew_when_it_is_saved(tmp_path):
    path, session = tmp_path / "s", session_of()
    session.tell(0, "a")
    session.save(path)
    for text in (as_document(content_of(path)), as_document(content_of(path)).replace(", ", ",\n")):
        path.write_text(text)
        again = querist.Session.load(path, X)
        again.tell(1, "ü")
        again.save(path)
        assert content_of(path)["version"] == 7
        same(querist.Session.load(path, X), again)
    path.write_text(as_document(content_of(path)) + "\n{}")
    with pytest.raises(SessionFileError, match="not a saved session"):
        querist.Session.load(path, X)


def test_a_file_whose_ends_of_line_were_changed_is_read(tmp_path):
    path, session = tmp_path / "s", session_of()
    session.tell([0, 1], ["a", "ü"])
    session.save(path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    again = querist.Session.load(path, X)
    same(again, session)
    again.tell(2, "a")
    again.save(path)
    assert b"\r" not in path.read_bytes()
    same(querist.Session.load(path, X), again)


def test_the_pool_is_looked_through_once(tmp_path, monkeypatch):
    from querist.session import journal

    looked = []
    monkeypatch.setattr(journal, "pool_hash", lambda pool: looked.append(1) or "hash")
    session = session_of()
    for row in range(3):
        session.tell(row, "a")
        session.save(tmp_path / "s")
    assert len(looked) == 1
