"""Comments on a row."""

from hypothesis import given
from hypothesis import strategies as st

from querist.labelling.log.board import Board
from querist.labelling.log.deeds import Commented, Flagged, Noted, Unflagged
from querist.labelling.log.events import RowsAdded, Undone, event
from querist.labelling.log.threads import thread

WORDS = st.sampled_from(["", "odd", "why?", "because"])


@st.composite
def deeds(draw):
    made = {
        "noted": Noted(note=draw(WORDS)),
        "flagged": Flagged(note=draw(WORDS)),
        "unflagged": Unflagged(),
        "commented": Commented(text=draw(WORDS), resolves=draw(st.booleans())),
    }
    return made[draw(st.sampled_from(sorted(made)))]


def board_of(*payloads):
    events = [event(RowsAdded(n_rows=2), at=0.0)]
    events += [
        event(each, at=float(place), annotator=place % 2, row=1, uuid=f"e{place}")
        for place, each in enumerate(payloads, 1)
    ]
    return Board.of(events)


def said(board):
    return thread([act for act in board.acts_on(1) if not act.undone])


@given(st.lists(deeds(), max_size=8))
def test_no_comment_is_lost_and_the_last_words_are_those_of_the_thread(made):
    board = board_of(*made)
    found = said(board)
    assert [act.note for act in found.comments if act.kind == "commented"] == [
        each.text for each in made if isinstance(each, Commented)
    ]
    assert sum(act.kind == "noted" for act in found.comments) <= 1
    assert board.notes.get(1, "") == found.last
    assert (1 in board.open_threads) == found.is_open
    assert found.is_open <= bool(found.comments)


@given(st.lists(deeds(), max_size=8))
def test_without_comments_the_last_words_are_the_note_as_before(made):
    made = [each for each in made if not isinstance(each, Commented)]
    # As earlier versions told it: the last note, or what a flag brought after it.
    last = next((each.note for each in reversed(made) if isinstance(each, Noted) or getattr(each, "note", "")), "")
    assert board_of(*made).notes.get(1, "") == last


def test_a_thread_is_open_until_somebody_settles_it_and_opens_again():
    first, reply, settled = Commented(text="Is this spam?"), Commented(text="Yes."), Commented(resolves=True)
    assert said(board_of(Noted(note="an old note"))).is_open
    assert said(board_of(first, reply)).is_open
    board = board_of(first, reply, settled)
    assert (board.open_threads, board.notes) == (set(), {1: "Yes."})
    assert [(act.annotator, act.note) for act in said(board).comments] == [(1, "Is this spam?"), (0, "Yes."), (1, "")]
    board.apply(event(Undone(target="e3"), at=9.0, annotator=1))
    assert board.open_threads == {1}
    assert said(board_of(first, settled, reply)).is_open
