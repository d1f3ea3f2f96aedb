"""Rows as the page shows them."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from querist.labelling.log.deeds import Act
from querist.labelling.log.settings import Kind, Settings
from querist.labelling.trainer.messages import Reason
from querist.store.rows import ItemRow

# Longer texts are cut on their way into the queue; the page can ask for the rest.
MAX_TEXT = 20_000
_SNIPPET = 160
_WHY = {
    "audit": "random check question",
    "certificate": "random check question of a promise",
    "initial": "among the first, before there was a model",
    "strategy": "the model would learn most from it",
    # Nobody is to know which of the random rows others answer too.
    "overlap": "random check question",
    "again": "a second opinion was asked for",
    "search": "found by a person",
    "import": "came with the data",
}


@dataclass(frozen=True)
class Field:
    """A field of a card: a `text` is read as prose, a `field` stands in the card's table."""

    name: str
    value: str
    role: Literal["text", "field"]


@dataclass(frozen=True)
class Guess:
    """The model's guess, its confidence in [0, 1], and what speaks for it."""

    class_id: int
    confidence: float
    because: list[Reason]


@dataclass(frozen=True)
class Item:
    """A row as a card.

    `id` is the user's own, else the row's number in the file from 1; `image` the image's address, relative to the
    page's; a text that was cut (`truncated`) is whole in ``/items/{row}``; `guess` is null where there is none, or
    where it is hidden, and so is `guessed_number`, the model's where a number is asked for; `why` it is asked about is
    a clause, empty where nothing is known of that. So many rows
    have this content (`n_same`, itself included): they are asked once, and labelled together.
    """

    row: int
    id: str
    kind: Kind
    fields: list[Field]
    image: str | None
    truncated: bool
    flagged: bool
    note: str
    guess: Guess | None
    guessed_number: float | None
    why: str
    n_same: int


def fields(item: ItemRow, settings: Settings, *, whole: bool = False) -> tuple[list[Field], bool]:
    """Return the fields of the card, and whether a text was cut."""
    cut = False
    built = []
    for name in settings.columns:
        if name == settings.image_column and item.content.get(name) is not None:
            continue
        value = as_words(item.content.get(name))
        if not whole and len(value) > MAX_TEXT:
            value, cut = value[:MAX_TEXT], True
        built.append(Field(name, value, "text" if name in settings.text_columns else "field"))
    return built, cut


def as_words(value: Any) -> str:
    """Return a cell as a person reads it; a gap is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else json.dumps(value)


def snippet(item: ItemRow, settings: Settings) -> str:
    """Return the beginning of a row in one line."""
    names = settings.text_columns or settings.columns or tuple(filter(None, [settings.image_column]))
    values = [as_words(item.content.get(name)) for name in names]
    if not settings.text_columns and settings.kind == "table":
        values = [f"{name}: {value}" for name, value in zip(names, values, strict=True)]
    line = " ".join(" · ".join(value[: 2 * _SNIPPET] for value in values if value)[: 4 * _SNIPPET].split())
    return line if len(line) <= _SNIPPET else f"{line[: _SNIPPET - 1]}…"


def why(act: Act) -> str:
    """Return why a row was asked, in words."""
    told = _WHY.get(act.how, "")
    return f"{told} ({act.strategy})" if act.how == "strategy" and act.strategy else told
