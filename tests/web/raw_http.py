"""Requests byte by byte, as no browser sends them."""

import socket
from contextlib import closing, contextmanager

_PATIENCE = 30


@contextmanager
def connected(port, host="127.0.0.1"):
    """Give a socket that is connected to a server."""
    with closing(socket.create_connection((host, port), timeout=_PATIENCE)) as wire:
        yield wire


def head(method, path, *lines, host="127.0.0.1"):
    """Return the head of a request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", *([f"Host: {host}"] if host else []), *lines, "", ""]).encode()


def ask(port, content, host="127.0.0.1"):
    """Send bytes; return the status of the answer, its header lines in small letters, and its body."""
    with connected(port, host) as wire:
        wire.sendall(content)
        return answer(wire)


def answer(wire):
    """Read one answer; 0 where the connection ended without."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = wire.recv(2**16)
        if not part:
            return 0, {}, b""
        got += part
    begin, _, body = got.partition(b"\r\n\r\n")
    status, *lines = begin.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        part = wire.recv(2**16)
        if not part:
            break
        body += part
    return int(status.split()[1]), headers, body


def is_ended(wire):
    """Wait until the server hangs up; raises if it does not."""
    try:
        while wire.recv(2**16):
            pass
    except ConnectionResetError:
        pass
    return True
