"""Full text search: the same words, phrases and prefixes found on both databases.

Texts are cut into folded words here (no case, no accents) and not by the databases, whose rules differ from each
other and with the locale of a server: both get words that are ready. Scripts that put no blanks between words are
searched by substring.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Integer, Select, select, text

from querist.store.columns import storable
from querist.store.schema import items

# More of a query than this is not looked at; both databases have limits somewhere above it.
_LONGEST_QUERY = 1000
# PostgreSQL refuses words of more than 2046 bytes, and more than 1 MB of words for a text; a character has up to 4.
_LONGEST_WORD = 500
_POSTGRESQL_LONGEST_TEXT = 200_000

_WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r'"([^"]*)(?:"(\*?)|$)|([^\s"]+)')
# Thai, Lao, Tibetan, Burmese, Khmer, Japanese, Chinese.
_NO_BLANKS = re.compile(
    "[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]+"
)

# Stores the words of one row, given as `indexed` returns them: in a file, by the driver, and in PostgreSQL.
FILL_FILE = "INSERT INTO item_words (rowid, words) VALUES (?, ?)"
FILL_POSTGRESQL = text("INSERT INTO item_words (row, words) VALUES (:row, CAST(:words AS tsvector))")
_FIND = {
    "sqlite": "SELECT rowid AS row FROM item_words WHERE item_words MATCH :words",
    "postgresql": "SELECT row FROM item_words WHERE words @@ CAST(:words AS tsquery)",
}


def words_of(text: str) -> list[str]:
    """Cut a text into words without case and accents."""
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
        text = _NO_BLANKS.sub(r" \g<0> ", text)  # so that the words between them are found
    return _WORD.findall(text.casefold())


def indexed(text: str, dialect: str) -> str:
    """Return what of a text is stored to be found."""
    words = words_of(text)
    # Of an accent or a ligature there may come more letters than it is.
    if len(text) > _LONGEST_WORD or not text.isascii():
        words = [word for word in words if len(word) <= _LONGEST_WORD]
    if dialect == "sqlite":
        return " ".join(words)
    words = " ".join(words)[:_POSTGRESQL_LONGEST_TEXT].split()
    return " ".join(f"{word}:{place}" for place, word in enumerate(words, 1))


def finding(query: str, dialect: str) -> Select[int]:
    """Return the statement that finds the rows of a query, in their order.

    All terms must be found: a word, "a phrase", a prefix*. A term without any word, or in a script
    without blanks, is found as a substring. A blank query asks for nothing and finds every row.
    """
    statement = select(items.c.row).order_by(items.c.row)
    terms = list(_terms(storable(query[:_LONGEST_QUERY])))
    phrases = [term for term in terms if term.words]
    if phrases:
        found = text(_FIND[dialect]).bindparams(words=_match(phrases, dialect)).columns(row=Integer)
        if dialect == "sqlite" and len(phrases) == len(terms):
            # Each row has its words: those of a file are read in a third of the time without a look at its items.
            own = found.subquery("found")
            return select(own.c.row).order_by(own.c.row)
        statement = statement.where(items.c.row.in_(found))
    # SQLite's LIKE knows no case of ASCII letters as it is; to fold texts besides takes as long again.
    within = items.c.text.contains if dialect == "sqlite" else items.c.text.icontains
    return statement.where(*(within(term.raw, autoescape=True) for term in terms if not term.words))


@dataclass(frozen=True)
class _Term:
    raw: str
    words: list[str]
    prefix: bool


def _terms(query: str) -> Iterable[_Term]:
    for phrase, star, word in _TERM.findall(query):
        raw = (phrase or word).strip()
        bare = raw.rstrip("*") if word else raw
        words = words_of(raw)
        if _NO_BLANKS.search(raw) or any(len(part) > _LONGEST_WORD for part in words):
            yield _Term(bare, [], False)
        elif raw:
            yield _Term(raw, words, prefix=star == "*" or raw != bare)


def _match(phrases: list[_Term], dialect: str) -> str:
    # Words hold letters and digits only, so nothing in them needs an escape.
    if dialect == "sqlite":
        return " ".join(f'"{" ".join(term.words)}"{" *" if term.prefix else ""}' for term in phrases)
    return " & ".join(
        "(" + " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.prefix else "") + ")" for term in phrases
    )
