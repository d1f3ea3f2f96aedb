"""Whatever is sent, the server does not fall over, and what it answers is what its own document says."""

import asyncio
import json
import string
from contextlib import contextmanager

import pytest
from example_project import cookie_for, make_project, teach
from httpx import ASGITransport, AsyncClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from querist.labelling.serving.project import Project
from querist.web.app import create_app
from querist.web.rights import API, RIGHTS, may
from querist.web.security import cookie_name

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
from schemathesis import checks as built_in  # noqa: E402
from schemathesis.generation import GenerationMode  # noqa: E402

HOST = "127.0.0.1:8765"
# A stream has no end; a model is trained for minutes, in a process of its own.
LEFT_OUT = ("/api/v1/stream", "/api/v1/export/model")
CHECKS = [
    built_in.not_a_server_error,
    built_in.status_code_conformance,
    built_in.content_type_conformance,
    built_in.response_schema_conformance,
]


class Signed:
    """A project in use, its application, and the headers of somebody in it."""

    def __init__(self, location):
        self.project = Project.open(location, train=False)
        self.app = create_app(self.project)
        self.sign_in("owner")
        teach(self.project, 1)

    def sign_in(self, role):
        """Sign in the one person of a role, anew: what was sent may have signed them out."""
        cookie = cookie_for(self.project, f"the {role}", role)
        self.headers = {"host": HOST, "cookie": f"{cookie_name(self.project)}={cookie}"}

    def send(self, method, path, content=b"", **headers):
        """Send bytes as they are; an error of the server is raised here."""
        headers = self.headers | {"content-type": "application/json"} | headers
        raw = [
            (name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in headers.items()
        ]

        async def request():
            async with AsyncClient(transport=ASGITransport(self.app), base_url=f"http://{HOST}") as client:
                return await client.request(method, path, content=content, headers=raw)

        return asyncio.run(request())


@contextmanager
def open_signed(location):
    signed = Signed(make_project(location, 60))
    try:
        yield signed
        signed.sign_in("owner")
        assert signed.send("POST", "/api/v1/queue", b'{"want": 1}').status_code == 200
    finally:
        signed.project.close()


@pytest.fixture
def signed(store_location):
    with open_signed(store_location()) as opened:
        yield opened


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """For what no database comes to see."""
    with open_signed(tmp_path_factory.mktemp("guarded") / "p.querist") as opened:
        yield opened


def check_shape(answer):
    """Fail unless an answer is fine, or refuses in the one shape."""
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert set(answer.json()["error"]) == {"code", "message", "where", "hint"}


# ---------------------------------------------------------------------- what the document says


def fuzz(signed, examples, role="owner"):
    """Send generated requests of somebody to every operation; return the statuses seen, by operation."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", signed.app, headers=signed.headers)
    seen = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path not in LEFT_OUT:
            signed.sign_in(role)
            seen[operation.label] = fuzz_operation(operation, signed.headers, examples)
    return seen


def fuzz_operation(operation, headers, examples):
    statuses = set()
    wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(st.one_of(operation.as_strategy(), operation.as_strategy(), wrong))
    def send(case):
        # The case's own headers give way to those that sign in. An export starts a process, which may take longer than
        # the ten seconds that are waited by default where the cores are taken.
        response = case.call(headers=headers, timeout=600)
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert set(response.json()["error"]) == {"code", "message", "where", "hint"}

    send()
    return statuses


def check_reached(seen):
    reached = {name for name, statuses in seen.items() if any(status < 300 for status in statuses)}
    assert len(seen) > 20
    # Refusals alone would prove little.
    assert len(reached) >= 0.5 * len(seen), sorted(set(seen) - reached)


def test_requests_and_replies_are_as_documented(signed):
    check_reached(fuzz(signed, examples=6))


@pytest.mark.proof
def test_many_requests_and_replies_are_as_documented(signed):
    check_reached(fuzz(signed, examples=300))


def check_refused(seen, role, settings):
    """Fail unless exactly what a role may not do was refused for that."""
    for name, statuses in seen.items():
        method, path = name.split(" ")
        allowed = may(role, RIGHTS[method, path.removeprefix(API)], settings)
        # Those that are refused for another reason first: a body that is none, a sign-in that was ended just before.
        assert (403 not in statuses) if allowed else (statuses <= {401, 403}), (role, name, statuses)


@pytest.mark.parametrize("role", ["reviewer", "annotator", "viewer"])
def test_each_role_gets_what_is_documented(guarded, role):
    check_refused(fuzz(guarded, 2, role), role, guarded.project.settings)


@pytest.mark.proof
@pytest.mark.parametrize("role", ["reviewer", "annotator", "viewer"])
def test_each_role_gets_what_is_documented_many_times(guarded, role):
    check_refused(fuzz(guarded, 100, role), role, guarded.project.settings)


# ---------------------------------------------------------------------- what no document says

ACTION = '{"actions":[{"uuid":"%s","kind":"answer","row":%s,"class_id":0,"shown_at":%s,"note":%s}],"want":0}'
BODIES = {
    "not a number": ACTION % ("a" * 9, "1", "NaN", '""'),
    "infinity": ACTION % ("b" * 9, "1", "-Infinity", '""'),
    "a row of 400 digits": ACTION % ("c" * 9, "9" * 400, "0", '""'),
    "a time of 400 digits": ACTION % ("d" * 9, "1", "9" * 400, '""'),
    "a time of 5,000 digits": ACTION % ("e" * 9, "1", "9" * 5000, '""'),
    "a deep list": "[" * 100_000 + "]" * 100_000,
    "a deep object": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "half a surrogate pair": ACTION % ("f" * 9, "1", "0", r'"\ud800"'),
    "half a pair in a uuid": ACTION % (r"\udc00" * 9, "1", "0", '""'),
    "half a pair in a name": r'{"\ud800": 1}',
    "NUL in a note": ACTION % ("g" * 9, "1", "0", r'"a\u0000b"'),
    "NUL in a uuid": ACTION % (r"\u0000" * 9, "1", "0", '""'),
    "no UTF-8": b'{"actions": ["\xff\xfe"]}',
    "a list": "[]",
    "null": "null",
    "nothing": "",
    "a name twice": '{"actions": [], "actions": 3}',
    "half of it": '{"actions": [',
    "an undo of itself": '{"actions":[{"uuid":"hhhhhhhhh","kind":"undo","row":0,"target":"hhhhhhhhh"}]}',
}


def test_odd_json(signed):
    saved = []
    for name, body in BODIES.items():
        answer = signed.send("POST", "/api/v1/answers", body if isinstance(body, bytes) else body.encode())
        check_shape(answer)
        assert answer.status_code in (200, 400, 413, 422), name
        # What is acknowledged can be read again, to the letter.
        if answer.status_code == 200 and answer.json()["results"][0]["status"] == "saved":
            sent = json.loads(body)["actions"][0]
            (event,) = signed.project.store.find_events([sent["uuid"]]).values()
            assert (event.uuid, event.row) == (sent["uuid"], sent["row"]), name
            saved.append(name)
    assert saved == ["NUL in a note"]


NAMES = {"surrogate": r'{"name": "\udfff"}', "NUL": r'{"name": "\u0000x"}', "blank": '{"name": "  "}'}


@pytest.mark.parametrize("body", NAMES.values(), ids=NAMES)
def test_odd_names(signed, body):
    check_shape(signed.send("POST", "/api/v1/classes", body.encode()))
    token, _ = signed.project.people.invite().result()
    check_shape(signed.send("POST", "/api/v1/join", body.replace("}", f', "token": "{token}"}}').encode()))
    check_shape(signed.send("GET", "/api/v1/project"))


FOREIGN_HOSTS = (
    *("", "[", "]", "[::1", "[::1]x", "127.0.0.1:abc", "evil.com@127.0.0.1", "127.0.0.1@evil.com", "127.0.0.1/evil"),
    *("127.0.0.1#", "127.0.0.1:8765, evil.com", "\xe9", "127.0.0.1.evil.com", "localhost."),
)
FOREIGN_ORIGINS = (
    *("", "null", "[", "http://[", "http://evil", f"http://{HOST}@evil", f"http://{HOST}.evil", f"http://{HOST}0"),
    *(f"//{HOST}", f"file://{HOST}", f"http://{HOST}/", "http://127.0.0.1", "\xe9"),
)


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_odd_hosts_are_foreign(guarded, host):
    answer = guarded.send("GET", "/api/v1/health", host=host.encode("latin-1"))
    assert answer.status_code == 403
    check_shape(answer)


@pytest.mark.parametrize("host", ["127.0.0.1", "LOCALHOST:1", "[::1]:8765"])
def test_hosts_of_this_machine(guarded, host):
    assert guarded.send("GET", "/api/v1/health", host=host).status_code == 200


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_odd_origins_are_foreign(guarded, origin):
    answer = guarded.send("POST", "/api/v1/queue", b"{}", origin=origin.encode("latin-1"))
    assert answer.status_code == 403
    check_shape(answer)


HEADERS = st.dictionaries(
    st.sampled_from(
        ["host", "origin", "cookie", "x-tab", "content-type", "content-length", "accept", "range", "sec-fetch-site"]
    ),
    st.one_of(
        st.binary(max_size=40).map(lambda value: bytes(byte for byte in value if byte >= 32)),
        st.text(string.punctuation + string.digits, max_size=30).map(str.encode),
        st.sampled_from(
            [b"9" * 5000, b"-1", b"abc", b"bytes=0-", b"multipart/form-data", b"a=b; c=\xff", HOST.encode()]
        ),
    ),
)
PATHS = st.sampled_from(
    ["/", "/join?token=%00%ff", "/api/v1/queue", "/api/v1/labels", "/api/v1/items?search=%22%00*(%ff"]
)


def fuzz_headers(guarded, examples):
    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS"]), PATHS, HEADERS)
    def send(method, path, headers):
        assert guarded.send(method, path, b"{}", **headers).status_code < 500

    send()


def test_odd_headers(guarded):
    fuzz_headers(guarded, 60)


@pytest.mark.proof
def test_many_odd_headers(guarded):
    fuzz_headers(guarded, 3000)
