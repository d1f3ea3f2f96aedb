"""Rows are found, and labelled many at once."""

import uuid

import pytest
from example_project import teach

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
