"""Classes, while people label."""

import pytest

pytestmark = pytest.mark.anyio


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
