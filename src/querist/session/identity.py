"""What tells one part (estimator, strategy, stopping rule, function) from another: its contents, for files to keep."""

from typing import Any

from querist.session.code_digest import code_digest
from querist.session.content import Content


def describe(part: Any) -> Any:
    """Return a part as JSON: equal for equal parts in any process, different where what they do differs.

    Parameters are told by value, arrays by hash, functions and classes of the user's own by a hash of their code, those
    of installed packages by name; what is left at the default of a foreign class is not named. What cannot be looked
    into is told as ``{"unknown": ...}``, and is equal to nothing.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> describe(LogisticRegression(C=2.0))["params"]
    {'C': 2.0}
    """
    return Content(_told).of(part)


def _told(thing: Any, what: str) -> dict[str, Any]:
    digest, packages = code_digest(thing)
    told = {what: f"{thing.__module__}:{thing.__qualname__}", "code": digest}
    return told | ({"uses": packages} if packages else {})
