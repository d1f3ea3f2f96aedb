"""Insights and settings."""

import pytest
from example_project import teach
from page_client import action

pytestmark = pytest.mark.anyio


async def test_insights_and_settings(connect, project):
    client = connect("ada")
    teach(project, 0)
    items = (await client.post("/api/v1/queue", json={"want": 20})).json()["items"]
    await client.post("/api/v1/answers", json={"actions": [action(item["row"], duration_ms=1500) for item in items]})
    told = (await client.get("/api/v1/insights")).json()
    assert told["confusion"]["n"] > 0
    assert told["slow"][0]["seconds"] == 1.5
    assert told["speed"][0]["n"] == 20
    told = (await client.patch("/api/v1/settings", json={"opinions": 2, "strategy": "entropy"})).json()
    assert (told["opinions"], told["strategy"]) == (2, "entropy")
    assert "margin" in told["strategies"]


async def test_keywords_and_guidelines_are_an_owners_to_change(connect):
    owner, reader = connect("ada"), connect("ben", "annotator")
    lists = [{"class_id": 1, "words": ["bad luck", " aw* "]}]
    told = (await owner.patch("/api/v1/settings", json={"keywords": lists, "guidelines": "# Rules"})).json()
    assert told["keywords"] == [{"class_id": 1, "words": ["bad luck", "aw*"]}]
    seen = (await reader.get("/api/v1/project")).json()["settings"]
    assert (seen["keywords"], seen["guidelines"]) == (told["keywords"], "# Rules")
    assert (await reader.patch("/api/v1/settings", json={"keywords": []})).status_code == 403
    refused = await owner.patch("/api/v1/settings", json={"keywords": [{"class_id": 1, "words": ["a*b"]}]})
    assert (refused.status_code, "star" in refused.json()["error"]["message"]) == (422, True)
    # Classes that are left out have none from then on.
    assert (await owner.patch("/api/v1/settings", json={"keywords": []})).json()["keywords"] == []
