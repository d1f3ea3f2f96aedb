"""Who may do what: one table, looked at before anything of a request is read."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from querist.labelling.log.settings import Power, Settings
from querist.labelling.reading.people import ROLES, Role
from querist.labelling.serving.people import Person
from querist.labelling.serving.project import Project
from querist.web.errors import ApiError
from querist.web.security import SIGN_IN, cookie_name

API = "/api/v1"


@dataclass(frozen=True)
class Right:
    """What a route asks for.

    Attributes
    ----------
    least : Role or None
        The least role that may; None: everybody, signed in or not.
    power : Power or None
        Annotators may too, where an owner gave them this.
    """

    least: Role | None
    power: Power | None = None


ANYONE: Final = Right(None)
VIEWER: Final = Right("viewer")
ANNOTATOR: Final = Right("annotator")
REVIEWER: Final = Right("reviewer")
OWNER: Final = Right("owner")

# What is under `/api/v1`; each route has its line, and a line its route.
RIGHTS: Mapping[tuple[str, str], Right] = {
    # Signing in and out. A link is looked at and used without a cookie, since it is there to get one.
    ("GET", "/health"): ANYONE,
    ("GET", "/openapi.json"): ANYONE,
    ("POST", "/join"): ANYONE,
    ("POST", "/join/look"): ANYONE,
    ("POST", "/sign-out"): VIEWER,
    ("POST", "/me/link"): VIEWER,
    # Looking.
    ("GET", "/project"): VIEWER,
    ("GET", "/settings"): VIEWER,
    ("GET", "/people"): VIEWER,
    ("GET", "/stream"): VIEWER,
    ("GET", "/history"): VIEWER,
    ("GET", "/items"): VIEWER,
    ("GET", "/items/{row}"): VIEWER,
    ("GET", "/items/{row}/image"): VIEWER,
    ("GET", "/insights"): VIEWER,
    # Your own; that of others asks for the right of `/agreement`.
    ("GET", "/work"): VIEWER,
    ("GET", "/figures"): VIEWER,
    ("GET", "/promises"): VIEWER,
    ("GET", "/export/accuracy"): VIEWER,
    # Labelling.
    ("POST", "/queue"): ANNOTATOR,
    ("POST", "/queue/checks"): ANNOTATOR,
    ("POST", "/answers"): ANNOTATOR,
    # One row; for more at once, the right of `/items/label` is asked for.
    ("POST", "/items/again"): ANNOTATOR,
    # What touches the work of others at once.
    ("POST", "/items/label"): Right("reviewer", "bulk"),
    ("POST", "/labels"): Right("reviewer", "import"),
    ("GET", "/export"): Right("reviewer", "export"),
    ("GET", "/export/log"): Right("reviewer", "export"),
    # Names beside figures, and what reviewers are there for.
    ("GET", "/agreement"): REVIEWER,
    ("GET", "/export/agreement"): REVIEWER,
    ("GET", "/conflicts"): REVIEWER,
    ("POST", "/conflicts/decide"): REVIEWER,
    ("GET", "/export/model"): Right("reviewer", "export"),
    ("POST", "/classes"): Right("owner", "classes"),
    ("POST", "/classes/order"): Right("owner", "classes"),
    ("PATCH", "/classes/{class_id}"): Right("owner", "classes"),
    ("DELETE", "/classes/{class_id}"): Right("owner", "classes"),
    ("POST", "/classes/{class_id}/merge"): Right("owner", "classes"),
    # What others did, taken back.
    ("GET", "/changes"): OWNER,
    ("POST", "/changes/effect"): OWNER,
    ("POST", "/changes/take-back"): OWNER,
    ("GET", "/changes/classes"): Right("owner", "classes"),
    ("POST", "/changes/classes/{version}/effect"): Right("owner", "classes"),
    ("POST", "/changes/classes/{version}/take-back"): Right("owner", "classes"),
    # Running the project.
    ("PATCH", "/settings"): OWNER,
    ("POST", "/promises"): OWNER,
    ("POST", "/promises/plan"): OWNER,
    ("POST", "/promises/{promise_id}/cancel"): OWNER,
    ("POST", "/promises/{promise_id}/apply"): OWNER,
    ("POST", "/promises/{promise_id}/undo"): OWNER,
    ("PATCH", "/people/{annotator}"): OWNER,
    ("DELETE", "/people/{annotator}"): OWNER,
    ("POST", "/people/{annotator}/restore"): OWNER,
    ("POST", "/people/{annotator}/sign-out"): OWNER,
    ("POST", "/people/{annotator}/link"): OWNER,
    ("GET", "/invitations"): OWNER,
    ("POST", "/invitations"): OWNER,
    ("DELETE", "/invitations/{invitation}"): OWNER,
}


def may(role: Role, right: Right, settings: Settings) -> bool:
    """Whether a role has a right, with what the owners gave to annotators."""
    if right.least is None or ROLES.index(role) >= ROLES.index(right.least):
        return True
    return right.power in settings.annotators_may and ROLES.index(role) >= ROLES.index("annotator")


def allowed(role: Role, settings: Settings) -> list[str]:
    """Return the routes that a role may use, as ``METHOD /path`` under `API`."""
    return [f"{method} {path}" for (method, path), right in RIGHTS.items() if may(role, right, settings)]


class GuardedRoute(APIRoute):
    """A route that reads nothing of a request before it knows that whoever sends it may.

    A right that is lost while a body comes in is looked for again when it is there (`someone`).
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the route's own handler behind the look at cookie and role."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            # Older versions of FastAPI have the prefix in the path of a route that was included, newer ones do not.
            request.state.right = RIGHTS[request.method, self.path.removeprefix(API)]
            if request.state.right.least is not None:
                await someone(request)
            return await handler(request)

        return guarded


# It waits for nothing; as a coroutine it spares every request a visit to another thread.
async def someone(request: Request) -> Person:
    """Return who is asking, if they may.

    Raises
    ------
    ApiError
        401 if nobody known, 403 if the role does not allow it.
    """
    project: Project = request.app.state.project
    person = project.people.person(cookie_of(request))
    if person is None:
        raise ApiError(401, "not_signed_in", "You are not signed in.", hint=SIGN_IN)
    if request.headers.get("x-person", str(person.annotator_id)) != str(person.annotator_id):
        # A page that was open before somebody else signed in: what it sends is not theirs.
        hint = "Reload the page. What the other person answered is kept in this browser until they sign in again."
        raise ApiError(401, "other_person", f"This browser is signed in as {person.name!r} now.", hint=hint)
    require(person, request.state.right, project)
    return person


def require(person: Person, right: Right, project: Project) -> None:
    """Refuse, in words, what somebody may not.

    Raises
    ------
    ApiError
        403.
    """
    if not may(person.role, right, project.settings):
        message = f"Only {_those(right)} may do this, and you are here as {_a(person.role)}."
        raise ApiError(403, "not_allowed", message)


def cookie_of(request: Request) -> str:
    """Return the cookie of the project that a request carries, or an empty text."""
    return request.cookies.get(cookie_name(request.app.state.project), "")


def _those(right: Right) -> str:
    least = right.least or "viewer"
    names = [f"{role}s" for role in ROLES[ROLES.index(least) :]]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _a(role: Role) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"
