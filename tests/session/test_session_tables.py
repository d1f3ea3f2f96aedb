"""History and reasons are kept up to date, and equal to what the whole log gives."""

import contextlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import querist
from querist.session.events import Answered, Asked, Changed, RowsEvent
from querist.session.tables import History, Reasons

X = np.zeros((30, 1))
LABELS = {str: ["ham", "spam"], int: [3, 4], bool: [False, True]}

steps = st.lists(
    st.tuples(
        st.sampled_from(["ask", "tell", "weigh", "change", "skip", "flag", "release", "undo", "look"]),
        st.integers(0, 29),
    ),
    max_size=30,
)


def take(session, kind, row, labels):
    label = labels[row % 2]
    deeds = {
        "ask": lambda: session.ask(1 + row % 3), "tell": lambda: session.tell(row, label),
        "weigh": lambda: session.tell(row, label, sample_weight=1 + row), "change": lambda: session.change(row, label),
        "skip": lambda: session.skip(row), "flag": lambda: session.flag(row, f"note {row}"),
        "release": session.release, "undo": session.undo, "look": lambda: None,
    }  # fmt: skip
    with contextlib.suppress(querist.exceptions.QueristError):
        deeds[kind]()


@given(steps, st.sampled_from([str, int, bool]), st.booleans())
def test_tables_that_were_looked_at_at_any_time_equal_those_of_the_whole_log(taken, kind, looks_always):
    session = querist.Session(X, strategy="random", random_state=0)
    for deed, row in taken:
        take(session, deed, row, LABELS[kind])
        if looks_always or deed == "look":
            session.history()
            session.reasons()
    events = list(session.events)
    pd.testing.assert_frame_equal(session.history(), History().frame(events))
    pd.testing.assert_frame_equal(session.reasons(), Reasons().frame(events, None))
    rows = np.arange(30)[::-1]
    pd.testing.assert_frame_equal(session.reasons(rows), Reasons().frame(events, rows))
    by_hand(session)


def by_hand(session):
    """Compare the tables with a walk through the log."""
    lines, last, gone = [], {}, {event.target for event in session.events if event.kind == "undone"}
    for event in session.events:
        rows = event.rows.tolist() if isinstance(event, RowsEvent) else [None]
        labels = event.labels.tolist() if isinstance(event, Answered | Changed) else [None] * len(rows)
        lines += [
            (event.number, event.kind, row, label, event.number in gone)
            for row, label in zip(rows, labels, strict=True)
        ]
        if isinstance(event, Asked):
            last |= {row: ("strategy", rank) for rank, row in enumerate(rows, 1)}
        elif isinstance(event, Answered):
            last = dict.fromkeys(rows, ("told unasked", None)) | last
    table = session.history()[["number", "event", "row", "label", "undone"]]
    assert [
        tuple(None if value is pd.NA else value for value in line) for line in table.itertuples(index=False)
    ] == lines
    told = session.reasons()
    assert told["row"].tolist() == sorted(last)
    found = [(line.how, None if line.rank is pd.NA else line.rank) for line in told.itertuples()]
    assert found == [last[row] for row in sorted(last)]


def test_labels_in_the_history_are_as_they_were_told():
    session = querist.Session(X, random_state=0)
    session.tell([1, 2], [7, 8], sample_weight=[0.5, 2])
    told = session.history()
    assert [type(label) for label in told["label"]] == [type(None), int, int]
    assert told["weight"].tolist()[1:] == [0.5, 2]
    assert told.dtypes["row"] == told.dtypes["round"] == told.dtypes["promise"] == "Int64"


def test_what_is_done_to_a_table_changes_nothing_here():
    session = querist.Session(X, random_state=0)
    session.tell([1, 2], ["a", "b"])
    for look in (session.history, session.reasons, lambda: session.reasons([2, 1])):
        before = look()
        changed = look()
        changed["row"] = 9
        changed.loc[:, "strategy"] = "mine"
        changed.iloc[0, 0] = 5
        pd.testing.assert_frame_equal(look(), before)


def test_the_log_of_a_moment_stays_as_it_was():
    session = querist.Session(X, random_state=0)
    before = session.events
    session.tell([1, 2], ["a", "b"])
    after = session.events
    assert (len(before), len(after)) == (1, 2)
    assert after[:1] == tuple(before)
    assert after != before
    assert after == list(after)
    assert after == tuple(after)
    assert hash(after) == hash(session.events)
    assert after[-1] is after[1]
    assert after[::-1] == (after[1], after[0])
    assert list(reversed(after)) == [after[1], after[0]]
    assert "Answered" in repr(after)
    for place in (1, -2):
        with pytest.raises(IndexError, match="There are 1 events"):
            before[place]


def test_a_longer_pool_and_a_loaded_session_have_their_tables(tmp_path):
    session = querist.Session(X[:20], random_state=0)
    session.tell([1, 2], ["a", "b"])
    session.reasons()
    session.extend(X)
    session.tell([25], ["a"])
    assert session.reasons([25, 26])["how"].tolist() == ["told unasked", "untouched"]
    session.save(tmp_path / "s.json")
    loaded = querist.Session.load(tmp_path / "s.json", X)
    pd.testing.assert_frame_equal(loaded.history(), session.history())
    pd.testing.assert_frame_equal(loaded.reasons(), session.reasons())
