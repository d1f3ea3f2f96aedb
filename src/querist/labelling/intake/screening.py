"""Recognize screening, as for a review of the literature: few rows are wanted, and all of them."""

import re
from collections.abc import Sequence

# Names of classes that say by themselves that a row is in or out, and pairs that need a column that says so.
_INSIDE = re.compile(r"(?:include[ds]?|inclusion|relevant|eligible|accept(?:ed)?)", re.IGNORECASE)
_OUTSIDE = re.compile(
    r"(?:exclude[ds]?|exclusion|irrelevant|ineligible|reject(?:ed)?|(?:not|non)[ _-]*(?:included?|relevant|eligible))",
    re.IGNORECASE,
)
_EITHER = ({"0", "1"}, {"no", "yes"}, {"n", "y"}, {"false", "true"})
_COLUMN = re.compile(r"(?:.*[ _-])?(?:includ|inclusion|relevan|eligib|screen)\w*", re.IGNORECASE)


def screening_told(column: str | None, classes: Sequence[str]) -> list[str]:
    """Return the note that offers to ask for the wanted rows first; none where nothing looks like screening.

    Parameters
    ----------
    column : str or None
        The column of labels already given.
    classes : sequence of str

    Examples
    --------
    >>> len(screening_told("included", ["0", "1"])), screening_told("label", ["0", "1"])
    (1, [])
    """
    names = [name.strip() for name in classes]
    if len(names) != 2:
        return []
    by_name = any(_INSIDE.fullmatch(names[i]) and _OUTSIDE.fullmatch(names[1 - i]) for i in (0, 1))
    by_column = column is not None and _COLUMN.fullmatch(column) and {name.lower() for name in names} in _EITHER
    if not by_name and not by_column:
        return []
    return [
        f"the classes look like screening ({names[0]} or {names[1]}): with --strategy relevance the rows that most "
        "likely belong to the rarer class come first, so that you find them soon; without it, rows that teach the "
        "model most (you can change this later: Data, Settings)"
    ]
