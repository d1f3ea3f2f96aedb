"""`Project`: people label, a trainer ranks, a log remembers."""

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from querist.exceptions import InvalidParameterError, UnknownNameError
from querist.labelling.intake.source_check import check_sources
from querist.labelling.log.board import Board
from querist.labelling.log.classes import Classes
from querist.labelling.log.events import Asked, SettingsChanged
from querist.labelling.log.keywords import checked_keywords
from querist.labelling.log.numbers import refuse_classes
from querist.labelling.log.reserve import check_design
from querist.labelling.log.settings import Settings
from querist.labelling.reading.agreement import Agreements
from querist.labelling.reading.figures import accuracy, pending_promise
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.reader import Reader
from querist.labelling.reading.rows import Rows
from querist.labelling.serving.actions import Action, Recorder, Result
from querist.labelling.serving.adjudication import Adjudication
from querist.labelling.serving.bulk import Bulk
from querist.labelling.serving.class_changes import log_classes
from querist.labelling.serving.leases import Ticket
from querist.labelling.serving.listeners import Live
from querist.labelling.serving.newcomers import settled
from querist.labelling.serving.people import People
from querist.labelling.serving.promise_desk import PromiseDesk
from querist.labelling.serving.replies import ClassesReply, Progress, QueueReply
from querist.labelling.serving.taking_back import TakingBack
from querist.labelling.serving.trainer_news import TrainerNews
from querist.labelling.serving.workplace import Workplace, then
from querist.labelling.serving.writer import Batch
from querist.registry import parse_spec, part_names, regressor_names, strategy_names
from querist.store.rows import TabRow
from querist.store.store import Store

# Tabs that were not heard of for a day were closed.
_FORGOTTEN = 24 * 3600.0
_CHANGEABLE = (
    "opinions",
    "overlap",
    "audit_share",
    "audit_design",
    "labels_per_point",
    "strategy",
    "estimator",
    "goal",
    "embeddings",
    "like",
    "annotators_may",
    "keywords",
    "guidelines",
)


class Project:
    """A project that is open for labelling; only one process at a time has it.

    Every change is a job of one writer thread and is acknowledged after its commit.

    Parameters
    ----------
    store : Store
        Opened for writing.
    train : bool, default=True
        Run the trainer, in a process of its own.
    clock : callable, default=time.time
        Seconds since 1970.

    Attributes
    ----------
    view : ProjectView
        What is known of it: board, settings, people, ranking, figures.
    rows : Rows
        Its rows as the page shows them.
    bulk : Bulk
        Many rows at once.
    adjudication : Adjudication
        Rows on which answers differ, and what reviewers decide.
    agreements : Agreements
        How far people agree.
    people : People
        Who may do something, their sign-ins and their links.
    promises : PromiseDesk
        Certificates and auto-labelling.
    taking_back : TakingBack
        What anybody did, taken back.
    trainer : TrainerNews
        What the model does at the moment.
    warnings : tuple of str
        What the person should know: a network drive, a data file that moved.
    """

    def __init__(self, store: Store, *, train: bool = True, clock: Callable[[], float] = time.time) -> None:
        warnings = [*settled(store), *check_sources(store)]
        with store.writing() as tx:
            tx.forget_tabs(clock() - _FORGOTTEN)
        self.view = ProjectView(store)
        self.warnings = (*store.warnings, *warnings)
        self.rows = Rows(self.view)
        self._place = Workplace(self.view, clock=clock)
        self.bulk = Bulk(self._place, self.rows)
        self.adjudication = Adjudication(self._place, self.rows)
        self.agreements = Agreements(self.view)
        self.people = People(self._place)
        self.promises = PromiseDesk(self._place)
        self.taking_back = TakingBack(self._place)
        self.trainer = TrainerNews(self._place, self.rows)
        if train:
            self.trainer.start()

    @classmethod
    def open(cls, location: str | Path, *, train: bool = True, clock: Callable[[], float] = time.time) -> Self:
        """Open a project for labelling.

        Raises
        ------
        ProjectInUseError
            If another process has it.
        StoreError
            If there is no project, or a newer version made it.
        """
        store = Store.open(location)
        try:
            return cls(store, train=train, clock=clock)
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Commit what waits, stop the trainer, let go of the store."""
        self.trainer.close()
        self._place.close()
        self.view.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def board(self) -> Board:
        """Where it stands; another object after a commit that failed."""
        return self.view.board

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return self.view.settings

    @property
    def store(self) -> Store:
        """Where it is kept."""
        return self.view.store

    @property
    def live(self) -> Live:
        """Who is told that something changed."""
        return self._place.live

    # ------------------------------------------------------------------ labelling

    def submit(
        self, annotator: int, tab: str, actions: Sequence[Action], *, holding: Sequence[int], want: int
    ) -> "Future[QueueReply]":
        """Record what a person did in one tab, and lease the next rows to it.

        Parameters
        ----------
        annotator : int
        tab : str
            Leases belong to a tab: two tabs of one person get different rows.
        actions : sequence of Action
            Recorded in this order; one that is refused does not keep the others from being recorded.
        holding : sequence of int
            Rows that the tab has and keeps; its other leases end.
        want : int
            How many more rows it wants.

        Returns
        -------
        Future of QueueReply
            Resolved after the commit. Raises StoreWriteError if nothing could be written.
        """

        def work(batch: Batch) -> tuple[list[Result], list[Ticket]]:
            now = self._place.clock()
            recorder = Recorder(
                self._place.board,
                self._place.queue,
                batch.record,
                annotator=annotator,
                now=now,
                asked=self.settings.number_asked,
            )
            results = [recorder.take(action) for action in actions]
            self._place.queue.hold(annotator, tab, holding, now)
            tickets = self._place.queue.take(annotator, tab, want, now)
            self._log_draws(batch, tickets, now)
            held = [ticket.to_dict() for ticket in self._place.queue.held(annotator, tab)]
            batch.tabs[annotator, tab] = TabRow(annotator, tab, now, held)
            return results, tickets

        return then(self._place.submit(work), lambda done: self._reply(annotator, *done))

    def ask_checks(self, annotator: int, n: int) -> "Future[Progress]":
        """Ask a person `n` check questions in a row, before any other; 0: no more than usual.

        Only when they are asked changes: which come next is settled by the audit's order, so the sample stays the head
        of it. Fewer come where fewer are left.

        Raises
        ------
        InvalidParameterError
            Through the future, if there are none to ask.
        """

        def work(batch: Batch) -> None:
            queue = self._place.queue
            left = queue.n_checks_open()
            if n and not left:
                raise InvalidParameterError(_why_no_checks(queue.audit_share, self.board.reserve.is_open))
            queue.check_runs.begin(annotator, min(n, left))

        def told(_: None) -> Progress:
            self.live.tell("progress")
            return self.progress(annotator)

        return then(self._place.submit(work), told)

    def _log_draws(self, batch: Batch, tickets: list[Ticket], now: float) -> None:
        for ticket in tickets:
            if ticket.how == "audit" and ticket.row not in self._place.board.drawn:
                asked = Asked(how="audit", rank=ticket.rank, share=self._place.queue.audit_share)
                self._place.record(batch, asked, annotator=ticket.annotator, row=ticket.row, at=now)

    def _reply(self, annotator: int, results: list[Result], tickets: list[Ticket]) -> QueueReply:
        reader = Reader(annotator, frozenset(ticket.row for ticket in tickets if ticket.hidden))
        items = self.rows.items([ticket.row for ticket in tickets])
        built = [
            self.rows.card(item, reader, why=self.rows.why_asked(item.row, each.how, each.strategy, hidden=each.hidden))
            for item, each in zip(items, tickets, strict=True)
        ]
        return QueueReply(results, built, self.progress(annotator))

    def reader(self, annotator: int) -> Reader:
        """Return a person as a reader, who is not to see what others said of rows that the person holds."""
        return self._place.reader(annotator)

    # ------------------------------------------------------------------ classes and settings

    def change_classes(
        self, annotator: int | None, change: Callable[[Classes], Classes], **told: Any
    ) -> "Future[ClassesReply]":
        """Apply a function of `querist.labelling.log.classes` to the class list, and log the whole new list.

        Raises
        ------
        InvalidParameterError
            At once if the project asks for a number, through the future if the change is not possible.
        """
        refuse_classes(self.settings.number_asked, "Changes of the classes")

        def work(batch: Batch) -> ClassesReply:
            classes = change(self._place.board.classes)
            if classes != self._place.board.classes:
                log_classes(self._place, batch, classes, told, annotator)
                self._place.queue.reopen()
            return ClassesReply(self._place.board.classes, self._place.board.class_version)

        return self._place.submit(work)

    def change_settings(self, annotator: int | None, **changes: Any) -> "Future[None]":
        """Change settings: opinions, overlap, audit_share, audit_design, labels_per_point, strategy, estimator, ...

        Raises
        ------
        InvalidParameterError
            Through the future, or at once where a value cannot be used.
        """
        unknown = set(changes) - set(_CHANGEABLE)
        if unknown:
            raise InvalidParameterError(f"Setting {min(unknown)!r} cannot be changed. There is: {_CHANGEABLE}.")
        replace(self.view.settings, **changes)
        for name, kind in (("strategy", "strategies"), ("estimator", "estimators")):
            if name in changes:
                _check_part(kind, changes[name], numbers=self.settings.number_asked is not None)

        def work(batch: Batch) -> None:
            if "keywords" in changes:
                known = {each.id for each in self._place.board.classes}
                changes["keywords"] = checked_keywords(changes["keywords"], known)
            settings = replace(self.view.settings, **changes)
            check_design(settings.audit_design, self._place.board.reserve)
            batch.tx.set_info(settings=settings.to_dict())
            self._place.record(batch, SettingsChanged(changes=_as_logged(settings, changes)), annotator=annotator)
            self.view.settings = settings
            self._place.queue.change(
                opinions=settings.opinions, overlap=settings.overlap, audit_share=settings.audit_share
            )

        return self._place.submit(work)

    def remember_port(self, port: int) -> None:
        """Keep where the page is served, so that a restart finds the same place: browsers keep answers per address."""

        def work(batch: Batch) -> None:
            self.view.settings = replace(self.view.settings, port=port)
            batch.tx.set_info(settings=self.view.settings.to_dict())

        if self.view.settings.port != port:
            self._place.submit(work).result()

    def progress(self, annotator: int | None = None) -> Progress:
        """Return the counts that the page shows at all times."""
        board = self._place.board
        return Progress(
            n_rows=board.n_rows - board.copies.n_copies,
            n_copies=board.copies.n_copies,
            n_labelled=board.n_labelled,
            n_skipped=len(board.skipped),
            n_flagged=len(board.flagged),
            n_commented=len(board.open_threads),
            mine=board.by_person[annotator],
            by_person={str(person): n for person, n in list(board.by_person.items()) if person is not None},
            by_class={str(class_id): count for class_id, count in list(board.counts.items())},
            class_version=board.class_version,
            model=self.trainer.status(),
            accuracy=accuracy(board),
            promise=pending_promise(board),
            n_model=board.n_model_labels,
            n_checks=self._place.queue.check_runs.left(annotator),
        )


def _why_no_checks(share: float, is_set_aside: bool) -> str:
    if is_set_aside:
        return "Every check question has been answered: there are no more to ask."
    if share:
        return "There are no check questions yet: rows are set aside for them when the first model has been trained."
    return "Check questions are switched off in this project. An owner can switch them on: Data, Settings."


def _as_logged(settings: Settings, names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in settings.to_dict().items() if name in names}


def _check_part(kind: str, spec: str, *, numbers: bool) -> None:
    """Refuse names that are not registered, without importing what they stand for."""
    name, _ = parse_spec(spec)
    names = regressor_names() if numbers else part_names(kind)
    if kind == "strategies":
        names = strategy_names("regression" if numbers else "classification")
    known = ["auto", *names]
    if name not in known:
        raise UnknownNameError.of(kind, name, known)
