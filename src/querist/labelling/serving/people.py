"""`People`: who may do something here, in which browsers they are signed in, and the links that let people in."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import NamedTuple, TypeVar

from querist.exceptions import InvalidParameterError
from querist.labelling.log.payload import Payload
from querist.labelling.log.people_events import (
    InvitationRevoked,
    Invited,
    Joined,
    PersonRemoved,
    PersonRestored,
    RoleChanged,
    SignedIn,
    SignedOut,
)
from querist.labelling.reading.people import InvitationInfo, LinkInfo
from querist.labelling.serving.person_names import NO_PERSON, check_person_name
from querist.labelling.serving.tokens import new_token, token_hash
from querist.labelling.serving.workplace import Workplace, then
from querist.labelling.serving.writer import Batch
from querist.store.rows import ROLES, InvitationRow, Role, SignInRow
from querist.store.rows import AnnotatorRow as Person

__all__ = ["People", "Person"]

# A link that the command printed works this long; one that somebody made for their own second browser; all others.
COMMAND_LINK_SECONDS = 24 * 3600.0
OWN_LINK_SECONDS = 3600.0
INVITATION_SECONDS = 7 * 24 * 3600.0
# A browser that was signed in longer ago is not signed in any more.
SIGN_IN_SECONDS = 180 * 24 * 3600.0

#: What is said of a link that is good for nothing any more.
LINK_IS_USED = "This link has already been used, has expired, or was revoked. Ask for a new one."
T = TypeVar("T")


class _Link(NamedTuple):
    number: int
    token: str
    ends: float


class People:
    """Everybody, their sign-ins and their links.

    What changes is decided on what the one writer sees: two changes that wait together cannot both be right alone and
    wrong together, such as two people of one name, or two owners who remove each other.

    Parameters
    ----------
    place : Workplace
    """

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._sign_ins: dict[str, SignInRow] = {}
        self._read()

    # ------------------------------------------------------------------ who is there

    def person(self, cookie: str) -> Person | None:
        """Return whose cookie this is, or None."""
        found = self._sign_ins.get(token_hash(cookie))
        if found is None or found.created_at + SIGN_IN_SECONDS <= self._place.clock():
            return None
        person = self._place.view.people.get(found.annotator)
        return person if person is not None and person.active else None

    def n_sign_ins(self, person: int) -> int:
        """Return in how many browsers a person is signed in."""
        return sum(each.annotator == person for each in self._sign_ins.values())

    def sign_out(self, cookie: str) -> "Future[None]":
        """End the sign-in of one browser."""

        def work(batch: Batch) -> None:
            batch.tx.end_sign_ins(token_hash=token_hash(cookie))

        return self._change(work)

    def sign_out_everywhere(self, person: int, *, by: int | None = None) -> "Future[None]":
        """End every sign-in of a person, and the links that would sign them in again."""

        def work(batch: Batch) -> None:
            self._found(batch, person)
            self._let_go(batch, person)
            self._log(batch, SignedOut(person=person), by)

        return self._change(work)

    def change_role(self, person: int, role: Role, *, by: int | None = None) -> "Future[None]":
        """Make somebody an owner, a reviewer, an annotator or a viewer.

        Raises
        ------
        InvalidParameterError
            Through the future: if there is no such person or role, or nobody would own the project.
        """

        def work(batch: Batch) -> None:
            _check_role(role)
            found = self._found(batch, person)
            if found.role == role:
                return
            self._check_owner_left(batch, found)
            batch.tx.set_annotator(person, role=role)
            if found.role == "owner":
                # Links that they made as an owner let others in as what an owner may choose.
                batch.tx.revoke_invitations(self._place.clock(), made_by=person)
            if role == "viewer":
                self._let_go_of_rows(batch, person)
            self._log(batch, RoleChanged(person=person, role=role), by)

        return self._change(work)

    def remove(self, person: int, *, by: int | None = None) -> "Future[None]":
        """Let somebody do nothing any more; what they answered stays.

        Every browser of theirs is signed out, and no link is left that they know of: neither those that are for them or
        that they made, nor the one that they came by.

        Raises
        ------
        InvalidParameterError
            Through the future: if there is no such person, or nobody would own the project.
        """

        def work(batch: Batch) -> None:
            found = self._found(batch, person)
            if not found.active:
                return
            self._check_owner_left(batch, found)
            batch.tx.set_annotator(person, active=False)
            self._let_go(batch, person)
            batch.tx.revoke_invitations(self._place.clock(), made_by=person)
            for number in self._came_by(person):
                batch.tx.revoke_invitations(self._place.clock(), invitation_id=number)
            self._let_go_of_rows(batch, person)
            self._log(batch, PersonRemoved(person=person), by)

        return self._change(work)

    def restore(self, person: int, *, by: int | None = None) -> "Future[None]":
        """Let somebody who was removed come back, by a personal link."""

        def work(batch: Batch) -> None:
            if not self._found(batch, person).active:
                batch.tx.set_annotator(person, active=True)
                self._log(batch, PersonRestored(person=person), by)

        return self._change(work)

    # ------------------------------------------------------------------ links

    def invite(
        self, *, role: Role = "annotator", uses: int = 1, seconds: float = INVITATION_SECONDS, by: int | None = None
    ) -> "Future[tuple[str, float]]":
        """Return a secret that lets new people join, and when it ends."""
        _check_role(role)

        def work(batch: Batch) -> tuple[str, float]:
            link = self._new_link(batch, role, seconds, by, uses=uses)
            return link.token, link.ends

        return self._change(work)

    def link(
        self, person: int, *, seconds: float = INVITATION_SECONDS, by: int | None = None
    ) -> "Future[tuple[str, float]]":
        """Return a secret that signs a person in in one more browser, and when it ends."""

        def work(batch: Batch) -> tuple[str, float]:
            found = self._found(batch, person)
            if not found.active:
                raise InvalidParameterError(f"{found.name!r} was removed. Let them come back first.")
            link = self._new_link(batch, found.role, seconds, by, person=person)
            return link.token, link.ends

        return self._change(work)

    def link_of_command(self, name: str) -> "Future[tuple[str, float]]":
        """Return a secret that signs in the owner of a name, whom it makes where there is nobody of that name.

        Whoever can start the command has the project itself, so nobody is asked.

        Raises
        ------
        InvalidParameterError
            Through the future: if the name is that of somebody who owns nothing, or looks like another one.
        """

        def work(batch: Batch) -> tuple[str, float]:
            everybody = batch.tx.annotators()
            found = next((each for each in everybody if each.name == name), None)
            if found is None:
                checked = check_person_name(name, [each.name for each in everybody])
                number = batch.tx.add_annotator(checked, "owner", at=self._place.clock())
                link = self._new_link(batch, "owner", COMMAND_LINK_SECONDS, None, person=number)
                self._log(batch, Joined(name=checked, role="owner", invitation=link.number), number)
                return link.token, link.ends
            if found.role != "owner":
                owners = ", ".join(each.name for each in everybody if each.role == "owner" and each.active)
                raise InvalidParameterError(
                    f"{name!r} is not an owner of this project but {_a(found.role)}. "
                    f"Name an owner with --annotator ({owners or 'or a new name'})."
                )
            number = found.annotator_id
            if not found.active:
                batch.tx.set_annotator(number, active=True)
                self._log(batch, PersonRestored(person=number), None)
            link = self._new_link(batch, "owner", COMMAND_LINK_SECONDS, None, person=number)
            return link.token, link.ends

        return self._change(work)

    def invitations(self) -> list[InvitationInfo]:
        """Return the links that still work."""
        return [_shown(each) for each in self._place.view.store.invitations() if self._works(each)]

    def revoke(self, invitation: int, *, by: int | None = None) -> "Future[None]":
        """Take a link back; who came by it stays."""

        def work(batch: Batch) -> None:
            if batch.tx.revoke_invitations(self._place.clock(), invitation_id=invitation):
                self._log(batch, InvitationRevoked(invitation=invitation), by)

        return self._change(work)

    def look(self, token: str) -> LinkInfo | None:
        """Return what a link is good for, None where it no longer works; nothing is used up."""
        found = self._place.view.store.invitation(token_hash(token))
        if found is None or not self._works(found):
            return None
        person = None if found.person is None else self._place.view.people[found.person]
        return LinkInfo(
            project=self._place.view.info.name,
            role=found.role if person is None else person.role,
            person=None if person is None else person.name,
            from_command=person is not None and found.made_by is None,
        )

    def join(self, token: str, name: str | None = None) -> "Future[str]":
        """Turn a link into a cookie, one more of the person whom it is for, or the first one of a new person.

        Parameters
        ----------
        token : str
        name : str, default=None
            Of a new person; where the link is for somebody, it is not looked at.

        Raises
        ------
        InvalidParameterError
            Through the future: if the link is used up, too old, taken back or wrong, or the name cannot be had. Then
            nothing of the link is used up.
        """
        cookie = new_token()

        def work(batch: Batch) -> str:
            now = self._place.clock()
            found = self._place.view.store.invitation(token_hash(token))
            if found is None or found.invitation_id is None or not self._works(found):
                raise InvalidParameterError(LINK_IS_USED)
            new_name = ""
            if found.person is None:
                new_name = check_person_name(name or "", [each.name for each in batch.tx.annotators()])
            # Whoever waits for the same commit may have used it up or taken it back.
            if batch.tx.use_invitation(token_hash(token), at=now) is None:
                raise InvalidParameterError(LINK_IS_USED)
            if found.person is None:
                person = batch.tx.add_annotator(new_name, found.role, at=now)
                self._log(batch, Joined(name=new_name, role=found.role, invitation=found.invitation_id), person)
            else:
                person = found.person
                if found.made_by is not None:
                    self._log(batch, SignedIn(invitation=found.invitation_id), person)
            batch.tx.add_sign_in(SignInRow(token_hash(cookie), person, now))
            batch.tx.end_sign_ins(before=now - SIGN_IN_SECONDS)
            return cookie

        return self._change(work)

    # ------------------------------------------------------------------ within the writer

    def _new_link(
        self, batch: Batch, role: Role, seconds: float, by: int | None, *, uses: int = 1, person: int | None = None
    ) -> "_Link":
        token, now = new_token(), self._place.clock()
        row = InvitationRow(None, token_hash(token), role, now, now + seconds, uses, 0, by, person)
        number = batch.tx.add_invitation(row)
        if by is not None:
            self._log(batch, Invited(invitation=number, role=role, uses=uses, person=person), by)
        return _Link(number, token, row.expires_at)

    def _found(self, batch: Batch, person: int) -> Person:
        found = next((each for each in batch.tx.annotators() if each.annotator_id == person), None)
        if found is None:
            raise InvalidParameterError(NO_PERSON.format(person))
        return found

    def _check_owner_left(self, batch: Batch, leaving: Person) -> None:
        owners = [each for each in batch.tx.annotators() if each.role == "owner" and each.active]
        if [each.annotator_id for each in owners] == [leaving.annotator_id]:
            raise InvalidParameterError(
                f"{leaving.name!r} is the only owner, and a project needs one. Make somebody else an owner first."
            )

    def _let_go(self, batch: Batch, person: int) -> None:
        """End the sign-ins of a person, and the links for them."""
        batch.tx.end_sign_ins(annotator=person)
        batch.tx.revoke_invitations(self._place.clock(), person=person)

    def _let_go_of_rows(self, batch: Batch, person: int) -> None:
        for tab in self._place.queue.release(person):
            batch.empty_tab(person, tab, self._place.clock())

    def _came_by(self, person: int) -> list[int]:
        """Return the links that a person may have come by; earlier versions did not log which one."""
        joined = [each for each in self._place.view.store.events(kinds=["joined"]) if each.annotator == person]
        known = [each.data["invitation"] for each in joined if "invitation" in each.data]
        if known:
            return known
        used = [each for each in self._place.view.store.invitations() if each.uses and each.person is None]
        return [each.invitation_id for each in used if each.invitation_id is not None]

    def _log(self, batch: Batch, payload: Payload, by: int | None) -> None:
        self._place.record(batch, payload, annotator=by)

    def _works(self, link: InvitationRow) -> bool:
        return link.uses < link.max_uses and link.revoked_at is None and link.expires_at > self._place.clock()

    def _change(self, work: Callable[[Batch], T]) -> "Future[T]":
        """Run a job of the writer; who is who is known anew, and told, before its future is resolved."""

        def read(result: T) -> T:
            self._read()
            self._place.live.tell("people")
            return result

        return then(self._place.submit(work), read)

    def _read(self) -> None:
        self._place.view.people = {each.annotator_id: each for each in self._place.view.store.annotators()}
        self._sign_ins = {each.token_hash: each for each in self._place.view.store.sign_ins()}


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise InvalidParameterError(f"A role is one of {', '.join(ROLES)}; got {role!r}.")


def _a(role: Role) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"


def _shown(link: InvitationRow) -> InvitationInfo:
    assert link.invitation_id is not None
    return InvitationInfo(
        id=link.invitation_id,
        role=link.role,
        person=link.person,
        made_by=link.made_by,
        created_at=link.created_at,
        expires_at=link.expires_at,
        uses=link.uses,
        max_uses=link.max_uses,
    )
