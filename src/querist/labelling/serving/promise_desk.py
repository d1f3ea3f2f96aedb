"""`PromiseDesk`: promises about the model are planned, begun, ended and carried out."""

from concurrent.futures import Future

from querist.audit.promise import MOST_LABELS, Kind
from querist.exceptions import InvalidParameterError, OutOfReachError
from querist.labelling.log.events import AutoLabelled, PromiseCancelled, Undone
from querist.labelling.log.numbers import refuse_classes
from querist.labelling.log.promise import ProjectPromise, PromiseBegun, State
from querist.labelling.promises.plan import FrozenRanking, freeze, plan
from querist.labelling.promises.words import PromisePlan
from querist.labelling.serving.workplace import Workplace
from querist.labelling.serving.writer import Batch

_PROMISES = "Certificates and labels by the model"


class PromiseDesk:
    """Plans, begins, ends and carries out promises; see `querist.labelling.log.promise`.

    Parameters
    ----------
    place : Workplace
    """

    def __init__(self, place: Workplace) -> None:
        self._place = place

    def plan(self, kind: Kind, target: float, *, most_labels: int = MOST_LABELS) -> PromisePlan:
        """Return what an attempt would take; nothing is changed."""
        attempt, n_remaining = len(self._place.board.promises) + 1, None
        try:
            refuse_classes(self._place.view.settings.number_asked, _PROMISES)
            frozen = freeze(self._place.board, self._place.view.current, self._place.view.store.info.seed)
            n_remaining = int(frozen.rows.size)
            made = plan(self._place.board, frozen, kind, target, most_labels)
        except InvalidParameterError as error:
            offered = error.offered if isinstance(error, OutOfReachError) else None
            return PromisePlan.impossible(str(error), attempt, n_remaining, offered)
        terms, last = made.begun.terms, made.begun.terms.regions[-1]
        expected, offer = made.told.expected, made.told.offer
        return PromisePlan(
            possible=True,
            why="",
            attempt=attempt,
            n_remaining=n_remaining,
            n_labels=last.n_draws,
            n_needed=terms.n_needed if kind == "certificate" else None,
            power=terms.power,
            level=terms.level,
            released_at_most=last.size - last.n_draws if kind == "auto_label" else None,
            labels_if_passed=expected.labels_if_passed if expected else None,
            labels_if_failed=expected.labels_if_failed if expected else None,
            released=expected.released if expected and kind == "auto_label" else None,
            order=made.told.order,
            offered=offer.target if offer else None,
            offer=str(offer) if offer else "",
        )

    def begin(self, annotator: int, kind: Kind, target: float, *, most_labels: int = MOST_LABELS) -> "Future[str]":
        """Freeze the model and draw fresh rows, which are asked about before all others.

        Returns
        -------
        Future of str
            The promise's id.

        Raises
        ------
        InvalidParameterError
            At once or through the future: if another one is being asked about, or the target is out of reach.
        """
        # Worked out here, so that the writer, for which people wait, only looks whether it still holds.
        ready = self._ready(kind, target, most_labels)

        def work(batch: Batch) -> str:
            nonlocal ready
            if self._place.board.pending is not None:
                raise InvalidParameterError("Another promise is being tested. Finish or cancel it first.")
            frozen, begun = ready
            if frozen.n_events != self._place.board.n_events or frozen.current is not self._place.view.current:
                frozen, begun = self._ready(kind, target, most_labels)
            self._place.record(batch, begun, annotator=annotator)
            self._place.queue.reopen()
            return begun.id

        return self._told(self._place.submit(work))

    def _ready(self, kind: Kind, target: float, most_labels: int) -> tuple[FrozenRanking, PromiseBegun]:
        refuse_classes(self._place.view.settings.number_asked, _PROMISES)
        frozen = freeze(self._place.board, self._place.view.current, self._place.view.store.info.seed)
        seq = self._seq_of(frozen.current.version)
        return frozen, plan(self._place.board, frozen, kind, target, most_labels, seq=seq).begun

    def cancel(self, annotator: int, promise_id: str) -> "Future[str]":
        """Ask no more about a promise's draws; it counts as an attempt all the same."""

        def work(batch: Batch) -> str:
            self._promise(promise_id)
            if self._state(promise_id) != "asking":
                raise InvalidParameterError("This promise is decided: there is nothing to cancel. Load the page again.")
            self._place.record(batch, PromiseCancelled(id=promise_id), annotator=annotator)
            self._place.queue.reopen()
            return promise_id

        return self._told(self._place.submit(work))

    def apply(self, annotator: int, promise_id: str) -> "Future[str]":
        """Let the frozen model label the rows that were released."""

        def work(batch: Batch) -> str:
            made = self._promise(promise_id)
            where = self._place.board.standing(promise_id)
            if made.terms.kind != "auto_label" or self._state(promise_id) != "passed":
                raise InvalidParameterError(
                    "Only an auto-labelling that has passed releases rows to the model. Answer its draws first."
                )
            applied = AutoLabelled(id=promise_id, n_regions=where.n_passed)
            self._place.record(batch, applied, annotator=annotator)
            return promise_id

        return self._told(self._place.submit(work))

    def undo(self, annotator: int, promise_id: str) -> "Future[str]":
        """Take back what the model has labelled under a promise."""

        def work(batch: Batch) -> str:
            made = self._promise(promise_id)
            if made.applied is None:
                raise InvalidParameterError("The model has labelled nothing under this promise. Load the page again.")
            self._place.record(batch, Undone(target=made.applied), annotator=annotator)
            self._place.queue.reopen()
            return promise_id

        return self._told(self._place.submit(work))

    def _state(self, promise_id: str) -> State:
        return self._promise(promise_id).state(self._place.board.standing(promise_id))

    def _promise(self, promise_id: str) -> ProjectPromise:
        if promise_id not in self._place.board.promises:
            raise InvalidParameterError(f"There is no promise {promise_id}. Load the page again.")
        return self._place.board.promises[promise_id]

    def _told(self, future: "Future[str]") -> "Future[str]":
        future.add_done_callback(lambda _: self._place.live.tell("promises"))
        return future

    def _seq_of(self, version: int) -> int:
        return next((each.seq for each in self._place.view.store.rankings() if each.version == version), 0)
