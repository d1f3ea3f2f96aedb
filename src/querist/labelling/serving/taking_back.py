"""`TakingBack`: what anybody did no longer counts, or counts again; shown first, one event, nothing deleted."""

from concurrent.futures import Future
from dataclasses import replace
from typing import TypeVar

from querist.exceptions import InvalidParameterError
from querist.labelling.log.effects import Effect, effect_of_acts, effect_of_classes
from querist.labelling.log.events import Restored, TakenBack, event
from querist.labelling.serving.class_changes import log_classes
from querist.labelling.serving.person_names import NO_PERSON
from querist.labelling.serving.replies import ClassesReply
from querist.labelling.serving.workplace import Workplace
from querist.labelling.serving.writer import Batch

T = TypeVar("T")


class TakingBack:
    """Takes back acts, groups of acts and all acts of a person, and brings them back.

    Parameters
    ----------
    place : Workplace
    """

    def __init__(self, place: Workplace) -> None:
        self._place = place

    def of_uuid(self, uuid: str) -> TakenBack | Restored:
        """Return what takes back the act, the group, the undo or the taking back of a uuid.

        Raises
        ------
        InvalidParameterError
            If the log has none.
        """
        ledger = self._place.board.ledger
        if ledger.removal(uuid) is not None:
            return Restored(target=uuid)
        if not ledger.acts_of(uuid):
            raise InvalidParameterError("What is to be taken back is not in the log. Load the page again.")
        return TakenBack(target=uuid)

    def of_person(self, person: int, *, since: float | None = None, bulk: bool = False) -> TakenBack:
        """Return what takes back all that a person has done to rows, from a moment on, only to many rows at once.

        Raises
        ------
        InvalidParameterError
            If there is no such person.
        """
        if person not in self._place.view.people:
            raise InvalidParameterError(NO_PERSON.format(person))
        return TakenBack(person=person, since=since, bulk=bulk)

    def effect(self, wanted: TakenBack | Restored) -> Effect:
        """Return what it would do; nothing is changed."""
        board = self._place.board
        return effect_of_acts(board, board.ledger.flips(wanted))

    def carry_out(self, annotator: int, uuid: str, wanted: TakenBack | Restored, *, expected: int) -> "Future[int]":
        """Do it.

        Parameters
        ----------
        annotator : int
            Who does.
        uuid : str
            Of the event; taking that back brings all back. A repeat of it changes nothing.
        wanted : TakenBack or Restored
            From `of_uuid` or `of_person`.
        expected : int
            How many acts change sides (`Effect.n_acts`), as it was confirmed.

        Returns
        -------
        Future of int
            How many did.

        Raises
        ------
        InvalidParameterError
            Through the future: if there are others by now, or none, or the uuid is another event's.
        """

        def work(batch: Batch) -> int:
            board = self._place.board
            if uuid in board.names:
                return self._repeated(uuid, annotator, wanted)
            n = len(board.ledger.flips(wanted))
            if not n:
                raise InvalidParameterError("This would change nothing: it has already been done. Load the page again.")
            _confirmed(n, expected, "answers and other acts")
            batch.record(event(replace(wanted, n=n), at=self._place.clock(), annotator=annotator, uuid=uuid))
            self._place.queue.reopen()
            return n

        return self._told(self._place.submit(work))

    def _repeated(self, uuid: str, annotator: int, wanted: TakenBack | Restored) -> int:
        ledger = self._place.board.ledger
        made = ledger.removal(uuid) or ledger.restoration(uuid)
        told = None if made is None or made.annotator != annotator else made.told
        if not isinstance(told, TakenBack | Restored) or replace(told, n=wanted.n) != wanted:
            raise InvalidParameterError("The log has something else of this uuid. Do it again.")
        return told.n

    # ------------------------------------------------------------------ classes

    def effect_of_class_change(self, version: int, *, name: str | None = None) -> Effect:
        """Return what it would do to the labels if one change of the classes had not been made; nothing is changed.

        Raises
        ------
        InvalidParameterError
            If it cannot be taken back; see `ClassHistory.without`.
        """
        board = self._place.board
        classes, _ = board.class_history.without(board.classes, version, name=name)
        return effect_of_classes(board, classes)

    def class_change(
        self, annotator: int | None, version: int, *, expected: int, name: str | None = None
    ) -> "Future[ClassesReply]":
        """Take back one change of the classes; what came later stays. Taking that back brings it back.

        Parameters
        ----------
        annotator : int or None
        version : int
            Of the list of classes that the change led to.
        expected : int
            How many rows get another label (`Effect.n_rows`), as it was confirmed.
        name : str, default=None
            For the class that comes back, where its own was taken meanwhile.

        Raises
        ------
        InvalidParameterError
            Through the future: if it cannot be taken back (`ClassHistory.without`), or there are other rows by now.
        """

        def work(batch: Batch) -> ClassesReply:
            board = self._place.board
            classes, told = board.class_history.without(board.classes, version, name=name)
            _confirmed(effect_of_classes(board, classes).n_rows, expected, "labels")
            log_classes(self._place, batch, classes, told, annotator)
            self._place.queue.reopen()
            return ClassesReply(board.classes, board.class_version)

        return self._told(self._place.submit(work))

    def _told(self, future: "Future[T]") -> "Future[T]":
        future.add_done_callback(lambda _: self._place.live.tell("promises"))
        return future


def _confirmed(n: int, expected: int, what: str) -> None:
    if n != expected:
        raise InvalidParameterError(
            f"It would now change {n:,} {what}, not {expected:,}. Look at them and confirm again."
        )
