"""Rows are found, and labelled many at once."""

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
