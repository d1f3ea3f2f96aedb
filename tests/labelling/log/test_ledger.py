"""What was taken back might as well not have happened, and what was brought back, might as well not have been taken."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from querist.labelling.log import classes as lists
from querist.labelling.log.board import Board
from querist.labelling.log.deeds import ACTS, Answered, Flagged, Skipped
from querist.labelling.log.effects import effect_of_acts, effect_of_classes
from querist.labelling.log.events import ClassesChanged, Restored, RowsAdded, TakenBack, Undone, event, payload_of

N_ROWS = 5
PEOPLE = 3
CLASSES = lists.added(["a", "b", "c"])


class Log:
    """Writes to a board as the server does; moments are whole numbers."""

    def __init__(self):
        self.board = Board()
        self.events = []
        self.log(RowsAdded(n_rows=N_ROWS))
        self.log(ClassesChanged(version=1, classes=CLASSES, change={"op": "import"}))

    def log(self, payload, who=None, row=None):
        number = len(self.events) + 1
        made = event(payload, at=float(number), annotator=who, row=row, uuid=f"event-{number}")
        # The board hears of an event before the store has given it a number.
        self.board.apply(made)
        self.board.seq = number
        self.events.append(replace(made, seq=number))
        return made.uuid

    def answer(self, row, class_id, who, **more):
        return self.log(Answered(class_id=class_id, **more), who, row)


def stands_as(events):
    """Return the events that count, by the words of the decision: the slow way."""
    acts, removals, restored = [], [], set()
    for each in events:
        told = payload_of(each)
        match told:
            case Undone() | TakenBack() if told.target is not None:
                covered = [act for act in acts if told.target in (act.uuid, act.data.get("group"))]
                removals.append((each, {act.uuid for act in covered}))
            case TakenBack(since=since, bulk=bulk, person=person):
                covered = {
                    act.uuid
                    for act in acts
                    # Who changed the classes has that taken back by itself.
                    if act.kind in ACTS
                    and act.annotator == person
                    and (since is None or act.at >= since)
                    and (not bulk or "group" in act.data or act.data.get("how") == "import")
                }
                if since is not None and not bulk:
                    covered |= {made.uuid for made, _ in removals if made.annotator == person and made.at >= since}
                removals.append((each, covered))
            case Restored():
                restored.add(told.target)
            case _:
                acts.append(each)
    gone = set()
    for made, covered in reversed(removals):
        if made.uuid not in restored and made.uuid not in gone:
            gone |= covered
    return [act for act in acts if act.uuid not in gone]


def seen(board):
    return {
        "labels": board.labels.tolist(),
        "n_opinions": board.n_opinions.tolist(),
        "counts": {each: n for each, n in board.counts.items() if n},
        "by_person": {who: n for who, n in board.by_person.items() if n},
        "skipped": board.skipped,
        "flagged": board.flagged,
        "notes": board.notes,
        "first": [act and act.uuid for act in map(board.first_answer, range(N_ROWS))],
        "acts": [act.uuid for act in board.acts()],
        "order": [each.tolist() for each in board.labelled_rows()],
    }


people, rows, places = st.integers(0, PEOPLE - 1), st.integers(0, N_ROWS - 1), st.integers(0, 40)
step = st.one_of(
    st.tuples(st.just("answer"), people, rows, st.integers(0, 2), st.sampled_from([None, None, "x", "y"])),
    st.tuples(st.just("skip"), people, rows),
    st.tuples(st.just("flag"), people, rows),
    st.tuples(st.just("undo"), people, places),
    st.tuples(st.just("take"), people, places),
    st.tuples(st.just("person"), people, people, st.none() | places, st.booleans()),
    st.tuples(st.just("restore"), people, places),
    st.tuples(st.just("class"), st.integers(0, 2), st.integers(0, 2)),
)


def carried_out(log, kind, who, *values):
    """Do one step; where it is a taking back, compare what was said to what happens."""
    targets = [*(act.uuid for act in log.board.ledger.acts), "x", "y"]
    removals = [each.uuid for each in log.events if each.kind in ("undone", "taken_back")]
    if kind == "answer":
        row, class_id, group = values
        return log.answer(row, class_id, who, group=group)
    if kind in ("skip", "flag"):
        return log.log(Skipped() if kind == "skip" else Flagged(note="odd"), who, values[0])
    if kind == "class":
        if who != values[0] and all(log.board.label_of(each) == each for each in (who, values[0])):
            merged = lists.merge(log.board.classes, who, values[0])
            return check(log, effect_of_classes(log.board, merged), ClassesChanged(version=9, classes=merged), who)
        return None
    if kind == "restore":
        if not removals:
            return None
        told = Restored(target=removals[values[0] % len(removals)])
    elif kind == "person":
        told = TakenBack(person=values[0], since=values[1], bulk=values[2])
    else:
        told = (Undone if kind == "undo" else TakenBack)(target=targets[values[0] % len(targets)])
    return check(log, effect_of_acts(log.board, log.board.ledger.flips(told)), told, who)


def check(log, effect, told, who):
    before, counted = log.board.labels.copy(), {act.uuid for act in log.board.acts()}
    counts = dict(log.board.counts)
    log.log(told, who)
    after = log.board.labels
    assert effect.n_acts == len(counted ^ {act.uuid for act in log.board.acts()})
    assert effect.n_answers + effect.n_skips + effect.n_others == effect.n_acts
    assert effect.n_rows == (before != after).sum()
    assert effect.n_lost == ((before >= 0) & (after < 0)).sum()
    assert effect.n_gained == ((before < 0) & (after >= 0)).sum()
    told_of = {each.class_id: (each.before, each.after) for each in effect.classes}
    assert told_of == {
        each: (counts.get(each, 0), log.board.counts[each])
        for each in range(3)
        if counts.get(each, 0) != log.board.counts[each]
    }


@given(st.lists(step, max_size=25))
@example([("class", 1, 0), ("answer", 0, 0, 1, None), ("person", 0, 1, None, False)])
def test_a_board_is_as_if_what_was_taken_back_had_not_happened(steps):
    log = Log()
    for each in steps:
        carried_out(log, *each)
    standing = stands_as(log.events)
    assert seen(log.board) == seen(Board.of(standing))
    # The log alone leads to the same, and what each act remembers of that.
    again = Board.of(log.events)
    assert seen(again) == seen(log.board)
    assert (again.revised, again.seq) == (log.board.revised, log.board.seq)
    for mine, theirs in zip(log.board.ledger.acts, again.ledger.acts, strict=True):
        assert (mine.undone, mine.n_over, mine.undone_at) == (theirs.undone, theirs.n_over, theirs.undone_at)


def test_a_person_is_taken_back_and_brought_back():
    log = Log()
    log.answer(0, 1, who=1)
    log.answer(0, 2, who=2)
    log.answer(1, 1, who=1, group="bulk")
    mine = log.answer(2, 1, who=1)
    log.log(Undone(target=mine), 1)
    without = log.log(TakenBack(person=1), 2)
    assert log.board.labels.tolist() == [2, -1, -1, -1, -1]
    assert +log.board.by_person == {2: 1}
    # What comes later counts.
    log.answer(3, 0, who=1)
    log.log(Restored(target=without), 2)
    assert log.board.labels.tolist() == [1, 1, -1, 0, -1]


def test_what_was_done_from_a_moment_on():
    log = Log()
    good = log.answer(0, 1, who=1)
    log.answer(1, 1, who=1)
    since = float(len(log.events) + 1)
    # Somebody else has the account: takes good answers back, labels everything.
    log.log(Undone(target=good), 1)
    for row in range(1, N_ROWS):
        log.answer(row, 2, who=1, group="all")
    log.log(TakenBack(person=1, since=since), 0)
    assert log.board.labels.tolist() == [1, 1, -1, -1, -1]


def test_only_what_was_done_to_many_rows_at_once():
    log = Log()
    log.answer(0, 1, who=1)
    log.answer(1, 1, who=1, group="bulk")
    log.answer(2, 1, who=1, how="import")
    log.log(TakenBack(person=1, bulk=True), 0)
    assert log.board.labels.tolist() == [1, -1, -1, -1, -1]


def test_each_of_two_removals_holds_by_itself():
    log = Log()
    mine = log.answer(0, 1, who=1)
    first, second = log.log(TakenBack(target=mine), 0), log.log(TakenBack(person=1), 0)
    log.log(Restored(target=first), 0)
    assert log.board.labels[0] == -1
    log.log(Restored(target=second), 0)
    assert log.board.labels[0] == 1


def test_figures_of_before_are_about_other_labels():
    log = Log()
    mine = log.answer(0, 1, who=1)
    assert log.board.revised == (0, 0)
    log.log(TakenBack(target=mine), 0)
    place = len(log.events)
    assert log.board.revised == (1, place)
    log.log(TakenBack(target=mine), 0)
    log.log(ClassesChanged(version=2, classes=lists.add(CLASSES, "d")))
    assert log.board.revised == (1, place)
    log.log(ClassesChanged(version=3, classes=lists.remove(log.board.classes, 1)))
    assert log.board.revised == (2, len(log.events))
