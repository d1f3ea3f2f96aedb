"""Rows as the page shows them."""

import json
from typing import Any

from querist.labelling.log.deeds import Act
from querist.labelling.log.settings import Settings
from querist.store.rows import ItemRow

# Longer texts are cut on their way into the queue; the page can ask for the rest.
MAX_TEXT = 20_000
_SNIPPET = 160
_WHY = {
    "audit": "random check question",
    "certificate": "random check question of a promise",
    "initial": "among the first, to see many kinds of rows",
    "strategy": "the model would learn most from it",
    "again": "a second opinion was asked for",
    "search": "found by a person",
    "import": "came with the data",
}


def fields(item: ItemRow, settings: Settings, *, whole: bool = False) -> tuple[list[dict[str, str]], bool]:
    """Return the fields of the card, and whether a text was cut."""
    cut = False
    built = []
    for name in settings.columns:
        if name == settings.image_column and item.content.get(name) is not None:
            continue
        value = as_words(item.content.get(name))
        if not whole and len(value) > MAX_TEXT:
            value, cut = value[:MAX_TEXT], True
        built.append({"name": name, "value": value, "role": "text" if name in settings.text_columns else "field"})
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
