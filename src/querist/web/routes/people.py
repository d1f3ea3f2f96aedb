"""Who labels: invitations, signing in, signing out for good."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from querist.labelling.reading.people import PersonInfo
from querist.labelling.serving.people import Person
from querist.labelling.serving.project import Project
from querist.web import security
from querist.web.depends import Owner, Someone, TheProject, done
from querist.web.entrance import cookie_path, link
from querist.web.errors import ApiError
from querist.web.schemas.common import Row
from querist.web.schemas.people import InvitationBody, InvitationReply, JoinBody, PeopleReply

router = APIRouter(tags=["project"])
entrance = APIRouter(include_in_schema=False)
_COOKIE_SECONDS = 180 * 24 * 3600


@router.get("/people")
def people(project: TheProject, person: Someone) -> PeopleReply:
    """Return everybody, with how many answers each gave."""
    return PeopleReply(people=project.view.people_list())


@router.delete("/people/{annotator}")
async def deactivate(annotator: Row, project: TheProject, person: Owner) -> PeopleReply:
    """Sign a person out for good; the answers stay."""
    if annotator == person.annotator_id:
        raise ApiError(422, "invalid_parameter", "You cannot sign yourself out for good.")
    await done(project.people.deactivate(annotator))
    return PeopleReply(people=project.view.people_list())


@router.post("/invitations")
async def invite(body: InvitationBody, request: Request, project: TheProject, person: Owner) -> InvitationReply:
    """Make a link by which others join."""
    token, ends = await done(project.people.invite(role=body.role, uses=body.uses))
    return InvitationReply(url=link(request, f"join?token={token}"), expires_at=ends)


@router.post("/join")
async def join(body: JoinBody, request: Request, response: Response, project: TheProject) -> PersonInfo:
    """Join by an invitation; the answer sets the cookie."""
    cookie = await done(project.people.join(body.token, body.name))
    _set_cookie(request, response, project, cookie)
    person: Person | None = project.people.person(cookie)
    assert person is not None
    return project.view.person_info(person.annotator_id)


@entrance.get("/join")
async def enter(request: Request, project: TheProject, token: str = "") -> Response:
    """Sign the owner in by the link that the command printed; send others to the page that asks their name."""
    if project.people.invitation_role(token) == "owner":
        cookie = await done(project.people.join(token, request.app.state.owner_name))
        # Relative, as the page is: a proxy may have taken off a path before it.
        response = RedirectResponse("./", 303)
        _set_cookie(request, response, project, cookie)
        return response
    if project.people.person(request.cookies.get(security.cookie_name(project), "")) is not None:
        return RedirectResponse("./", 303)
    return RedirectResponse(f"./#/join?token={token}", 303)


def _set_cookie(request: Request, response: Response, project: Project, cookie: str) -> None:
    response.set_cookie(
        security.cookie_name(project),
        cookie,
        max_age=_COOKIE_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path=cookie_path(request),
    )
