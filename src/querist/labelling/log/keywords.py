"""The words that a project highlights in its texts: lists of people, one a class."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from querist.exceptions import InvalidParameterError
from querist.labelling.log.typed import misfits

# Of all classes together: so many are found in a long text without being felt.
MOST_KEYWORDS = 2000
LONGEST_KEYWORD = 200


@dataclass(frozen=True)
class KeywordList:
    """The keywords of a class: words and phrases; ``word*`` stands for all words that begin so."""

    class_id: int
    words: tuple[str, ...]


def keyword_lists(told: Any) -> tuple[KeywordList, ...] | None:
    """Return the lists that JSON holds; None where it holds something else."""
    if not isinstance(told, list | tuple):
        return None
    found = []
    for each in told:
        if isinstance(each, KeywordList):
            found.append(each)
        elif isinstance(each, dict) and each.keys() == {"class_id", "words"} and not misfits(KeywordList, each):
            found.append(KeywordList(each["class_id"], tuple(each["words"])))
        else:
            return None
    return tuple(found)


def checked_keywords(lists: Sequence[KeywordList], class_ids: Collection[int]) -> tuple[KeywordList, ...]:
    """Return lists as a project keeps them: blanks as one, no word twice in a list, no list empty.

    Parameters
    ----------
    lists : sequence of KeywordList
    class_ids : collection of int
        Of the project, classes that were removed or merged included.

    Raises
    ------
    InvalidParameterError
        If a class is not there or has two lists, a keyword cannot be found in any text, or there are too many.
    """
    kept: dict[int, tuple[str, ...]] = {}
    for each in lists:
        if each.class_id not in class_ids:
            raise InvalidParameterError(
                f"Keywords name a class with id {each.class_id}, which is not there. Take one of the project's classes."
            )
        if each.class_id in kept:
            raise InvalidParameterError(f"Keywords of class {each.class_id} stand in two lists. Make them one.")
        kept[each.class_id] = tuple(dict.fromkeys(_checked(word) for word in each.words if word.strip()))
    total = sum(map(len, kept.values()))
    if total > MOST_KEYWORDS:
        raise InvalidParameterError(
            f"A project has at most {MOST_KEYWORDS:,} keywords, got {total:,}. A star stands for many: refund* is "
            "refund, refunds, refunded."
        )
    return tuple(KeywordList(class_id, words) for class_id, words in kept.items() if words)


def _checked(word: str) -> str:
    word = " ".join(word.split())
    if len(word) > LONGEST_KEYWORD:
        raise InvalidParameterError(
            f"A keyword has at most {LONGEST_KEYWORD} characters; {word[:20]!r}... has {len(word)}."
        )
    if "*" in word[:-1] or not word.rstrip("*"):
        raise InvalidParameterError(
            f"Keyword {word!r}: a star must stand at the end of a word: it means every word that begins so (refund*)."
        )
    return word
