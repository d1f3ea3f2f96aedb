"""Labels that look alike: told, never made one."""

import functools
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

# Marks without width, as programs leave them.
INVISIBLE = "\ufeff\u200b\u2060"
_UNSEEN = dict.fromkeys(map(ord, INVISIBLE))


@functools.lru_cache(maxsize=1 << 14)
def looks(text: str) -> str:
    r"""Return a text without what tells it from one that looks the same or nearly so.

    That is upper and lower case, blanks at its ends, which blanks stand within and how many, marks without width, and
    how its accents are kept (Unicode forms C and D).

    Examples
    --------
    >>> looks("Spam\u00a0") == looks("spam") == looks(" SPAM")
    True
    >>> looks("cafe\u0301") == looks("caf\u00e9"), looks("cafe") == looks("caf\u00e9")
    (True, False)
    """
    return unicodedata.normalize("NFC", unmarked(text).casefold())


def unmarked(text: str) -> str:
    r"""Return a text without what nobody sees: as `looks` does, but upper and lower case stay.

    Examples
    --------
    >>> unmarked("very\u00a0 good\u200b"), unmarked("cafe\u0301") == unmarked("caf\u00e9")
    ('very good', True)
    """
    return unicodedata.normalize("NFC", " ".join(text.translate(_UNSEEN).split()))


def alike(labels: Iterable[Any]) -> list[list[str]]:
    """Return the groups of two texts or more that look alike, each in order of first appearance.

    Parameters
    ----------
    labels : iterable
        What is no text looks like nothing else.

    Examples
    --------
    >>> alike(["spam", "ham", "Spam ", 1])
    [['spam', 'Spam ']]
    """
    groups: dict[str, dict[str, None]] = {}
    for label in labels:
        if isinstance(label, str):
            groups.setdefault(looks(label), {})[label] = None
    return [list(group) for group in groups.values() if len(group) > 1]


def told_alike(words: Sequence[str]) -> str:
    """Return what is said of texts that look alike.

    Examples
    --------
    >>> told_alike(["spam", "Spam "])
    "'spam' and 'Spam ' are kept apart; write them in one way if they are one class"
    """
    return f"{' and '.join(shown_apart(words))} are kept apart; write them in one way if they are one class"


def shown_apart(words: Sequence[str]) -> list[str]:
    """Return texts between quotes so that a reader can tell them apart."""
    # Two forms of one accent look the same between quotes, too.
    shown = list(map(repr, words))
    if len({unicodedata.normalize("NFC", word) for word in shown}) < len(shown):
        shown = list(map(ascii, words))
    return shown


def warning_of(words: Sequence[str]) -> str:
    """Return the whole warning of classes that look alike."""
    return f"Classes look alike: {told_alike(words)}."
