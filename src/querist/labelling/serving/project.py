"""`Project`: people label, a trainer ranks, a log remembers."""

import time
import uuid as uuids
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from querist.exceptions import InvalidParameterError, QueristError, UnknownNameError
from querist.labelling.intake.source import check_sources
from querist.labelling.label_files.match import LabelsRead
from querist.labelling.log import classes as class_lists
from querist.labelling.log.board import Board
from querist.labelling.log.classes import Classes
from querist.labelling.log.ranking import Ranking
from querist.labelling.log.settings import Settings
from querist.labelling.reading.project_view import audit_order
from querist.labelling.reading.row_filter import Filter
from querist.labelling.serving import people
from querist.labelling.serving.actions import Action, Recorder, Result
from querist.labelling.serving.listeners import Live
from querist.labelling.serving.promise_desk import PromisingProject
from querist.labelling.serving.queue import LEASE_SECONDS, CurrentRanking, Queue, Ticket
from querist.labelling.serving.replies import ClassesReply, ModelStatus, Progress, QueueReply
from querist.labelling.serving.writer import Batch, Writer
from querist.labelling.trainer.figures import in_short
from querist.labelling.trainer.messages import Figures, Reason, Suspect, TrainerStatus
from querist.labelling.trainer.supervisor import Supervisor
from querist.registry import parse_spec, part_names
from querist.store.rows import AnnotatorRow, EventRow, InvitationRow, RankingRow, Role, TabRow
from querist.store.store import Store

# Events after which the model is to be trained again.
_TEACHING = frozenset({"answered", "changed", "skipped", "undone", "classes", "rows_added"})
# Tabs that were not heard of for a day were closed.
_FORGOTTEN = 24 * 3600.0
# So many rows at the head of a new ranking are read at once.
_READ_AHEAD = 500
# The first rows follow the random order; until they are answered nothing is to be learned.
_TRAINER_DELAY = 1.5
_CHANGEABLE = ("opinions", "audit_share", "labels_per_point", "strategy", "estimator")


class Project(PromisingProject):
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
    """

    def __init__(self, store: Store, *, train: bool = True, clock: Callable[[], float] = time.time) -> None:
        warnings = check_sources(store)
        with store.writing() as tx:
            tx.forget_tabs(clock() - _FORGOTTEN)
        super().__init__(store)
        self.warnings = (*self.warnings, *warnings)
        self.live = Live()
        self._clock = clock
        self._version = self.current.version if self.current else 0
        self._failure = ""
        self._cookies = {each.token_hash: each.annotator_id for each in self.people.values()}
        self._queue = self._new_queue()
        self._writer = Writer(
            store, on_event=self._on_event, on_commit=self._on_commit, on_failure=self._forget_uncommitted
        )
        self._supervisor: Supervisor | None = None
        if train:
            self._supervisor = Supervisor(store.location, on_message=self._on_message, delay=_TRAINER_DELAY)
            self._supervisor.train(self.board.seq)

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
        return cls(Store.open(location), train=train, clock=clock)

    def close(self) -> None:
        """Commit what waits, stop the trainer, let go of the store."""
        if self._supervisor is not None:
            self._supervisor.close()
        self._writer.close()
        super().close()

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
            now = self._clock()
            recorder = Recorder(self.board, self._queue, batch.record, annotator=annotator, now=now)
            results = [recorder.take(action) for action in actions]
            self._queue.hold(annotator, tab, holding, now)
            tickets = self._queue.take(annotator, tab, want, now)
            self._log_draws(batch, tickets, now)
            held = [ticket.to_dict() for ticket in self._queue.held(annotator, tab)]
            batch.tabs[annotator, tab] = TabRow(annotator, tab, now, held)
            return results, tickets

        return _then(self._writer.submit(work), lambda done: self._reply(annotator, *done))

    def _log_draws(self, batch: Batch, tickets: list[Ticket], now: float) -> None:
        for ticket in tickets:
            if ticket.how == "audit" and ticket.row not in self.board.drawn:
                data = {"how": "audit", "rank": ticket.rank, "share": self._queue.audit_share}
                batch.record(EventRow(None, _uuid(), "asked", now, ticket.annotator, ticket.row, data))

    def _reply(self, annotator: int, results: list[Result], tickets: list[Ticket]) -> QueueReply:
        items = self.items([ticket.row for ticket in tickets])
        built = [self.card(item, hidden=ticket.hidden) for item, ticket in zip(items, tickets, strict=True)]
        return QueueReply(results, built, self.progress(annotator))

    def label_many(
        self,
        annotator: int,
        uuid: str,
        rows: Sequence[int] | Filter,
        class_id: int | None,
        *,
        expected: int | None = None,
    ) -> "Future[int]":
        """Label (or skip: None) many rows at once; one undo of `uuid` takes all back.

        Raises
        ------
        InvalidParameterError
            Through the future: if the class or a row does not exist, or a filter does not find `expected` rows.
        """

        def work(batch: Batch) -> int:
            if done := self.board.find(uuid):
                return len(done)
            chosen = (
                self.find(rows) if isinstance(rows, Filter) else [self.item(row).row for row in dict.fromkeys(rows)]
            )
            if expected is not None and len(chosen) != expected:
                raise InvalidParameterError(
                    f"The filter finds {len(chosen)} rows by now, not {expected}. Look again, and confirm again."
                )
            if class_id is not None:
                class_lists.find(self.board.classes, class_id)
            now = self._clock()
            for row in chosen:
                self._queue.close(row, annotator)
                kind = "skipped" if class_id is None else "answered"
                if class_id is not None and annotator in self.board.answers(row):
                    kind = "changed"
                data = {"how": "search", "group": uuid, "blind": False, "class_version": self.board.class_version}
                if class_id is not None:
                    data["class_id"] = class_id
                batch.record(EventRow(None, _uuid(), kind, now, annotator, row, data))
            return len(chosen)

        return self._writer.submit(work)

    def ask_again(self, annotator: int, rows: Sequence[int]) -> "Future[int]":
        """Ask for one more opinion on rows, by another person."""

        def work(batch: Batch) -> int:
            chosen = [self.item(row).row for row in dict.fromkeys(rows)]
            for row in chosen:
                batch.record(EventRow(None, _uuid(), "second_opinion", self._clock(), annotator, row, {}))
            self._queue.reopen()
            return len(chosen)

        return self._writer.submit(work)

    def import_labels(
        self, read: LabelsRead, *, annotator: int | None = None, source: str = ""
    ) -> "Future[tuple[int, int]]":
        """Record what a file says of rows: labels (classes that are new are added), skips, flags and notes.

        Parameters
        ----------
        read : LabelsRead
        annotator : int, default=None
            Who answers for it; None: an import.
        source : str, default=""
            Name of the file, for the log.

        Returns
        -------
        Future of (int, int)
            Rows whose label or skip is new, and rows that had it before.
        """

        def work(batch: Batch) -> tuple[int, int]:
            labels = dict(read.labels)
            self._add_missing_classes(batch, list(labels.values()), annotator)
            ids = {each.name: each.id for each in class_lists.active(self.board.classes)}
            told = {"how": "import", "blind": False, "source": source}
            by_model = {(pair.row, pair.label) for pair in read.pairs if pair.status == "model"}
            n_changed = n_same = 0

            def record(kind: str, row: int, **data: Any) -> None:
                batch.record(EventRow(None, _uuid(), kind, self._clock(), annotator, row, told | data))

            for row, name in labels.items():
                same = self.board.labels[self.item(row).row] == ids[name.strip()]
                # What the model has labelled comes back as it went out, and must not become a person's answer.
                if same or ((row, name) in by_model and self.board.model_label(row) == ids[name.strip()]):
                    n_same += 1
                    continue
                n_changed += 1
                kind = "changed" if annotator in self.board.answers(row) else "answered"
                record(kind, row, class_id=ids[name.strip()])
            for pair in read.pairs:
                if pair.status == "skipped" and pair.row not in labels:
                    skipped = self.board.status(pair.row) != "unlabelled"
                    n_same, n_changed = n_same + skipped, n_changed + (not skipped)
                    if not skipped:
                        record("skipped", pair.row)
                if pair.flagged and pair.row not in self.board.flagged:
                    record("flagged", pair.row, note=pair.note)
                elif pair.note and self.board.notes.get(pair.row, "") != pair.note:
                    record("noted", pair.row, note=pair.note)
            return n_changed, n_same

        return self._writer.submit(work)

    def _add_missing_classes(self, batch: Batch, names: Sequence[str], annotator: int | None) -> None:
        known = {each.name for each in class_lists.active(self.board.classes)}
        missing = [name for name in dict.fromkeys(each.strip() for each in names) if name not in known]
        classes = self.board.classes
        for name in missing:
            classes = class_lists.add(classes, name)
        if missing:
            self._log_classes(batch, classes, {"op": "import", "names": missing}, annotator)

    # ------------------------------------------------------------------ classes and settings

    def change_classes(
        self, annotator: int | None, change: Callable[[Classes], Classes], **told: Any
    ) -> "Future[ClassesReply]":
        """Apply a function of `querist.labelling.log.classes` to the class list, and log the whole new list."""

        def work(batch: Batch) -> ClassesReply:
            classes = change(self.board.classes)
            if classes != self.board.classes:
                self._log_classes(batch, classes, told, annotator)
                self._queue.reopen()
            return ClassesReply(self.board.classes, self.board.class_version)

        return self._writer.submit(work)

    def _log_classes(self, batch: Batch, classes: Classes, told: dict[str, Any], annotator: int | None) -> None:
        data = {
            "version": self.board.class_version + 1,
            "classes": [each.to_dict() for each in classes],
            "change": told,
        }
        batch.record(EventRow(None, _uuid(), "classes", self._clock(), annotator, None, data))

    def change_settings(self, annotator: int | None, **changes: Any) -> "Future[None]":
        """Change opinions, audit_share, labels_per_point, strategy or estimator.

        Raises
        ------
        InvalidParameterError
            Through the future, or at once where a value cannot be used.
        """
        unknown = set(changes) - set(_CHANGEABLE)
        if unknown:
            raise InvalidParameterError(f"Setting {min(unknown)!r} cannot be changed. There is: {_CHANGEABLE}.")
        replace(self.settings, **changes)
        for name, kind in (("strategy", "strategies"), ("estimator", "estimators")):
            if name in changes:
                _check_part(kind, changes[name])

        def work(batch: Batch) -> None:
            settings = replace(self.settings, **changes)
            batch.tx.set_info(settings=settings.to_dict())
            batch.record(EventRow(None, _uuid(), "settings", self._clock(), annotator, None, {"changes": changes}))
            self.settings = settings
            self._queue.opinions, self._queue.audit_share = settings.opinions, settings.audit_share
            self._queue.reopen()

        return self._writer.submit(work)

    def remember_port(self, port: int) -> None:
        """Keep where the page is served, so that a restart finds the same place: browsers keep answers per address."""

        def work(batch: Batch) -> None:
            self.settings = replace(self.settings, port=port)
            batch.tx.set_info(settings=self.settings.to_dict())

        if self.settings.port != port:
            self._writer.submit(work).result()

    # ------------------------------------------------------------------ people

    def invite(
        self, *, role: Role = "annotator", uses: int = 1, seconds: float | None = None
    ) -> "Future[tuple[str, float]]":
        """Return a secret that lets people join, and when it ends."""
        if role not in ("owner", "annotator"):
            raise InvalidParameterError(f"A role is owner or annotator, got {role!r}.")
        token = people.new_token()

        def work(batch: Batch) -> tuple[str, float]:
            now = self._clock()
            ends = now + (people.INVITATION_SECONDS if seconds is None else seconds)
            batch.tx.add_invitation(InvitationRow(people.token_hash(token), role, now, ends, uses, 0))
            return token, ends

        return self._writer.submit(work)

    def join(self, token: str, name: str) -> "Future[str]":
        """Turn an invitation into a cookie. An owner's link with the name of a person signs that person in.

        Raises
        ------
        InvalidParameterError
            Through the future: if the invitation is used up, too old or wrong, or the name is taken.
        """
        name = name.strip()
        cookie = people.new_token()

        def work(batch: Batch) -> str:
            if not name or len(name) > class_lists.MAX_NAME:
                raise InvalidParameterError(f"A name has 1 to {class_lists.MAX_NAME} characters.")
            invitation = batch.tx.use_invitation(people.token_hash(token), at=self._clock())
            if invitation is None:
                raise InvalidParameterError("This link was used already, or is too old. Ask for a new one.")
            same = next((each for each in self.people.values() if each.name == name), None)
            if same is not None and (invitation.role != "owner" or same.role != "owner"):
                raise InvalidParameterError(f"There is somebody called {name!r} already. Take another name.")
            if same is None:
                now = self._clock()
                number = batch.tx.add_annotator(name, invitation.role, people.token_hash(cookie))
                data = {"name": name, "role": invitation.role}
                batch.record(EventRow(None, _uuid(), "joined", now, number, None, data))
            else:
                batch.tx.set_annotator(same.annotator_id, token_hash=people.token_hash(cookie), active=True)
            return cookie

        return _then(self._writer.submit(work), self._signed_in)

    def invitation_role(self, token: str) -> str | None:
        """Return the role that an unused invitation gives, or None."""
        found = self.store.invitation(people.token_hash(token))
        usable = found is not None and found.uses < found.max_uses and found.expires_at > self._clock()
        return found.role if found is not None and usable else None

    def _signed_in(self, cookie: str) -> str:
        self._read_people()
        self.live.tell("settings")
        return cookie

    def deactivate(self, annotator: int) -> "Future[None]":
        """Sign a person out for good; the answers stay."""
        if annotator not in self.people:
            raise InvalidParameterError(f"There is no person {annotator}.")

        def work(batch: Batch) -> None:
            batch.tx.set_annotator(annotator, active=False, token_hash=people.token_hash(people.new_token()))

        return _then(self._writer.submit(work), lambda _: self._read_people())

    def _read_people(self) -> None:
        self.people = {each.annotator_id: each for each in self.store.annotators()}
        self._cookies = {each.token_hash: each.annotator_id for each in self.people.values()}

    def person(self, cookie: str) -> AnnotatorRow | None:
        """Return whose cookie this is, or None."""
        number = self._cookies.get(people.token_hash(cookie))
        person = None if number is None else self.people.get(number)
        return person if person is not None and person.active else None

    # ------------------------------------------------------------------ where it stands

    def progress(self, annotator: int | None = None) -> Progress:
        """Return the counts that the page shows at all times."""
        board = self.board
        return Progress(
            n_rows=board.n_rows,
            n_labelled=board.n_labelled,
            n_skipped=len(board.skipped),
            n_flagged=len(board.flagged),
            mine=board.by_person[annotator],
            by_class={str(class_id): count for class_id, count in list(board.counts.items())},
            class_version=board.class_version,
            model=self.model_status(),
            accuracy=self.accuracy(),
            promise=self.pending_promise(),
            n_model=board.n_model_labels,
        )

    def model_status(self) -> ModelStatus:
        """Return what the model does at the moment."""
        told = TrainerStatus("waiting", "No trainer runs.")
        if self._supervisor is not None:
            told = self._supervisor.status
        return ModelStatus(
            state=told.state,
            version=self._version,
            n_labels=self.current.n_labels if self.current else 0,
            message=self._failure or told.message,
        )

    # ------------------------------------------------------------------ after commits, and the trainer

    def _on_event(self, event: EventRow) -> None:
        self.board.apply(event)

    def _on_commit(self, events: list[EventRow], numbers: list[int]) -> None:
        if not events:
            return
        self.board.seq = numbers[-1]
        kinds = {event.kind for event in events}
        if self._supervisor is not None and kinds & (_TEACHING | {"settings"}):
            self._supervisor.train(numbers[-1])
        if "classes" in kinds:
            self.live.tell("classes")
        if "settings" in kinds:
            self.live.tell("settings")
        self.live.tell("progress")

    def _forget_uncommitted(self) -> None:
        """Go back to what the store holds, because a commit failed."""
        board = Board()
        board.replay(self.store.events())
        self.board = board
        self.settings = Settings.from_dict(self.store.info.settings)
        self._queue = self._new_queue()

    def _new_queue(self) -> Queue:
        queue = Queue(
            self.board,
            audit_order(self.store),
            seed=self.info.seed,
            opinions=self.settings.opinions,
            audit_share=self.settings.audit_share,
        )
        if self.current is not None:
            queue.use(self.current)
        now = self._clock()
        held = (Ticket(**each) for tab in self.store.tabs(now - LEASE_SECONDS) for each in tab.held)
        queue.restore(held, now)
        return queue

    def _on_message(self, header: dict[str, Any], blob: bytes) -> None:
        """Take what the trainer says; called from the supervisor's thread."""
        kind = header["type"]
        if kind == "ranking":
            self._failure = ""
            self._take_ranking(header, blob)
        elif kind == "details":
            told = header.get("because", {})
            self.because = {int(row): [Reason(**each) for each in words] for row, words in told.items()}
            if "suspects" in header:
                self.suspects = [Suspect(**each) for each in header["suspects"]]
        elif kind == "figures":
            self._take_figures(Figures.from_data(header))
        elif kind in ("failed", "crashed"):
            self._failure = str(header.get("error") or header.get("message") or "The trainer stopped.")
        self.live.tell("model")

    def _take_figures(self, told: Figures) -> None:
        short = in_short(told)
        known = self.board.measured[-1] if self.board.measured else None

        def work(batch: Batch) -> None:
            batch.record(EventRow(None, _uuid(), "measured", told.at or self._clock(), None, None, short))

        self.figures = told
        # After a restart the trainer says again what the log knows.
        if known is None or short != {name: known[name] for name in short}:
            self._writer.submit(work).result()
        self.live.tell("figures")

    def _take_ranking(self, header: dict[str, Any], blob: bytes) -> None:
        version = self._version + 1
        current = CurrentRanking(version, header["strategy"], Ranking.from_bytes(blob), header["n_labels"])
        # What will be asked next is read here, not while a person waits for it.
        self.items(current.ranking.order[:_READ_AHEAD].tolist())
        metrics = {key: value for key, value in header.items() if key != "type"}

        def work(batch: Batch) -> None:
            batch.tx.save_ranking(RankingRow(version, header["seq"], self._clock(), header["n_labels"], metrics, blob))
            self._queue.use(current)

        try:
            self._writer.submit(work).result()
        except QueristError as error:
            self._failure = str(error)
            return
        self.current, self._version = current, version
        self.live.tell("ranking")


def _check_part(kind: str, spec: str) -> None:
    """Refuse names that are not registered, without importing what they stand for."""
    name, _ = parse_spec(spec)
    known = ["auto", *part_names(kind)]
    if name not in known:
        raise UnknownNameError.of(kind, name, known)


def _uuid() -> str:
    return str(uuids.uuid4())


def _then(future: "Future[Any]", finish: Callable[[Any], Any]) -> "Future[Any]":
    """Return a future of what `finish` makes of the result, in the thread that resolves it."""
    chained: Future[Any] = Future()

    def done(first: "Future[Any]") -> None:
        try:
            chained.set_result(finish(first.result()))
        except Exception as error:
            chained.set_exception(error)

    future.add_done_callback(done)
    return chained
