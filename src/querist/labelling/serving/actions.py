"""What a person does on the page, checked and turned into events of the log."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from querist.labelling.log.board import Board
from querist.labelling.log.deeds import ANSWERS, Commented, Flagged, Noted, Skipped, Unflagged, replaced_by
from querist.labelling.log.events import Undone, event
from querist.labelling.log.numbers import NumberAsked
from querist.labelling.log.payload import Payload
from querist.labelling.log.ranking import CurrentRanking
from querist.labelling.serving.leases import Ticket
from querist.labelling.serving.queue import Queue
from querist.store.rows import EventRow

Kind = Literal["answer", "skip", "flag", "unflag", "note", "comment", "undo"]
MAX_NOTE = 10_000
_NOT_YOURS = (
    "Only the person who did it can undo it. Owners of the project can take back what others did: in Explore, under "
    "Everybody's latest changes, or in the row's history."
)
# The kind of event that each becomes.
_LOGGED: dict[Kind, str] = {
    "answer": "answered",
    "skip": "skipped",
    "flag": "flagged",
    "unflag": "unflagged",
    "note": "noted",
    "comment": "commented",
    "undo": "undone",
}


@dataclass(frozen=True)
class Action:
    """One action; `uuid` is made by the browser, and a repeat of it changes nothing.

    `note` are the words of a note, a flag or a comment; a comment that `resolves` settles the matter.
    `number` is the answer where a number is asked for, `class_id` where a class is.
    `asked`: it responds to a question of the queue, not to a row that somebody looked up and whose label was in sight.
    """

    uuid: str
    kind: Kind
    row: int
    class_id: int | None = None
    number: float | None = None
    note: str = ""
    target: str | None = None
    shown_at: float | None = None
    answered_at: float | None = None
    duration_ms: float | None = None
    guess_shown: bool = False
    class_version: int | None = None
    asked: bool = False
    resolves: bool = False


@dataclass(frozen=True)
class Result:
    """What became of an action; what is saved has a message where it does not do all that it was meant to."""

    uuid: str
    status: Literal["saved", "repeated", "refused"]
    code: str | None = None
    message: str | None = None


class Recorder:
    """Turns the actions of one person into events.

    Parameters
    ----------
    board : Board
    queue : Queue
    record : callable
        Takes an event; the board knows it when the call returns.
    annotator : int
    now : float
        Seconds since 1970, by the server's clock.
    asked : NumberAsked, default=None
        The number that the project asks for; None: classes.
    """

    def __init__(
        self,
        board: Board,
        queue: Queue,
        record: Callable[[EventRow], None],
        *,
        annotator: int,
        now: float,
        asked: NumberAsked | None = None,
    ) -> None:
        self._board = board
        self._queue = queue
        self._record = record
        self._annotator = annotator
        self._now = now
        self._asked = asked

    def take(self, action: Action) -> Result:
        """Record one action, once; what is done to a copy is done to the row that stands for it."""
        is_there = 0 <= action.row < self._board.n_rows
        if is_there:
            action = replace(action, row=self._board.copies.first(action.row))
        if action.uuid in self._board.names:
            return self._repeated(action)
        if action.kind == "undo":
            return self._undo(action)
        if not is_there:
            return _refused(
                action, "unknown_row", f"There is no row {action.row}; the project has {self._board.n_rows}."
            )
        if len(action.note) > MAX_NOTE:
            return _refused(action, "note_too_long", f"A comment has at most {MAX_NOTE:,} characters.")
        if action.kind in ("answer", "comment"):
            return self._answer(action) if action.kind == "answer" else self._comment(action)
        ticket = None
        if action.kind == "skip":
            ticket = self._queue.close(action.row, self._annotator)
            self._log(action, Skipped(**self._circumstances(action, ticket)))
        elif action.kind == "unflag":
            self._log(action, Unflagged())
        else:
            self._log(action, (Flagged if action.kind == "flag" else Noted)(note=action.note))
        return self._saved(action, ticket) if action.kind == "skip" else Result(action.uuid, "saved")

    def _comment(self, action: Action) -> Result:
        text = action.note.strip()
        if not text and not (action.resolves and action.row in self._board.open_threads):
            why = "There are no open comments on this row." if action.resolves else "A comment needs words."
            return _refused(action, "empty_comment", why)
        self._log(action, Commented(text=text, resolves=action.resolves))
        return Result(action.uuid, "saved")

    def _repeated(self, action: Action) -> Result:
        about = action.target if action.kind == "undo" else action.row
        if self._board.names.is_act(action.uuid, self._annotator, _LOGGED[action.kind], about):
            return Result(action.uuid, "repeated")
        return _refused(action, "uuid_taken", "The log has something else of this uuid. Do it again.")

    def _answer(self, action: Action) -> Result:
        if self._asked is not None:
            return self._answer_number(action, self._asked)
        known = {each.id: each for each in self._board.classes}
        if action.class_id is None:
            return _refused(action, "empty_answer", "An answer names a class.")
        if action.class_id not in known:
            return _refused(action, "unknown_class", f"There is no class with id {action.class_id}. Reload the page.")
        ticket = self._queue.close(action.row, self._annotator)
        data = self._circumstances(action, ticket) | self._prediction(action.row)
        kind = self._board.kind_of_answer(self._annotator, action.row)
        self._log(action, kind(class_id=action.class_id, **data))
        if self._board.label_of(action.class_id) < 0:
            name = known[action.class_id].name
            told = f"Class {name!r} was removed meanwhile: the answer is kept in the log, but does not count."
            return Result(action.uuid, "saved", "removed_class", told)
        return self._saved(action, ticket)

    def _answer_number(self, action: Action, asked: NumberAsked) -> Result:
        if action.number is None:
            return _refused(action, "empty_answer", f"An answer names a number: {asked.name}.")
        why = asked.why_not(action.number)
        if why:
            return _refused(action, "wrong_number", why)
        ticket = self._queue.close(action.row, self._annotator)
        data = self._circumstances(action, ticket) | self._predicted_number(action.row)
        kind = self._board.kind_of_answer(self._annotator, action.row)
        # The one class of such a project says that there is a number.
        action = replace(action, class_id=self._board.classes[0].id)
        self._log(action, kind(class_id=self._board.classes[0].id, number=action.number, **data))
        return self._saved(action, ticket)

    def _saved(self, action: Action, ticket: Ticket | None) -> Result:
        """Return that it is saved; of a row that was looked up, whether that changes what stands there."""
        label, number = int(self._board.labels[action.row]), float(self._board.numbers[action.row])
        stands = label == self._board.label_of(action.class_id) and action.number in (None, number)
        if ticket is not None or action.asked or label < 0 or stands:
            return Result(action.uuid, "saved")
        if self._asked is not None:
            told = f"This is saved as your answer. Several count, and their median is {self._asked.told(number)}."
            return Result(action.uuid, "saved", "outvoted", told)
        name = next(each.name for each in self._board.classes if each.id == label)
        told = (
            f"This is saved as your answer, but the row stays {name!r}: a reviewer decided it, or several opinions "
            "count, and they say so."
        )
        return Result(action.uuid, "saved", "outvoted", told)

    def _circumstances(self, action: Action, ticket: Ticket | None) -> dict[str, Any]:
        """Return the fields of `Response` by name."""
        deliberate = ticket is None and not action.asked
        how = "search" if ticket is None else ticket.how
        if ticket is None and action.asked and not self._board.n_opinions[action.row]:
            # The person was away for longer than the lease, and nobody else was asked.
            how = self._queue.found_how(action.row)
        if deliberate:
            self._queue.overlap.renew()
        replaces = replaced_by(
            self._board.answers(action.row),
            self._annotator,
            deliberate=deliberate,
            n_wanted=self._queue.n_wanted(action.row),
            answered=action.kind == "answer",
        )
        return {
            "how": how,
            "strategy": "" if ticket is None else ticket.strategy,
            "ranking": 0 if ticket is None else ticket.ranking,
            "rank": None if ticket is None else ticket.rank,
            "utility": None if ticket is None else ticket.utility,
            "asked_at": None if ticket is None else ticket.at,
            "share": self._queue.audit_share,
            "class_version": self._board.class_version if action.class_version is None else action.class_version,
            "seconds": None if action.duration_ms is None else max(0.0, action.duration_ms / 1000),
            "shown_at": action.shown_at,
            "answered_at": action.answered_at,
            "guess_shown": action.guess_shown,
            "blind": not action.guess_shown,
            "replaces": replaces,
        }

    def _prediction(self, row: int) -> dict[str, Any]:
        """Return what a model said of a row that it had not been told about.

        Where an answer was taken back, what was said before it counts for the next one: a draw is scored once, whatever
        becomes of its answers. Where nothing was said, the model in use may be asked once it was trained without it.
        """
        current: CurrentRanking | None = self._queue.current
        given = [act for act in self._board.acts_on(row) if act.kind in ANSWERS]
        if any(not act.undone for act in given):
            return {}
        said = next((act for act in given if act.guess is not None), None)
        if said is not None:
            return {"guess": said.guess, "confidence": said.confidence, "guess_labels": said.guess_labels}
        if current is None or any(current.seq < act.undone_at for act in given):
            return {}
        guess, confidence = current.ranking.guess(row)
        if guess < 0:
            return {}
        return {
            "guess": guess,
            "confidence": None if confidence is None else round(confidence, 4),
            "guess_labels": current.n_labels,
        }

    def _predicted_number(self, row: int) -> dict[str, Any]:
        """Return what a model that had not been told of a row said of it, where it has no answer yet."""
        current: CurrentRanking | None = self._queue.current
        number = None if current is None else current.ranking.guessed_number(row)
        if current is None or number is None or any(act.kind in ANSWERS for act in self._board.acts_on(row)):
            return {}
        return {"guess_number": number, "guess_labels": current.n_labels}

    def _undo(self, action: Action) -> Result:
        acts = [] if action.target is None else self._board.ledger.acts_of(action.target)
        if action.target is None or not acts:
            return _refused(action, "unknown_target", "What is to be undone is not in the log.")
        if any(act.annotator != self._annotator for act in acts):
            return _refused(action, "not_yours", _NOT_YOURS)
        self._log(action, Undone(target=action.target))
        self._queue.reopen()
        return Result(action.uuid, "saved")

    def _log(self, action: Action, payload: Payload) -> None:
        row = None if action.kind == "undo" else action.row
        self._record(event(payload, at=self._now, annotator=self._annotator, row=row, uuid=action.uuid))


def _refused(action: Action, code: str, message: str) -> Result:
    return Result(action.uuid, "refused", code, message)
