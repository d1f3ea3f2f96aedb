"""`TrainerNews`: the trainer is told when to train; what it says becomes the ranking in use and the figures shown."""

import math
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from typing import Any

from querist.audit.design import MEASURE
from querist.exceptions import QueristError
from querist.labelling.log.deeds import RESPONSES
from querist.labelling.log.events import MeasuredAt
from querist.labelling.log.ranking import INITIAL, CurrentRanking, Ranking
from querist.labelling.reading.rows import Rows
from querist.labelling.serving.first_rows import rough_ranking
from querist.labelling.serving.replies import ModelStatus
from querist.labelling.serving.similar import Ask, Similar
from querist.labelling.serving.workplace import Workplace
from querist.labelling.serving.writer import Batch
from querist.labelling.trainer.figures import in_short
from querist.labelling.trainer.messages import Figures, Reason, RunnerUp, Suspect, TrainerStatus
from querist.labelling.trainer.supervisor import Supervisor
from querist.store.rows import RankingRow

# Events after which the model is to be trained again.
_TEACHING = frozenset(
    {*RESPONSES, "adjudicated", "undone", "taken_back", "restored", "classes", "rows_added", "settings"}
)
# So many rows at the head of a new ranking are read at once.
_READ_AHEAD = 500
# The first rows are there without it; until they are answered nothing is to be learned.
_TRAINER_DELAY = 1.5
# The bytes of a ranking from so many on are written at most so often: answers wait while they are, a third of a second
# at a million rows, and they serve who starts again or reads the project beside.
_LARGE, _BLOB_SECONDS = 1_000_000, 30.0


class TrainerNews:
    """Keeps the trainer, a process of its own, and takes what it says.

    Parameters
    ----------
    place : Workplace
    rows : Rows
    """

    def __init__(self, place: Workplace, rows: Rows) -> None:
        self._place = place
        self._rows = rows
        self._supervisor: Supervisor | None = None
        # Of the newest ranking in the store; that in use may be an older one, which had its blob.
        newest = place.view.store.latest_ranking(with_blob=False)
        self._version = newest.version if newest else 0
        # Bytes of the ranking in use that the store has not got yet, and when it got some.
        self._unsaved: tuple[int, bytes] | None = None
        self._saved_at = -math.inf
        self._failure = ""
        self._similar = Similar(self._asker)
        rows.nearest, rows.near_copies = self.nearest, self.near_copies
        place.after_commit.append(self._on_commit)

    def start(self) -> None:
        """Start the trainer; until it tells an order, rows are asked by a rough one."""
        view = self._place.view
        if view.current is None:
            rough = rough_ranking(view.store, view.settings, seed=view.info.seed)
            rough = replace(rough, order=view.board.copies.standing_for(rough.order))
            view.current = CurrentRanking(0, INITIAL, rough)
            self._place.queue.use(view.current)
        location, seq = self._place.view.store.location, self._place.board.seq
        self._supervisor = Supervisor(location, on_message=self.take, delay=_TRAINER_DELAY)
        self._supervisor.train(seq)

    def close(self) -> None:
        """Stop the trainer, and have the store keep its last ranking."""
        if self._supervisor is not None:
            self._supervisor.close()
        if self._unsaved is not None:
            # Where it cannot be written an older one is there, and the trainer makes another.
            with suppress(QueristError):
                self.save_ranking().result()

    def _on_commit(self, kinds: frozenset[str]) -> None:
        """Have the model trained again after events that teach it something."""
        if self._supervisor is not None and kinds & _TEACHING:
            self._supervisor.train(self._place.board.seq)

    def _asker(self) -> Ask | None:
        supervisor = self._supervisor
        return None if supervisor is None or supervisor.status.state == "starting" else supervisor.ask

    def nearest(self, row: int) -> list[int]:
        """Return the rows most like one, itself first; waits for the trainer, which has the features.

        Raises
        ------
        InvalidParameterError
            If that is not known yet.
        """
        return self._similar.to(row, self._place.board.n_rows)

    def near_copies(self, *, wait: bool = True) -> list[list[int]]:
        """Return the groups of texts that are nearly the same; `wait`: for the trainer, which has the features.

        Raises
        ------
        InvalidParameterError
            If that is not known yet.
        """
        return self._similar.groups(self._place.board.n_rows, wait=wait)

    def status(self) -> ModelStatus:
        """Return what the model does at the moment."""
        told = TrainerStatus("waiting", "No trainer runs.")
        if self._supervisor is not None:
            told = self._supervisor.status
        return ModelStatus(
            state=told.state,
            version=self._version,
            n_labels=self._place.view.current.n_labels if self._place.view.current else 0,
            message=self._failure or told.message,
            share=told.share,
            since=told.since,
        )

    def take(self, header: dict[str, Any], blob: bytes) -> None:
        """Take what the trainer says; called from the supervisor's thread."""
        kind = header["type"]
        if kind == "ranking":
            self._failure = ""
            self._take_ranking(header, blob)
        elif kind == "details":
            because = header.get("because", {})
            self._place.view.because = {int(row): [Reason(**each) for each in why] for row, why in because.items()}
            rivals = header.get("rivals", {})
            self._place.view.rivals = {int(row): RunnerUp(**each) for row, each in rivals.items()}
            if "suspects" in header:
                self._place.view.suspects = [Suspect(**each) for each in header["suspects"]]
        elif kind == "similar":
            self._similar.take(header)
            return
        elif kind == "figures":
            self._take_figures(Figures.from_data(header))
        elif kind in ("failed", "crashed"):
            self._failure = str(header.get("error") or header.get("message") or "The trainer stopped.")
        self._place.live.tell("model")

    def _take_figures(self, told: Figures) -> None:
        short = in_short(told)
        known = self._place.board.measured[-1] if self._place.board.measured else None

        def work(batch: Batch) -> None:
            self._place.record(batch, short, at=told.at)

        self._place.view.figures = told
        # After a restart the trainer says again what the log knows.
        if known is None or known != MeasuredAt.of(short, known.at):
            self._place.submit(work).result()
        self._place.live.tell("figures")

    def _set_aside(self, batch: Batch, strategy: str) -> None:
        """Set rows aside for the audit, if a model ranks for the first time, or rows were added since."""
        board = self._place.board
        settings = self._place.view.settings
        if strategy == INITIAL or board.reserve.n_rows == board.n_rows or settings.audit_design == MEASURE:
            return
        is_open = (board.n_opinions == 0) & board.copies.is_first
        is_open[list(board.skipped)] = False
        numbers = self._place.view.store.audit_numbers()[: board.n_rows]
        reserved = board.reserve.due(numbers, is_open, settings.audit_share)
        if reserved is not None:
            self._place.record(batch, reserved)

    def _take_ranking(self, header: dict[str, Any], blob: bytes) -> None:
        version = self._version + 1
        ranking = Ranking.from_bytes(blob)
        current = CurrentRanking(version, header["strategy"], ranking, header["n_labels"], header["seq"])
        # What will be asked next is read here, not while a person waits for it.
        self._rows.items(current.ranking.order[:_READ_AHEAD].tolist())
        metrics = {key: value for key, value in header.items() if key != "type"}

        due = len(blob) < _LARGE or time.monotonic() - self._saved_at > _BLOB_SECONDS

        def work(batch: Batch) -> None:
            now, kept = self._place.clock(), blob if due else None
            batch.tx.save_ranking(RankingRow(version, header["seq"], now, header["n_labels"], metrics, kept))
            self._set_aside(batch, current.strategy)
            self._place.queue.use(current)

        try:
            self._place.submit(work).result()
        except QueristError as error:
            self._failure = str(error)
            return
        self._place.view.current, self._version = current, version
        self._unsaved = None if due else (version, blob)
        if due:
            self._saved_at = time.monotonic()
        self._place.live.tell("ranking")

    def save_ranking(self) -> "Future[None]":
        """Have the store keep the ranking in use, if it has not got it yet, for whoever reads the project beside."""

        def work(batch: Batch) -> None:
            unsaved, self._unsaved = self._unsaved, None
            if unsaved is not None:
                self._saved_at = time.monotonic()
                batch.tx.save_blob(*unsaved)

        return self._place.submit(work)
