"""What can be changed within one transaction."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import StatementError

from querist.exceptions import StoreError
from querist.store import schema, search
from querist.store.columns import exact, storable, to_json
from querist.store.home import KEY as HOME
from querist.store.home import Home, without_home
from querist.store.rows import (
    AnnotatorRow,
    EventRow,
    InvitationRow,
    ItemRow,
    ProjectInfo,
    RankingRow,
    Role,
    SignInRow,
    TabRow,
)

_CHUNK = 2000
_BLOBS_KEPT = 3
_ADD_ITEMS = "INSERT INTO items (row, item_id, content, text, audit_number, source) VALUES (?, ?, ?, ?, ?, ?)"
# Every label comes by here, so these are made once.
_DELETE_TAB = delete(schema.tabs).where(
    schema.tabs.c.annotator == bindparam("whose"), schema.tabs.c.tab == bindparam("which")
)
_INSERT_TAB = insert(schema.tabs)
_INSERT_EVENTS = insert(schema.events).returning(schema.events.c.seq, sort_by_parameter_order=True)


class Writing:
    """A transaction of a `Store`; get it from ``with store.writing() as tx``."""

    def __init__(self, connection: Connection, name: str):
        self._connection = connection
        self._name = name

    def set_info(self, **changes: Any) -> ProjectInfo:
        """Change fields of the project's info and return it."""
        old = ProjectInfo(*self._connection.execute(select(schema.project)).one())
        info = replace(old, **changes)
        info = replace(info, settings=without_home(info.settings))
        home = {name: value for name, value in old.settings.items() if name == HOME}
        self._connection.execute(update(schema.project).values(vars(info) | {"settings": info.settings | home}))
        return info

    def note_home(self, home: Home, *, keep: bool) -> None:
        """Note where the project is at home; unless they are kept, all sign-ins and links end."""
        settings = self._connection.execute(select(schema.project.c.settings)).scalar_one()
        self._connection.execute(update(schema.project).values(settings=home.note(settings)))
        if not keep:
            self.end_sign_ins()
            self.revoke_invitations(time.time())

    def add_items(self, first_row: int, items: Iterable[ItemRow]) -> int:
        """Add items behind those there are.

        Parameters
        ----------
        first_row : int
            The row of the first one, which is the number of items so far.
        items : iterable of ItemRow
            Their rows count on from `first_row`.

        Returns
        -------
        int
            How many were added.
        """
        row = int(self._connection.execute(schema.NEXT_ROW).scalar_one())
        if row != first_row:
            raise StoreError(f"{self._name} has {row} items, so the next row must be {row}, not {first_row}.")
        dialect = self._connection.dialect.name
        incoming = iter(items)
        while chunk := list(islice(incoming, _CHUNK)):
            for item in chunk:
                if item.row != row:
                    raise StoreError(
                        f"Rows must count without gaps: an item has row {item.row} in the place of row {row}."
                    )
                row += 1
            if dialect == "sqlite":
                self._add_to_file(chunk)
                continue
            words = [{"row": item.row, "words": search.indexed(item.text, dialect)} for item in chunk]
            self._connection.execute(insert(schema.items), [vars(item) for item in chunk])
            self._connection.execute(search.FILL_POSTGRESQL, words)
        return row - first_row

    def _add_to_file(self, items: Sequence[ItemRow]) -> None:
        """Add items to a project file, by the driver alone: most of the time was SQLAlchemy's."""
        try:
            values = [
                (
                    each.row,
                    exact(each.item_id),
                    to_json(each.content),
                    storable(each.text),
                    each.audit_number,
                    each.source,
                )
                for each in items
            ]
            words = [(each.row, search.indexed(each.text, "sqlite")) for each in items]
        except (ValueError, TypeError) as error:
            raise StatementError(str(error), _ADD_ITEMS, None, error) from error
        self._connection.exec_driver_sql(_ADD_ITEMS, values)
        self._connection.exec_driver_sql(search.FILL_FILE, words)

    def append(self, events: Sequence[EventRow]) -> list[int]:
        """Write events to the log and return their numbers, which rise in the order given.

        Each `seq` must be None. A uuid that the log has already is refused with StoreError;
        `Store.find_events` tells before.
        """
        if not events:
            return []
        values = [vars(event).copy() for event in events]
        for value in values:
            if value.pop("seq") is not None:
                raise StoreError(f"The event {value['uuid']} has a number already, so it is in the log. Leave it out.")
        return list(self._connection.scalars(_INSERT_EVENTS, values))

    def save_ranking(self, ranking: RankingRow) -> None:
        """Keep a ranking; all keep their metrics, the last three that had one their blob."""
        table = schema.rankings
        self._connection.execute(insert(table).values(vars(ranking)))
        if ranking.blob is not None:
            self._let_go_of_blobs()

    def save_blob(self, version: int, blob: bytes) -> None:
        """Keep the blob of a ranking that was saved without one."""
        table = schema.rankings
        self._connection.execute(update(table).where(table.c.version == version).values(blob=blob))
        self._let_go_of_blobs()

    def _let_go_of_blobs(self) -> None:
        table = schema.rankings
        with_blob = select(table.c.version).where(table.c.blob.is_not(None))
        kept = with_blob.order_by(table.c.version.desc()).limit(_BLOBS_KEPT)
        self._connection.execute(
            update(table).where(table.c.version.not_in(kept), table.c.blob.is_not(None)).values(blob=None)
        )

    def annotators(self) -> list[AnnotatorRow]:
        """Return everybody as this transaction sees them: with what others did that wait for the same commit."""
        return [AnnotatorRow(*row) for row in self._connection.execute(schema.EVERYBODY)]

    def add_annotator(self, name: str, role: Role, *, at: float | None = None) -> int:
        """Add a person, active from now on, and return their number."""
        statement = insert(schema.annotators).returning(schema.annotators.c.annotator_id)
        values = {"name": name, "role": role, "created_at": time.time() if at is None else at, "active": True}
        return int(self._connection.execute(statement, values).scalar_one())

    def set_annotator(self, annotator_id: int, **changes: Any) -> AnnotatorRow:
        """Change fields of a person and return them as they are now."""
        table = schema.annotators
        found = self._connection.execute(select(table).where(table.c.annotator_id == annotator_id)).one_or_none()
        if found is None:
            raise StoreError(f"{self._name} has no annotator {annotator_id}. Add one first.")
        annotator = replace(AnnotatorRow(*found), **changes)
        self._connection.execute(update(table).where(table.c.annotator_id == annotator_id).values(vars(annotator)))
        return annotator

    def add_sign_in(self, sign_in: SignInRow) -> None:
        """Keep one more browser of a person."""
        self._connection.execute(insert(schema.sign_ins).values(vars(sign_in)))

    def end_sign_ins(
        self, *, token_hash: str | None = None, annotator: int | None = None, before: float | None = None
    ) -> int:
        """Forget browsers, and return how many: that of a cookie, those of a person, those from before a moment.

        What is given must all hold; with nothing given, every browser is forgotten.
        """
        table = schema.sign_ins
        statement = delete(table)
        if token_hash is not None:
            statement = statement.where(table.c.token_hash == token_hash)
        if annotator is not None:
            statement = statement.where(table.c.annotator == annotator)
        if before is not None:
            statement = statement.where(table.c.created_at < before)
        return self._connection.execute(statement).rowcount

    def add_invitation(self, invitation: InvitationRow) -> int:
        """Keep an invitation and return its number; its `invitation_id` must be None."""
        values = vars(invitation).copy()
        if values.pop("invitation_id") is not None:
            raise StoreError(
                f"Invitation {invitation.invitation_id} has a number already. Pass None: the store numbers it."
            )
        statement = insert(schema.invitations).returning(schema.invitations.c.invitation_id)
        return int(self._connection.execute(statement, values).scalar_one())

    def use_invitation(self, token_hash: str, *, at: float | None = None) -> InvitationRow | None:
        """Count one use of an invitation.

        Parameters
        ----------
        token_hash : str
            Which one.
        at : float, default=None
            The moment of its use; None is now.

        Returns
        -------
        InvitationRow or None
            None where there is no such invitation, it was revoked, has expired or is used up.
        """
        table = schema.invitations
        used = self._connection.execute(
            update(table)
            .where(table.c.token_hash == token_hash, table.c.uses < table.c.max_uses, table.c.revoked_at.is_(None))
            .where(table.c.expires_at > (time.time() if at is None else at))
            .values(uses=table.c.uses + 1)
            .returning(*table.c)
        ).one_or_none()
        return None if used is None else InvitationRow(*used)

    def revoke_invitations(
        self,
        at: float,
        *,
        invitation_id: int | None = None,
        made_by: int | None = None,
        person: int | None = None,
    ) -> int:
        """Take links back, and return how many that were not taken back before: one, those of or for a person."""
        table = schema.invitations
        given = {"invitation_id": invitation_id, "made_by": made_by, "person": person}
        chosen = [table.c[name] == value for name, value in given.items() if value is not None]
        return self._connection.execute(
            update(table).where(*chosen, table.c.revoked_at.is_(None)).values(revoked_at=at)
        ).rowcount

    def keep_tabs(self, tabs: Sequence[TabRow]) -> None:
        """Note what tabs hold, each in place of what was noted of it before; one that holds nothing is a tab, too."""
        if not tabs:
            return
        self._connection.execute(_DELETE_TAB, [{"whose": tab.annotator, "which": tab.tab} for tab in tabs])
        self._connection.execute(_INSERT_TAB, [vars(tab) for tab in tabs])

    def forget_tabs(self, before: float) -> None:
        """Forget tabs that were not heard of since a moment."""
        self._connection.execute(delete(schema.tabs).where(schema.tabs.c.at < before))
