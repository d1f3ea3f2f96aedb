"""`Adjudication`: a reviewer decides about rows on which answers differ."""

from concurrent.futures import Future

from querist.exceptions import InvalidParameterError
from querist.labelling.log import classes as class_lists
from querist.labelling.log.conflicts import differing
from querist.labelling.log.deeds import Adjudicated
from querist.labelling.log.events import event
from querist.labelling.log.numbers import refuse_classes
from querist.labelling.reading.conflicts import ConflictsReply, conflict_queue, may_decide
from querist.labelling.reading.rows import Rows
from querist.labelling.serving.workplace import Workplace
from querist.labelling.serving.writer import Batch


class Adjudication:
    """The conflicts queue, and what reviewers decide.

    Parameters
    ----------
    place : Workplace
    rows : Rows
    """

    def __init__(self, place: Workplace, rows: Rows) -> None:
        self._place = place
        self._rows = rows

    def queue(self, annotator: int, *, limit: int) -> ConflictsReply:
        """Return the rows that a reviewer is to decide about."""
        return conflict_queue(self._rows, self._place.order, self._place.reader(annotator), limit=limit)

    def decide(
        self, annotator: int, uuid: str, row: int, class_id: int | None, *, class_version: int | None = None
    ) -> "Future[None]":
        """Log a decision: a class, or that nobody can tell (None). It stands above all answers until it is undone.

        A repeat of `uuid` changes nothing.

        Raises
        ------
        InvalidParameterError
            Through the future: if the row or the class does not exist, the answers do not differ, or the row is to be
            left to another reviewer. At once: if the project asks for a number.
        """
        refuse_classes(self._place.view.settings.number_asked, "Decisions between answers")

        def work(batch: Batch) -> None:
            board = self._place.board
            first = board.copies.first(self._rows.item(row).row)
            if uuid in board.names:
                if board.names.is_act(uuid, annotator, "adjudicated", first):
                    return
                raise InvalidParameterError("The log has something else of this uuid. Do it again.")
            if not differing(board, first):
                raise InvalidParameterError(
                    f"The answers to row {row} do not differ, so there is nothing to decide. Go on to the next."
                )
            if not may_decide(self._place.view, annotator, first):
                raise InvalidParameterError(
                    f"You have answered row {row} yourself: another reviewer must decide about it."
                )
            if class_id is not None:
                class_lists.active_class(board.classes, class_id)
            deed = Adjudicated(class_id=class_id, class_version=class_version)
            batch.record(event(deed, at=self._place.clock(), annotator=annotator, row=first, uuid=uuid))

        return self._place.submit(work)
