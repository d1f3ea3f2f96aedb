"""`Bulk`: many rows at once, by search or from a file."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from querist.exceptions import InvalidParameterError
from querist.labelling.label_files.match import LabelsRead
from querist.labelling.log import classes as class_lists
from querist.labelling.log.board import Board
from querist.labelling.log.class_names import ClassNames
from querist.labelling.log.deeds import Deed, Flagged, Noted, SecondOpinionWanted, Skipped, replaced_by
from querist.labelling.log.numbers import refuse_classes
from querist.labelling.reading.row_filter import Filter
from querist.labelling.reading.rows import Rows
from querist.labelling.serving.class_changes import add_missing
from querist.labelling.serving.workplace import Workplace
from querist.labelling.serving.writer import Batch


@dataclass(frozen=True)
class Outcome:
    """What became of rows that many labels or skips were meant for.

    Attributes
    ----------
    n_changed : int
        Rows on which something is new: their label or skip, or one more opinion where several are wanted.
    n_replaced : int
        Of these, rows that had another label.
    n_same : int
        Rows on which that stood already; nothing was recorded.
    n_kept : int
        Rows that keep another label: a reviewer decided so, or more people's answers count and say so.
    new_classes : tuple of str
        Names of the classes that a file brought.
    notes : tuple of str
        Which labels of a file were taken for a class that is called otherwise.
    refused : tuple of (str, str)
        Labels of a file that were left out, and why.
    """

    n_changed: int
    n_replaced: int = 0
    n_same: int = 0
    n_kept: int = 0
    new_classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


class Bulk:
    """Labels, skips, flags and wishes for another opinion that are about many rows.

    Parameters
    ----------
    place : Workplace
    rows : Rows
    """

    def __init__(self, place: Workplace, rows: Rows) -> None:
        self._place = place
        self._rows = rows

    def label_many(
        self,
        annotator: int,
        uuid: str,
        rows: Sequence[int] | Filter,
        class_id: int | None,
        *,
        expected: int | None = None,
    ) -> "Future[Outcome]":
        """Label (or skip: None) many rows at once; one undo of `uuid` takes all back.

        Raises
        ------
        InvalidParameterError
            Through the future: if the class or a row does not exist, a filter does not find `expected` rows, or `uuid`
            names something else in the log. At once: if the project asks for a number, and it is no skip.
        """
        if class_id is not None:
            refuse_classes(self._place.view.settings.number_asked, "Labels for many rows at once")

        def work(batch: Batch) -> Outcome:
            if uuid in self._place.board.names:
                if self._place.board.names.is_group(uuid, annotator):
                    acts = self._place.board.ledger.acts_of(uuid)
                    n_kept = sum(not _stands(self._place.board, act.row, class_id) for act in acts)
                    return Outcome(len(acts) - n_kept, n_kept=n_kept)
                raise InvalidParameterError("The log has something else of this uuid. Do it again.")
            if isinstance(rows, Filter):
                # Everybody's answers wait for this thread; what the person saw is known.
                chosen = self._rows.find_rows(rows, reader=self._place.reader(annotator), wait=False)
            else:
                chosen = self._existing(rows)
            if expected is not None and len(chosen) != expected:
                raise InvalidParameterError(
                    f"The filter now finds {len(chosen)} rows, not {expected}. Look at them and confirm again."
                )
            if class_id is not None:
                class_lists.active_class(self._place.board.classes, class_id)
            version = self._place.board.class_version
            told: dict[str, Any] = {"how": "search", "group": uuid, "blind": False, "class_version": version}
            count = _Count(self._place, batch, annotator, told)
            for row in self._firsts(chosen):
                self._place.queue.close(row, annotator)
                count.say(row, class_id)
            return count.outcome()

        return self._place.submit(work)

    def ask_again(self, annotator: int, rows: Sequence[int]) -> "Future[int]":
        """Ask for one more opinion on rows, by another person."""

        def work(batch: Batch) -> int:
            chosen, group = self._firsts(self._existing(rows)), str(uuid4())
            for row in chosen:
                self._place.record(batch, SecondOpinionWanted(group=group), annotator=annotator, row=row)
            self._place.queue.reopen()
            return len(chosen)

        return self._place.submit(work)

    def import_labels(
        self, read: LabelsRead, *, annotator: int | None = None, source: str = "", may_add_classes: bool = True
    ) -> "Future[Outcome]":
        """Record what a file says of rows: labels (classes that are new are added and told), skips, flags and notes.

        Parameters
        ----------
        read : LabelsRead
        annotator : int, default=None
            Who answers for it; None: an import.
        source : str, default=""
            Name of the file, for the log.
        may_add_classes : bool, default=True
            Whether labels that name no class make one; else they are left out.

        Returns
        -------
        Future of Outcome
            A row that the file calls skipped and that has a label keeps it.

        Raises
        ------
        InvalidParameterError
            At once: if the project asks for a number.
        """
        refuse_classes(self._place.view.settings.number_asked, "Labels from a file")

        def work(batch: Batch) -> Outcome:
            counts = read.counts()
            found = ClassNames.of(self._place.board).find(counts)
            new = found.new if may_add_classes else ()
            named = {name: meant for name, meant in found.names.items() if may_add_classes or meant not in found.new}
            why = dict.fromkeys(counts, "the project has no such class, and you may not add one") | found.refused
            refused = [
                (f"label {name!r}", f"left out {n} times: {why[name]}")
                for name, n in counts.items()
                if name not in named
            ]
            known = read.under(named)
            labels = dict(known.labels)
            skipped = dict.fromkeys(each.row for each in known.pairs if each.status == "skipped")
            add_missing(self._place, batch, new, annotator)
            ids = {each.name: each.id for each in class_lists.active(self._place.board.classes)}
            told: dict[str, Any] = {"how": "import", "blind": False, "source": source, "group": str(uuid4())}
            by_model = {(pair.row, pair.label) for pair in known.pairs if pair.status == "model"}
            count = _Count(self._place, batch, annotator, told)

            def record(row: int, deed: Deed) -> None:
                self._place.record(batch, deed, annotator=annotator, row=row)

            for row, name in labels.items():
                class_id, item = ids[name], self._rows.item(row)
                # What the model has labelled comes back as it went out, and must not become a person's answer.
                if (row, name) in by_model and self._place.board.model_label(row) == class_id:
                    count.n_same += 1
                else:
                    count.say(item.row, class_id)
            for pair in known.pairs:
                if pair.status == "skipped" and pair.row in skipped and pair.row not in labels:
                    del skipped[pair.row]
                    if self._place.board.status(pair.row) in ("labelled", "model"):
                        count.n_kept += 1
                    else:
                        count.say(pair.row, None)
                if pair.flagged and pair.row not in self._place.board.flagged:
                    record(pair.row, Flagged(note=pair.note, **told))
                elif pair.note and self._place.board.notes.get(pair.row, "") != pair.note:
                    record(pair.row, Noted(note=pair.note, **told))
            return replace(count.outcome(), new_classes=new, notes=found.notes, refused=tuple(refused))

        return self._place.submit(work)

    def _existing(self, rows: Sequence[int]) -> list[int]:
        return [self._rows.item(row).row for row in dict.fromkeys(rows)]

    def _firsts(self, rows: Sequence[int]) -> list[int]:
        """Return the rows that stand for rows, each once."""
        return list(dict.fromkeys(map(self._place.board.copies.first, rows)))


class _Count:
    """Records labels and skips that change something, and counts what becomes of the rows.

    Parameters
    ----------
    place : Workplace
    batch : Batch
    annotator : int or None
        Who speaks; None: a file.
    told : dict
        Fields that all deeds share.
    """

    def __init__(self, place: Workplace, batch: Batch, annotator: int | None, told: dict[str, Any]) -> None:
        self._place = place
        self._batch = batch
        self._annotator = annotator
        self._told = told
        self._now = place.clock()
        place.queue.overlap.renew()
        self.n_changed = self.n_replaced = self.n_same = self.n_kept = 0

    def outcome(self) -> Outcome:
        """Return the counts."""
        return Outcome(self.n_changed, self.n_replaced, self.n_same, self.n_kept)

    def say(self, row: int, class_id: int | None) -> None:
        """Label a row, or skip it (None)."""
        board, before = self._place.board, int(self._place.board.labels[row])
        n_wanted, answers = self._place.queue.n_wanted(row), board.answers(row)
        own = answers.get(self._annotator)
        if _stands(board, row, class_id) and (n_wanted <= 1 or (own and board.label_of(own.class_id) == before)):
            self.n_same += 1
            return
        replaces = replaced_by(
            answers, self._annotator, deliberate=True, n_wanted=n_wanted, answered=class_id is not None
        )
        told = {**self._told, "replaces": replaces}
        kind = board.kind_of_answer(self._annotator, row)
        deed = Skipped(**told) if class_id is None else kind(class_id=class_id, **told)
        self._place.record(self._batch, deed, annotator=self._annotator, row=row, at=self._now)
        if _stands(board, row, class_id):
            self.n_changed += 1
            self.n_replaced += before not in (-1, class_id)
        else:
            self.n_kept += 1


def _stands(board: Board, row: int, class_id: int | None) -> bool:
    """Whether a row has this label, or is skipped (None)."""
    return row in board.skipped if class_id is None else int(board.labels[row]) == class_id
