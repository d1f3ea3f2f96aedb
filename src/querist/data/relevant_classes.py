"""Which of two classes says that a row is wanted, as in the screening of literature."""

import re
from collections.abc import Sequence

from querist._typing import Label
from querist.exceptions import InvalidParameterError

# Names that say by themselves that a row is in or out, and pairs that need something else to say what is asked.
_INSIDE = re.compile(r"(?:include[ds]?|inclusion|relevant|eligible|accept(?:ed)?)", re.IGNORECASE)
_OUTSIDE = re.compile(
    r"(?:exclude[ds]?|exclusion|irrelevant|ineligible|reject(?:ed)?|(?:not|non)[ _-]*(?:included?|relevant|eligible))",
    re.IGNORECASE,
)
_EITHER = (("0", "1"), ("no", "yes"), ("n", "y"), ("false", "true"))


def relevant_class(classes: Sequence[str], *, by_name: bool = False) -> int | None:
    """Return the place of the class that is wanted; None where two names do not say it.

    Parameters
    ----------
    classes : sequence of str
    by_name : bool, default=False
        Whether the names alone must say that it is about being in or out; "yes" and "no" may be anything.

    Examples
    --------
    >>> relevant_class(["excluded", "included"]), relevant_class(["1", "0"]), relevant_class(["spam", "ham"])
    (1, 0, None)
    >>> relevant_class(["1", "0"], by_name=True)
    """
    names = [name.strip().lower() for name in classes]
    if len(names) != 2:
        return None
    for inside in (0, 1):
        if _INSIDE.fullmatch(names[inside]) and _OUTSIDE.fullmatch(names[1 - inside]):
            return inside
        if not by_name and (names[1 - inside], names[inside]) in _EITHER:
            return inside
    return None


def which_is_relevant(
    classes: Sequence[Label], *, named: Label | None = None, counts: Sequence[int] | None = None
) -> tuple[int, str]:
    """Return the place of the class that screening looks for, and how that is known: the one rule for all who ask.

    Parameters
    ----------
    classes : sequence of labels
        All that there are.
    named : label, default=None
        The class that somebody has named, as it is or as text.
    counts : sequence of int, default=None
        How many rows each class has, where every row has its label: the rarer one is relevant where no name says it.

    Returns
    -------
    place : int
    how : str
        ``"as named"``, ``"by its name"`` or ``"since fewer records have it"``.

    Raises
    ------
    InvalidParameterError
        If there are not two classes, none of them is the one named, or nothing says which is relevant.

    Examples
    --------
    >>> which_is_relevant(["excluded", "included"]), which_is_relevant(["spam", "ham"], named="spam")
    ((1, 'by its name'), (0, 'as named'))
    """
    names = [str(label) for label in classes]
    if len(names) != 2:
        found = f"here there are {len(names)}: {', '.join(names[:5])}" if names else "none is named here"
        raise InvalidParameterError(
            f"Screening has two classes, relevant or not; {found}. Name two classes, the relevant one among them."
        )
    if named is not None:
        if str(named) not in names:
            raise InvalidParameterError(
                f"relevant is {str(named)!r}, and the classes are {names[0]!r} and {names[1]!r}. Name one of these."
            )
        return names.index(str(named)), "as named"
    place = relevant_class(names)
    if place is not None:
        return place, "by its name"
    if counts is None or counts[0] == counts[1]:
        raise InvalidParameterError(
            f"Which of {names[0]!r} and {names[1]!r} is relevant is not known. "
            f"Name it: screening:relevant={names[1]}, say."
        )
    return int(counts[1] < counts[0]), "since fewer records have it"
