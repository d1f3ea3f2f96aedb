"""One record a row: what a project knows of it, in words."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from querist.labelling.log.board import Status
from querist.labelling.log.conflicts import decision
from querist.labelling.log.threads import thread

if TYPE_CHECKING:
    from querist.labelling.log.board import Board
    from querist.labelling.log.deeds import Act
    from querist.labelling.log.ranking import Ranking
    from querist.store.store import Store


@dataclass(frozen=True, slots=True)
class Record:
    """A row, its label, and how it came to it.

    Attributes
    ----------
    row : int
    item_id : str
    columns : dict of str to JSON value
        The user's, in their order.
    label : str, float or None
        What a reviewer decided, else the majority of the answers, or what the model has labelled the row with; None
        where there is nothing. Where a number is asked for, the median of the answers; `first_label`, `answers` and
        `prediction` have numbers then, too.
    status : {"labelled", "skipped", "model", "unlabelled"}
        ``model``: labelled by the model under a promise, not by a person.
    annotator, answered_at, seconds, how
        Of the first answer that gave the label: by whom (None: an import), when (seconds since 1970),
        how long it took, why it was asked. Where a reviewer decided for a label that nobody had given: of the decision.
    first_label : str, float or None
        The first answer that was given without a guess in sight.
    answers : tuple of dict
        One a person: annotator, label, at, seconds; the earliest first.
    adjudicated_by : str or None
        The reviewer who decided between answers that differ; the decision is the label.
    adjudicated_at : float or None
        When, in seconds since 1970.
    flagged : bool
    note : str
        The last words on the row.
    comments : tuple of dict
        All of them, in order: annotator, text, at, resolves.
    copy_of : str or None
        Id of the row that was asked for this one too, since it is a copy of that.
    prediction : str, float or None
    confidence : float or None
    """

    row: int
    item_id: str
    columns: dict[str, Any]
    label: str | float | None = None
    status: Status = "unlabelled"
    annotator: str | None = None
    answered_at: float | None = None
    seconds: float | None = None
    how: str | None = None
    first_label: str | float | None = None
    answers: tuple[dict[str, Any], ...] = ()
    adjudicated_by: str | None = None
    adjudicated_at: float | None = None
    flagged: bool = False
    note: str = ""
    comments: tuple[dict[str, Any], ...] = ()
    copy_of: str | None = None
    prediction: str | float | None = None
    confidence: float | None = None


def iterate(
    store: "Store", board: "Board", ranking: "Ranking | None" = None, *, rows: Literal["all", "labelled"] = "all"
) -> Iterator[Record]:
    """Yield the records of a project in the order of its rows.

    Parameters
    ----------
    store : Store
    board : Board
        A row that arrived after the board was replayed is left out.
    ranking : Ranking, default=None
        Where predictions come from; None leaves them out.
    rows : {"all", "labelled"}, default="all"
        ``labelled`` leaves out rows without a label; those that the model has labelled have one.
    """
    people = {each.annotator_id: each.name for each in store.annotators()}
    names = {each.id: each.name for each in board.classes}
    firsts, ids = set(board.copies.firsts), {}
    has_numbers = ranking is not None and ranking.number is not None
    for item in store.all_items():
        if item.row >= board.n_rows:
            return
        # What is known of a copy is known of the row that stands for it, which comes before it.
        row = board.copies.first(item.row)
        if item.row in firsts:
            ids[item.row] = item.item_id
        status = board.status(row)
        if rows == "labelled" and status not in ("labelled", "model"):
            continue
        prediction, confidence = (-1, None) if ranking is None else ranking.guess(row)
        yield Record(
            row=item.row,
            item_id=item.item_id,
            columns=item.content,
            status=status,
            flagged=row in board.flagged,
            note=board.notes.get(row, ""),
            comments=_comments(board, row, people),
            copy_of=None if row == item.row else ids[row],
            prediction=_predicted(ranking, row) if has_numbers else names.get(board.label_of(prediction)),
            confidence=confidence,
            # Most rows of a large project: nobody has done anything to them, and what they have is what a record has.
            **({} if status == "unlabelled" and not board.acts_on(row) else _answers(board, row, people, names)),
        )


def _predicted(ranking: "Ranking | None", row: int) -> float | None:
    return None if ranking is None else ranking.guessed_number(row)


def _answers(board: "Board", row: int, people: Mapping[int, str], names: Mapping[int, str]) -> dict[str, Any]:
    counting = [(act, board.label_of(act.class_id)) for act in board.answers(row).values()]
    counting = [(act, label) for act, label in counting if label >= 0]
    first, decided = board.first_answer(row), decision(board, row)
    # A row that was skipped, too, has somebody who did it.
    winning = next((act for act, label in counting if label == board.labels[row]), None) or decided or _skip(board, row)
    by_model, number = board.model_label(row), float(board.numbers[row])
    label = names.get(int(board.labels[row]) if by_model < 0 else by_model)
    return {
        "label": label if math.isnan(number) else number,
        "annotator": None if winning is None else _name(winning, people),
        "answered_at": None if winning is None else winning.at,
        "seconds": None if winning is None else winning.seconds,
        "how": "model" if by_model >= 0 else None if winning is None else winning.how,
        "first_label": None if first is None else _answer(first, board.label_of(first.class_id), names),
        "answers": tuple(
            {"annotator": _name(act, people), "label": _answer(act, label, names), "at": act.at, "seconds": act.seconds}
            for act, label in counting
        ),
        "adjudicated_by": None if decided is None else _name(decided, people),
        "adjudicated_at": None if decided is None else decided.at,
    }


def _answer(act: "Act", label: int, names: Mapping[int, str]) -> str | float | None:
    return names.get(label) if act.value is None else act.value


def _comments(board: "Board", row: int, people: Mapping[int, str]) -> tuple[dict[str, Any], ...]:
    if row not in board.notes and row not in board.open_threads:
        return ()
    said = thread([act for act in board.acts_on(row) if not act.undone]).comments
    return tuple(
        {"annotator": _name(act, people), "text": act.note, "at": act.at, "resolves": act.resolves} for act in said
    )


def _skip(board: "Board", row: int) -> "Act | None":
    if row not in board.skipped:
        return None
    return next(act for act in reversed(board.acts_on(row)) if act.kind == "skipped" and not act.undone)


def _name(act: "Act", people: Mapping[int, str]) -> str | None:
    return None if act.annotator is None else people.get(act.annotator, f"person {act.annotator}")
