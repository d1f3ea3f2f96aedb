"""`ProjectView`: a project as it is read, also while another process serves it."""

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Literal, Self

import numpy as np

from querist.exceptions import InvalidRowsError
from querist.labelling.export import write, write_log
from querist.labelling.export.records import iterate
from querist.labelling.log.board import Act, Board
from querist.labelling.log.classes import active
from querist.labelling.log.ranking import Ranking
from querist.labelling.log.settings import Settings
from querist.labelling.promises.words import PendingPromise, PromiseInfo, in_words
from querist.labelling.reading import cards, insights
from querist.labelling.reading import row_filter as explore
from querist.labelling.reading.accuracy_statement import AccuracyStatement, accuracy_statement
from querist.labelling.reading.figures import AccuracyPoint, FiguresReply, ShownAccuracy
from querist.labelling.reading.people import PersonInfo, person_info
from querist.labelling.reading.row_filter import Filter
from querist.labelling.reading.rows import (
    AnswerInfo,
    Done,
    ExploreReply,
    HistoryEntry,
    ItemDetail,
    LogLine,
    RowSummary,
)
from querist.labelling.serving.queue import CurrentRanking
from querist.labelling.trainer.messages import Figures, Reason, Suspect
from querist.store.rows import AnnotatorRow, ItemRow
from querist.store.store import Store

_CACHED_ITEMS = 5000
# Audit answers before there is a figure, as `querist.audit.model_accuracy`, which takes long to load.
FEWEST = 10
# What the page calls the deeds of people.
_DONE: dict[str, Done] = {
    "answered": "answer",
    "changed": "answer",
    "skipped": "skip",
    "flagged": "flag",
    "unflagged": "unflag",
}


class ProjectView:
    """The read-only half of `Project`.

    Parameters
    ----------
    store : Store
        Opened; closed with the view.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.info = store.info
        # What the person should know: a network drive, a data file that moved.
        self.warnings: tuple[str, ...] = store.warnings
        self.settings = Settings.from_dict(store.info.settings)
        self.board = Board()
        self.board.replay(store.events())
        self.current = _latest(store)
        self.people: dict[int, AnnotatorRow] = {each.annotator_id: each for each in store.annotators()}
        # What the trainer told beside its ranking: words that speak for a guess, suspected mistakes.
        self.because: dict[int, list[Reason]] = {}
        self.suspects: list[Suspect] = []
        # All figures of the model, once the trainer has told some; the log keeps the main ones.
        self.figures: Figures | None = None
        self._items: OrderedDict[int, ItemRow] = OrderedDict()

    @classmethod
    def read(cls, location: str | Path) -> "ProjectView":
        """Open a project for reading; needs no lock.

        Raises
        ------
        StoreError
            If there is no project, or a newer version made it.
        """
        return ProjectView(Store.open(location, read_only=True))

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # ------------------------------------------------------------------ rows

    def items(self, rows: Sequence[int]) -> list[ItemRow]:
        """Return rows, in that order."""
        # Other threads put into the cache and take out of it meanwhile.
        found = {row: item for row in rows if (item := self._items.get(row)) is not None}
        missing = [row for row in dict.fromkeys(rows) if row not in found]
        fetched = {item.row: item for item in self.store.items(missing)} if missing else {}
        self._items.update(fetched)
        while len(self._items) > _CACHED_ITEMS:
            self._items.popitem(last=False)
        found |= fetched
        return [found[row] for row in rows]

    def item(self, row: int) -> ItemRow:
        """Return a row.

        Raises
        ------
        InvalidRowsError
            If there is no such row.
        """
        if not 0 <= row < self.board.n_rows:
            raise InvalidRowsError(f"There is no row {row}; the project has {self.board.n_rows}, counted from 0.")
        return self.items([row])[0]

    def card(self, item: ItemRow, *, hidden: bool, whole: bool = False) -> cards.Item:
        """Return a row as the page shows it, with the model's guess unless it is hidden."""
        fields, cut = cards.fields(item, self.settings, whole=whole)
        return cards.Item(
            row=item.row,
            id=item.item_id,
            kind=self.settings.kind,
            fields=fields,
            image=self._image_address(item),
            truncated=cut,
            flagged=item.row in self.board.flagged,
            note=self.board.notes.get(item.row, ""),
            guess=None if hidden else self._guess(item.row),
        )

    def _image_address(self, item: ItemRow) -> str | None:
        column = self.settings.image_column
        has_image = column is not None and item.content.get(column)
        return f"/api/v1/items/{item.row}/image" if has_image else None

    def _guess(self, row: int) -> cards.Guess | None:
        class_id, confidence = self.prediction(row)
        if class_id is None or confidence is None:
            return None
        return cards.Guess(class_id, confidence, self.because.get(row, []))

    def prediction(self, row: int) -> tuple[int | None, float | None]:
        """Return the model's class id and confidence for a row, None where there is none."""
        if self.current is None or row >= self.current.ranking.prediction.size:
            return None, None
        class_id = self.board.label_of(int(self.current.ranking.prediction[row]))
        if class_id < 0:
            return None, None
        confidence = float(self.current.ranking.confidence[row])
        # Classifiers without probabilities have none.
        return class_id, None if math.isnan(confidence) else round(confidence, 4)

    def detail(self, row: int) -> ItemDetail:
        """Return all that is known of a row."""
        item = self.item(row)
        known = vars(self.card(item, hidden=False, whole=True)) | vars(self._summary(item))
        return ItemDetail(**known, log=[self._line(act) for act in self.board.acts_on(row)])

    def explore(self, wanted: Filter, *, sort: str, offset: int, limit: int) -> ExploreReply:
        """Return one page of the rows that fulfil a filter."""
        rows = self.find(wanted, sort)
        items = self.items(rows[offset : offset + limit])
        return ExploreReply(len(rows), [self._summary(item) for item in items])

    def find(self, wanted: Filter, sort: str = "row") -> list[int]:
        """Return the rows that fulfil a filter."""
        found: list[int] = explore.find(self.board, self.current, wanted, sort, self.store.search).tolist()
        return found

    def _summary(self, item: ItemRow) -> RowSummary:
        row, board = item.row, self.board
        prediction, confidence = self.prediction(row)
        acts = [act for act in board.acts_on(row) if not act.undone and act.how]
        return RowSummary(
            row=row,
            id=item.item_id,
            snippet=cards.snippet(item, self.settings),
            image=self._image_address(item),
            status=board.status(row),
            class_id=_known(int(board.labels[row])),
            answers=[
                AnswerInfo(self.name(act.annotator), act.class_id, act.at, act.seconds)
                for act in board.answers(row).values()
            ],
            prediction=prediction,
            confidence=confidence,
            flagged=row in board.flagged,
            note=board.notes.get(row, ""),
            why=cards.why(acts[0]) if acts else "",
        )

    def _line(self, act: Act) -> LogLine:
        named = {each.id: each.name for each in self.board.classes}
        what = {"answered": "labelled", "changed": "changed to", "second_opinion": "asked for a second opinion"}
        words = [what.get(act.kind, act.kind)]
        if act.class_id is not None:
            words.append(named.get(act.class_id, f"class {act.class_id}"))
        if act.note:
            words.append(f"“{act.note}”")
        if act.undone:
            words.append("(undone)")
        return LogLine(act.at, self.name(act.annotator), " ".join(words))

    def name(self, annotator: int | None) -> str:
        """Return a person's name."""
        if annotator is None:
            return "import"
        return self.people[annotator].name if annotator in self.people else f"person {annotator}"

    # ------------------------------------------------------------------ exports

    def columns(self) -> list[str]:
        """Return every column of the user's data, in order; later files may have brought more."""
        first_rows = sorted(
            {0, *(source.first_row for source in self.settings.sources)} & set(range(self.board.n_rows))
        )
        return list(dict.fromkeys(name for item in self.items(first_rows) for name in item.content))

    def export(
        self,
        format: str,  # noqa: A002  # the word that users write
        target: BinaryIO,
        *,
        rows: Literal["all", "labelled"] = "all",
        predictions: bool = False,
    ) -> tuple[str, ...]:
        """Write the rows and what is known of them.

        Parameters
        ----------
        format : str
            One of `querist.labelling.export.FORMATS`, or ``log``: every event as JSON Lines.
        target : binary file
        rows : {"all", "labelled"}, default="all"
        predictions : bool, default=False
            Add the model's guesses.

        Returns
        -------
        tuple of str
            What the format could not hold as it is, in words.
        """
        if format == "log":
            write_log(self.store.events(), target)
            return ()
        ranking = self.current.ranking if predictions and self.current is not None else None
        return write(
            iterate(self.store, self.board, ranking, rows=rows),
            format,
            target,
            columns=self.columns(),
            classes=[each.name for each in active(self.board.classes)],
            project_name=self.info.name,
            predictions=predictions,
            text_columns=self.settings.text_columns,
            image_column=self.settings.image_column,
        )

    def statement(self, now: float) -> AccuracyStatement:
        """Return what is known of the accuracy, to go with an export."""
        return accuracy_statement(self.board, self.info.name, now=now)

    # ------------------------------------------------------------------ the whole

    def insights(self) -> insights.Insights:
        """Return how the labelling goes."""
        names: dict[int | None, str] = {number: each.name for number, each in self.people.items()}
        slow = insights.slow(self.board)
        suspects = [each for each in self.suspects if self._still_suspect(each)]
        items = {item.row: item for item in self.items([act.row for act in slow] + [each.row for each in suspects])}

        def snippet(row: int) -> str:
            return cards.snippet(items[row], self.settings)

        return insights.Insights(
            curve=insights.curve(self.board),
            confusion=insights.confusion(self.board),
            speed=insights.speed(self.board, names),
            slow=[
                insights.SlowAnswer(
                    row=act.row,
                    id=items[act.row].item_id,
                    snippet=snippet(act.row),
                    class_id=_known(self.board.label_of(act.class_id)),
                    seconds=act.seconds or 0.0,
                )
                for act in slow
            ],
            mistakes=[
                insights.Mistake(**vars(each), id=items[each.row].item_id, snippet=snippet(each.row))
                for each in suspects
            ],
            people=self.people_list(),
        )

    def measured(self) -> FiguresReply:
        """Return how good the model is: the newest figures, and the audited learning curve."""
        curve = [
            AccuracyPoint(
                n_labels=each["n_labels"],
                at=each["at"],
                **{name: each["accuracy"][name] for name in ("value", "low", "high", "n")},
            )
            for each in self.board.measured
        ]
        # After a restart the trainer tells anew what the log knows.
        noted = curve[-1].at if curve else None
        return FiguresReply(self.figures and replace(self.figures, at=noted), curve)

    def accuracy(self) -> ShownAccuracy | None:
        """Return the figure that is always in view; None before the first."""
        if not self.board.measured:
            return None
        last = self.board.measured[-1]
        told = last["accuracy"]
        names = ("value", "low", "high", "n", "confidence")
        return ShownAccuracy(n_labels=last["n_labels"], n_needed=FEWEST, **{name: told[name] for name in names})

    def promises(self) -> list[PromiseInfo]:
        """Return all promises about the model, the newest first."""
        return [in_words(each, self.board) for each in self.board.promises.values()][::-1]

    def pending_promise(self) -> PendingPromise | None:
        """Return how far the promise is whose draws are being asked about; None where there is none."""
        pending = self.board.pending
        if pending is None:
            return None
        where = self.board.standing(pending.id)
        return PendingPromise(pending.kind, where.n_closed, pending.regions[where.stage].n_draws)

    def _still_suspect(self, suspect: Suspect) -> bool:
        """Whether nobody has looked at the row again since, and both classes are still there."""
        row = suspect.row
        looked_again = any(act.kind == "changed" for act in self.board.answers(row).values())
        return (
            not looked_again
            and int(self.board.labels[row]) == suspect.class_id
            and self.board.label_of(suspect.suggested) == suspect.suggested
        )

    def people_list(self) -> list[PersonInfo]:
        """Return the people, with how many answers each gave."""
        return [self.person_info(number) for number in sorted(self.people)]

    def person_info(self, annotator: int) -> PersonInfo:
        """Return one person as the page shows them."""
        return person_info(self.people[annotator], self.board.by_person[annotator])

    def history(self, annotator: int, limit: int) -> list[HistoryEntry]:
        """Return a person's last actions, newest first."""
        acts = self.board.latest(annotator, limit)
        items = {item.row: item for item in self.items([act.row for act in acts])}
        return [
            HistoryEntry(
                uuid=act.uuid,
                kind=_DONE.get(act.kind, "note"),
                row=act.row,
                id=items[act.row].item_id,
                snippet=cards.snippet(items[act.row], self.settings),
                class_id=act.class_id,
                at=act.at,
                why=cards.why(act),
                undone=act.undone,
            )
            for act in acts
            if act.kind != "second_opinion"
        ]


def _known(class_id: int) -> int | None:
    return class_id if class_id >= 0 else None


def _latest(store: Store) -> CurrentRanking | None:
    row = store.latest_ranking()
    if row is None or row.blob is None:
        return None
    return CurrentRanking(row.version, row.metrics.get("strategy", ""), Ranking.from_bytes(row.blob), row.n_labels)


def audit_order(store: Store) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return all rows by their permanent random numbers."""
    return np.argsort(store.audit_numbers(), kind="stable").astype(np.int64)
