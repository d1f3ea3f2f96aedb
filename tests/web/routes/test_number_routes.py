"""The API of a project that asks for a number, through the real application."""

import pytest
from example_numbers import N_ROWS, make_number_project, teach_numbers
from page_client import action

from querist.labelling.serving.project import Project

pytestmark = pytest.mark.anyio


@pytest.fixture
def project(tmp_path):
    with Project.open(make_number_project(tmp_path, n_given=2), train=False) as opened:
        yield opened


async def test_a_project_says_what_it_asks_for(connect):
    told = (await connect("ada").get("/api/v1/project")).json()
    assert told["number"] == {"name": "weight", "unit": "kg", "lowest": 0.0, "highest": 100.0}
    assert "igs" in told["settings"]["strategies"]
    assert "margin" not in told["settings"]["strategies"]
    assert "ridge" in told["settings"]["estimators"]
    assert "logistic_regression" not in told["settings"]["estimators"]


async def test_a_number_is_answered_and_seen_everywhere(connect, project):
    client = connect("ada")
    teach_numbers(project, [row + 0.25 for row in range(N_ROWS)])
    item = (await client.post("/api/v1/queue", json={"want": 1})).json()["items"][0]
    row = item["row"]
    sent = {"actions": [action(row, None, number=7.125, asked=True)], "holding": [], "want": 1}
    reply = (await client.post("/api/v1/answers", json=sent)).json()
    assert [each["status"] for each in reply["results"]] == ["saved"]
    assert (await client.get("/api/v1/history")).json()["entries"][0]["number"] == 7.125
    found = (await client.get("/api/v1/items?min_number=7&max_number=8&sort=-number")).json()
    assert [(each["row"], each["number"]) for each in found["items"]] == [(row, 7.125)]
    detail = (await client.get(f"/api/v1/items/{row}")).json()
    assert detail["answers"][0]["number"] == 7.125
    assert detail["predicted_number"] == row + 0.25
    for view in ("insights", "figures", "agreement", "work", "promises", "changes"):
        assert (await client.get(f"/api/v1/{view}")).status_code == 200, view


async def test_a_number_out_of_range_is_refused_in_words(connect):
    client = connect("ada")
    sent = {"actions": [action(9, None, number=100.5)], "holding": [], "want": 0}
    result = (await client.post("/api/v1/answers", json=sent)).json()["results"][0]
    assert (result["status"], result["code"]) == ("refused", "wrong_number")
    assert "above 100 kg" in result["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/classes", {"name": "other"}),
        ("/items/label", {"uuid": "1e3b4ab8-0a4a-4c3c-9ad1-43cf2c3d0b61", "class_id": 0, "rows": [4]}),
        ("/promises", {"kind": "certificate", "target": 0.9}),
    ],
)
async def test_what_is_of_classes_is_refused(connect, path, body):
    reply = await connect("ada").post(f"/api/v1{path}", json=body)
    assert reply.status_code == 422
    assert "for projects that ask for classes" in reply.json()["error"]["message"]
