"""Every route, in every state that somebody can be in, against the table of rights."""

import itertools
import json

import pytest
from example_project import cookie_for, make_project
from httpx import ASGITransport, AsyncClient

from querist.labelling.log.settings import POWERS, Settings
from querist.labelling.serving.project import Project
from querist.store.rows import ROLES
from querist.web.app import ROUTERS, create_app, openapi_document
from querist.web.rights import API, RIGHTS, GuardedRoute, Right, allowed, may
from querist.web.security import cookie_name

pytestmark = pytest.mark.anyio
STATES = (*reversed(ROLES), "signed out", "removed")
# The page itself, and what sends to it: files that tell nothing of the project.
PUBLIC = {"/", "/join"}


def routes():
    return [(method, route) for router in ROUTERS for route in router.routes for method in route.methods]


def test_the_table_has_every_route_and_no_other():
    assert {(method, route.path) for method, route in routes()} | {("GET", "/openapi.json")} == set(RIGHTS)
    assert len(routes()) == len(RIGHTS) - 1
    assert all(isinstance(route, GuardedRoute) for _, route in routes())


def test_the_document_has_every_route():
    document = openapi_document()
    told = {(method.upper(), path.removeprefix(API)) for path, each in document["paths"].items() for method in each}
    assert told == set(RIGHTS) - {("GET", "/openapi.json")}


def test_roles_are_ordered():
    for settings in (Settings("text"), Settings("text", annotators_may=POWERS)):
        mine = [set(allowed(role, settings)) for role in ROLES]
        assert all(less <= more for less, more in itertools.pairwise(mine))
        assert len(mine[-1]) == len(RIGHTS)


def test_owners_give_annotators_what_they_like():
    right = Right("owner", "classes")
    given = Settings("text", annotators_may=("classes",))
    assert [may(role, right, Settings("text")) for role in ROLES] == [False, False, False, True]
    assert [may(role, right, given) for role in ROLES] == [False, True, True, True]
    assert not may("annotator", Right("reviewer", "bulk"), given)


class Team:
    """A project with somebody in every state."""

    def __init__(self, project):
        self.project = project
        self.app = create_app(project)
        self.cookies = {role: cookie_for(project, f"the {role}", role) for role in ROLES}
        # So that the owner who is tried is never the last one, nor the one who is removed.
        cookie_for(project, "another", "owner")
        self.cookies |= {"signed out": "", "removed": cookie_for(project, "gone", "owner")}
        gone = next(each.annotator_id for each in project.view.people.values() if each.name == "gone")
        project.people.remove(gone).result()

    def client(self, state):
        client = AsyncClient(transport=ASGITransport(self.app), base_url="http://127.0.0.1:8765")
        client.cookies.set(cookie_name(self.project), self.cookies[state])
        return client


@pytest.fixture
def team(tmp_path):
    with Project.open(make_project(tmp_path / "p.querist"), train=False) as project:
        yield Team(project)


def expected(state, right, settings):
    if right.least is None:
        return None
    if state not in ROLES:
        return 401
    return None if may(state, right, settings) else 403


class Unread:
    """A body that tells whether it was read."""

    def __init__(self):
        self.read = False

    async def __aiter__(self):
        self.read = True
        yield b"{"


@pytest.mark.parametrize("powers", [(), POWERS], ids=["plain", "everything given"])
@pytest.mark.parametrize("state", STATES)
async def test_every_route_answers_as_the_table_says(team, state, powers):
    if powers:
        team.project.change_settings(None, annotators_may=powers).result()
    client = team.client(state)
    for (method, path), right in RIGHTS.items():
        # Nobody is number 99, and no row either: who may comes as far as that.
        address = API + path.format(
            row=99, class_id=99, annotator=99, version=99, promise_id="nobody-has-it", invitation=99
        )
        if path in ("/stream", "/export/model") and expected(state, right, team.project.settings) is None:
            continue
        body = Unread() if method in ("POST", "PATCH") else None
        answer = await client.request(method, address, content=body, headers={"content-type": "application/json"})
        wanted = expected(state, right, team.project.settings)
        told = f"{state}: {method} {path} -> {answer.status_code} {answer.text[:200]}"
        if wanted is None:
            assert answer.status_code not in (401, 403), told
            continue
        assert answer.status_code == wanted, told
        assert answer.json()["error"]["code"] == {401: "not_signed_in", 403: "not_allowed"}[wanted]
        assert body is None or not body.read, told


@pytest.mark.parametrize("state", STATES)
async def test_what_is_no_part_of_the_api_tells_nothing_of_the_project(team, state):
    client = team.client(state)
    assert {path: (await client.get(path)).status_code for path in PUBLIC} == {"/": 200, "/join": 303}
    health = await client.get(f"{API}/health")
    assert health.json() == {"status": "ok"}


@pytest.mark.parametrize("role", ROLES)
async def test_people_are_told_what_they_may(team, role):
    client = team.client(role)
    assert (await client.get(f"{API}/project")).json()["me"]["may"] == allowed(role, team.project.settings)


async def test_a_refusal_says_who_may(team):
    answer = await team.client("annotator").post(f"{API}/items/label", json={})
    assert answer.json()["error"]["message"] == (
        "Only reviewers and owners may do this, and you are here as an annotator."
    )
    answer = await team.client("viewer").patch(f"{API}/settings", json={})
    assert answer.json()["error"]["message"] == "Only owners may do this, and you are here as a viewer."


async def test_what_an_owner_gives_is_logged_and_holds_at_once(team):
    owner, annotator = team.client("owner"), team.client("annotator")
    body = {"name": "third"}
    assert (await annotator.post(f"{API}/classes", json=body)).status_code == 403
    given = await owner.patch(f"{API}/settings", json={"annotators_may": ["classes"]})
    assert given.json()["annotators_may"] == ["classes"]
    assert (await annotator.post(f"{API}/classes", json=body)).status_code == 200
    assert (await annotator.get(f"{API}/export")).status_code == 403
    assert (await owner.patch(f"{API}/settings", json={"annotators_may": ["everything"]})).status_code == 422
    assert (await owner.patch(f"{API}/settings", json={"annotators_may": []})).json()["annotators_may"] == []
    assert (await annotator.post(f"{API}/classes", json={"name": "fourth"})).status_code == 403
    changes = [each.data["changes"] for each in team.project.store.events(kinds=["settings"])]
    assert changes == [{"annotators_may": ["classes"]}, {"annotators_may": []}]


async def test_a_right_that_ends_while_the_body_comes_in(team):
    """A large upload takes a while; whoever is removed meanwhile does nothing with it."""
    annotator = next(each for each in team.project.view.people.values() if each.role == "annotator")

    async def slow():
        yield b'{"actions": [{"uuid": "uuid-of-an-act", "kind": "skip", "row": 1}]'
        team.project.people.remove(annotator.annotator_id).result()
        yield b', "want": 0}'

    headers = {"content-type": "application/json"}
    answer = await team.client("annotator").post(f"{API}/answers", content=slow(), headers=headers)
    assert answer.status_code == 401
    assert not team.project.board.skipped


async def test_a_label_file_makes_no_classes_for_those_who_may_not(team):
    """Or importing would be a way around the table."""
    await team.client("owner").patch(f"{API}/settings", json={"annotators_may": ["import"]})
    content = json.dumps({"text": "text number 3 <b>", "year": 2003, "label": "unheard of"}).encode()
    content += b"\n" + json.dumps({"text": "text number 4 <b>", "year": 2004, "label": "good"}).encode()
    for role in ("annotator", "reviewer"):
        answer = await team.client(role).post(f"{API}/labels", files={"file": ("x.jsonl", content)})
        assert answer.status_code == 200, answer.text
        (refused,) = answer.json()["refused"]
        assert refused["where"] == "label 'unheard of'"
        assert "no such class" in refused["message"]
    assert [each.name for each in team.project.board.classes] == ["good", "bad"]
    answer = await team.client("owner").post(f"{API}/labels", files={"file": ("x.jsonl", content)})
    assert answer.json()["refused"] == []
    assert [each.name for each in team.project.board.classes] == ["good", "bad", "unheard of"]


async def test_a_page_of_one_person_sends_nothing_as_another(team):
    """In one browser two people may follow each other, while a page of the first is still open."""
    people = {each.name: each.annotator_id for each in team.project.view.people.values()}
    body = {"actions": [{"uuid": "uuid-of-an-act", "kind": "skip", "row": 1}], "want": 0}
    client = team.client("owner")
    answer = await client.post(f"{API}/answers", json=body, headers={"x-person": str(people["the reviewer"])})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "other_person")
    assert "'the owner'" in answer.json()["error"]["message"]
    assert not team.project.board.skipped
    answer = await client.post(f"{API}/answers", json=body, headers={"x-person": str(people["the owner"])})
    assert answer.status_code == 200


@pytest.mark.parametrize(("rows", "status"), [([3], 200), ([3, 4], 403)])
async def test_an_annotator_asks_for_one_second_opinion_at_a_time(team, rows, status):
    assert (await team.client("annotator").post(f"{API}/items/again", json={"rows": rows})).status_code == status
    assert (await team.client("reviewer").post(f"{API}/items/again", json={"rows": rows})).status_code == 200
