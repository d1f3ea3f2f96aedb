"""The answers that the figures of agreement are made of, as a table."""

import io
from collections.abc import Iterator
from typing import Any

from querist.data.own_columns import ID
from querist.labelling.export.delimited import write_lines
from querist.labelling.log.overlap_answers import NO_ANSWER, Compared, OverlapAnswers
from querist.labelling.reading.rows import Rows

HEADER = [ID, "sample", "annotator", "label", "decided"]


def agreement_table(rows: Rows, answers: OverlapAnswers) -> bytes:
    """Return one line an answer as CSV: the row, ``random`` or ``chosen``, who, what, and what a reviewer decided."""
    target = io.BytesIO()
    write_lines([HEADER, *_lines(rows, "random", answers.random), *_lines(rows, "chosen", answers.chosen)], target)
    return target.getvalue()


def _lines(rows: Rows, sample: str, compared: Compared) -> Iterator[list[Any]]:
    names = {each.id: each.name for each in rows.view.board.classes} | {NO_ANSWER: None}
    people = [rows.view.name(person) for person in compared.people]
    items = rows.items(compared.rows.tolist())
    for item, said, decided in zip(items, compared.ratings.tolist(), compared.decided.tolist(), strict=True):
        for person, label in zip(people, said, strict=True):
            if label != NO_ANSWER:
                yield [item.item_id, sample, person, names[label], names[decided]]
