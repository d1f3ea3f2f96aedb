"""What strangers can do to a server: large bodies, endless heads, half-open requests; and what the bounds cost.

`--dry` prints the figures and leaves README.md as it is.
"""

import argparse
import asyncio
import http.client
import json
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import uvicorn
from figures import keep, percentile
from load import serving
from load_project import Texts, make_project
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from querist.web.connection import Connection, DoorState

MIB = 2**20
BODIES, AT_ONCE = 12, 4
HALF_OPEN = 600
_ANSWERS = 900
_TURNS = 5
_REQUESTS = 4000
# Serves one project with one of the parsers, signs the first person in, and stops with its standard input.
_COUNTED = """
import sys, threading, uvicorn
from querist.labelling.serving.project import Project
from querist.web.app import create_app
from querist.web.connection import Connection, DoorState
project = Project.open(sys.argv[1], train=False)
parser = {"ours": Connection}.get(sys.argv[3], sys.argv[3])
server = uvicorn.Server(uvicorn.Config(
    create_app(project), port=int(sys.argv[2]), http=parser, ws="none", log_level="error", proxy_headers=False
))
server.server_state = DoorState()
print(project.people.link_of_command("ada").result()[0], flush=True)
threading.Thread(target=lambda: (sys.stdin.read(), setattr(server, "should_exit", True)), daemon=True).start()
server.run()
project.close()
"""


class Server:
    """A server that runs, and what it takes."""

    def __init__(self, process, link):
        self.process = psutil.Process(process.pid)
        parts = urlsplit(link)
        self.address = (parts.hostname, parts.port)
        self.cookie = sign_in(self.address, link.rpartition("=")[2])

    def memory(self):
        """Return the resident memory in MiB."""
        return self.process.memory_info().rss / MIB

    def ask(self, path):
        """Ask as a person does; return the seconds that it took."""
        began = time.perf_counter()
        with closing(http.client.HTTPConnection(*self.address, timeout=60)) as wire:
            wire.request("GET", path, headers={"Cookie": self.cookie})
            answer = wire.getresponse()
            assert answer.status == 200, answer.status
            answer.read()
        return time.perf_counter() - began

    @contextmanager
    def watched(self):
        """Give figures: the memory taken at most meanwhile, and how long /health took beside."""
        seen = {"memory": 0.0, "health": []}
        before, ended = self.memory(), threading.Event()

        def watch():
            while not ended.is_set():
                seen["memory"] = max(seen["memory"], self.memory() - before)
                seen["health"].append(self.ask("/api/v1/health"))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield seen
        finally:
            ended.set()
            watcher.join()


def sign_in(address, token):
    """Use the link of the command; return the cookie."""
    with closing(http.client.HTTPConnection(*address, timeout=60)) as wire:
        wire.request("POST", "/api/v1/join", json.dumps({"token": token}), {"Content-Type": "application/json"})
        return wire.getresponse().getheader("set-cookie").partition(";")[0]


def refused(address, head, part, n_parts):
    """Send a head and then so many parts; return the status, and the seconds from the head to the status."""
    with closing(socket.create_connection(address, timeout=60)) as wire:
        wire.sendall(head)
        sender = threading.Thread(target=_send, args=(wire, part, n_parts))
        began = time.perf_counter()
        sender.start()
        found = re.match(rb"HTTP/1.1 (\d+)", wire.recv(2**16))
        seconds = time.perf_counter() - began
        sender.join()
    return int(found[1]), seconds


def _send(wire, part, n_parts):
    try:
        for _ in range(n_parts):
            wire.sendall(part)
    except OSError:  # the server has hung up, as it may
        pass


def bodies(server, lines):
    """Send bodies of 60 MiB without a cookie; return the rows of the table."""
    head = f"POST /api/v1/answers HTTP/1.1\r\nHost: {server.address[0]}\r\nContent-Type: application/json\r\n"
    chunked = "chunked" in lines
    part = b"10000\r\n" + b"[],[" * 2**14 + b"\r\n" if chunked else b"[],[" * 2**14
    head = f"{head}{lines}\r\n\r\n".encode()
    waits, statuses = [], set()

    def send():
        for _ in range(BODIES // AT_ONCE):
            status, seconds = refused(server.address, head, part, 960)
            waits.append(seconds)
            statuses.add(status)

    with server.watched() as seen:
        senders = [threading.Thread(target=send) for _ in range(AT_ONCE)]
        for each in senders:
            each.start()
        for each in senders:
            each.join()
    kind = "chunked" if chunked else "with their length"
    what = f"{BODIES} bodies of 60 MiB without a cookie, {AT_ONCE} at once, {kind}"
    slowest, health = max(waits) * 1000, max(seen["health"]) * 1000
    return [
        (f"{what}: answered with", f"{sorted(statuses)}", "401", statuses == {401}),
        (f"{what}: to the refusal, median", f"{percentile(waits, 0.5) * 1000:.1f} ms", "", None),
        (f"{what}: to the refusal, longest", f"{slowest:.0f} ms", "50 ms", slowest < 50),
        (f"{what}: memory", f"{seen['memory']:+.1f} MiB", "+5 MiB", seen["memory"] < 5),
        (f"{what}: /health beside, longest of {len(seen['health'])}", f"{health:.0f} ms", "100 ms", health < 100),
    ]


def heads(server):
    """Send 300 MiB of header lines; return the rows of the table."""
    head = f"GET / HTTP/1.1\r\nHost: {server.address[0]}\r\n".encode()
    with server.watched() as seen:
        status, seconds = refused(
            server.address, head, b"X-Line: 0123456789012345678901234567890123456789\r\n" * 1300, 4700
        )
    health = max(seen["health"]) * 1000
    return [
        ("300 MiB of header lines: answered with", f"{status}", "431", status == 431),
        ("300 MiB of header lines: to the refusal", f"{seconds * 1000:.0f} ms", "50 ms", seconds < 0.05),
        ("300 MiB of header lines: memory", f"{seen['memory']:+.1f} MiB", "+5 MiB", seen["memory"] < 5),
        (
            f"300 MiB of header lines: /health beside, longest of {len(seen['health'])}",
            f"{health:.0f} ms",
            "100 ms",
            health < 100,
        ),
    ]


def half_open(server):
    """Open requests that do not end; return the rows of the table."""
    begun = f"POST /api/v1/answers HTTP/1.1\r\nHost: {server.address[0]}\r\nX: ".encode()
    wires = []
    try:
        with server.watched() as seen:
            for _ in range(HALF_OPEN):
                wires.append(socket.create_connection(server.address, timeout=60))
                wires[-1].sendall(begun)
            asked = [server.ask("/api/v1/project") for _ in range(50)]
        left = len(server.process.net_connections("tcp")) - 1
        began = time.perf_counter()
        for wire in wires:
            _wait_for_end(wire)
        last = time.perf_counter() - began
    finally:
        for wire in wires:
            wire.close()
    slowest = max(asked) * 1000
    return [
        (f"{HALF_OPEN} half-open requests: open at once", f"{left}", "at most 250", left <= 250),
        (f"{HALF_OPEN} half-open requests: memory", f"{seen['memory']:+.1f} MiB", "", None),
        (
            f"{HALF_OPEN} half-open requests: who is signed in waits at most",
            f"{slowest:.0f} ms",
            "100 ms",
            slowest < 100,
        ),
        (f"{HALF_OPEN} half-open requests: the last is closed after", f"{last:.0f} s", "16 s", last < 16),
    ]


def _wait_for_end(wire):
    try:
        while wire.recv(2**16):
            pass
    except ConnectionError:
        pass


def cost(folder):
    """Measure what the bounds add to the processor time of an answer; return the rows of the table."""
    parsers = {"httptools": HttpToolsProtocol, "ours": Connection, "h11": H11Protocol}
    used = {name: [] for name in parsers}
    for _ in range(_TURNS):
        for name, parser in parsers.items():
            used[name].append(asyncio.run(_parsed(parser)))
    best = {name: min(seconds) for name, seconds in used.items()}
    answer = min(_cost_of(folder / f"{turn}.querist", "ours") for turn in range(2))
    rows = [
        (f"processor time of a request for the parser alone, {name}", f"{best[name] * 1e6:.0f} us", "", None)
        for name in parsers
    ]
    added = {name: (best[name] - best["httptools"]) / answer for name in ("ours", "h11")}
    return [
        *rows,
        ("processor time of the server for a whole answer", f"{answer * 1e6:.0f} us", "", None),
        ("added to it by the bounds", f"{added['ours']:+.1%}", "+5%", added["ours"] < 0.05),
        ("would be added by h11", f"{added['h11']:+.1%}", "", None),
    ]


class _Wire:
    """A transport that leads nowhere, and tells when an answer was written."""

    def __init__(self):
        self.written = asyncio.Event()

    def write(self, data):
        if data.endswith(b"{}"):
            self.written.set()

    def get_extra_info(self, name, default=None):
        return ("127.0.0.1", 1) if name == "peername" else default

    def is_closing(self):
        return False

    def close(self):
        pass

    pause_reading = resume_reading = abort = close


async def _parsed(parser):
    """Return the processor time of a request: head and body apart, as clients send them."""

    async def app(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})

    body = b'{"actions":[{"uuid":"%s","kind":"answer","row":3,"class_id":1}],"want":0}' % (b"0" * 36)
    head = (
        f"POST /api/v1/answers HTTP/1.1\r\nHost: 127.0.0.1:8765\r\nCookie: querist={'x' * 32}\r\nX-Tab: tab\r\n"
        f"Content-Type: application/json\r\nAccept: */*\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    config = uvicorn.Config(app, http=parser, ws="none", log_level="error", access_log=False, proxy_headers=False)
    config.load()
    config.loaded_app = app
    wire = _Wire()
    protocol = parser(config=config, server_state=DoorState(), app_state={}, _loop=asyncio.get_running_loop())
    protocol.connection_made(wire)
    began = time.process_time()
    for _ in range(_REQUESTS):
        wire.written.clear()
        protocol.data_received(head)
        protocol.data_received(body)
        await wire.written.wait()
        await asyncio.sleep(0)
    seconds = (time.process_time() - began) / _REQUESTS
    protocol.connection_lost(None)
    return seconds


def _cost_of(location, parser):
    make_project(
        location, Texts([f"text {i}" for i in range(_ANSWERS + 50)], ["ab"[i % 2] for i in range(_ANSWERS + 50)])
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = probe.getsockname()
    process = subprocess.Popen(
        [sys.executable, "-c", _COUNTED, str(location), str(address[1]), parser],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        token = process.stdout.readline().strip()
        while True:
            try:
                cookie = sign_in(address, token)
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        server = psutil.Process(process.pid)
        with closing(http.client.HTTPConnection(*address, timeout=60)) as wire:
            for row in range(_ANSWERS):
                if row == 100:  # warm
                    before = _seconds(server)
                action = {"uuid": str(uuid.uuid4()), "kind": "answer", "row": row, "class_id": row % 2}
                wire.request("POST", "/api/v1/answers", json.dumps({"actions": [action], "want": 0}),
                             {"Cookie": cookie, "Content-Type": "application/json", "X-Tab": "tab"})  # fmt: skip
                answer = wire.getresponse()
                assert b'"saved"' in answer.read()
        return (_seconds(server) - before) / (_ANSWERS - 100)
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def _seconds(process):
    used = process.cpu_times()
    return used.user + used.system


class _Table(list):
    """Rows that are printed as they come."""

    def __iadd__(self, rows):
        for row in rows:
            print(*row, sep="  ", flush=True)
        return super().__iadd__(rows)


def main():
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dry", action="store_true", help="print the figures, and leave README.md as it is")
    arguments = parser.parse_args()
    rows = _Table()
    load = psutil.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="querist-door-") as name:
        folder = Path(name)
        make_project(folder / "p.querist", Texts([f"text {i}" for i in range(300)], ["ab"[i % 2] for i in range(300)]))
        with serving(str(folder / "p.querist"), folder) as (process, link):
            server = Server(process, link)
            for _ in range(50):  # warm
                server.ask("/api/v1/project")
            rows += bodies(server, f"Content-Length: {60 * MIB}")
            rows += bodies(server, "Transfer-Encoding: chunked")
            rows += heads(server)
            rows += half_open(server)
        rows += cost(folder)
    note = (
        "Sent from the same machine. A refusal is timed from the end of the head that was sent to the status of the "
        "answer, while the body is being sent; the server reads what still comes for a moment and throws it away. "
        f"The machine had a load of {load:.0f} from other work on {psutil.cpu_count()} cores before it began, which "
        "every wait below contains. Memory: resident, at most meanwhile. Processor times: the least of "
        f"{_TURNS} turns of {_REQUESTS:,} requests for the parsers, of 2 servers with {_ANSWERS - 100:,} answers each."
    )
    if not arguments.dry:
        keep("The door", list(rows), note)


if __name__ == "__main__":
    main()
