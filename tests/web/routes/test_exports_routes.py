"""Labels and the model out, labels in."""

import io
import json
import zipfile

import pytest
from page_client import action

pytestmark = pytest.mark.anyio


async def test_exports_and_imports(connect, project):
    client = connect("ada")
    await client.post("/api/v1/answers", json={"actions": [action(2, 1), action(4, 0)]})
    for name in ("csv", "jsonl", "parquet", "label-studio", "xlsx"):
        answer = await client.get("/api/v1/export", params={"format": name, "rows": "labelled"})
        assert answer.status_code == 200
        assert "reviews" in answer.headers["content-disposition"]
        assert len(answer.content) > 50
    table = (await client.get("/api/v1/export", params={"format": "csv"})).content
    log = (await client.get("/api/v1/export/log")).text.splitlines()
    assert [json.loads(line)["kind"] for line in log].count("answered") == 2
    reply = await client.post("/api/v1/labels", files={"file": ("again.csv", io.BytesIO(table))})
    told = {"new_classes": [], "notes": [], "refused": []}
    assert reply.json() == {"imported": 0, "replaced": 0, "unchanged": 2, "kept": 0} | told
    lines = b"text,Label\ntext number 9 <b>,bad\ntext number 8 <b>,GOOD\ntext number 7 <b>,odd\nunheard of,good\n"
    reply = (await client.post("/api/v1/labels", files={"file": ("more.csv", io.BytesIO(lines))})).json()
    assert reply["imported"] == 3
    assert reply["new_classes"] == ["odd"]
    assert reply["notes"][0] == "labels: column 'Label'"
    assert "'GOOD' taken for 'good'" in reply["notes"][1]
    assert len(reply["refused"]) == 1


async def test_the_model_comes_with_a_script(connect, project):
    client = connect("ada")
    refused = await client.get("/api/v1/export/model")
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "no_model"
    await client.post("/api/v1/answers", json={"actions": [action(row, row % 2) for row in range(10)]})
    answer = await client.get("/api/v1/export/model")
    assert answer.status_code == 200, answer.text
    assert {"model.skops", "use_model.py"} <= set(zipfile.ZipFile(io.BytesIO(answer.content)).namelist())


async def test_the_column_of_labels_can_be_named(connect):
    client = connect("ada")
    sent = {
        "file": (
            "opinions.csv",
            io.BytesIO(b"text,first,second\ntext number 3 <b>,good,bad\ntext number 4 <b>,bad,bad\n"),
        )
    }
    refused = await client.post("/api/v1/labels", files=sent)
    assert "on the page: Label column" in refused.json()["error"]["message"]
    sent = {
        "file": (
            "opinions.csv",
            io.BytesIO(b"text,first,second\ntext number 3 <b>,good,bad\ntext number 4 <b>,bad,bad\n"),
        )
    }
    reply = (await client.post("/api/v1/labels", files=sent, data={"label_column": "second"})).json()
    assert reply["refused"] == []
    assert reply["imported"] == 2
    assert (await client.get("/api/v1/project")).json()["progress"]["by_class"]["1"] == 2
