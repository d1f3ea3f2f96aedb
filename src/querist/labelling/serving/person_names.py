"""Names of people: one person must not look like another, nor like what the product says of nobody in particular."""

import unicodedata
from collections.abc import Iterable

from querist.exceptions import InvalidParameterError
from querist.labelling.log.classes import MAX_NAME

# What pages and exports write where no person gave a label.
RESERVED = ("import", "model", "nobody", "querist")


def check_person_name(name: str, others: Iterable[str]) -> str:
    """Return a name as it is kept: without blanks around it.

    Raises
    ------
    InvalidParameterError
        If it is no name, is reserved, or looks like that of another person.
    """
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise InvalidParameterError(f"A name has 1 to {MAX_NAME} characters.")
    if _folded(name) in RESERVED:
        raise InvalidParameterError(f"Querist itself writes {name!r} for labels that nobody gave. Take another name.")
    same = next((each for each in others if _folded(each) == _folded(name)), None)
    if same is not None:
        raise InvalidParameterError(
            f"There is somebody called {same!r} already. Take another name; if that is you, ask the owner for a "
            "personal link, which signs you in again."
        )
    return name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
