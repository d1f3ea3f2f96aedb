"""The API, through the real application."""

import io
import json
import uuid
import zipfile

import pytest
from example_project import make_project, teach
from httpx import ASGITransport, AsyncClient

from querist.labelling.serving.project import Project
from querist.web.app import create_app
from querist.web.security import cookie_name

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def project(tmp_path):
    with Project.open(make_project(tmp_path / "p.querist"), train=False) as opened:
        yield opened


@pytest.fixture
def connect(project):
    """A function that gives a client, signed in as somebody or not."""
    app = create_app(project, owner_name="ada")

    def connect(name=None, role="owner", **headers):
        client = AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1:8765", headers=headers)
        if name is not None:
            token, _ = project.people.invite(role=role).result()
            client.cookies.set(cookie_name(project), project.people.join(token, name).result())
        return client

    return connect


def action(row, class_id=0, **more):
    return {"uuid": str(uuid.uuid4()), "kind": "answer", "row": row, "class_id": class_id} | more


async def test_a_label_is_one_request(connect, project):
    client = connect("ada")
    told = (await client.get("/api/v1/project")).json()
    assert (told["name"], told["me"]["name"], told["progress"]["n_rows"]) == ("reviews", "ada", 40)
    items = (await client.post("/api/v1/queue", json={"want": 5})).json()["items"]
    assert len(items) == 5
    sent = {"actions": [action(items[0]["row"], 1)], "holding": [item["row"] for item in items[1:]], "want": 1}
    reply = (await client.post("/api/v1/answers", json=sent)).json()
    assert [each["status"] for each in reply["results"]] == ["saved"]
    assert reply["progress"]["n_labelled"] == 1
    assert len(reply["items"]) == 1
    entries = (await client.get("/api/v1/history")).json()["entries"]
    assert [entry["row"] for entry in entries] == [items[0]["row"]]


async def test_tabs_get_different_rows(connect):
    client = connect("ada")
    rows = []
    for tab in ("a", "b"):
        reply = await client.post("/api/v1/queue", json={"want": 10}, headers={"X-Tab": tab})
        rows += [item["row"] for item in reply.json()["items"]]
    assert len(set(rows)) == 20


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/project"),
        ("POST", "/api/v1/queue"),
        ("POST", "/api/v1/answers"),
        ("GET", "/api/v1/items"),
        ("GET", "/api/v1/items/3"),
        ("GET", "/api/v1/items/3/image"),
        ("GET", "/api/v1/export"),
        ("GET", "/api/v1/export/log"),
        ("GET", "/api/v1/insights"),
        ("GET", "/api/v1/stream"),
        ("POST", "/api/v1/invitations"),
        ("DELETE", "/api/v1/people/1"),
    ],
)
async def test_nothing_without_a_cookie(connect, method, path):
    answer = await connect().request(method, path, json={} if method == "POST" else None)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_signed_in"
    assert "link" in answer.json()["error"]["hint"]


async def test_the_owners_link_works_once(connect, project):
    token, _ = project.people.invite(role="owner").result()
    client = connect()
    answer = await client.get(f"/join?token={token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert (await client.get("/api/v1/project")).json()["me"]["role"] == "owner"
    again = await connect().get(f"/join?token={token}")
    assert "set-cookie" not in again.headers


async def test_others_join_by_invitation_and_own_nothing(connect):
    ada, bob = connect("ada"), connect()
    link = (await ada.post("/api/v1/invitations", json={})).json()["url"]
    token = link.rpartition("=")[2]
    assert (await bob.get(f"/join?token={token}")).headers["location"] == f"/#/join?token={token}"
    joined = await bob.post("/api/v1/join", json={"token": token, "name": "bob"})
    assert (joined.json()["name"], joined.json()["role"]) == ("bob", "annotator")
    assert (await bob.get("/api/v1/project")).json()["me"]["name"] == "bob"
    for method, path in (
        ("POST", "/api/v1/invitations"),
        ("PATCH", "/api/v1/settings"),
        ("DELETE", "/api/v1/people/1"),
    ):
        answer = await bob.request(method, path, json={} if method != "DELETE" else None)
        assert answer.status_code == 403, path
    assert (await connect().post("/api/v1/join", json={"token": token, "name": "eve"})).status_code == 422
    assert (await ada.delete("/api/v1/people/2")).status_code == 200
    assert (await bob.get("/api/v1/project")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"host": "evil.example:8765"}, "foreign_host"),
        ({"host": "127.0.0.1.evil.example"}, "foreign_host"),
        ({"origin": "http://evil.example"}, "foreign_origin"),
        ({"origin": "http://127.0.0.1:9999"}, "foreign_origin"),
        ({"origin": "null"}, "foreign_origin"),
        ({"sec-fetch-site": "cross-site"}, "foreign_origin"),
    ],
)
async def test_foreign_hosts_and_pages_are_refused(connect, project, headers, code):
    answer = await connect("ada").post("/api/v1/answers", json={"actions": [action(1)]}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == code
    assert project.board.n_labelled == 0


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "LOCALHOST"])
async def test_the_machine_itself_may_be_named_in_several_ways(connect, host):
    headers = {"host": host, "origin": f"http://{host}"}
    assert (await connect("ada").post("/api/v1/queue", json={}, headers=headers)).status_code == 200


async def test_every_answer_carries_the_policy(connect):
    for path in ("/", "/api/v1/health", "/api/v1/project", "/nowhere"):
        headers = (await connect().get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", None, 404, "not_found"),
        ("PUT", "/api/v1/project", {}, 405, "method_not_allowed"),
        ("GET", "/api/v1/items/999", None, 404, "unknown_row"),
        ("GET", "/api/v1/items/-1", None, 422, "invalid_request"),
        ("GET", "/api/v1/items/3/image", None, 415, "no_image"),
        ("GET", "/api/v1/items?sort=nonsense", None, 422, "invalid_request"),
        ("GET", "/api/v1/items?unknown=1", None, 422, "invalid_request"),
        ("GET", "/api/v1/export?format=word", None, 422, "invalid_request"),
        ("POST", "/api/v1/queue", {"want": 100_000}, 422, "invalid_request"),
        (
            "POST",
            "/api/v1/answers",
            {"actions": [{"uuid": "a" * 8, "kind": "eat", "row": 0}]},
            422,
            "invalid_request",
        ),
        ("POST", "/api/v1/items/label", {"uuid": "12345678"}, 422, "invalid_request"),
        ("POST", "/api/v1/items/label", {"uuid": "12345678", "filter": {"label": 1}}, 422, "invalid_request"),
        ("POST", "/api/v1/items/label", {"uuid": "12345678", "rows": [77], "class_id": 0}, 404, "unknown_row"),
        ("POST", "/api/v1/classes", {"name": " "}, 422, "invalid_parameter"),
        ("POST", "/api/v1/classes", {"name": "good"}, 422, "invalid_parameter"),
        ("PATCH", "/api/v1/classes/99", {"name": "x"}, 422, "invalid_parameter"),
        ("POST", "/api/v1/classes/0/merge", {"into": 0}, 422, "invalid_parameter"),
        ("PATCH", "/api/v1/settings", {"audit_share": 3}, 422, "invalid_request"),
        ("PATCH", "/api/v1/settings", {"labels_per_point": 0}, 422, "invalid_request"),
        ("PATCH", "/api/v1/settings", {"strategy": "best"}, 422, "invalid_parameter"),
    ],
)
async def test_errors_have_one_shape(connect, method, path, body, status, code):
    answer = await connect("ada").request(method, path, json=body)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "where", "hint"}
    assert error["code"] == code
    assert error["message"]


async def test_classes(connect):
    client = connect("ada")
    told = (await client.post("/api/v1/classes", json={"name": "ugly", "description": "neither"})).json()
    assert [each["name"] for each in told["classes"]] == ["good", "bad", "ugly"]
    assert told["class_version"] == 2
    told = (await client.patch("/api/v1/classes/2", json={"name": "awful", "key": "a", "examples": ["x"]})).json()
    assert (told["classes"][2]["name"], told["classes"][2]["key"]) == ("awful", "a")
    assert (await client.patch("/api/v1/classes/2", json={"key": None})).json()["classes"][2]["key"] is None
    told = (await client.post("/api/v1/classes/order", json={"ids": [2, 0, 1]})).json()
    assert [each["id"] for each in told["classes"]] == [2, 0, 1]
    told = (await client.post("/api/v1/classes/0/merge", json={"into": 1})).json()
    assert next(each for each in told["classes"] if each["id"] == 0)["merged_into"] == 1
    told = (await client.delete("/api/v1/classes/2")).json()
    assert [each["state"] for each in told["classes"]].count("active") == 1


async def test_explore_bulk_and_undo(connect, project):
    client = connect("ada")
    teach(project, 1)
    found = (await client.get("/api/v1/items", params={"search": "number 1*", "limit": 3})).json()
    assert found["total"] == 11
    assert [item["row"] for item in found["items"]] == [1, 10, 11]
    body = {"uuid": str(uuid.uuid4()), "class_id": 1, "filter": {"search": "number 1*"}, "expected": 11}
    assert (await client.post("/api/v1/items/label", json=body)).json()["n"] == 11
    undo = {"uuid": str(uuid.uuid4()), "kind": "undo", "row": 0, "target": body["uuid"]}
    assert (await client.post("/api/v1/answers", json={"actions": [undo]})).json()["progress"]["n_labelled"] == 0
    assert (await client.get("/api/v1/items/1")).json()["log"][0]["what"] == "labelled bad (undone)"
    assert (await client.post("/api/v1/items/again", json={"rows": [1, 2]})).json() == {"n": 2}


async def test_exports_and_imports(connect, project):
    client = connect("ada")
    await client.post("/api/v1/answers", json={"actions": [action(2, 1), action(4, 0)]})
    for name in ("csv", "jsonl", "parquet", "label-studio", "xlsx"):
        answer = await client.get("/api/v1/export", params={"format": name, "rows": "labelled"})
        assert answer.status_code == 200
        assert "reviews" in answer.headers["content-disposition"]
        assert len(answer.content) > 50
    table = (await client.get("/api/v1/export", params={"format": "csv"})).content
    log = (await client.get("/api/v1/export/log")).text.splitlines()
    assert [json.loads(line)["kind"] for line in log].count("answered") == 2
    reply = await client.post("/api/v1/labels", files={"file": ("again.csv", io.BytesIO(table))})
    assert reply.json() == {"imported": 0, "unchanged": 2, "refused": []}
    lines = b"text,label\ntext number 9 <b>,bad\nunheard of,good\n"
    reply = (await client.post("/api/v1/labels", files={"file": ("more.csv", io.BytesIO(lines))})).json()
    assert reply["imported"] == 1
    assert len(reply["refused"]) == 1


async def test_insights_and_settings(connect, project):
    client = connect("ada")
    teach(project, 0)
    items = (await client.post("/api/v1/queue", json={"want": 20})).json()["items"]
    await client.post("/api/v1/answers", json={"actions": [action(item["row"], duration_ms=1500) for item in items]})
    told = (await client.get("/api/v1/insights")).json()
    assert told["curve"][-1]["n"] == told["confusion"]["n"] > 0
    assert told["slow"][0]["seconds"] == 1.5
    assert told["speed"][0]["n"] == 20
    told = (await client.patch("/api/v1/settings", json={"opinions": 2, "strategy": "entropy"})).json()
    assert (told["opinions"], told["strategy"]) == (2, "entropy")
    assert "margin" in told["strategies"]


async def test_the_openapi_document_names_every_route_and_shows_examples(connect):
    document = (await connect().get("/api/v1/openapi.json")).json()
    assert "/api/v1/answers" in document["paths"]
    assert "examples" in json.dumps(document)


# Older versions of Starlette leave the file of an upload that is broken off to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_body_without_bound_is_refused(connect, monkeypatch):
    monkeypatch.setattr("querist.web.security.MAX_BODY", 1000)
    client = connect("ada")
    answer = await client.post("/api/v1/labels", files={"file": ("x.csv", io.BytesIO(b"x" * 5000))})
    assert answer.status_code == 413

    async def endless():
        for _ in range(100):
            yield b"x" * 100

    answer = await client.post("/api/v1/answers", content=endless())
    assert 400 <= answer.status_code < 500


async def test_the_model_comes_with_a_script(connect, project):
    client = connect("ada")
    refused = await client.get("/api/v1/export/model")
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "no_model"
    await client.post("/api/v1/answers", json={"actions": [action(row, row % 2) for row in range(10)]})
    answer = await client.get("/api/v1/export/model")
    assert answer.status_code == 200, answer.text
    assert {"model.skops", "use_model.py"} <= set(zipfile.ZipFile(io.BytesIO(answer.content)).namelist())
