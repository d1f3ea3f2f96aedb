"""`Bulk`: many rows at once, by search or from a file."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any
from uuid import uuid4

from querist.exceptions import InvalidParameterError
from querist.labelling.label_files.match import LabelsRead
from querist.labelling.log import classes as class_lists
from querist.labelling.log.deeds import Deed, Flagged, Noted, SecondOpinionWanted, Skipped
from querist.labelling.reading.row_filter import Filter
from querist.labelling.reading.rows import Rows
from querist.labelling.serving.class_changes import add_missing
from querist.labelling.serving.workplace import Workplace
from querist.labelling.serving.writer import Batch


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
    ) -> "Future[int]":
        """Label (or skip: None) many rows at once; one undo of `uuid` takes all back.

        Raises
        ------
        InvalidParameterError
            Through the future: if the class or a row does not exist, a filter does not find `expected` rows, or `uuid`
            names something else in the log.
        """

        def work(batch: Batch) -> int:
            if uuid in self._place.board.names:
                if self._place.board.names.is_group(uuid, annotator):
                    return len(self._place.board.ledger.acts_of(uuid))
                raise InvalidParameterError("The log has something else of this uuid. Do it again.")
            if isinstance(rows, Filter):
                chosen = self._rows.find_rows(rows, reader=self._place.reader(annotator))
            else:
                chosen = self._existing(rows)
            if expected is not None and len(chosen) != expected:
                raise InvalidParameterError(
                    f"The filter finds {len(chosen)} rows by now, not {expected}. Look again, and confirm again."
                )
            if class_id is not None:
                class_lists.active_class(self._place.board.classes, class_id)
            now, version = self._place.clock(), self._place.board.class_version
            for row in chosen:
                self._place.queue.close(row, annotator)
                told: dict[str, Any] = {"how": "search", "group": uuid, "blind": False, "class_version": version}
                answer = self._place.board.kind_of_answer(annotator, row)
                deed = Skipped(**told) if class_id is None else answer(class_id=class_id, **told)
                self._place.record(batch, deed, annotator=annotator, row=row, at=now)
            return len(chosen)

        return self._place.submit(work)

    def ask_again(self, annotator: int, rows: Sequence[int]) -> "Future[int]":
        """Ask for one more opinion on rows, by another person."""

        def work(batch: Batch) -> int:
            chosen, group = self._existing(rows), str(uuid4())
            for row in chosen:
                self._place.record(batch, SecondOpinionWanted(group=group), annotator=annotator, row=row)
            self._place.queue.reopen()
            return len(chosen)

        return self._place.submit(work)

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
            add_missing(self._place, batch, list(labels.values()), annotator)
            ids = {each.name: each.id for each in class_lists.active(self._place.board.classes)}
            told: dict[str, Any] = {"how": "import", "blind": False, "source": source, "group": str(uuid4())}
            by_model = {(pair.row, pair.label) for pair in read.pairs if pair.status == "model"}
            n_changed = n_same = 0

            def record(row: int, deed: Deed) -> None:
                self._place.record(batch, deed, annotator=annotator, row=row)

            for row, name in labels.items():
                same = self._place.board.labels[self._rows.item(row).row] == ids[name.strip()]
                # What the model has labelled comes back as it went out, and must not become a person's answer.
                if same or ((row, name) in by_model and self._place.board.model_label(row) == ids[name.strip()]):
                    n_same += 1
                    continue
                n_changed += 1
                record(row, self._place.board.kind_of_answer(annotator, row)(class_id=ids[name.strip()], **told))
            for pair in read.pairs:
                if pair.status == "skipped" and pair.row not in labels:
                    skipped = self._place.board.status(pair.row) != "unlabelled"
                    n_same, n_changed = n_same + skipped, n_changed + (not skipped)
                    if not skipped:
                        record(pair.row, Skipped(**told))
                if pair.flagged and pair.row not in self._place.board.flagged:
                    record(pair.row, Flagged(note=pair.note, **told))
                elif pair.note and self._place.board.notes.get(pair.row, "") != pair.note:
                    record(pair.row, Noted(note=pair.note, **told))
            return n_changed, n_same

        return self._place.submit(work)

    def _existing(self, rows: Sequence[int]) -> list[int]:
        return [self._rows.item(row).row for row in dict.fromkeys(rows)]
