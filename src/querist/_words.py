"""Items of a list, named in a sentence: a few of them, and how many more there are; commands that can be pasted."""

import shlex
from collections.abc import Iterable
from typing import Any


def listed(items: Iterable[Any], most: int = 30) -> str:
    """Join items, at most so many of them.

    Examples
    --------
    >>> listed("abc"), listed("abc", 2)
    ('a, b, c', 'a, b and 1 more')
    """
    words = [str(item) for item in items]
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def quoted(items: Iterable[Any], most: int = 30) -> str:
    """Join items as Python writes them, at most so many of them.

    Examples
    --------
    >>> quoted(["a", 1, "b"], 2)
    "'a', 1 and 1 more"
    """
    return listed(map(repr, items), most)


def command(*words: Any) -> str:
    """Return a command that can be pasted: names with blanks and the like stand in quotes.

    Examples
    --------
    >>> command("querist", "add", "my project.querist", "data.csv")
    "querist add 'my project.querist' data.csv"
    """
    return shlex.join(map(str, words))
