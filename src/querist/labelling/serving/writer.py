"""One thread writes: jobs that wait together share one commit, and are acknowledged after it."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from querist.exceptions import QueristError
from querist.store.rows import EventRow, TabRow
from querist.store.store import Store
from querist.store.writing import Writing

T = TypeVar("T")

# So many jobs share a commit at most; more only makes the first of them wait longer.
_MOST = 200


@dataclass
class Batch:
    """What the jobs of one commit write: events, and through `tx` anything else."""

    tx: Writing
    record: Callable[[EventRow], None]
    # What tabs hold now, by person and tab; written once a commit.
    tabs: dict[tuple[int, str], TabRow] = field(default_factory=dict)

    def empty_tab(self, annotator: int, tab: str, at: float) -> None:
        """Note that a tab holds nothing any more."""
        self.tabs[annotator, tab] = TabRow(annotator, tab, at, [])


@dataclass
class _Job:
    work: Callable[[Batch], Any]
    future: Future[Any] = field(default_factory=Future)


class Writer:
    """Runs jobs one after the other and commits them in groups.

    Parameters
    ----------
    store : Store
    on_event : callable
        Called with each event before its commit, so that later jobs of the same commit see it.
    on_commit : callable
        Called with the events of a commit after it, before the jobs' futures are resolved.
    on_failure : callable
        Called when a commit failed, to forget what `on_event` was told.
    """

    def __init__(
        self,
        store: Store,
        *,
        on_event: Callable[[EventRow], None],
        on_commit: Callable[[list[EventRow], list[int]], None],
        on_failure: Callable[[], None],
    ) -> None:
        self._store = store
        self._on_event = on_event
        self._on_commit = on_commit
        self._on_failure = on_failure
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        # Whether `on_event` was told of events that were not saved.
        self._ahead = False
        self._thread = threading.Thread(target=self._run, name="querist-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Batch], T]) -> "Future[T]":
        """Run a job; its future is resolved after the commit.

        A job that refuses raises a QueristError and must have recorded nothing; it keeps no other job from being
        committed.
        """
        if self._closed:
            raise RuntimeError("The project is closed.")
        job = _Job(work)
        self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """Finish what waits, and stop."""
        self._closed = True
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            waiting = [self._jobs.get()]
            while len(waiting) < _MOST:
                try:
                    waiting.append(self._jobs.get_nowait())
                except queue.Empty:
                    break
            ended = None in waiting
            jobs = [job for job in waiting if job is not None]
            if jobs:
                self._commit(jobs)

    def _commit(self, jobs: list[_Job]) -> None:
        events: list[EventRow] = []
        outcomes: list[tuple[_Job, Any, Exception | None]] = []

        def record(event: EventRow) -> None:
            events.append(event)
            self._on_event(event)

        try:
            if self._ahead:
                self._fall_back()
            with self._store.writing() as tx:
                batch = Batch(tx, record)
                for job in jobs:
                    n_before = len(events)
                    try:
                        outcomes.append((job, job.work(batch), None))
                    # Anything else may come from the database, and then the transaction is spoilt.
                    except QueristError as error:
                        if len(events) > n_before:
                            raise
                        outcomes.append((job, None, error))
                tx.keep_tabs(list(batch.tabs.values()))
                numbers = tx.append(events) if events else []
        except Exception as error:
            self._ahead = True
            # What cannot write may not be able to read either; then the next commit begins with it.
            with suppress(Exception):
                self._fall_back()
            for job in jobs:
                job.future.set_exception(error)
            return
        self._on_commit(events, numbers)
        for job, result, refusal in outcomes:
            if refusal is not None:
                job.future.set_exception(refusal)
            else:
                job.future.set_result(result)

    def _fall_back(self) -> None:
        self._on_failure()
        self._ahead = False
