"""The next rows and answers, through the real application."""

import pytest
from example_project import teach
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


async def test_check_questions_in_a_row(connect, project):
    client = connect("ada")
    refused = await client.post("/api/v1/queue/checks", json={"n": 5})
    assert refused.status_code == 422
    assert "no check questions yet" in refused.json()["error"]["message"]
    teach(project, [0] * 40)
    asked = (await client.post("/api/v1/queue/checks", json={"n": 5})).json()
    assert asked["n_checks"] == 5
    items = (await client.post("/api/v1/queue", json={"want": 12})).json()["items"]
    held = project._place.queue.held(project.view.people_list()[0].id, "tab")
    assert [ticket.how for ticket in held[:5]] == ["audit"] * 5
    assert not any(item["guess"] for item in items[:5])
    reply = await client.post("/api/v1/answers", json={"actions": [action(items[0]["row"], 1)], "want": 0})
    assert reply.json()["progress"]["n_checks"] == 4
    assert (await client.post("/api/v1/queue/checks", json={"n": 0})).json()["n_checks"] == 0
    assert (await connect("eve", "annotator").get("/api/v1/project")).json()["progress"]["n_checks"] == 0


async def test_without_check_questions_nobody_asks_for_some(connect, project):
    project.change_settings(None, audit_share=0.0).result()
    refused = await connect("ada").post("/api/v1/queue/checks", json={"n": 5})
    assert "switched off" in refused.json()["error"]["message"]
