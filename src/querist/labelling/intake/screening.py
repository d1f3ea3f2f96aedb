"""Recognize screening, as for a review of the literature: few rows are wanted, and all of them."""

import re
from collections.abc import Sequence

from querist.data.relevant_classes import relevant_class
from querist.labelling.log.classes import Classes, active
from querist.registry.goals import goal_of

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
    by_column = column is not None and _COLUMN.fullmatch(column) is not None
    if relevant_class(names, by_name=not by_column) is None:
        return []
    return [
        f"the classes look like screening ({names[0]} or {names[1]}): with --goal screening the rows that most "
        "likely belong to the rarer class come first, so that you find them soon; without it, rows that teach the "
        "model most (you can change this later: Data, Settings)"
    ]


def goal_setting(goal: str, classes: Classes) -> str:
    """Return the setting for a goal, which names the class by its id: the name may change.

    Raises
    ------
    UnknownNameError
    InvalidParameterError
        If there are not two classes, or which of them is relevant is not known.
    """
    shown = active(classes)
    told = goal_of(goal).among([each.name for each in shown])
    number = next(each.id for each in shown if each.name == told.relevant)
    return f"{told.name}:relevant={number}"
