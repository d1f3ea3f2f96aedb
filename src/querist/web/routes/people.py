"""Who labels: links, signing in and out, roles."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from querist.labelling.reading.people import LinkInfo, PersonInfo
from querist.labelling.serving.people import LINK_IS_USED, OWN_LINK_SECONDS, SIGN_IN_SECONDS, Person
from querist.labelling.serving.project import Project
from querist.web.depends import Someone, TheProject, done
from querist.web.entrance import cookie_path, page_address
from querist.web.errors import ApiError
from querist.web.rights import GuardedRoute, cookie_of
from querist.web.schemas.common import Count, Row
from querist.web.schemas.people import (
    InvitationBody,
    InvitationsReply,
    JoinBody,
    LinkReply,
    LookBody,
    PeopleReply,
    RoleBody,
    SignOutBody,
)
from querist.web.security import cookie_name

router = APIRouter(route_class=GuardedRoute, tags=["people"])
entrance = APIRouter(include_in_schema=False)
InvitationId = Annotated[int, Path(ge=0, le=2**31 - 1)]


@router.get("/people")
def people(project: TheProject, person: Someone) -> PeopleReply:
    """Return everybody, with how many answers each gave."""
    return _everybody(project)


@router.patch("/people/{annotator}")
async def change_role(annotator: Row, body: RoleBody, project: TheProject, person: Someone) -> PeopleReply:
    """Give somebody another role."""
    await done(project.people.change_role(annotator, body.role, by=person.annotator_id))
    return _everybody(project)


@router.delete("/people/{annotator}")
async def remove(annotator: Row, project: TheProject, person: Someone) -> PeopleReply:
    """Take away somebody's access; the answers stay."""
    await done(project.people.remove(annotator, by=person.annotator_id))
    return _everybody(project)


@router.post("/people/{annotator}/restore")
async def restore(annotator: Row, project: TheProject, person: Someone) -> PeopleReply:
    """Let somebody who was removed come back, by a personal link."""
    await done(project.people.restore(annotator, by=person.annotator_id))
    return _everybody(project)


@router.post("/people/{annotator}/sign-out")
async def sign_out_somebody(annotator: Row, project: TheProject, person: Someone) -> PeopleReply:
    """Sign somebody out in every browser."""
    await done(project.people.sign_out_everywhere(annotator, by=person.annotator_id))
    return _everybody(project)


@router.post("/people/{annotator}/link")
async def link(annotator: Row, request: Request, project: TheProject, person: Someone) -> LinkReply:
    """Make a personal link: it signs in somebody who is here already, once, on one more browser."""
    return _link(request, *await done(project.people.link(annotator, by=person.annotator_id)))


@router.post("/me/link")
async def own_link(request: Request, project: TheProject, person: Someone) -> LinkReply:
    """Make a personal link for a second browser of your own; it works for an hour."""
    made = project.people.link(person.annotator_id, seconds=OWN_LINK_SECONDS, by=person.annotator_id)
    return _link(request, *await done(made))


@router.get("/invitations")
def invitations(project: TheProject, person: Someone) -> InvitationsReply:
    """Return the links that still work, without their secrets."""
    return InvitationsReply(invitations=project.people.invitations())


@router.post("/invitations")
async def invite(body: InvitationBody, request: Request, project: TheProject, person: Someone) -> LinkReply:
    """Make a link by which new people join, each under a name of their own."""
    made = project.people.invite(role=body.role, uses=body.uses, seconds=body.days * 24 * 3600, by=person.annotator_id)
    return _link(request, *await done(made))


@router.delete("/invitations/{invitation}")
async def revoke(invitation: InvitationId, project: TheProject, person: Someone) -> InvitationsReply:
    """Revoke a link; people who joined with it stay."""
    await done(project.people.revoke(invitation, by=person.annotator_id))
    return InvitationsReply(invitations=project.people.invitations())


@router.post("/join/look")
def look(body: LookBody, project: TheProject) -> LinkInfo:
    """Say what a link is good for; this does not use it up."""
    found = project.people.look(body.token)
    if found is None:
        raise ApiError(422, "invalid_parameter", LINK_IS_USED)
    return found


@router.post("/join")
async def join(body: JoinBody, request: Request, response: Response, project: TheProject) -> PersonInfo:
    """Use a link: join under a name, or be signed in as the person it is for. The answer sets the cookie."""
    before = cookie_of(request)
    cookie = await done(project.people.join(body.token, body.name))
    if project.people.person(before) is not None:
        # The browser forgets it now, so nobody could end it any more.
        await done(project.people.sign_out(before))
    _set_cookie(request, response, cookie)
    person: Person | None = project.people.person(cookie)
    assert person is not None
    return project.view.person_info(person.annotator_id)


@router.post("/sign-out")
async def sign_out(
    body: SignOutBody, request: Request, response: Response, project: TheProject, person: Someone
) -> Count:
    """Sign out, in this browser or everywhere; answers how many browsers are still signed in."""
    if body.everywhere:
        await done(project.people.sign_out_everywhere(person.annotator_id, by=person.annotator_id))
    else:
        await done(project.people.sign_out(cookie_of(request)))
    response.delete_cookie(cookie_name(project), **_cookie_place(request))
    return Count(n=project.people.n_sign_ins(person.annotator_id))


@entrance.get("/join")
async def enter(token: str = "") -> Response:
    """Show the page that asks; a link that is only looked at, by whatever shows previews of links, stays good."""
    # Relative, as all addresses of the page: a proxy may have taken off a path before it.
    return RedirectResponse(f"./#/join?token={quote(token)}", 303)


def _everybody(project: Project) -> PeopleReply:
    return PeopleReply(people=project.view.people_list())


def _link(request: Request, token: str, ends: float) -> LinkReply:
    # Behind the #, so that no server on the way and no log has it.
    return LinkReply(url=f"{page_address(request)}#/join?token={token}", expires_at=ends)


def _set_cookie(request: Request, response: Response, cookie: str) -> None:
    name = cookie_name(request.app.state.project)
    response.set_cookie(name, cookie, max_age=int(SIGN_IN_SECONDS), **_cookie_place(request))


def _cookie_place(request: Request) -> dict[str, Any]:
    return {
        "path": cookie_path(request),
        "secure": request.scope["scheme"] == "https",
        "httponly": True,
        "samesite": "strict",
    }
