"""Whatever is sent, the server does not fall over: no 5xx, and what it answers fits its own description."""

from contextlib import closing

import pytest
from api_client import ApiClient
from example_project import make_project
from served import serving_project

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

# A stream has no end; the model is trained for minutes; leaving ends the session that asks.
LEFT_OUT = {"/api/v1/stream", "/api/v1/export/model"}


def fuzz(tmp_path, examples):
    """Send generated requests to every operation; return {operation: statuses seen}."""
    with (
        serving_project(make_project(tmp_path / "p.querist", 60), tmp_path) as served,
        closing(ApiClient(served.url).sign_in(served.link)) as client,
    ):
        schema = schemathesis.openapi.from_dict(client.call("GET", "/openapi.json"))
        operations = [found.ok() for found in schema.get_all_operations()]
        statuses = {
            f"{operation.method.upper()} {operation.path}": fuzz_one(operation, examples, served.url, client.cookie)
            for operation in operations
            if operation.path not in LEFT_OUT
        }
        client.close()  # the server has hung up on it meanwhile
        # Still the same server, and still in its right mind.
        assert client.call("GET", "/project")["progress"]["n_rows"] == 60
    return statuses


def fuzz_one(operation, examples, url, cookie):
    seen = set()
    wrong = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True,
              phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=st.one_of(operation.as_strategy(), wrong))
    def send(case):
        reply = case.call(base_url=url, headers={"cookie": cookie})
        seen.add(reply.status_code)
        sent = f"{case.method} {case.formatted_path} {case.query} {case.body!r}"
        assert reply.status_code < 500, f"{sent}: {reply.text[:500]}"
        if reply.status_code >= 400 and reply.status_code not in (404, 405):
            assert set(reply.json()["error"]) == {"code", "message", "where", "hint"}, f"{sent}: {reply.text[:500]}"

    send()
    return seen


def check(statuses):
    assert len(statuses) > 20
    reached = {name for name, seen in statuses.items() if any(status < 300 for status in seen)}
    # A test of refusals only would prove little: most operations must have done something.
    assert len(reached) > len(statuses) / 2, set(statuses) - reached


def test_no_request_breaks_the_server(tmp_path):
    check(fuzz(tmp_path, examples=8))


@pytest.mark.proof
def test_no_request_of_many_breaks_the_server(tmp_path):
    check(fuzz(tmp_path, examples=400))
