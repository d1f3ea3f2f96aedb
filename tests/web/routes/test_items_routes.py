"""Rows are found, and labelled many at once."""

import json
import uuid

import pytest
from example_project import teach

from querist.labelling.trainer.messages import Reason

pytestmark = pytest.mark.anyio


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


async def test_people_discuss_a_row_until_it_is_settled(connect):
    ada, bea = connect("ada"), connect("bea", "annotator")

    async def say(client, note="", **more):
        told = {"uuid": str(uuid.uuid4()), "kind": "comment", "row": 3, "note": note} | more
        return (await client.post("/api/v1/answers", json={"actions": [told], "want": 0})).json()

    async def found(client):
        return [each["row"] for each in (await client.get("/api/v1/items?open_comments=true")).json()["items"]]

    assert (await say(ada, "  "))["results"][0]["message"] == "A comment needs words."
    assert "no open comments" in (await say(ada, resolves=True))["results"][0]["message"]
    assert (await say(ada, "Is this good?"))["progress"]["n_commented"] == 1
    await say(bea, "I think so.")
    assert await found(bea) == [3]
    row = (await bea.get("/api/v1/items/3")).json()
    told = [(each["person"], each["text"], each["resolves"]) for each in row["comments"]]
    assert told == [("ada", "Is this good?", False), ("bea", "I think so.", False)]
    assert (row["note"], row["n_comments"], row["open_comments"]) == ("I think so.", 2, True)
    assert (await say(ada, resolves=True))["progress"]["n_commented"] == 0
    assert await found(ada) == []
    lines = (await ada.get("/api/v1/export?format=jsonl")).text.splitlines()
    exported = json.loads(lines[3])["querist"]
    assert exported["note"] == "I think so."
    assert [(each["annotator"], each["resolves"]) for each in exported["comments"]] == [
        ("ada", False), ("bea", False), ("ada", True),
    ]  # fmt: skip
    assert (await connect("vic", "viewer").get("/api/v1/items/3")).json()["comments"] == (
        (await ada.get("/api/v1/items/3")).json()["comments"]
    )


async def test_what_speaks_for_a_guess_is_not_told_of_rows_to_be_answered_blind(connect, project):
    client = connect("ada")
    teach(project, 1)
    project.view.because = {row: [Reason("number", 1.0)] for row in range(project.board.n_rows)}
    items = (await client.post("/api/v1/queue", json={"want": 20})).json()["items"]
    shown = {item["row"]: item["guess"] for item in items}
    blind = [row for row, guess in shown.items() if guess is None]
    assert 0 < len(blind) < len(shown)
    for row, guess in shown.items():
        found = await client.get(f"/api/v1/items/{row}")
        assert found.json()["guess"] == guess
        assert ("because" in found.text) == (row not in blind)
        told = [{"word": "number", "weight": 1.0}]
        assert guess is None or guess["because"] == told
    # Who does not hold them sees what the model says.
    assert "because" in (await connect("ben").get(f"/api/v1/items/{blind[0]}")).text
