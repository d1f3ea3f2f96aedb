"""`Board`: where a project stands; what replaying its log gives."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from querist._typing import IntArray
from querist.labelling.log.classes import Classes, ClassInfo, resolution
from querist.labelling.log.promise import Outcome, Promise, Standing, standing
from querist.store.rows import EventRow

Status = Literal["labelled", "skipped", "model", "unlabelled"]

# What people do to rows; each can be undone.
ACTS = ("answered", "changed", "skipped", "flagged", "unflagged", "noted", "second_opinion")


@dataclass(slots=True, eq=False)
class Act:
    """Something that a person (or an import: annotator None) did to a row."""

    number: int
    uuid: str
    kind: str
    row: int
    annotator: int | None
    at: float
    class_id: int | None
    seconds: float | None
    how: str
    strategy: str
    ranking: int
    guess: int | None
    confidence: float | None
    # Answers that the model which guessed had been trained on.
    guess_labels: int | None
    blind: bool
    note: str
    undone: bool = False


class Board:
    """The state of a project: labels, skips, flags, classes, who did what.

    Parameters
    ----------
    n_rows : int, default=0
        Rows known before the first `rows_added` event; usually 0.

    Attributes
    ----------
    labels : ndarray of shape (n_rows,), int32
        Class id of each row: the majority of the current answers, the earliest among equals;
        merged classes count for their target, removed ones not at all; -1 where there is none.
    n_opinions : ndarray of shape (n_rows,), int16
        How many people's answers to each row count.
    model_labels : ndarray of shape (n_rows,), int32
        Class id (as it was then) of each row that the model has labelled under a promise; -1 elsewhere. A person's
        answer goes before it, and it never trains.
    """

    def __init__(self, n_rows: int = 0) -> None:
        self.seq = 0
        self.labels: npt.NDArray[np.int32] = np.full(n_rows, -1, np.int32)
        self.n_opinions: npt.NDArray[np.int16] = np.zeros(n_rows, np.int16)
        self.model_labels: npt.NDArray[np.int32] = np.full(n_rows, -1, np.int32)
        self.classes: Classes = ()
        self.class_version = 0
        self.settings: dict[str, Any] = {}
        self.skipped: set[int] = set()
        self.flagged: set[int] = set()
        self.notes: dict[int, str] = {}
        self.opinions_wanted: dict[int, int] = {}
        # Audit rows that were drawn, by row: when.
        self.drawn: dict[int, float] = {}
        # Figures of the model, as the trainer told them.
        self.measured: list[dict[str, Any]] = []
        self.promises: dict[str, Promise] = {}
        self._standings: dict[str, Standing] = {}
        self._draws: set[int] = set()
        self.counts: Counter[int] = Counter()
        self.by_person: Counter[int | None] = Counter()
        self._resolution: dict[int, int] = {}
        self._uuids: set[str] = set()
        self._acts: list[Act] = []
        self._of_row: dict[int, list[Act]] = {}
        self._of_uuid: dict[str, list[Act]] = {}

    # ------------------------------------------------------------------ replay

    def replay(self, events: Iterable[EventRow]) -> None:
        """Apply events in the order of the log."""
        for event in events:
            self.apply(event)

    def apply(self, event: EventRow) -> None:
        """Change the state as one event says."""
        if event.seq is not None:
            self.seq = event.seq
        self._uuids.add(event.uuid)
        if event.kind in ACTS:
            self._act(event)
        elif event.kind == "undone":
            self._undo(event.data["target"])
        elif event.kind == "classes":
            self._set_classes(event)
        elif event.kind == "rows_added":
            added = event.data["n_rows"]
            self.labels = np.concatenate([self.labels, np.full(added, -1, np.int32)])
            self.n_opinions = np.concatenate([self.n_opinions, np.zeros(added, np.int16)])
            self.model_labels = np.concatenate([self.model_labels, np.full(added, -1, np.int32)])
        elif event.kind == "asked" and event.row is not None:
            self.drawn.setdefault(event.row, event.at)
        elif event.kind == "measured":
            self.measured.append(event.data | {"at": event.at})
        elif event.kind in ("promise", "promise_cancelled", "auto_labelled"):
            self._promise(event)
        elif event.kind == "settings":
            self.settings |= event.data["changes"]

    def _act(self, event: EventRow) -> None:
        data = event.data
        assert event.row is not None
        act = Act(
            number=len(self._acts),
            uuid=event.uuid,
            kind=event.kind,
            row=event.row,
            annotator=event.annotator,
            at=event.at,
            class_id=data.get("class_id"),
            seconds=data.get("seconds"),
            how=data.get("how", ""),
            strategy=data.get("strategy", ""),
            ranking=data.get("ranking", 0),
            guess=data.get("guess"),
            confidence=data.get("confidence"),
            guess_labels=data.get("guess_labels"),
            blind=data.get("blind", True),
            note=data.get("note", ""),
        )
        self._acts.append(act)
        self._of_row.setdefault(event.row, []).append(act)
        self._of_uuid.setdefault(event.uuid, []).append(act)
        if "group" in data:
            self._of_uuid.setdefault(data["group"], []).append(act)
        self._refresh(event.row)
        if act.kind in ("answered", "changed", "skipped"):
            self.by_person[act.annotator] += 1

    def _promise(self, event: EventRow) -> None:
        if event.kind == "promise":
            made = Promise.from_data(event.data, event.at)
            self.promises[made.id] = made
            self._draws.update(made.draws)
        elif event.kind == "promise_cancelled":
            self.promises[event.data["id"]].cancelled = True
        else:
            made = self.promises[event.data["id"]]
            made.applied, made.n_applied = event.uuid, event.data["n_regions"]
            self._set_model_labels()
        self._standings.clear()

    def _set_model_labels(self) -> None:
        self.model_labels[:] = -1
        for made in self.promises.values():
            if made.applied:
                rows, class_ids = made.released(made.n_applied)
                self.model_labels[rows] = class_ids

    def _undo(self, target: str) -> None:
        for made in self.promises.values():
            if made.applied == target:
                made.applied = None
                self._set_model_labels()
                self._standings.clear()
        for act in self._of_uuid.get(target, ()):
            if not act.undone:
                act.undone = True
                if act.kind in ("answered", "changed", "skipped"):
                    self.by_person[act.annotator] -= 1
                self._refresh(act.row)

    def _set_classes(self, event: EventRow) -> None:
        self.classes = tuple(ClassInfo.from_dict(each) for each in event.data["classes"])
        self.class_version = event.data["version"]
        resolved = resolution(self.classes)
        changed = {each for each in self._resolution if self._resolution[each] != resolved.get(each, -1)}
        self._resolution = resolved
        self._standings.clear()
        if changed:
            for row, acts in self._of_row.items():
                if any(act.class_id in changed for act in acts):
                    self._refresh(row)

    def _refresh(self, row: int) -> None:
        """Derive what is known of one row from what was done to it."""
        if row in self._draws:
            self._standings.clear()
        acts = [act for act in self._of_row[row] if not act.undone]
        old = int(self.labels[row])
        votes = self._votes(acts)
        # A counter keeps the order of first answers, and most_common is stable.
        new = votes.most_common(1)[0][0] if votes else -1
        self.n_opinions[row] = votes.total()
        if old != new:
            self.labels[row] = new
            if old >= 0:
                self.counts[old] -= 1
            if new >= 0:
                self.counts[new] += 1
        _put(self.skipped, row, new < 0 and _last(acts, ("answered", "changed", "skipped")) == "skipped")
        _put(self.flagged, row, _last(acts, ("flagged", "unflagged")) == "flagged")
        noted = next((act.note for act in reversed(acts) if act.kind == "noted" or act.note), "")
        if noted:
            self.notes[row] = noted
        else:
            self.notes.pop(row, None)
        wanted = sum(act.kind == "second_opinion" for act in acts)
        if wanted:
            self.opinions_wanted[row] = wanted
        else:
            self.opinions_wanted.pop(row, None)

    def _votes(self, acts: list[Act]) -> Counter[int]:
        votes: Counter[int] = Counter()
        for act in _current(acts).values():
            label = self._resolution.get(-1 if act.class_id is None else act.class_id, -1)
            if label >= 0:
                votes[label] += 1
        return votes

    # ------------------------------------------------------------------ questions

    def knows(self, uuid: str) -> bool:
        """Whether an event of this uuid is in the log."""
        return uuid in self._uuids

    @property
    def n_events(self) -> int:
        """Events applied."""
        return len(self._uuids)

    @property
    def n_rows(self) -> int:
        """Rows of the project."""
        return int(self.labels.size)

    @property
    def n_labelled(self) -> int:
        """Rows with a label."""
        return sum(self.counts.values())

    def status(self, row: int) -> Status:
        """Return where a row stands."""
        if self.labels[row] >= 0:
            return "labelled"
        if self.model_label(row) >= 0:
            return "model"
        return "skipped" if row in self.skipped else "unlabelled"

    def model_label(self, row: int) -> int:
        """Return the class that the model has labelled a row with; -1 where it has not, or a person has answered."""
        return -1 if self.labels[row] >= 0 else self.label_of(int(self.model_labels[row]))

    @property
    def n_model_labels(self) -> int:
        """Rows that the model has labelled and no person."""
        return int(((self.model_labels >= 0) & (self.labels < 0)).sum())

    def standing(self, promise_id: str) -> Standing:
        """Return where a promise stands."""
        if promise_id not in self._standings:
            made = self.promises[promise_id]
            outcomes = [self._outcome(row, guess) for row, guess in zip(made.draws, made.predictions, strict=True)]
            self._standings[promise_id] = standing(made, outcomes)
        return self._standings[promise_id]

    def _outcome(self, row: int, guess: int) -> Outcome | None:
        """Return what became of a draw; None: it is open."""
        act = self.first_answer(row)
        if act is None:
            return "none" if self.labels[row] >= 0 or row in self.skipped else None
        answer = self.label_of(act.class_id)
        return "right" if answer >= 0 and answer == self.label_of(guess) else "wrong"

    @property
    def pending(self) -> Promise | None:
        """The promise whose draws are being asked about; there is at most one."""
        return next((each for each in self.promises.values() if self.standing(each.id).state == "asking"), None)

    def label_of(self, class_id: int | None) -> int:
        """Return the class that answers of this class count for; -1 where they count no more."""
        return self._resolution.get(-1 if class_id is None else class_id, -1)

    def answers(self, row: int) -> dict[int | None, Act]:
        """Return each person's current answer to a row, the earliest first."""
        return _current([act for act in self._of_row.get(row, ()) if not act.undone])

    def first_answer(self, row: int) -> Act | None:
        """Return the first answer to a row that was given blind, without a guess in sight, and stands.

        Answers that came with the data were given without one.
        """
        return next((act for act in self._of_row.get(row, ()) if act.kind == "answered" and _blind(act)), None)

    def acts_on(self, row: int) -> list[Act]:
        """Return all that was done to a row, undone acts included, in order."""
        return list(self._of_row.get(row, ()))

    def acts(self) -> list[Act]:
        """Return all that was done and stands, in order."""
        return [act for act in self._acts if not act.undone]

    def latest(self, annotator: int | None, limit: int) -> list[Act]:
        """Return the last acts of one person, undone ones included, newest first."""
        found = []
        for act in reversed(self._acts):
            if act.annotator == annotator:
                found.append(act)
                if len(found) == limit:
                    break
        return found

    def acts_of(self, uuid: str) -> list[Act]:
        """Return the acts of one uuid, or of a group of that uuid."""
        return list(self._of_uuid.get(uuid, ()))

    def labelled_rows(self) -> tuple[IntArray, npt.NDArray[np.int32]]:
        """Return rows with a label in the order of their first answers, and their class ids."""
        first = {
            row: next((act.number for act in acts if act.kind == "answered" and not act.undone), len(self._acts))
            for row, acts in self._of_row.items()
            if self.labels[row] >= 0
        }
        rows = np.array(sorted(first, key=lambda row: (first[row], row)), np.int64)
        return rows, self.labels[rows]


def _current(acts: list[Act]) -> dict[int | None, Act]:
    """Return each person's last answer, in the order of the people's first answers; a later skip takes it away."""
    current: dict[int | None, Act] = {}
    for act in acts:
        if act.kind in ("answered", "changed"):
            current[act.annotator] = act
        elif act.kind == "skipped":
            current.pop(act.annotator, None)
    return current


def _blind(act: Act) -> bool:
    return (act.blind or act.how == "import") and not act.undone


def _last(acts: list[Act], kinds: tuple[str, ...]) -> str:
    """Return which of some kinds came last, or nothing."""
    return next((act.kind for act in reversed(acts) if act.kind in kinds), "")


def _put(rows: set[int], row: int, present: bool) -> None:
    if present:
        rows.add(row)
    else:
        rows.discard(row)
