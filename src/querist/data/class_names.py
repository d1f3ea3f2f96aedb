"""Classes that are numbers in a table and words beside it, as Hugging Face's `datasets` keeps them (ClassLabel)."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from querist._words import listed
from querist.data.table import Table

if TYPE_CHECKING:
    import pandas as pd

# Of a data set, beside its files.
_INFO = "dataset_info.json"
_MOST_BYTES = 1 << 20


def names_of_features(text: bytes | str) -> dict[str, list[str]]:
    """Return the names of the classes by column, from the JSON that describes a data set; empty where it says none.

    Examples
    --------
    >>> names_of_features('{"info": {"features": {"label": {"names": ["no", "yes"], "_type": "ClassLabel"}}}}')
    {'label': ['no', 'yes']}
    """
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if isinstance(found, dict) and "features" not in found:  # within "info", or under the name of a configuration
        inner = [each for each in found.values() if isinstance(each, dict) and isinstance(each.get("features"), dict)]
        found = inner[0] if len(inner) == 1 else {}
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, dict):
        return {}
    names = {}
    for column, feature in features.items():
        if isinstance(feature, dict) and feature.get("_type", "ClassLabel") == "ClassLabel":
            given = feature.get("names")
            if isinstance(given, list) and given and all(isinstance(each, str) for each in given):
                names[str(column)] = given
    return names


def beside(path: Path) -> dict[str, list[str]]:
    """Return the names of the classes by column that the description of a data set beside its file says."""
    info = path.parent / _INFO
    if not info.is_file() or info.stat().st_size > _MOST_BYTES:
        return {}
    return names_of_features(info.read_bytes())


def with_class_names(table: Table, classes: dict[str, list[str]]) -> Table:
    """Return a table with words for the numbers of classes, where all numbers have a word; -1 is a gap."""
    import pandas as pd

    if table.frame is None:
        return table
    frame, notes = table.frame, []
    for name, words in classes.items():
        if name not in frame or not _is_whole(frame[name]):
            continue
        numbers = frame[name].dropna()
        if not numbers.between(-1, len(words) - 1).all() or len(set(words)) < len(words):
            notes.append(f"column {name!r} holds numbers that are none of its {len(words)} classes; read as they are")
            continue
        told = [None if pd.isna(number) or number < 0 else words[int(number)] for number in frame[name].tolist()]
        frame = frame.assign(**{name: pd.Series(told, dtype=object, index=frame.index)})
        notes.append(f"column {name!r}: its numbers are classes with names ({listed(words, 5)})")
    return replace(table, frame=frame).told(*notes)


def _is_whole(column: "pd.Series") -> bool:
    """Whether a column holds whole numbers, which beside gaps are floats."""
    from pandas.api import types

    is_float = types.is_float_dtype(column) and column.notna().any()
    return bool(types.is_integer_dtype(column) or (is_float and (column.dropna() % 1 == 0).all()))
