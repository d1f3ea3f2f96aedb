"""`Workplace`: what the parts of an open project share, and the one way in which they write."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from querist.labelling.log.board import Board
from querist.labelling.log.events import event
from querist.labelling.log.payload import Payload
from querist.labelling.log.settings import Settings
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.reader import Reader
from querist.labelling.serving.leases import LEASE_SECONDS, Ticket
from querist.labelling.serving.listeners import Live
from querist.labelling.serving.queue import Queue
from querist.labelling.serving.writer import Batch, Writer
from querist.store.rows import EventRow

T = TypeVar("T")
S = TypeVar("S")


class Workplace:
    """The state of a project, its queue, its listeners, and the one thread that writes.

    Parameters
    ----------
    view : ProjectView
        Of a store that was opened for writing.
    clock : callable
        Seconds since 1970.

    Attributes
    ----------
    after_commit : list of callable
        Each is called with the kinds of the events of a commit, after it.
    """

    def __init__(self, view: ProjectView, *, clock: Callable[[], float]) -> None:
        self.view = view
        self.clock = clock
        self.live = Live()
        # Rows by their permanent random numbers, without copies of others; rows are added while nobody labels.
        self.order = view.audit_order
        # When something was written last: where nothing can be, nobody can renew a lease, and none runs out.
        self._wrote = clock()
        self.queue = self._new_queue(frozenset())
        self.after_commit: list[Callable[[frozenset[str]], None]] = []
        self._writer = Writer(
            view.store, on_event=self._on_event, on_commit=self._committed, on_failure=self._forget_uncommitted
        )

    @property
    def board(self) -> Board:
        """Where the project stands; another object after a commit that failed."""
        return self.view.board

    def reader(self, annotator: int) -> Reader:
        """Return a person as a reader, who is not to see what others said of rows that the person holds."""
        unseen = self.queue.leases.unseen(annotator, self.clock())
        return Reader(annotator, frozenset(self.board.copies.expanded(unseen)))

    def submit(self, work: Callable[[Batch], T]) -> "Future[T]":
        """Run a job of the writer; its future is resolved after the commit."""
        return self._writer.submit(work)

    def record(
        self,
        batch: Batch,
        payload: Payload,
        *,
        annotator: int | None = None,
        row: int | None = None,
        at: float | None = None,
    ) -> None:
        """Log an event that no browser has named."""
        batch.record(event(payload, at=self.clock() if at is None else at, annotator=annotator, row=row))

    def close(self) -> None:
        """Commit what waits."""
        self._writer.close()

    # ------------------------------------------------------------------ the writer's thread

    def _on_event(self, event: EventRow) -> None:
        self.board.apply(event)

    def _committed(self, events: list[EventRow], numbers: list[int]) -> None:
        self._wrote = self.clock()
        if not events:
            return
        self.board.seq = numbers[-1]
        kinds = frozenset(event.kind for event in events)
        for listener in self.after_commit:
            listener(kinds)
        for name in ("classes", "settings"):
            if name in kinds:
                self.live.tell(name)
        self.live.tell("progress")

    def _forget_uncommitted(self) -> None:
        """Go back to what the store holds, because a commit failed."""
        store = self.view.store
        self.view.board = Board.of(store.events(), n_items=lambda: store.n_items)
        self.view.settings = Settings.from_dict(self.view.store.info.settings)
        # The pages are still there; only nothing could be written for them.
        runs = self.queue.check_runs
        self.queue = self._new_queue(self.queue.leases.tabs())
        self.queue.check_runs = runs

    def _new_queue(self, living: frozenset[tuple[int, str]]) -> Queue:
        view, now = self.view, self.clock()
        queue = Queue(
            view.board,
            self.order,
            seed=view.info.seed,
            opinions=view.settings.opinions,
            overlap=view.settings.overlap,
            audit_share=view.settings.audit_share,
        )
        if view.current is not None:
            queue.use(view.current)
        tabs = view.store.tabs(self._wrote - LEASE_SECONDS)
        held = (Ticket.of(each) for tab in tabs for each in tab.held)
        known = frozenset((tab.annotator, tab.tab) for tab in tabs)
        queue.restore((ticket for ticket in held if ticket is not None), now, known=known, living=living)
        return queue


def then(future: "Future[T]", finish: Callable[[T], S]) -> "Future[S]":
    """Return a future of what `finish` makes of the result, in the thread that resolves it."""
    chained: Future[S] = Future()

    def done(first: "Future[T]") -> None:
        try:
            chained.set_result(finish(first.result()))
        except Exception as error:
            chained.set_exception(error)

    future.add_done_callback(done)
    return chained
