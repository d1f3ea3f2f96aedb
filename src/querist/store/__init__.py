"""Where the labelling page keeps a project: rows in, rows out, on SQLite or PostgreSQL."""

from querist.store.rows import (
    AnnotatorRow,
    EventRow,
    InvitationRow,
    ItemRow,
    ProjectInfo,
    RankingRow,
    SignInRow,
    TabRow,
)
from querist.store.store import Store
from querist.store.writing import Writing

__all__ = [
    "AnnotatorRow",
    "EventRow",
    "InvitationRow",
    "ItemRow",
    "ProjectInfo",
    "RankingRow",
    "SignInRow",
    "Store",
    "TabRow",
    "Writing",
]
