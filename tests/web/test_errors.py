"""Every error has one shape."""

import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", None, 404, "not_found"),
        ("PUT", "/api/v1/project", {}, 405, "method_not_allowed"),
        ("GET", "/api/v1/items/999", None, 404, "unknown_row"),
        ("GET", "/api/v1/items/-1", None, 422, "invalid_request"),
        ("GET", "/api/v1/items/3/image", None, 415, "no_image"),
        ("GET", "/api/v1/items?sort=nonsense", None, 422, "invalid_request"),
        ("GET", "/api/v1/items?unknown=1", None, 422, "invalid_request"),
        ("GET", "/api/v1/export?format=word", None, 422, "invalid_request"),
        ("POST", "/api/v1/queue", {"want": 100_000}, 422, "invalid_request"),
        (
            "POST",
            "/api/v1/answers",
            {"actions": [{"uuid": "a" * 8, "kind": "eat", "row": 0}]},
            422,
            "invalid_request",
        ),
        ("POST", "/api/v1/items/label", {"uuid": "12345678"}, 422, "invalid_request"),
        ("POST", "/api/v1/items/label", {"uuid": "12345678", "filter": {"label": 1}}, 422, "invalid_request"),
        ("POST", "/api/v1/items/label", {"uuid": "12345678", "rows": [77], "class_id": 0}, 404, "unknown_row"),
        ("POST", "/api/v1/classes", {"name": " "}, 422, "invalid_parameter"),
        ("POST", "/api/v1/classes", {"name": "good"}, 422, "invalid_parameter"),
        ("PATCH", "/api/v1/classes/99", {"name": "x"}, 422, "invalid_parameter"),
        ("POST", "/api/v1/classes/0/merge", {"into": 0}, 422, "invalid_parameter"),
        ("PATCH", "/api/v1/settings", {"audit_share": 3}, 422, "invalid_request"),
        ("PATCH", "/api/v1/settings", {"labels_per_point": 0}, 422, "invalid_request"),
        ("PATCH", "/api/v1/settings", {"strategy": "best"}, 422, "invalid_parameter"),
    ],
)
async def test_errors_have_one_shape(connect, method, path, body, status, code):
    answer = await connect("ada").request(method, path, json=body)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "where", "hint"}
    assert error["code"] == code
    assert error["message"]
