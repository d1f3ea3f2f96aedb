"""Who may talk to the server, and how much they may send."""

import pytest
from page_client import action

from querist.web import bounds

pytestmark = pytest.mark.anyio


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


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"host": "evil.example:8765"}, "foreign_host"),
        ({"host": "127.0.0.1.evil.example"}, "foreign_host"),
        ({"origin": "http://evil.example"}, "foreign_origin"),
        ({"origin": "http://127.0.0.1:9999"}, "foreign_origin"),
        ({"origin": "null"}, "foreign_origin"),
        ({"origin": "https://127.0.0.1:8765@evil.example"}, "foreign_origin"),
        ({"origin": "http://127.0.0.1:8765, http://evil.example"}, "foreign_origin"),
        ({"sec-fetch-site": "cross-site"}, "foreign_origin"),
        ({"sec-fetch-site": "Cross-Site"}, "foreign_origin"),
        ({"sec-fetch-site": " SAME-SITE"}, "foreign_origin"),
        ({"sec-fetch-site": "same-origin, cross-site"}, "foreign_origin"),
    ],
)
async def test_foreign_hosts_and_pages_are_refused(connect, project, headers, code):
    answer = await connect("ada").post("/api/v1/answers", json={"actions": [action(1)]}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == code
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert project.board.n_labelled == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "LOCALHOST", "127.0.0.2", "[::ffff:127.0.0.1]"]
)
async def test_the_machine_itself_may_be_named_in_several_ways(connect, host):
    headers = {"host": host, "origin": f"http://{host}"}
    assert (await connect("ada").post("/api/v1/queue", json={}, headers=headers)).status_code == 200


async def test_every_answer_carries_the_policy(connect):
    for path in ("/", "/api/v1/health", "/api/v1/project", "/nowhere"):
        headers = (await connect().get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in headers["content-security-policy"]


# Older versions of Starlette leave the file of an upload that is broken off to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_an_upload_that_grows_too_large_is_refused(connect, monkeypatch):
    monkeypatch.setitem(bounds.BODIES, "/api/v1/labels", bounds.BodyBound(1000, None))

    async def endless():
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
        for _ in range(100):
            yield b"x" * 100

    lines = {"content-type": "multipart/form-data; boundary=b"}
    answer = await connect("ada").post("/api/v1/labels", content=endless(), headers=lines)
    assert answer.status_code == 413
