"""The next rows and answers, through the real application."""

import pytest
from page_client import action

pytestmark = pytest.mark.anyio


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
