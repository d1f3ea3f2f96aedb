"""The server as a process: links, ports, stopping, streams."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest
from example_project import make_project

_SERVE = """
import json, sys
from querist.web import bounds
from querist.web.entrance import Entrance
from querist.web.serving import serve
entrance, changed = json.loads(sys.argv[3]), json.loads(sys.argv[4])
for name, value in changed.items():
    assert hasattr(bounds, name)
    setattr(bounds, name, value)
entrance = Entrance(**{name: tuple(value) if isinstance(value, list) else value for name, value in entrance.items()})
serve(
    sys.argv[1], port=int(sys.argv[2]), entrance=entrance,
    on_ready=lambda link, notes, standing: print(link, "|", *notes, flush=True),
)
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(location, port, *, bounds=None, **entrance):
    """Run a server; give its process and what it printed when it was ready.

    `bounds` are changed in its process only, so that a test need not wait or send as long as they say.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(location), str(port), json.dumps(entrance), json.dumps(bounds or {})],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.communicate()


def sign_in(line):
    """Return a function that fetches from the API with the cookie of the printed link."""
    base, _, token = line.split(" |")[0].partition("/#/join?token=")
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    body, headers = json.dumps({"token": token}).encode(), {"content-type": "application/json"}
    opener.open(urllib.request.Request(f"{base}/api/v1/join", body, headers), timeout=10).read()
    return lambda path: opener.open(base + path, timeout=10)


def children_of(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(each) for each in found.split()]


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.fixture
def location(tmp_path):
    return make_project(tmp_path / "p.querist")


def test_link_port_and_a_graceful_end(location):
    port = free_port()
    with serving(location, port) as (process, line):
        assert re.match(rf"http://127\.0\.0\.1:{port}/\#/join\?token=\S+ \|$", line.strip())
        fetch = sign_in(line)
        assert json.load(fetch("/api/v1/project"))["name"] == "reviews"
        stream = fetch("/api/v1/stream")
        assert stream.readline() == b"event: progress\n"
        process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        assert process.wait(20) == 0
        # An open stream does not hold up the end.
        assert time.monotonic() - started < 10
    assert not location.with_name("p.querist.lock").exists()


def test_a_port_that_is_taken_gives_way_to_the_next(location):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with serving(location, port) as (_, line):
            assert f"port {port} is in use" in line
            assert json.load(sign_in(line)("/api/v1/health"))["status"] == "ok"


def test_a_second_server_says_where_the_first_is(location):
    port = free_port()
    with serving(location, port) as (_, line):
        assert "http" in line
        with serving(location, free_port()) as (second, _):
            told = second.communicate(timeout=30)[1]
            assert second.returncode != 0
            assert f"http://127.0.0.1:{port}" in told


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_kill_leaves_no_process_and_the_next_start_goes_on_with_the_same_cookie(location):
    port = free_port()
    with serving(location, port) as (process, line):
        fetch = sign_in(line)
        deadline = time.monotonic() + 30
        while not (children := children_of(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert children, "no trainer was started"
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while any(is_alive(child) for child in children) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(is_alive(child) for child in children)
    with serving(location, port):
        assert json.load(fetch("/api/v1/project"))["me"]["role"] == "owner"
