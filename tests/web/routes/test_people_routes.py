"""Links, signing in and out, over HTTP."""

import pytest

pytestmark = pytest.mark.anyio


def token_of(url):
    return url.rpartition("token=")[2]


async def invite(client, **body):
    answer = await client.post("/api/v1/invitations", json=body)
    assert answer.status_code == 200, answer.text
    return token_of(answer.json()["url"])


async def join(client, token, name=None):
    return await client.post("/api/v1/join", json={"token": token} | ({} if name is None else {"name": name}))


async def me(client):
    answer = await client.get("/api/v1/project")
    return answer.json()["me"]["name"] if answer.status_code == 200 else answer.status_code


async def test_the_link_of_the_command_signs_in_once(connect, project):
    token, _ = project.people.link_of_command("ada").result()
    client = connect()
    answer = await join(client, token)
    assert (answer.json()["name"], answer.json()["role"]) == ("ada", "owner")
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/", "max-age=15552000"):
        assert part in cookie
    assert "secure" not in cookie
    assert await me(client) == "ada"
    again = await join(connect(), token)
    assert again.status_code == 422
    assert "set-cookie" not in again.headers


async def test_looking_at_a_link_uses_nothing_up(connect, project):
    """Chat programs and mail scanners fetch what people send each other."""
    token, _ = project.people.link_of_command("ada").result()
    for method in ("GET", "HEAD", "OPTIONS"):
        for path in ("/join", "/", "/api/v1/join"):
            answer = await connect().request(method, f"{path}?token={token}")
            assert "set-cookie" not in answer.headers
    for _ in range(3):
        looked = await connect().post("/api/v1/join/look", json={"token": token})
        assert looked.json() == {"project": "reviews", "role": "owner", "person": "ada", "from_command": True}
    assert (await connect().get(f"/join?token={token}")).headers["location"] == f"./#/join?token={token}"
    assert (await join(connect(), token)).status_code == 200


async def test_a_second_owner_is_somebody_else(connect):
    ada, guest = connect("ada"), connect()
    token = await invite(ada, role="owner")
    assert (await join(guest, token)).status_code == 422
    assert (await join(guest, token, "ada")).status_code == 422
    assert (await join(guest, token, "zoe")).json()["role"] == "owner"
    assert (await me(ada), await me(guest)) == ("ada", "zoe")


async def test_a_link_is_for_as_many_as_it_says(connect):
    ada = connect("ada")
    token = await invite(ada, uses=2)
    assert [(await join(connect(), token, name)).status_code for name in ("bob", "cid", "eve")] == [200, 200, 422]


async def test_the_secret_stands_behind_the_hash(connect):
    """What stands before it is in the logs of every server on the way."""
    ada = connect("ada")
    for path, body in (("/invitations", {}), ("/me/link", None), ("/people/1/link", None)):
        url = (await ada.post(f"/api/v1{path}", json=body)).json()["url"]
        assert url.startswith("http://127.0.0.1:8765/#/join?token="), path
    listed = (await ada.get("/api/v1/invitations")).text
    assert token_of(url) not in listed


async def test_a_second_browser_of_ones_own(connect):
    bob, second = connect("bob", "viewer"), connect()
    token = token_of((await bob.post("/api/v1/me/link")).json()["url"])
    assert (await join(second, token)).json()["name"] == "bob"
    assert (await me(bob), await me(second)) == ("bob", "bob")
    assert (await bob.post("/api/v1/sign-out", json={})).json() == {"n": 1}
    assert (await me(bob), await me(second)) == (401, "bob")


async def test_somebody_who_lost_the_cookie_comes_back(connect, project):
    ada, bob, again = connect("ada"), connect("bob", "annotator"), connect()
    number = (await bob.get("/api/v1/project")).json()["me"]["id"]
    url = (await ada.post(f"/api/v1/people/{number}/link")).json()["url"]
    assert (await join(again, token_of(url))).json()["id"] == number
    assert (await again.post("/api/v1/sign-out", json={"everywhere": True})).json() == {"n": 0}
    assert (await me(bob), await me(again)) == (401, 401)


async def test_signing_out_takes_the_cookie_away(connect, project):
    ada = connect("ada")
    answer = await ada.post("/api/v1/sign-out", json={})
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert project.store.sign_ins() == []


async def test_a_browser_that_becomes_somebody_else_leaves_nothing_signed_in(connect, project):
    ada = connect("ada")
    token = await invite(ada, role="viewer")
    await join(ada, token, "zoe")
    assert await me(ada) == "zoe"
    assert len(project.store.sign_ins()) == 1


async def test_a_removed_person_is_out_and_cannot_come_back(connect, project):
    ada, eve = connect("ada"), connect()
    token = await invite(ada, uses=5)
    number = (await join(eve, token, "eve")).json()["id"]
    people = (await ada.delete(f"/api/v1/people/{number}")).json()["people"]
    assert [(each["name"], each["active"]) for each in people] == [("ada", True), ("eve", False)]
    assert await me(eve) == 401
    assert (await join(eve, token, "mallory")).status_code == 422
    assert (await ada.get("/api/v1/invitations")).json() == {"invitations": []}
    assert (await ada.post(f"/api/v1/people/{number}/link")).status_code == 422
    await ada.post(f"/api/v1/people/{number}/restore")
    url = (await ada.post(f"/api/v1/people/{number}/link")).json()["url"]
    await join(eve, token_of(url))
    assert await me(eve) == "eve"


async def test_the_last_owner_stays_one(connect):
    ada = connect("ada")
    for answer in (
        await ada.delete("/api/v1/people/1"),
        await ada.patch("/api/v1/people/1", json={"role": "viewer"}),
    ):
        assert answer.status_code == 422
        assert "the only owner" in answer.json()["error"]["message"]


async def test_links_are_listed_and_taken_back(connect):
    ada = connect("ada")
    token = await invite(ada, role="reviewer", uses=3, days=2)
    (shown,) = (await ada.get("/api/v1/invitations")).json()["invitations"]
    assert (shown["role"], shown["max_uses"], shown["made_by"]) == ("reviewer", 3, 1)
    assert shown["expires_at"] - shown["created_at"] == 2 * 24 * 3600
    assert (await ada.delete(f"/api/v1/invitations/{shown['id']}")).json() == {"invitations": []}
    assert (await join(connect(), token, "bob")).status_code == 422


async def test_somebody_signed_out_by_an_owner(connect):
    ada, bob = connect("ada"), connect("bob", "annotator")
    await ada.post("/api/v1/people/2/sign-out")
    assert (await me(ada), await me(bob)) == ("ada", 401)


@pytest.mark.parametrize(
    ("scheme", "root", "expected"), [("https", "", ("secure", "path=/;")), ("http", "/lab/q", ("path=/lab/q;",))]
)
async def test_the_cookie_fits_the_address(connect, project, scheme, root, expected):
    token, _ = project.people.link_of_command("ada").result()
    client = connect()
    client._transport.root_path = root
    client.base_url = f"{scheme}://127.0.0.1:8765"
    cookie = (await join(client, token)).headers["set-cookie"].lower() + ";"
    for part in expected:
        assert part in cookie
