"""The door of a server that runs: what strangers, slow ones and liars send is bounded before it costs anything."""

import json

import psutil
import pytest
from example_project import make_project
from page_client import action, sign_in
from raw_http import answer, ask, connected, head, is_ended
from test_serving import free_port, serving

MIB = 2**20
# Seconds, and connections, of the server that tests wait for.
QUICK = {"HEAD_SECONDS": 0.5, "BODY_SECONDS": 0.5, "LINGER_SECONDS": 1.0, "STALLED_SECONDS": 0.5}


class Door:
    def __init__(self, port, pid, cookie):
        self.port = port
        self.pid = pid
        self.cookie = f"Cookie: {cookie}"

    def ask(self, *arguments, body=b"", **options):
        return ask(self.port, head(*arguments, **options) + body)

    def is_well(self):
        return self.ask("GET", "/api/v1/health")[0] == 200


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    location = make_project(tmp_path_factory.mktemp("door") / "p.querist")
    port = free_port()
    with serving(location, port, bounds=QUICK) as (process, line):
        yield Door(port, process.pid, sign_in(line.split(" |")[0]))


def code(body):
    return json.loads(body)["error"]["code"]


# ---------------------------------------------------------------------- bodies


@pytest.mark.parametrize("path", ["/api/v1/answers", "/api/v1/labels", "/api/v1/nowhere", "/", "/api/v1/queue"])
@pytest.mark.parametrize("length", ["Content-Length: 62914560", "Transfer-Encoding: chunked"])
def test_no_body_is_read_of_a_stranger(door, path, length):
    # Nothing of the body is sent: who wants to read it would wait for ever.
    status, headers, body = door.ask("POST", path, length, "Content-Type: application/json")
    assert (status, code(body), headers["connection"]) == (401, "not_signed_in", "close")
    assert "content-security-policy" in headers


def test_a_stranger_who_sends_it_all_the_same_gets_to_read_the_refusal(door):
    before = psutil.Process(door.pid).memory_info().rss
    for _ in range(3):
        status, _, _ = door.ask("POST", "/api/v1/answers", f"Content-Length: {20 * MIB}", body=b"[]," * (20 * MIB // 3))
        assert status == 401
    assert psutil.Process(door.pid).memory_info().rss - before < 5 * MIB


def test_a_wrong_cookie_is_none(door):
    wrong = door.cookie[:-3] + "xyz"
    assert door.ask("POST", "/api/v1/answers", "Content-Length: 5", wrong)[0] == 401


@pytest.mark.parametrize(
    ("path", "n_bytes"),
    [
        ("/api/v1/join/look", 17 * 1024),
        ("/api/v1/answers", 2 * MIB),
        ("/api/v1/labels", 65 * MIB),
        ("/api/v1/nowhere", 2 * MIB),
    ],
)
def test_a_body_that_is_too_long_is_refused_by_its_length(door, path, n_bytes):
    status, headers, body = door.ask("POST", path, f"Content-Length: {n_bytes}", door.cookie)
    assert (status, code(body), headers["connection"]) == (413, "too_large", "close")


@pytest.mark.parametrize("path", ["/api/v1/join", "/api/v1/answers"])
def test_a_body_without_a_length_is_counted(door, path):
    chunk = b"10000\r\n" + b" " * 2**16 + b"\r\n"
    lines = ("Transfer-Encoding: chunked", "Content-Type: application/json", door.cookie)
    status, _, body = door.ask("POST", path, *lines, body=chunk * 17)
    assert (status, code(body)) == (413, "too_large")


def test_people_who_are_signed_in_are_served(door):
    body = json.dumps({"actions": [action(3)]}).encode()
    lines = (f"Content-Length: {len(body)}", "Content-Type: application/json", door.cookie)
    status, _, reply = door.ask("POST", "/api/v1/answers", *lines, body=body)
    assert (status, json.loads(reply)["results"][0]["status"]) == (200, "saved")
    chunked = b"".join(b"1\r\n" + body[i : i + 1] + b"\r\n" for i in range(len(body))) + b"0\r\n\r\n"
    lines = ("Transfer-Encoding: chunked", "Content-Type: application/json", door.cookie)
    status, _, reply = door.ask("POST", "/api/v1/answers", *lines, body=chunked)
    assert (status, json.loads(reply)["results"][0]["status"]) == (200, "repeated")


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"[]," * 300_000 + b"[]]",
        b'{"actions":[' + b"{}," * 300_000 + b"{}]}",
        b'{"actions":[],"holding":[' + b"1," * 300_000 + b"1]}",
        b"{" + b",".join(b'"%d":0' % i for i in range(90_000)) + b"}",
        b"[" * 100_000,
        ("[" + "[]," * 100_000 + "[]]").encode("utf-16"),
    ],
    ids=["lists", "objects", "numbers", "keys", "deep", "UTF-16"],
)
def test_json_that_unfolds_is_refused_before_it_does(door, body):
    server = psutil.Process(door.pid)
    before = server.memory_info().rss
    lines = (f"Content-Length: {len(body)}", "Content-Type: application/json", door.cookie)
    status, _, _ = door.ask("POST", "/api/v1/answers", *lines, body=body)
    assert status in (400, 413)
    assert server.memory_info().rss - before < 10 * MIB


# ---------------------------------------------------------------------- heads


@pytest.mark.parametrize(
    "content",
    [
        head("GET", "/", "X: " + "x" * 70_000),
        head("GET", "/", *[f"X-{i}: x" * 100 for i in range(200)]),
        head("GET", "/", *["a: b"] * 101),
        head("GET", "/?" + "x" * 70_000),
        # It does not end.
        head("GET", "/").removesuffix(b"\r\n") + b"X: " + b"x" * 70_000,
        head("GET", "/").removesuffix(b"\r\n") + b"X: x\r\n" * 30_000,
    ],
    ids=["one long line", "many bytes", "many lines", "long path", "endless line", "endless lines"],
)
def test_heads_are_bounded(door, content):
    status, headers, _ = ask(door.port, content)
    assert (status, headers["connection"]) == (431, "close")
    assert "content-security-policy" in headers


def test_a_hundred_header_lines_are_enough_for_every_proxy(door):
    assert ask(door.port, head("GET", "/api/v1/health", *[f"X-{i}: {'x' * 500}" for i in range(99)]))[0] == 200


def test_trailers_are_no_headers_and_are_bounded(door):
    lines = ("Transfer-Encoding: chunked", "Content-Type: application/json", door.cookie)
    queue = b"2\r\n{}\r\n0\r\n%s\r\n"
    assert door.ask("POST", "/api/v1/queue", *lines, body=queue % b"host: evil.example\r\n")[0] == 200
    # The line does not end, so the body does not either.
    status, _, _ = door.ask("POST", "/api/v1/queue", *lines, body=queue[:-4] + b"x: " + b"x" * MIB)
    assert status in (0, 400)
    assert door.is_well()


def test_requests_sent_ahead_are_bounded(door):
    with connected(door.port) as wire:
        wire.sendall(head("GET", "/api/v1/health") * 5)
        got = b""
        while got.count(b"HTTP/1.1 200") < 5:
            part = wire.recv(2**16)
            assert part, "the server ended the connection"
            got += part
    with connected(door.port) as wire:
        wire.sendall(head("GET", "/api/v1/health") * 2000)
        assert is_ended(wire)
    assert door.is_well()


# ---------------------------------------------------------------------- time


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"\r\n", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"])
def test_who_does_not_finish_a_head_is_not_waited_for(door, sent):
    with connected(door.port) as wire:
        wire.sendall(sent)
        assert is_ended(wire)


def test_nor_after_a_request_that_was_answered(door):
    with connected(door.port) as wire:
        wire.sendall(head("GET", "/api/v1/health"))
        assert answer(wire)[0] == 200
        wire.sendall(b"\r\n")
        assert is_ended(wire)


def test_who_does_not_finish_a_body_is_not_waited_for(door):
    with connected(door.port) as wire:
        wire.sendall(
            head("POST", "/api/v1/answers", "Content-Length: 100", "Content-Type: application/json", door.cookie)
        )
        wire.sendall(b"{")
        assert answer(wire)[0] == 408
        assert is_ended(wire)


def test_drops_do_not_buy_time(door):
    """A head or a body that comes byte by byte ends when one that does not come at all would."""
    with connected(door.port) as wire:
        wire.settimeout(0.05)
        begin = head("GET", "/", "X: x")
        for byte in begin[:-2] + b"X: " + b"x" * 1000:
            try:
                wire.sendall(bytes([byte]))
                if not wire.recv(1000):
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            pytest.fail("the server waited for every byte")


# ---------------------------------------------------------------------- connections


def test_strangers_drive_out_each_other_and_nobody_who_is_signed_in(tmp_path):
    location, port = make_project(tmp_path / "p.querist"), free_port()
    # Another loopback address than the usual one is printed, and answered, too.
    at = "127.0.0.2"
    with serving(location, port, host=at, bounds={"CONNECTIONS": 60, "STRANGERS": 12}) as (_, line):
        assert line.startswith(f"http://{at}:{port}/#/join?token=")
        cookie = sign_in(line.split(" |")[0])
        with connected(port, at) as mine:
            mine.sendall(head("GET", "/api/v1/stream", f"Cookie: {cookie}", host=at))
            assert answer(mine)[0] == 200
            strangers = [connected(port, at) for _ in range(40)]
            wires = [each.__enter__() for each in strangers]
            try:
                for wire in wires[:28]:
                    assert is_ended(wire)
                # Another request of mine finds its way in, and the stream goes on.
                assert ask(port, head("GET", "/api/v1/project", f"Cookie: {cookie}"), at)[0] == 200
                body = json.dumps({"actions": [action(3)]}).encode()
                lines = (f"Content-Length: {len(body)}", "Content-Type: application/json", f"Cookie: {cookie}")
                assert ask(port, head("POST", "/api/v1/answers", *lines) + body, at)[0] == 200
                assert b"progress" in mine.recv(2**16)
            finally:
                for each in strangers:
                    each.__exit__(None, None, None)


# ---------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (head("GET", "/", "Host: 127.0.0.1"), 400),
        (head("GET", "/", "Host: evil.example"), 400),
        (head("GET", "/", "Host: 127.0.0.1", host="evil.example"), 400),
        (head("GET", "/", host=""), 400),
        (head("GET", "http://evil.example/"), 403),
        (head("GET", "HTTP://EVIL.example/api/v1/health"), 403),
        (head("GET", "http://127.0.0.1@evil.example/"), 403),
        (head("GET", "http://evil.example@127.0.0.1/"), 403),
        (head("GET", "ftp://127.0.0.1/"), 400),
        (head("GET", "evil.example/"), 400),
        (head("GET", "http://127.0.0.1/api/v1/health", host="evil.example"), 200),
        (head("GET", "http://127.0.0.1/api/v1/health"), 200),
        (head("GET", "http://localhost:1?x=1"), 200),
        (head("GET", "/api/v1/health", "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example"), 200),
        (head("GET", "/api/v1/health", "X-Forwarded-Host: 127.0.0.1", host="evil.example"), 403),
    ],
)
def test_one_host_and_a_known_one(door, content, status):
    got, headers, _ = ask(door.port, content)
    assert got == status
    assert "content-security-policy" in headers


def test_websockets_are_not_spoken(door):
    lines = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAA", "Sec-WebSocket-Version: 13")
    assert door.ask("GET", "/api/v1/stream", *lines)[0] == 401
