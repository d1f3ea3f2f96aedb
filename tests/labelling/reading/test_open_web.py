"""Files are fetched from where a name leads when it is first asked, whole, in time, and from nowhere else."""

import contextlib
import gzip
import shutil
import socket
import ssl
import subprocess
import threading

import pytest

from querist.exceptions import ImageError
from querist.labelling.reading.open_web import OpenWeb

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nimage"


class Server:
    """Answers every connection on loopback with what it was given; keeps what was asked."""

    def __init__(self, *replies, host="127.0.0.1", wrap=None):
        self._listener = socket.create_server((host, 0))
        self.host, self.port = self._listener.getsockname()[:2]
        self.asked = []
        self._replies = list(replies)
        self._wrap = wrap or (lambda plain: plain)
        self._held = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for each in self._held:
            each.close()

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                connection = self._listener.accept()[0]
                self._held.append(connection)
                with contextlib.suppress(OSError):
                    wrapped = self._wrap(connection)
                    self._held.append(wrapped)
                    asked = b""
                    while b"\r\n\r\n" not in asked and (more := wrapped.recv(4096)):
                        asked += more
                    self.asked.append(asked.decode())
                    reply = self._replies.pop(0) if self._replies else OK
                    if callable(reply):
                        reply(wrapped)
                    else:
                        wrapped.sendall(reply)
                        wrapped.shutdown(socket.SHUT_RDWR)


def web(*, allowed=lambda address: True, names=None, seconds=20.0, most_bytes=2**20, trust=None):
    """An open web where these names stand for these addresses."""
    answers = {name: list(each) for name, each in (names or {}).items()}

    def resolve(host, port, **options):
        found = answers.get(host)
        where = found.pop(0) if found else [host]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in where]

    return OpenWeb(most_bytes=most_bytes, seconds=seconds, resolve=resolve, allowed=allowed, trust=trust)


def moved(place):
    return f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_file_is_fetched_and_its_server_is_told_its_name():
    with Server() as server:
        place = f"http://images.example:{server.port}/a b/\u00e9.png?x=1"
        assert web(names={"images.example": [["127.0.0.1"]]}).fetch(place, accept="image/*") == b"image"
    head = server.asked[0].split("\r\n")
    assert head[0] == "GET /a%20b/%C3%A9.png?x=1 HTTP/1.1"
    assert f"Host: images.example:{server.port}" in head
    assert "Accept: image/*" in head


def test_a_name_is_looked_up_once():
    """It answered first with an address that is allowed, then with one that is not: the first one is connected to."""
    with Server() as public, Server(b"HTTP/1.1 200 OK\r\n\r\nsecret", host="127.0.0.2") as local:
        names = {"rebinds.example": [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2"]]}
        fetched = web(allowed="127.0.0.1".__eq__, names=names).fetch(
            f"http://rebinds.example:{public.port}/", accept="*/*"
        )
        assert fetched == b"image"
        assert local.asked == []


def test_every_address_of_a_name_must_be_allowed():
    with Server() as server:
        names = {"both.example": [["127.0.0.1", "127.0.0.2"]]}
        with pytest.raises(ImageError, match="local network"):
            web(allowed="127.0.0.1".__eq__, names=names).fetch(f"http://both.example:{server.port}/", accept="*/*")
    assert server.asked == []


def test_the_second_address_is_tried_where_the_first_takes_no_connection():
    with Server() as server:
        names = {"two.example": [["127.0.0.9", "127.0.0.1"]]}
        assert web(names=names).fetch(f"http://two.example:{server.port}/", accept="*/*") == b"image"


@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:{}/", "http://[::1]:{}/", "http://localhost:{}/", "http://127.1:{}/"]
)
def test_this_machine_is_no_open_web(place):
    with Server() as server, pytest.raises(ImageError, match=r"local network|cannot be fetched"):
        OpenWeb(most_bytes=100, seconds=20).fetch(place.format(server.port), accept="*/*")
    assert server.asked == []


def test_redirects_are_judged_anew():
    with Server() as inner, Server(moved(f"http://inner.example:{inner.port}/")) as outer:
        names = {"outer.example": [["127.0.0.1"]], "inner.example": [["127.0.0.3"]]}
        with pytest.raises(ImageError, match="local network"):
            web(allowed="127.0.0.1".__eq__, names=names).fetch(f"http://outer.example:{outer.port}/", accept="*/*")
        assert inner.asked == []


def test_redirects_lead_on_also_without_a_host_and_not_for_ever():
    with Server(moved("/next"), moved("next?b=1")) as server:
        assert web().fetch(f"http://127.0.0.1:{server.port}/first", accept="*/*") == b"image"
    assert [each.split(" ")[1] for each in server.asked] == ["/first", "/next", "/next?b=1"]
    with Server(*[moved("/again")] * 9) as server, pytest.raises(ImageError, match="from one address to the next"):
        web().fetch(f"http://127.0.0.1:{server.port}/", accept="*/*")
    assert len(server.asked) == 6


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1/", "//x", "gopher://x", "http:///x"])
def test_only_the_web_is_fetched_also_by_a_redirect(place):
    with pytest.raises(ImageError, match="no http or https address"):
        web().fetch(place, accept="*/*")
    with Server(moved(place.replace(":///x", "://x/"))) as server, pytest.raises(ImageError):
        web(allowed="127.0.0.1".__eq__).fetch(f"http://127.0.0.1:{server.port}/", accept="*/*")


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (b"HTTP/1.1 404 Gone fishing\r\n\r\n", "404 Gone fishing"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nimage", "4 bytes too early"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nimage", "IncompleteRead"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (2**20 + 1), "larger than 1 MiB"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000, "header line"),
        (b"nonsense", "cannot be fetched"),
        (b"", "cannot be fetched"),
    ],
)
def test_what_is_wrong_is_told(reply, told):
    with Server(reply) as server, pytest.raises(ImageError, match=told):
        web().fetch(f"http://127.0.0.1:{server.port}/", accept="*/*")


def test_nothing_is_unpacked():
    packed = gzip.compress(bytes(10**7))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    with Server(head + packed) as server:
        assert web().fetch(f"http://127.0.0.1:{server.port}/", accept="*/*") == packed


def dripping(start):
    """A server that sends a byte now and then, for as long as somebody listens."""

    def drip(connection):
        connection.sendall(start)
        connection.settimeout(0.05)
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(b"x")
                with contextlib.suppress(TimeoutError):
                    if not connection.recv(1):
                        return

    return drip


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n", OK[:-1].replace(b"5", b"9999999")]
)
def test_all_of_it_has_one_limit_of_time(start):
    with Server(dripping(start)) as server, pytest.raises(ImageError, match=r"longer than 0\.3 s"):
        web(seconds=0.3).fetch(f"http://127.0.0.1:{server.port}/", accept="*/*")


def test_a_resolver_that_does_not_answer_is_left_behind():
    forever = threading.Event()
    stuck = OpenWeb(most_bytes=100, seconds=0.2, resolve=lambda *_, **__: [forever.wait()])
    with pytest.raises(ImageError, match="longer than"):
        stuck.fetch("http://slow.example/", accept="*/*")
    forever.set()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made by openssl")
def test_a_certificate_is_checked_against_the_name_not_the_address(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = f"req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {certificate} -days 2 -subj /CN=good.example"
    subprocess.run(
        ["openssl", *words.split(), "-addext", "subjectAltName=DNS:good.example"], check=True, capture_output=True
    )
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate, key)
    trust = ssl.create_default_context(cafile=certificate)
    names = {"good.example": [["127.0.0.1"]], "evil.example": [["127.0.0.1"]]}

    def secure(plain):
        return own.wrap_socket(plain, server_side=True)

    with Server(wrap=secure) as server:
        assert web(names=names, trust=trust).fetch(f"https://good.example:{server.port}/", accept="*/*") == b"image"
        with pytest.raises(ImageError, match="certificate"):
            web(names=names, trust=trust).fetch(f"https://evil.example:{server.port}/", accept="*/*")
        with pytest.raises(ImageError, match="certificate"):
            web(names=names).fetch(f"https://good.example:{server.port}/", accept="*/*")
