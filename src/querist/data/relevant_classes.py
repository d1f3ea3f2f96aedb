"""Which of two classes says that a row is wanted, as in the screening of literature."""

import re
from collections.abc import Sequence

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
