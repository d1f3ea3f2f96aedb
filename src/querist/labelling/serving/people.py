"""`People`: who may label. Secrets become cookies; only their hashes are stored."""

import hashlib
import secrets
from concurrent.futures import Future

from querist.exceptions import InvalidParameterError
from querist.labelling.log.classes import MAX_NAME
from querist.labelling.log.events import Joined
from querist.labelling.serving.workplace import Workplace, then
from querist.labelling.serving.writer import Batch
from querist.store.rows import AnnotatorRow as Person
from querist.store.rows import InvitationRow, Role

__all__ = ["INVITATION_SECONDS", "OWNER_LINK_SECONDS", "People", "Person", "new_token", "token_hash"]

# A new link for the owner, printed by the command, works this long.
OWNER_LINK_SECONDS = 24 * 3600.0
INVITATION_SECONDS = 7 * 24 * 3600.0


def new_token() -> str:
    """Return a secret that nobody can guess."""
    return secrets.token_urlsafe(24)


def token_hash(token: str) -> str:
    """Return what is stored of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()


class People:
    """Invitations, and whose cookie is whose.

    Parameters
    ----------
    place : Workplace
    """

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._cookies: dict[str, int] = {}
        self._read()

    def invite(
        self, *, role: Role = "annotator", uses: int = 1, seconds: float | None = None
    ) -> "Future[tuple[str, float]]":
        """Return a secret that lets people join, and when it ends."""
        if role not in ("owner", "annotator"):
            raise InvalidParameterError(f"A role is owner or annotator, got {role!r}.")
        token = new_token()

        def work(batch: Batch) -> tuple[str, float]:
            now = self._place.clock()
            ends = now + (INVITATION_SECONDS if seconds is None else seconds)
            batch.tx.add_invitation(InvitationRow(token_hash(token), role, now, ends, uses, 0))
            return token, ends

        return self._place.submit(work)

    def join(self, token: str, name: str) -> "Future[str]":
        """Turn an invitation into a cookie. An owner's link with the name of a person signs that person in.

        Raises
        ------
        InvalidParameterError
            Through the future: if the invitation is used up, too old or wrong, or the name is taken.
        """
        name = name.strip()
        cookie = new_token()

        def work(batch: Batch) -> str:
            if not name or len(name) > MAX_NAME:
                raise InvalidParameterError(f"A name has 1 to {MAX_NAME} characters.")
            invitation = batch.tx.use_invitation(token_hash(token), at=self._place.clock())
            if invitation is None:
                raise InvalidParameterError("This link was used already, or is too old. Ask for a new one.")
            same = next((each for each in self._place.view.people.values() if each.name == name), None)
            if same is not None and (invitation.role != "owner" or same.role != "owner"):
                raise InvalidParameterError(f"There is somebody called {name!r} already. Take another name.")
            if same is None:
                number = batch.tx.add_annotator(name, invitation.role, token_hash(cookie))
                self._place.record(batch, Joined(name=name, role=invitation.role), annotator=number)
            else:
                batch.tx.set_annotator(same.annotator_id, token_hash=token_hash(cookie), active=True)
            return cookie

        return then(self._place.submit(work), self._signed_in)

    def invitation_role(self, token: str) -> str | None:
        """Return the role that an unused invitation gives, or None."""
        found = self._place.view.store.invitation(token_hash(token))
        usable = found is not None and found.uses < found.max_uses and found.expires_at > self._place.clock()
        return found.role if found is not None and usable else None

    def _signed_in(self, cookie: str) -> str:
        self._read()
        self._place.live.tell("settings")
        return cookie

    def deactivate(self, annotator: int) -> "Future[None]":
        """Sign a person out for good; the answers stay."""
        if annotator not in self._place.view.people:
            raise InvalidParameterError(f"There is no person {annotator}.")

        def work(batch: Batch) -> None:
            batch.tx.set_annotator(annotator, active=False, token_hash=token_hash(new_token()))

        return then(self._place.submit(work), lambda _: self._read())

    def _read(self) -> None:
        self._place.view.people = {each.annotator_id: each for each in self._place.view.store.annotators()}
        self._cookies = {each.token_hash: each.annotator_id for each in self._place.view.people.values()}

    def person(self, cookie: str) -> Person | None:
        """Return whose cookie this is, or None."""
        number = self._cookies.get(token_hash(cookie))
        person = None if number is None else self._place.view.people.get(number)
        return person if person is not None and person.active else None
