"""The state of a session: what replaying its log gives."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from querist._alike import alike, warning_of
from querist._labels import label_type
from querist._typing import AnyArray, FloatArray, IntArray, Label, Pool, Task
from querist._validation import n_rows
from querist._words import quoted
from querist.exceptions import AlikeLabelsWarning, InvalidParameterError, InvalidRowsError
from querist.session.answers import Answers, Before
from querist.session.events import (
    Answered,
    Asked,
    Changed,
    ClassesAdded,
    Event,
    Flagged,
    GivenOver,
    Released,
    Reserved,
    RowsAdded,
    RowsEvent,
    Skipped,
    Undone,
    undone,
)

# Up to this many labels are counted one by one.
_FEW = 32
_MOST_SHOWN = 20
# Up to this many events are applied one by one.
_FEW_EVENTS = 16

FREE, OUTSTANDING, ANSWERED, SKIPPED = 0, 1, 2, 3
_WORDS = {FREE: "not asked", OUTSTANDING: "asked and not answered", ANSWERED: "answered", SKIPPED: "skipped"}


class State:
    """Who stands where: the status of each row, the answers, the classes.

    Parameters
    ----------
    X : pool
        Its rows count only once a `RowsAdded` event says so.
    task : {"classification", "regression"}, default="classification"
        Numbers make no classes.
    """

    def __init__(self, X: Pool, task: Task = "classification") -> None:
        self._of_numbers = task == "regression"
        self.status: npt.NDArray[np.int8] = np.zeros(n_rows(X), np.int8)
        self.answers = Answers(X)
        self.classes: list[Label] = []
        self.counts: dict[Label, int] = {}
        self.declared = False
        self.n_asks = 0
        # Rows asked in rounds; draws for certificates are none.
        self.n_asked = 0
        self.flags: dict[int, str] = {}
        # How often rows became free again; between two such times rows are only taken.
        self.n_freed = 0
        # What can be taken back, the latest last, and what each step needs for it.
        self._steps: list[tuple[Event, Any]] = []

    def rows_with(self, status: int) -> IntArray:
        """Row numbers in one status, ascending."""
        return np.flatnonzero(self.status == status)

    @property
    def n_classes_answered(self) -> int:
        """How many classes have at least one answer."""
        return sum(count > 0 for count in self.counts.values())

    def require(self, rows: IntArray, allowed: Iterable[int], action: str, hint: str) -> None:
        """Refuse rows that are not in one of the allowed states.

        Raises
        ------
        InvalidRowsError
            Naming the first such row, its status and what to do instead.
        """
        fits = np.zeros(len(_WORDS), bool)
        fits[list(allowed)] = True
        fine = fits[self.status[rows]]
        if not fine.all():
            wrong = rows[~fine]
            status = _WORDS[int(self.status[wrong[0]])]
            raise InvalidRowsError(f"Cannot {action} row {wrong[0]}: it is {status}. {hint}")

    def check_labels(self, labels: AnyArray) -> None:
        """Refuse labels of another type than the classes so far, or outside a declared list.

        Raises
        ------
        InvalidParameterError
            Naming the label and what to do instead.
        """
        if self._of_numbers:
            return
        # All labels of a call are of one type.
        if labels.size and self.classes and label_type(labels) is not type(self.classes[0]):
            raise InvalidParameterError(
                f"labels[0] is {labels.tolist()[0]!r}, of type {label_type(labels).__name__}; the labels so far are of "
                f"type {type(self.classes[0]).__name__}, such as {self.classes[0]!r}. Use one type."
            )
        if not self.declared:
            if label_type(labels) is str:
                self._warn_of_alike(_distinct(labels), stacklevel=5)
            return
        fresh = next((label for label in _distinct(labels) if label not in self.counts), None)
        if fresh is not None:
            raise InvalidParameterError(
                f"labels[{labels.tolist().index(fresh)}] is {fresh!r}, which is not among the declared classes "
                f"{quoted(self.classes, _MOST_SHOWN)}. Correct it, or declare it with add_classes([...])."
            )

    def check_comparable(self, labels: AnyArray, name: str) -> None:
        """Refuse labels that can equal none of the classes, since one are texts and the others are not.

        Raises
        ------
        InvalidParameterError
            Naming one of each.
        """
        if labels.size and self.classes and (label_type(labels) is str) != isinstance(self.classes[0], str):
            raise InvalidParameterError(
                f"{name}[0] is {labels.tolist()[0]!r}, of type {label_type(labels).__name__}, and the answers are of "
                f"type {type(self.classes[0]).__name__}, such as {self.classes[0]!r}. None of them could be right. "
                "Pass labels of the type of the answers."
            )

    def check_classes(self, fresh: list[Label]) -> None:
        """Refuse classes that cannot be declared.

        Raises
        ------
        InvalidParameterError
            If one stands twice, is declared already, or is of another type.
        """
        if not fresh or len({type(label) for label in fresh}) > 1 or len(set(fresh)) < len(fresh):
            raise InvalidParameterError(f"classes must be distinct labels of one type, got {fresh!r}.")
        known = self.classes
        if known and type(fresh[0]) is not type(known[0]):
            raise InvalidParameterError(f"classes must be of one type; there are {known!r} already, got {fresh!r}.")
        if self.declared and set(fresh) & set(known):
            raise InvalidParameterError(
                f"Class {sorted(set(fresh) & set(known), key=str)[0]!r} is there already. Leave it out."
            )
        self._warn_of_alike(fresh, stacklevel=4)

    def _warn_of_alike(self, labels: list[Label], *, stacklevel: int) -> None:
        """Warn of classes that are new and look like another; once, since they are new only once."""
        fresh = [label for label in labels if label not in self.counts]
        if not fresh:
            return
        for words in alike((*self.classes, *fresh)):
            if set(words).intersection(fresh):
                warnings.warn(warning_of(words), AlikeLabelsWarning, stacklevel=stacklevel)

    def replay(self, events: Iterable[Event]) -> None:
        """Apply a whole log, leaving out what was undone; classes stay, since they are append-only.

        What only marks rows, answers included, is applied together: 2 microseconds an event.
        """
        log = list(events)
        gone = undone(log)
        run: list[RowsEvent] = []
        for event in log:
            kind = type(event)
            if _EFFECTS[kind] is State._nothing:
                continue
            if kind in _MARKS and event.number not in gone:
                run.append(cast(RowsEvent, event))
                continue
            if event.number not in gone or isinstance(event, Answered | Changed):
                self._apply_run(run)
                run = []
            if event.number not in gone:
                self.apply(event)
            elif isinstance(event, Answered | Changed):
                self._learn_classes(_distinct(event.labels))
        self._apply_run(run)

    def _apply_run(self, run: list[RowsEvent]) -> None:
        """Apply events that mark rows, as `apply` does one after the other."""
        if len(run) < _FEW_EVENTS:
            for event in run:
                self.apply(event)
            return
        sizes = [event.rows.size for event in run]
        rows, marks = np.concatenate([event.rows for event in run]), np.array([_MARKS[type(each)] for each in run])
        before = self._mark_all(rows, np.repeat(marks.astype(np.int8), sizes))
        self.n_freed += 1
        if asked := [event for event in run if isinstance(event, Asked)]:
            self._count_asks(asked)
        answered = [event for event in run if isinstance(event, Answered)]
        were: Iterator[Before] = iter(())
        if answered:
            labels, told = self.answers.append_all(answered)
            were = iter(told)
            counts = Counter() if self._of_numbers else Counter(labels.tolist())
            self._learn_classes(list(counts))
            for label, count in counts.items():
                self.counts[label] += count
        stop = 0
        for event, size in zip(run, sizes, strict=True):
            start, stop = stop, stop + size
            if type(event) in _BACK:
                status = before[start:stop]
                self._steps.append((event, (status, next(were)) if isinstance(event, Answered) else status))

    def _mark_all(self, rows: IntArray, marks: npt.NDArray[np.int8]) -> bytes:
        """Mark rows in order, of which some stand several times; return the status of each when its turn came."""
        before = self.status[rows]
        order = np.argsort(rows, kind="stable")
        again = np.flatnonzero(rows[order[1:]] == rows[order[:-1]])
        before[order[again + 1]] = marks[order[again]]
        last = np.ones(rows.size, bool)
        last[order[again]] = False
        self.status[rows[last]] = marks[last]
        return before.tobytes()

    def apply(self, event: Event) -> None:
        """Change the state as one event says. Assumes that the event was checked when it was made."""
        before = _EFFECTS[type(event)](self, event)
        if type(event) in _BACK:
            self._steps.append((event, before))

    @property
    def n_steps(self) -> int:
        """How many steps can be taken back."""
        return len(self._steps)

    def take_back(self) -> Event:
        """Take back the last step that can be, as if it had never been; classes stay. O(1) for each of its rows.

        Nothing that happened since can have built upon it: rows that were answered or skipped are not asked, and later
        steps were taken back before.
        """
        event, before = self._steps.pop()
        _BACK[type(event)](self, event, before)
        return event

    def _nothing(self, event: Event) -> None:
        """Leave the state as it is.

        Rows come with X, what was undone is left out when the log is replayed, and the audit's reserve is
        `querist.session.reserve`'s.
        """

    def _add_classes(self, event: ClassesAdded) -> None:
        self._learn_classes(list(event.classes))
        self.declared = True

    def _ask(self, event: Asked) -> None:
        self.status[event.rows] = OUTSTANDING
        self._count_asks([event])

    def _count_asks(self, events: Sequence[Asked]) -> None:
        self.n_asks = max(self.n_asks, max(event.round for event in events) + 1)
        self.n_asked += sum(event.rows.size for event in events if event.round >= 0)

    def _answer(self, event: Answered) -> tuple[bytes, Before]:
        status = self._mark(event.rows, ANSWERED)
        before = self.answers.append(event.rows, event.labels, event.weights)
        self._learn_classes(_distinct(event.labels))
        self._count(event.labels, +1)
        return status, before

    def _unanswer(self, event: Answered, before: tuple[bytes, Before]) -> None:
        self._unmark(event.rows, before[0])
        self.answers.drop(event.rows.size, before[1])
        self._count(event.labels, -1)

    def _change(self, event: Changed) -> tuple[AnyArray, FloatArray | None, Before]:
        old = self.answers.labels_of(event.rows)
        weights = None if event.weights is None else self.answers.weights_of(event.rows)
        self._count(old, -1)
        before = self.answers.replace(event.rows, event.labels, event.weights)
        self._learn_classes(_distinct(event.labels))
        self._count(event.labels, +1)
        return old, weights, before

    def _unchange(self, event: Changed, before: tuple[AnyArray, FloatArray | None, Before]) -> None:
        old, weights, was = before
        self._count(event.labels, -1)
        self.answers.put_back(event.rows, old, weights, was)
        self._count(old, +1)

    def _skip(self, event: Skipped) -> bytes:
        return self._mark(event.rows, SKIPPED)

    def _release(self, event: Released) -> bytes:
        return self._mark(event.rows, FREE)

    def _mark(self, rows: IntArray, status: int) -> bytes:
        """Give rows a status; return those that they had."""
        before = self.status[rows].tobytes()
        self.status[rows] = status
        self.n_freed += status == FREE
        return before

    def _unmark(self, rows: IntArray, before: bytes) -> None:
        self.status[rows] = np.frombuffer(before, np.int8)
        self.n_freed += 1

    def _unmarked(self, event: Skipped | Released, before: bytes) -> None:
        self._unmark(event.rows, before)

    def _flag(self, event: Flagged) -> dict[int, str]:
        rows = event.rows.tolist()
        before = {row: self.flags[row] for row in rows if row in self.flags}
        self.flags.update(dict.fromkeys(rows, event.note))
        return before

    def _unflag(self, event: Flagged, before: dict[int, str]) -> None:
        for row in event.rows.tolist():
            if row in before:
                self.flags[row] = before[row]
            else:
                del self.flags[row]

    def _learn_classes(self, labels: list[Label]) -> None:
        if self._of_numbers:
            return
        for label in labels:
            if label not in self.counts:
                self.classes.append(label)
                self.counts[label] = 0

    def _count(self, labels: AnyArray, sign: int) -> None:
        if self._of_numbers:
            return
        if labels.size <= _FEW or labels.dtype == object:
            for label in labels.tolist():
                self.counts[label] += sign
            return
        values, counts = np.unique(labels, return_counts=True)
        for label, count in zip(values.tolist(), counts.tolist(), strict=True):
            self.counts[label] += sign * count


_EFFECTS: dict[type[Event], Callable[[State, Any], Any]] = {
    RowsAdded: State._nothing,
    Reserved: State._nothing,
    GivenOver: State._nothing,
    ClassesAdded: State._add_classes,
    Asked: State._ask,
    Answered: State._answer,
    Changed: State._change,
    Skipped: State._skip,
    Released: State._release,
    Flagged: State._flag,
    Undone: State._nothing,
}

# What people did, and how it is taken back.
_BACK: dict[type[Event], Callable[[State, Any, Any], None]] = {
    Answered: State._unanswer,
    Changed: State._unchange,
    Skipped: State._unmarked,
    Released: State._unmarked,
    Flagged: State._unflag,
}

# What does no more than to mark rows, but for the answers themselves.
_MARKS: dict[type[Event], int] = {Asked: OUTSTANDING, Answered: ANSWERED, Skipped: SKIPPED, Released: FREE}


def _distinct(labels: AnyArray) -> list[Label]:
    """Return the distinct labels in order of first appearance, as plain Python values."""
    if labels.size <= _FEW or labels.dtype == object:
        return list(dict.fromkeys(labels.tolist()))
    values, first = np.unique(labels, return_index=True)
    ordered: list[Label] = values[np.argsort(first)].tolist()
    return ordered
