"""What everybody did, taken back: who may, what is shown first, what is confirmed."""

import uuid

import pytest
from page_client import action

from querist.labelling.log.deeds import ACTS
from querist.labelling.reading import changes

pytestmark = pytest.mark.anyio

CHANGES = "/api/v1/changes"


async def answer(client, *rows, class_id=0):
    sent = [action(row, class_id) for row in rows]
    await client.post("/api/v1/answers", json={"actions": sent})
    return [each["uuid"] for each in sent]


async def take_back(client, **wanted):
    shown = (await client.post(f"{CHANGES}/effect", json=wanted)).json()
    body = {"uuid": str(uuid.uuid4()), "expected": shown["n_acts"], **wanted}
    return await client.post(f"{CHANGES}/take-back", json=body)


async def test_an_owner_takes_back_what_an_annotator_did(connect, project):
    ada, bob = connect("ada"), connect("bob", "reviewer")
    body = {"uuid": str(uuid.uuid4()), "class_id": 1, "filter": {"status": "unlabelled"}, "expected": 40}
    assert (await bob.post("/api/v1/items/label", json=body)).json()["n"] == 40
    (done,) = (await ada.get(CHANGES, params={"which": "many", "limit": 1})).json()["changes"]
    assert (done["what"], done["person"], done["takeable"]) == ("labelled 40 rows as bad", "bob", True)
    shown = (await ada.post(f"{CHANGES}/effect", json={"target": done["uuid"]})).json()
    assert (shown["n_lost"], shown["classes"]) == (40, [{"class_id": 1, "before": 40, "after": 0}])
    other = {"uuid": str(uuid.uuid4()), "target": done["uuid"], "expected": 39}
    refused = await ada.post(f"{CHANGES}/take-back", json=other)
    assert (refused.status_code, "Look at them" in refused.json()["error"]["message"]) == (422, True)
    taken = (await take_back(ada, target=done["uuid"])).json()
    assert (taken["n"], project.board.n_labelled) == (40, 0)
    assert (await take_back(ada, target=taken["uuid"])).json()["n"] == 40
    assert project.board.n_labelled == 40


async def test_all_of_a_person_and_one_act(connect, project):
    ada, bob = connect("ada"), connect("bob", "annotator")
    first, _ = await answer(bob, 0, 1)
    detail = (await ada.get("/api/v1/items/0")).json()
    assert [(line["uuid"], line["group"], line["undone"]) for line in detail["log"]] == [(first, None, False)]
    assert (await take_back(ada, target=first)).json()["n"] == 1
    assert (await take_back(ada, person=2)).json()["n"] == 1
    assert project.board.n_labelled == 0
    for wanted in ({}, {"person": 2, "target": first}):
        assert (await ada.post(f"{CHANGES}/effect", json=wanted)).status_code == 422
    assert (await ada.post(f"{CHANGES}/effect", json={"person": 9})).status_code == 422


async def test_only_owners_may(connect):
    bob = connect("bob", "annotator")
    (mine,) = await answer(bob, 0)
    body = {"uuid": str(uuid.uuid4()), "target": mine, "expected": 1}
    assert (await bob.get(CHANGES)).status_code == 403
    assert (await bob.post(f"{CHANGES}/effect", json={"target": mine})).status_code == 403
    assert (await bob.post(f"{CHANGES}/take-back", json=body)).status_code == 403
    assert (await bob.get(f"{CHANGES}/classes")).status_code == 403
    assert (await bob.post(f"{CHANGES}/classes/2/effect", json={})).status_code == 403
    assert (await bob.post(f"{CHANGES}/classes/2/take-back", json={"expected": 0})).status_code == 403


async def test_a_removed_class_comes_back_with_its_answers(connect, project):
    ada = connect("ada")
    await answer(ada, 0, 1)
    await ada.delete("/api/v1/classes/0")
    refused = (await ada.post("/api/v1/classes", json={"name": " good "})).json()["error"]
    assert refused["code"] == "class_is_gone"
    assert refused["message"] == "There was a class 'good' already; it was removed. Answers that were given for it: 2."
    assert "Bring it back" in refused["hint"]
    removed, began = (await ada.get(f"{CHANGES}/classes")).json()["changes"]
    assert [(each["version"], each["takeable"]) for each in (removed, began)] == [(2, True), (1, False)]
    shown = (await ada.post(f"{CHANGES}/classes/2/effect", json={})).json()
    assert (shown["n_gained"], shown["n_rows"]) == (2, 2)
    told = (await ada.post(f"{CHANGES}/classes/2/take-back", json={"expected": 2})).json()
    assert [each["state"] for each in told["classes"]] == ["active", "active"]
    assert project.board.labels[:2].tolist() == [0, 0]


async def test_a_new_class_of_the_name_of_one_that_is_gone(connect, project):
    ada = connect("ada")
    await answer(ada, 0)
    await ada.post("/api/v1/classes/0/merge", json={"into": 1})
    refused = (await ada.post("/api/v1/classes", json={"name": "good"})).json()["error"]
    assert "merged into 'bad'" in refused["message"]
    told = (await ada.post("/api/v1/classes", json={"name": "good", "fresh": True})).json()
    assert [(each["id"], each["state"]) for each in told["classes"]] == [(0, "merged"), (1, "active"), (2, "active")]
    url = f"{CHANGES}/classes/2"
    clash = (await ada.post(f"{url}/effect", json={})).json()["error"]
    assert "two classes 'good'" in clash["message"]
    shown = (await ada.post(f"{url}/effect", json={"name": "good of old"})).json()
    body = {"name": "good of old", "expected": shown["n_rows"]}
    told = (await ada.post(f"{url}/take-back", json=body)).json()
    assert [each["name"] for each in told["classes"] if each["state"] == "active"] == ["good of old", "bad", "good"]
    assert project.board.labels[0] == 0


def test_every_act_has_a_word():
    assert set(changes.WORDS) == set(ACTS)
