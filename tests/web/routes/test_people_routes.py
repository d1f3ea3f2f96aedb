"""Links, invitations, and who owns nothing."""

import pytest

pytestmark = pytest.mark.anyio


async def test_the_owners_link_works_once(connect, project):
    token, _ = project.people.invite(role="owner").result()
    client = connect()
    answer = await client.get(f"/join?token={token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "./")
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
    assert (await bob.get(f"/join?token={token}")).headers["location"] == f"./#/join?token={token}"
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
