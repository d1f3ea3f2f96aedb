"""`Board`: where a project stands; what replaying its log gives."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from querist._typing import IntArray
from querist.audit.outcomes import OutcomeArray, judge
from querist.audit.promise import Standing, standing
from querist.labelling.log.class_history import ClassHistory
from querist.labelling.log.classes import Classes, counts_for, resolution
from querist.labelling.log.consistency import check
from querist.labelling.log.copies import Copies, Grouped
from querist.labelling.log.deeds import (
    RESPONSES,
    Act,
    Answered,
    Changed,
    Deed,
    current_answers,
    is_blind,
    row_label,
)
from querist.labelling.log.events import (
    Asked,
    AutoLabelled,
    ClassesChanged,
    Measured,
    MeasuredAt,
    PromiseCancelled,
    Restored,
    RowsAdded,
    SettingsChanged,
    TakenBack,
    Undone,
    payload_of,
)
from querist.labelling.log.ledger import Ledger
from querist.labelling.log.names import Names
from querist.labelling.log.promise import ProjectPromise, PromiseBegun
from querist.labelling.log.reserve import ProjectReserve, Reserved
from querist.labelling.log.threads import marks
from querist.store.rows import EventRow

Status = Literal["labelled", "skipped", "model", "unlabelled"]


class Board:
    """The state of a project: labels, skips, flags, classes, who did what.

    Parameters
    ----------
    n_rows : int, default=0
        Rows known before the first `rows_added` event; usually 0.
    n_items : callable, default=None
        Returns how many rows there are: a log that tells of more is refused.

    Attributes
    ----------
    labels : ndarray of shape (n_rows,), int32
        Class id of each row: what a reviewer decided last, else the majority of the current answers, the earliest
        among equals; merged classes count for their target, removed ones not at all; -1 where there is none. Copies
        have what their first row has, here and in `numbers`, `n_opinions`, `given` and `model_labels`.
    numbers : ndarray of shape (n_rows,), float64
        In a project that asks for a number: that of each row, the median of the current answers; NaN where there is
        none. `labels` has its one class there, so that what is asked of rows with and without a label is asked alike.
    n_opinions : ndarray of shape (n_rows,), int16
        How many people's answers to each row count.
    given : ndarray of shape (n_rows,), bool
        Whether the answers of a row came from a file alone, and none from a person.
    model_labels : ndarray of shape (n_rows,), int32
        Class id (as it was then) of each row that the model has labelled under a promise; -1 elsewhere. A person's
        answer goes before it, and it never trains.
    copies : Copies
        Which rows are copies of which. What people do stands at the first row of a group alone: so do `skipped`,
        `flagged`, `notes`, `opinions_wanted` and `drawn`, and `counts` counts a group once.
    ledger : Ledger
        All that was done to rows, and what of it was taken back.
    reserve : ProjectReserve
        What is set aside for the audit.
    class_history : ClassHistory
        How the list of classes came about.
    revised : (int, int)
        How often labels changed by more than answers (classes that changed, answers that somebody took back), and the
        place in the log of the last time, at least: figures of a model that knew less are about other labels.
    """

    def __init__(self, n_rows: int = 0, *, n_items: Callable[[], int] | None = None) -> None:
        self.seq = 0
        self._n_items = n_items
        self.labels: npt.NDArray[np.int32] = np.full(n_rows, -1, np.int32)
        self.numbers: npt.NDArray[np.float64] = np.full(n_rows, np.nan)
        self.n_opinions: npt.NDArray[np.int16] = np.zeros(n_rows, np.int16)
        self.given: npt.NDArray[np.bool_] = np.zeros(n_rows, bool)
        self.model_labels: npt.NDArray[np.int32] = np.full(n_rows, -1, np.int32)
        self.copies = Copies(n_rows)
        self.classes: Classes = ()
        self.class_version = 0
        self.settings: dict[str, Any] = {}
        self.skipped: set[int] = set()
        self.flagged: set[int] = set()
        # The last words on a row, and the rows on which something is left to settle.
        self.notes: dict[int, str] = {}
        self.open_threads: set[int] = set()
        self.opinions_wanted: dict[int, int] = {}
        # Audit rows that were drawn, by row: when.
        self.drawn: dict[int, float] = {}
        self.reserve = ProjectReserve()
        # Figures of the model, as the trainer told them.
        self.measured: list[MeasuredAt] = []
        self.promises: dict[str, ProjectPromise] = {}
        self._standings: dict[str, Standing] = {}
        self._draws: set[int] = set()
        self.counts: Counter[int] = Counter()
        self.by_person: Counter[int | None] = Counter()
        self._resolution: dict[int, int] = {}
        self.ledger = Ledger()
        self.class_history = ClassHistory()
        self.revised = (0, 0)
        self.names = Names()
        self._of_row: dict[int, list[Act]] = {}
        # While a log is replayed: rows that are derived anew when they are asked for, not at each event.
        self._waiting: dict[int, None] | None = None

    # ------------------------------------------------------------------ replay

    @classmethod
    def of(cls, events: Iterable[EventRow], *, n_items: Callable[[], int] | None = None) -> Self:
        """Return the state that events lead to."""
        board = cls(n_items=n_items)
        board.replay(events)
        return board

    def replay(self, events: Iterable[EventRow]) -> None:
        """Apply events in the order of the log."""
        self._waiting = {}
        try:
            for event in events:
                self.apply(event)
        finally:
            self._catch_up()
            self._waiting = None

    def apply(self, event: EventRow) -> None:
        """Change the state as one event says.

        Raises
        ------
        StoreError
            If a newer version wrote it, or it does not fit what the log said before.
        """
        payload = payload_of(event)
        check(event, payload, self, self._n_items)
        if event.seq is not None:
            self.seq = event.seq
        self.names.add(event, payload)
        match payload:
            case Deed():
                self._act(event, payload)
            case Undone() | TakenBack() | Restored():
                self._take_back(event, payload)
            case ClassesChanged():
                self._set_classes(event, payload)
            case RowsAdded() | Reserved() | Grouped():
                self._take_rows(payload)
            case Asked() if event.row is not None:
                self.drawn.setdefault(event.row, event.at)
            case Measured():
                self.measured.append(MeasuredAt.of(payload, event.at))
            case PromiseBegun():
                self._catch_up()
                left = self.left_to_label()[: payload.terms.n_remaining]
                self.promises[payload.id] = ProjectPromise.of(payload, event.at, left)
                self._draws.update(payload.terms.draws.tolist())
                self._standings.clear()
            case PromiseCancelled():
                self._change_promise(payload.id, cancelled=True)
            case AutoLabelled():
                self._change_promise(payload.id, applied=event.uuid, n_applied=payload.n_regions)
            case SettingsChanged():
                self.settings |= payload.changes

    def _take_rows(self, payload: RowsAdded | Reserved | Grouped) -> None:
        if isinstance(payload, Grouped):
            self._catch_up()
            for row in self.copies.take(payload):
                self._spread(row)
            return
        if isinstance(payload, Reserved):
            late = any(act.how == "audit" and act.guess is not None for act in self.ledger.acts)
            self.reserve = self.reserve.after(payload, n_rows=self.n_rows, came_late=late, n_acts=len(self.ledger.acts))
            return
        added = payload.n_rows
        self.labels = np.concatenate([self.labels, np.full(added, -1, np.int32)])
        self.numbers = np.concatenate([self.numbers, np.full(added, np.nan)])
        self.n_opinions = np.concatenate([self.n_opinions, np.zeros(added, np.int16)])
        self.given = np.concatenate([self.given, np.zeros(added, bool)])
        self.model_labels = np.concatenate([self.model_labels, np.full(added, -1, np.int32)])
        self.copies.add_rows(added)

    def _spread(self, row: int) -> None:
        """Give the copies of a row what it has."""
        copies = self.copies.of(row)
        if copies:
            for values in (self.labels, self.numbers, self.n_opinions, self.given, self.model_labels):
                values[copies] = values[row]

    def _act(self, event: EventRow, deed: Deed) -> None:
        act = Act.of(len(self.ledger.acts), event, deed)
        self.ledger.add(act)
        self._of_row.setdefault(act.row, []).append(act)
        self._refresh(act.row)
        if act.how == "audit":
            self.drawn.setdefault(act.row, act.at)
        if act.kind in RESPONSES:
            self.by_person[act.annotator] += 1

    def _change_promise(self, promise_id: str, **changes: Any) -> None:
        self.promises[promise_id] = replace(self.promises[promise_id], **changes)
        if "applied" in changes:
            self._set_model_labels()
        self._standings.clear()

    def _set_model_labels(self) -> None:
        self.model_labels[:] = -1
        for made in self.promises.values():
            if made.applied:
                rows, class_ids = made.released(made.n_applied)
                self.model_labels[rows] = class_ids
        if self.copies.n_copies:
            self.model_labels = self.model_labels[self.copies.first_of]

    def _take_back(self, event: EventRow, told: Undone | TakenBack | Restored) -> None:
        if isinstance(told, Undone):
            for made in list(self.promises.values()):
                if made.applied == told.target:
                    self._change_promise(made.id, applied=None)
        place = self._place_of(event)
        if isinstance(told, Restored):
            acts = self.ledger.restore(event, told, place)
        else:
            acts = self.ledger.remove(event, told, place)
        for act in acts:
            if act.kind in RESPONSES:
                self.by_person[act.annotator] += -1 if act.undone else 1
        self._refresh_all({act.row: None for act in acts})
        if acts and event.kind != "undone":
            self._revise(event)

    def _place_of(self, event: EventRow) -> int:
        # An event that is not committed yet comes after all that are.
        return self.seq + 1 if event.seq is None else event.seq

    def _revise(self, event: EventRow) -> None:
        self.revised = (self.revised[0] + 1, self._place_of(event))

    def _set_classes(self, event: EventRow, told: ClassesChanged) -> None:
        self.class_history.take(
            self.classes, told.classes, told.version, told.change or {}, event.uuid, event.annotator, event.at
        )
        self.classes, self.class_version = told.classes, told.version
        resolved = resolution(self.classes)
        changed = {each for each in self._resolution if self._resolution[each] != resolved.get(each, -1)}
        self._resolution = resolved
        self._standings.clear()
        rows = self.rows_of_classes(changed)
        self._refresh_all(dict.fromkeys(rows))
        if rows:
            self._revise(event)

    def _refresh_all(self, rows: dict[int, None]) -> None:
        if self._waiting is None:
            for row in rows:
                self._refresh(row)
        else:
            self._waiting |= rows

    def _catch_up(self) -> None:
        for row in self._waiting or ():
            self._refresh(row)
        if self._waiting:
            self._waiting = {}

    def _refresh(self, row: int) -> None:
        """Derive what is known of one row from what was done to it."""
        if row in self._draws:
            self._standings.clear()
        acts = [act for act in self._of_row[row] if not act.undone]
        old = int(self.labels[row])
        new, self.n_opinions[row], skipped, self.given[row], self.numbers[row] = row_label(acts, self.label_of)
        if old != new:
            self.labels[row] = new
            if old >= 0:
                self.counts[old] -= 1
            if new >= 0:
                self.counts[new] += 1
        self._spread(row)
        _put(self.skipped, row, skipped)
        flagged, comments = marks(acts)
        _put(self.flagged, row, flagged)
        _put(self.open_threads, row, comments.is_open)
        if comments.last:
            self.notes[row] = comments.last
        else:
            self.notes.pop(row, None)
        wanted = sum(act.kind == "second_opinion" for act in acts)
        if wanted:
            self.opinions_wanted[row] = wanted
        else:
            self.opinions_wanted.pop(row, None)

    # ------------------------------------------------------------------ questions

    @property
    def n_events(self) -> int:
        """Events applied."""
        return self.names.n_events

    @property
    def n_rows(self) -> int:
        """Rows of the project."""
        return int(self.labels.size)

    @property
    def n_labelled(self) -> int:
        """Rows with a label, copies of others left out."""
        return sum(self.counts.values())

    def status(self, row: int) -> Status:
        """Return where a row stands."""
        if self.labels[row] >= 0:
            return "labelled"
        if self.model_label(row) >= 0:
            return "model"
        return "skipped" if self.copies.first(row) in self.skipped else "unlabelled"

    def model_label(self, row: int) -> int:
        """Return the class that the model has labelled a row with; -1 where it has not, or a person has answered."""
        return -1 if self.labels[row] >= 0 else self.label_of(int(self.model_labels[row]))

    @property
    def n_model_labels(self) -> int:
        """Rows that the model has labelled and no person, copies of others left out."""
        # Each reply says it: over all rows only where there are some.
        if not any(made.applied for made in self.promises.values()):
            return 0
        return int(self.copies.only_first(np.flatnonzero((self.model_labels >= 0) & (self.labels < 0))).size)

    def standing(self, promise_id: str) -> Standing:
        """Return where a promise stands."""
        if promise_id not in self._standings:
            made = self.promises[promise_id]
            self._standings[promise_id] = standing(made.terms, self.outcomes_of(made))
        return self._standings[promise_id]

    def outcomes_of(self, made: ProjectPromise) -> OutcomeArray:
        """Return what became of a promise's draws."""
        return self.outcomes(made.terms.draws, np.array(made.predictions, np.int64))

    def outcomes(self, rows: IntArray, class_ids: IntArray) -> OutcomeArray:
        """Return what became of rows that a model had predicted; see `querist.audit.outcomes.judge`."""
        first = {
            row: self.label_of(act.class_id) for row in rows.tolist() if (act := self.first_answer(row)) is not None
        }
        # What a class that was removed stands for is never right.
        predicted = [label if (label := self.label_of(each)) >= 0 else None for each in class_ids.tolist()]
        skipped = np.array([row in self.skipped for row in rows.tolist()], bool)
        return judge(rows, predicted, first, (self.labels[rows] >= 0) | skipped)

    @property
    def pending(self) -> ProjectPromise | None:
        """The promise whose draws are being asked about: the first, where answers of others were taken back."""
        made = self.promises.values()
        return next((each for each in made if each.is_asked(self.standing(each.id))), None)

    @property
    def newest_figures(self) -> MeasuredAt | None:
        """What the trainer told last; None before the first, and until it knows what labels were taken back."""
        last = self.measured[-1] if self.measured else None
        return last if last is not None and last.seq >= self.revised[1] else None

    def left_to_label(self) -> IntArray:
        """Return the rows that neither a person nor the model has labelled, skipped ones included, ascending.

        Copies of others are left out.
        """
        return self.copies.only_first(np.flatnonzero((self.labels < 0) & (self.model_labels < 0)))

    def label_of(self, class_id: int | None) -> int:
        """Return the class that answers of this class count for; -1 where they count no more."""
        return counts_for(self._resolution, class_id)

    def answers(self, row: int) -> dict[int | None, Act]:
        """Return each person's current answer to a row, the earliest first."""
        return current_answers([act for act in self._acts(row) if not act.undone])

    def kind_of_answer(self, annotator: int | None, row: int) -> type[Answered]:
        """Return the kind that a person's answer to a row would be: the first, or one in place of the one before."""
        return Changed if annotator in self.answers(row) else Answered

    def first_answer(self, row: int) -> Act | None:
        """Return the first answer to a row that was given blind, without a guess in sight, and stands.

        Answers that came with the data were given without one.
        """
        return next((act for act in self._acts(row) if act.kind == "answered" and is_blind(act)), None)

    def acts_on(self, row: int) -> list[Act]:
        """Return all that was done to a row and its copies, undone acts included, in order."""
        return list(self._acts(row))

    def _acts(self, row: int) -> Sequence[Act]:
        return self._of_row.get(self.copies.first(row), ())

    def acts(self) -> list[Act]:
        """Return all that was done and stands, in order."""
        return [act for act in self.ledger.acts if not act.undone]

    def rows_of_classes(self, class_ids: Collection[int]) -> list[int]:
        """Return the rows that answers of these classes were ever given to."""
        if not class_ids:
            return []
        return [row for row, acts in list(self._of_row.items()) if any(act.class_id in class_ids for act in acts)]

    def labelled_rows(self) -> tuple[IntArray, npt.NDArray[np.int32]]:
        """Return rows with a label in the order of their first answers, and their class ids; of copies the first."""
        first = {
            row: next((act.number for act in acts if act.kind == "answered" and not act.undone), len(self.ledger.acts))
            for row, acts in self._of_row.items()
            if self.labels[row] >= 0
        }
        rows = np.array(sorted(first, key=lambda row: (first[row], row)), np.int64)
        return rows, self.labels[rows]


def _put(rows: set[int], row: int, present: bool) -> None:
    if present:
        rows.add(row)
    else:
        rows.discard(row)
