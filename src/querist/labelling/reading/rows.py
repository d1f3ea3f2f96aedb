"""`Rows`: the rows of a project as the page shows them."""

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from querist._typing import IntArray
from querist.exceptions import InvalidParameterError, InvalidRowsError
from querist.labelling.log.deeds import Act
from querist.labelling.reading import cards, row_filter
from querist.labelling.reading.project_view import ProjectView
from querist.labelling.reading.reader import EVERYBODY, Reader
from querist.labelling.reading.reasons import why_asked
from querist.labelling.reading.row_filter import Filter
from querist.labelling.reading.row_summaries import (
    AnswerInfo,
    CommentInfo,
    Done,
    ExploreReply,
    HistoryEntry,
    ItemDetail,
    LogLine,
    RowSummary,
)
from querist.store.rows import ItemRow

_CACHED_ITEMS = 5000
# What the page calls the deeds of people.
_DONE: dict[str, Done] = {
    "answered": "answer",
    "changed": "answer",
    "skipped": "skip",
    "flagged": "flag",
    "unflagged": "unflag",
    "commented": "comment",
}
# What is done in other views than the one where rows are labelled.
_ELSEWHERE = frozenset({"second_opinion", "adjudicated"})
_WORDS = {
    "answered": "labelled",
    "changed": "changed to",
    "second_opinion": "asked for a second opinion",
    "adjudicated": "decided:",
}


class Rows:
    """Reads the rows of a project, each with what is known of it.

    Parameters
    ----------
    view : ProjectView
    """

    def __init__(self, view: ProjectView) -> None:
        self.view = view
        # Set by whoever can tell: a project that is only read has no features.
        self.nearest: Callable[[int], list[int]] = _nobody_knows
        self.near_copies: Callable[..., list[list[int]]] = _nobody_knows
        self._items: OrderedDict[int, ItemRow] = OrderedDict()

    def items(self, rows: Sequence[int]) -> list[ItemRow]:
        """Return rows, in that order."""
        # Other threads put into the cache and take out of it meanwhile.
        found = {row: item for row in rows if (item := self._items.get(row)) is not None}
        missing = [row for row in dict.fromkeys(rows) if row not in found]
        fetched = {item.row: item for item in self.view.store.items(missing)} if missing else {}
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
        if not 0 <= row < self.view.board.n_rows:
            raise InvalidRowsError(
                f"There is no row {row}. The project has {self.view.board.n_rows}, counted from 0: name one of these."
            )
        return self.items([row])[0]

    def card(self, item: ItemRow, reader: Reader, *, whole: bool = False, why: str = "") -> cards.Item:
        """Return a row as the page shows it, with the model's guess unless the reader is to answer blind."""
        fields, cut = cards.fields(item, self.view.settings, whole=whole)
        flagged, note = reader.marks(self.view.board, item.row)
        return cards.Item(
            row=item.row,
            id=item.item_id,
            kind=self.view.settings.kind,
            fields=fields,
            image=self._image_address(item),
            truncated=cut,
            flagged=flagged,
            note=note,
            guess=None if item.row in reader.unseen else self._guess(item.row),
            guessed_number=None if item.row in reader.unseen else self.guessed_number(item.row),
            why=why,
            n_same=len(self.view.board.copies.group(item.row)),
        )

    def why_asked(self, row: int, how: str, strategy: str, *, hidden: bool) -> str:
        """Return why a row is asked about that somebody is given now; see `querist.labelling.reading.reasons`."""
        guess, rival = None if hidden else self._guess(row), self.view.rivals.get(row)
        if rival is not None:
            rival = replace(rival, class_id=self.view.board.label_of(rival.class_id))
            # Told of another model than the guess, or of a class that is gone.
            if guess is None or rival.class_id in (-1, guess.class_id) or rival.probability > guess.confidence:
                rival = None
        names = {each.id: each.name for each in self.view.board.classes}
        return why_asked(how, strategy, hidden=hidden, guess=guess, rival=rival, names=names)

    def _image_address(self, item: ItemRow) -> str | None:
        column = self.view.settings.image_column
        has_image = column is not None and item.content.get(column)
        return f"api/v1/items/{item.row}/image" if has_image else None

    def _guess(self, row: int) -> cards.Guess | None:
        class_id, confidence = self.prediction(row)
        if class_id is None or confidence is None:
            return None
        return cards.Guess(class_id, confidence, self.view.because.get(self.view.board.copies.first(row), []))

    def prediction(self, row: int) -> tuple[int | None, float | None]:
        """Return the model's class id and confidence for a row, None where there is none."""
        if self.view.current is None:
            return None, None
        # Copies that differ in blanks may look otherwise to a model.
        guess, confidence = self.view.current.ranking.guess(self.view.board.copies.first(row))
        class_id = self.view.board.label_of(guess)
        if class_id < 0:
            return None, None
        return class_id, None if confidence is None else round(confidence, 4)

    def guessed_number(self, row: int) -> float | None:
        """Return the number that the model says of a row; None where it says none."""
        current = self.view.current
        return None if current is None else current.ranking.guessed_number(self.view.board.copies.first(row))

    def detail(self, row: int, reader: Reader = EVERYBODY) -> ItemDetail:
        """Return all that is known of a row."""
        item = self.item(row)
        known = vars(self.card(item, reader, whole=True)) | vars(self._summary(item, reader))
        comments = [
            CommentInfo(self.view.name(act.annotator), act.at, act.note, act.resolves)
            for act in reader.thread(self.view.board, row).comments
        ]
        log = [self._line(act) for act in reader.acts(self.view.board, row)]
        return ItemDetail(**known, comments=comments, log=log)

    def explore(
        self,
        wanted: Filter,
        *,
        sort: str,
        offset: int,
        limit: int,
        like: int | None = None,
        reader: Reader = EVERYBODY,
    ) -> ExploreReply:
        """Return one page of the rows that fulfil a filter; with `like` only of those most like that row.

        Raises
        ------
        InvalidParameterError
            If the reader is to answer that row blind, or nobody can tell yet which rows are alike.
        """
        rows = self._found(wanted, sort, reader, wait=True)
        if like is not None:
            rows = self._alike(self.item(like).row, rows, sort, reader)
        items = self.items(rows[offset : offset + limit].tolist())
        first_of = self._near_first(reader) if wanted.copies == "nearly" else {}
        n_blind = int(self.view.board.copies.only_first(np.array(sorted(reader.unseen), np.int64)).size)
        return ExploreReply(len(rows), n_blind, [self._summary(item, reader, first_of) for item in items])

    def _alike(self, like: int, rows: IntArray, sort: str, reader: Reader) -> IntArray:
        if like in reader.unseen:
            # Labels of rows like it would lead the answer as much as a guess.
            raise InvalidParameterError(
                "You must answer this row first, with nothing in sight that could lead you. Rows like it are shown "
                "once you have answered it."
            )
        alike = self.nearest(like)
        if sort != "row":
            return rows[np.isin(rows, alike)]
        return np.array(alike, np.int64)[np.isin(alike, rows)]

    def find_rows(
        self, wanted: Filter, sort: str = "row", reader: Reader = EVERYBODY, *, wait: bool = True
    ) -> list[int]:
        """Return the rows that fulfil a filter, as far as the reader may know of it.

        Raises
        ------
        InvalidParameterError
            If nobody can tell which texts are nearly the same; without `wait`, if it is not known already.
        """
        rows: list[int] = self._found(wanted, sort, reader, wait=wait).tolist()
        return rows

    def _found(self, wanted: Filter, sort: str, reader: Reader, *, wait: bool) -> IntArray:
        view = self.view
        found = row_filter.find_rows(view.board, view.current, wanted, sort, self._search, reader)
        if wanted.copies != "nearly":
            return found
        first_of = self._near_first(reader, wait=wait)
        rows = [row for row in found.tolist() if row in first_of]
        # Groups stand together; a sort by another thing takes them apart.
        ordered = sorted(rows, key=lambda row: (first_of[row], row)) if sort == "row" else rows
        return np.array(ordered, np.int64)

    def _near_first(self, reader: Reader, *, wait: bool = True) -> dict[int, int]:
        """Return the first row of its group, for each row that is nearly the same as another.

        Copies are left out, as one row stands for them, and so is what the reader is to answer blind: labels of rows
        like it would lead the answer.
        """
        copies = self.view.board.copies
        first_of: dict[int, int] = {}
        for group in self.near_copies(wait=wait):
            rows = [row for row in group if copies.first(row) == row and row not in reader.unseen]
            if len(rows) > 1:
                first_of |= dict.fromkeys(rows, rows[0])
        return first_of

    def _search(self, query: str) -> IntArray:
        """Return the rows with these words, and the one whose id is just this."""
        store = self.view.store
        return np.union1d(store.search(query), store.rows_of_id(query.strip()))

    def _summary(self, item: ItemRow, reader: Reader, near_first: Mapping[int, int] | None = None) -> RowSummary:
        row, board, name = item.row, self.view.board, self.view.name
        unseen = row in reader.unseen
        prediction, confidence = (None, None) if unseen else self.prediction(row)
        acts = [act for act in reader.acts(board, row) if not act.undone and act.how]
        flagged, note = reader.marks(board, row)
        comments = reader.thread(board, row)
        first = board.copies.first(row)
        near = (near_first or {}).get(row, row)
        return RowSummary(
            row=row,
            id=item.item_id,
            snippet=cards.snippet(item, self.view.settings),
            image=self._image_address(item),
            status="unlabelled" if unseen else board.status(row),
            class_id=None if unseen else known_class(int(board.labels[row])),
            number=None if unseen or math.isnan(board.numbers[row]) else float(board.numbers[row]),
            answers=[
                AnswerInfo(name(act.annotator), act.class_id, act.value, act.at, act.seconds)
                for act in ({} if unseen else board.answers(row)).values()
            ],
            prediction=prediction,
            predicted_number=None if unseen else self.guessed_number(row),
            confidence=confidence,
            flagged=flagged,
            note=note,
            n_comments=len(comments.comments),
            open_comments=comments.is_open,
            why=cards.why(acts[0]) if acts else "",
            n_same=len(board.copies.group(row)),
            copy_of=None if first == row else self.items([first])[0].item_id,
            nearly=None if near == row else self.items([near])[0].item_id,
        )

    def _line(self, act: Act) -> LogLine:
        named = {each.id: each.name for each in self.view.board.classes}
        words = [_WORDS.get(act.kind, act.kind)]
        if act.kind == "adjudicated" and act.class_id is None:
            words.append("nobody can tell")
        asked = self.view.settings.number_asked
        if asked is not None and act.value is not None:
            words.append(asked.told(act.value))
        elif act.class_id is not None:
            words.append(named.get(act.class_id, f"class {act.class_id}"))
        if act.note:
            words.append(f"“{act.note}”")
        if act.resolves:
            words.append("(resolved)")
        if act.undone:
            words.append("(undone)")
        return LogLine(act.at, self.view.name(act.annotator), " ".join(words), act.uuid, act.group, act.undone)

    def columns(self) -> list[str]:
        """Return every column of the user's data, in order; later files may have brought more."""
        first_rows = sorted(
            {0, *(source.first_row for source in self.view.settings.sources)} & set(range(self.view.board.n_rows))
        )
        return list(dict.fromkeys(name for item in self.items(first_rows) for name in item.content))

    def history(self, annotator: int, limit: int) -> list[HistoryEntry]:
        """Return a person's last actions, newest first."""
        acts = self.view.board.ledger.latest(annotator, limit)
        items = {item.row: item for item in self.items([act.row for act in acts])}
        return [
            HistoryEntry(
                uuid=act.uuid,
                kind=_DONE.get(act.kind, "note"),
                row=act.row,
                id=items[act.row].item_id,
                snippet=cards.snippet(items[act.row], self.view.settings),
                class_id=act.class_id,
                number=act.value,
                at=act.at,
                why=cards.why(act),
                undone=act.undone,
            )
            for act in acts
            if act.kind not in _ELSEWHERE
        ]


def _nobody_knows(*asked: int, wait: bool = True) -> Any:
    raise InvalidParameterError(
        "Which rows are alike is known only while the project is open for labelling: open it with querist label."
    )


def known_class(class_id: int) -> int | None:
    """Return a class id; None for -1, which stands for no class."""
    return class_id if class_id >= 0 else None
