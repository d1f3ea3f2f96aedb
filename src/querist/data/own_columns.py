"""The columns that Querist's exports put behind the user's: how they are called, and how they are known again."""

import re
from collections.abc import Iterable, Sequence

# The column that says which row it is; it has the prefix always, so that it tells Querist's files apart.
ID = "querist_id"
_PREFIX = "querist_"
GIVEN = (
    "label", "status", "annotator", "labelled_at", "seconds", "how", "first_label", "n_answers", "agreement",
    "adjudicated_by", "adjudicated_at", "flagged", "note", "copy_of",
)  # fmt: skip
PREDICTED = ("prediction", "confidence")
# An export has these, whatever version of Querist wrote it.
_ALWAYS = frozenset({"label", "status", "id"})
# Spreadsheets take a cell for a formula that begins so (some pass over blanks first, some read full-width signs).
FORMULA = re.compile("'*(?:[\t\r\n]|\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20])")


def querist_names(columns: Iterable[str]) -> dict[str, str]:
    """Return how Querist's columns are called beside the user's: the user's keep their names.

    Examples
    --------
    >>> names = querist_names(["text", "label"])
    >>> names["label"], names["note"], names["id"]
    ('querist_label', 'note', 'querist_id')
    """
    taken = set(columns)
    names = {}
    for key in (*GIVEN, *PREDICTED):
        name = key
        while name in taken:
            name = _PREFIX + name
        names[key] = name
    names["id"] = ID
    while names["id"] in taken:
        names["id"] = _PREFIX + names["id"]
    return names


def own_names(header: Sequence[str]) -> dict[str, str]:
    """Return Querist's columns of an export by what they hold, as they are called there; empty of any other table.

    Examples
    --------
    >>> own_names(["text", "label", "status", "querist_id"])
    {'label': 'label', 'status': 'status', 'id': 'querist_id'}
    >>> own_names(["text", "label", "status", "id"])
    {}
    """
    if not header or not header[-1].endswith(ID):
        return {}
    for n_users in range(len(header)):
        keys = {name: key for key, name in querist_names(header[:n_users]).items()}
        found = {keys[name]: name for name in header[n_users:] if name in keys}
        if len(found) == len(header) - n_users and found.keys() >= _ALWAYS:
            return found
    return {}


def restore(cell: str) -> str:
    """Take off the apostrophe that an export in CSV has put before what a spreadsheet could run.

    Examples
    --------
    >>> [restore(cell) for cell in ("'=1+1", "-1.5", "'tis")]
    ['=1+1', '-1.5', "'tis"]
    """
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
