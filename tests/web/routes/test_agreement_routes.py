"""How far people agree, the conflicts queue and decisions, through the API."""

import uuid

import pytest

pytestmark = pytest.mark.anyio


def told(kind, row, **more):
    return {"uuid": str(uuid.uuid4()), "kind": kind, "row": row} | more


async def say(client, row, class_id):
    """Answer a row that the person is asked about."""
    items = (await client.post("/api/v1/queue", json={"want": 100, "holding": []})).json()["items"]
    assert row in [item["row"] for item in items]
    reply = await client.post("/api/v1/answers", json={"actions": [told("answer", row, class_id=class_id)], "want": 0})
    assert [each["status"] for each in reply.json()["results"]] == ["saved"]


@pytest.fixture
async def disagreeing(connect):
    """Ada and Bea answer 20 rows, and differ on two of them."""
    ada, bea = connect("ada"), connect("bea", role="annotator")
    assert (await ada.patch("/api/v1/settings", json={"opinions": 2})).json()["overlap"] == 1.0
    rows = [item["row"] for item in (await ada.post("/api/v1/queue", json={"want": 20})).json()["items"]]
    actions = [told("answer", row, class_id=row % 2) for row in rows]
    await ada.post("/api/v1/answers", json={"actions": actions, "want": 0})
    theirs = {item["row"] for item in (await bea.post("/api/v1/queue", json={"want": 20})).json()["items"]}
    assert theirs == set(rows)
    actions = [told("answer", row, class_id=(row + (place < 2)) % 2) for place, row in enumerate(rows)]
    await bea.post("/api/v1/answers", json={"actions": actions, "want": 0})
    return ada, bea, rows


async def test_agreement_on_the_overlap(disagreeing):
    ada, _, rows = disagreeing
    reply = (await ada.get("/api/v1/agreement")).json()
    assert reply["random"]["n_rows"] == len(rows)
    assert reply["random"]["observed"]["value"] == pytest.approx(0.9)
    assert reply["sentence"] == (
        "On 20 rows that two people answered without seeing each other's answers, they agree on 90% (70 to 97%)."
    )
    assert reply["chosen"] is None
    assert [(each["one"], each["other"], each["n_rows"]) for each in reply["random"]["pairs"]] == [("ada", "bea", 20)]
    assert [each["name"] for each in reply["people"]] == ["ada", "bea"]
    assert not reply["ranked"]
    assert reply["n_conflicts"] == 2
    table = (await ada.get("/api/v1/export/agreement")).text.lstrip("\ufeff").splitlines()
    assert table[0] == "querist_id,sample,annotator,label,decided"
    assert len(table) == 41


async def test_conflicts_are_shown_without_names_and_decided_once(disagreeing, connect, project):
    ada, bea, rows = disagreeing
    reviewer = connect("rae", role="reviewer")
    text = (await reviewer.get("/api/v1/conflicts")).text
    assert not any(name in text for name in ("ada", "bea", "rae"))
    queue = (await reviewer.get("/api/v1/conflicts")).json()
    assert queue["total"] == 2
    assert [each["options"] for each in queue["conflicts"]] == [[0, 1], [0, 1]]
    assert all(each["item"]["guess"] is None and each["item"]["note"] == "" for each in queue["conflicts"])
    first, second = (each["item"]["row"] for each in queue["conflicts"])
    # The audit's order, whoever answered.
    assert [first, second] == rows[:2]
    body = {"uuid": str(uuid.uuid4()), "row": first, "class_id": 1 - first % 2}
    assert (await reviewer.post("/api/v1/conflicts/decide", json=body)).json()["total"] == 1
    assert (await reviewer.post("/api/v1/conflicts/decide", json=body)).json()["total"] == 1
    assert project.board.labels[first] == 1 - first % 2
    told_of = (await ada.get("/api/v1/changes", params={"limit": 1})).json()["changes"]
    assert [(each["person"], each["what"], each["row"]) for each in told_of] == [
        ("rae", f"decided as {('good', 'bad')[1 - first % 2]}", first)
    ]
    body = {"uuid": str(uuid.uuid4()), "row": second, "class_id": None}
    assert (await reviewer.post("/api/v1/conflicts/decide", json=body)).json()["total"] == 0
    assert project.board.status(second) == "skipped"
    undo = told("undo", second, target=body["uuid"])
    assert (await reviewer.post("/api/v1/answers", json={"actions": [undo]})).json()["results"][0]["status"] == "saved"
    assert (await reviewer.get("/api/v1/conflicts")).json()["total"] == 1
    refused = await reviewer.post("/api/v1/conflicts/decide", json=body | {"uuid": "12345678", "row": rows[5]})
    assert refused.status_code == 422
    assert "do not differ" in refused.json()["error"]["message"]
    assert (await bea.get("/api/v1/conflicts")).status_code == 403


async def test_nobody_decides_about_own_answers_where_somebody_else_can(disagreeing, connect):
    ada, _, rows = disagreeing
    # Nobody else could.
    assert (await ada.get("/api/v1/conflicts")).json()["total"] == 2
    connect("rae")
    left = (await ada.get("/api/v1/conflicts")).json()
    assert (left["total"], left["n_own"], left["conflicts"]) == (0, 2, [])
    body = {"uuid": str(uuid.uuid4()), "row": rows[0], "class_id": 0}
    refused = await ada.post("/api/v1/conflicts/decide", json=body)
    assert refused.status_code == 422
    assert "another reviewer" in refused.json()["error"]["message"]


async def test_who_holds_a_row_that_others_answered_sees_nothing_of_it(connect):
    ada, bea, boss = connect("ada"), connect("bea", role="annotator"), connect("boss")
    await ada.patch("/api/v1/settings", json={"opinions": 3})
    row = (await ada.post("/api/v1/queue", json={"want": 1})).json()["items"][0]["row"]
    note = told("note", row, note="clearly bad")
    actions = [told("answer", row, class_id=1), note, told("flag", row, note="look")]
    await ada.post("/api/v1/answers", json={"actions": actions, "want": 0})
    before = (await bea.get(f"/api/v1/items/{row}")).json()
    assert before["answers"]
    fresh = (await connect("cy").get("/api/v1/items/39")).json()
    card = (await bea.post("/api/v1/queue", json={"want": 1})).json()["items"][0]
    assert card["row"] == row
    assert (card["guess"], card["note"], card["flagged"]) == (None, "", False)
    held = (await bea.get(f"/api/v1/items/{row}")).json()
    told_of = ("status", "class_id", "answers", "prediction", "confidence", "flagged", "note", "why", "log", "guess")
    assert {name: held[name] for name in told_of} == {name: fresh[name] for name in told_of}
    changes = (await boss.get("/api/v1/changes")).json()["changes"]
    assert row in [each["row"] for each in changes]
    await boss.post("/api/v1/queue", json={"want": 1})
    changes = (await boss.get("/api/v1/changes")).json()["changes"]
    assert row not in [each["row"] for each in changes]
    for query in ({"label": 1}, {"status": "labelled"}, {"flagged": True}, {"annotator": 1}):
        found = (await bea.get("/api/v1/items", params=query)).json()
        assert [item["row"] for item in found["items"]] == []
    listed = (await bea.get("/api/v1/items", params={"status": "unlabelled", "limit": 100})).json()["items"]
    shown = next(item for item in listed if item["row"] == row)
    assert (shown["answers"], shown["why"]) == ([], "")
    await bea.post("/api/v1/answers", json={"actions": [told("answer", row, class_id=0)], "want": 0})
    assert len((await bea.get(f"/api/v1/items/{row}")).json()["answers"]) == 2
    entry = (await bea.get("/api/v1/history")).json()["entries"][0]
    assert entry["why"] == "random check question"


async def test_everybody_sees_their_own_work_and_reviewers_that_of_all(disagreeing, connect):
    ada, bea, rows = disagreeing
    free = (await bea.post("/api/v1/queue", json={"want": 3})).json()["items"]
    timed = [
        told("answer", item["row"], class_id=0, duration_ms=ms, asked=True)
        for item, ms in zip(free, (2000, 4000, 9e6), strict=True)
    ]
    flag, taken = told("flag", rows[0]), timed[0]
    await bea.post(
        "/api/v1/answers", json={"actions": [*timed, flag, told("undo", 0, target=taken["uuid"])], "want": 0}
    )
    (own,) = (await bea.get("/api/v1/work")).json()["people"]
    assert own["person"]["name"] == "bea"
    assert (own["n_answers"], own["n_undone"], own["n_flagged"], own["n_skipped"]) == (22, 1, 1, 0)
    # The break is no time, and what was taken back is none either.
    assert own["seconds"] == 4.0
    assert sum(hour["n"] for hour in own["hours"]) == 22
    assert own["agreement"]["n"] == 20
    names = [
        [each["person"]["name"] for each in (await who.get("/api/v1/work")).json()["people"]] for who in (ada, bea)
    ]
    assert names == [["ada", "bea"], ["bea"]]
    reviewer, viewer = connect("rae", role="reviewer"), connect("vic", role="viewer")
    assert len((await reviewer.get("/api/v1/work")).json()["people"]) == 4
    (nothing,) = (await viewer.get("/api/v1/work")).json()["people"]
    assert (nothing["n_answers"], nothing["seconds"], nothing["hours"], nothing["agreement"]) == (0, None, [], None)


async def test_labels_of_many_rows_at_once_are_counted_apart(connect):
    ada = connect("ada")
    labelled = {"uuid": str(uuid.uuid4()), "class_id": 0, "rows": list(range(7))}
    await ada.post("/api/v1/items/label", json=labelled)
    (own,) = (await ada.get("/api/v1/work")).json()["people"]
    assert (own["n_answers"], own["n_many"], own["hours"]) == (0, 7, [])
