"""What proxies say: believed from those who were named, right-most first, and from nobody else."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from querist.web.forwarded import Hop, said_by_proxy

PROXY = "10.0.0.1"
TRUSTED = (ipaddress.ip_network("10.0.0.0/24"), ipaddress.ip_network("fd00::/64"))


def said(peer=PROXY, **lines):
    raw = [
        (name.replace("_", "-").encode(), value.encode())
        for name, values in lines.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return said_by_proxy(Headers(raw=raw), peer, TRUSTED)


@pytest.mark.parametrize("peer", ["192.0.2.1", "10.0.1.1", "::1", "nonsense", "", None])
def test_nobody_else_is_believed(peer):
    lines = {"x_forwarded_for": "198.51.100.1", "x_forwarded_host": "evil.example", "x_forwarded_proto": "https"}
    assert said(peer, **lines) == said(peer, forwarded="for=198.51.100.1;host=evil.example") == Hop()


@pytest.mark.parametrize("peer", [PROXY, "::ffff:10.0.0.1", "fd00::7"])
def test_named_proxies_are(peer):
    hop = said(peer, x_forwarded_for="192.0.2.7", x_forwarded_host="label.example.org", x_forwarded_proto="HTTPS")
    assert hop == Hop("192.0.2.7", "https", "label.example.org")


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        # What the client itself made up stands on the left.
        ("1.1.1.1, 192.0.2.7", "192.0.2.7"),
        ("1.1.1.1, 192.0.2.7, 10.0.0.9", "192.0.2.7"),
        (["1.1.1.1", "192.0.2.7, 10.0.0.9"], "192.0.2.7"),
        ("10.0.0.9, 10.0.0.8", "10.0.0.9"),
        ("10.0.0.9, unknown, 10.0.0.8", "unknown"),
        ("192.0.2.7:4711", "192.0.2.7:4711"),
        ("1.1.1.1, [fd00::9]:80", "1.1.1.1"),
    ],
)
def test_the_right_most_who_is_no_proxy_is_the_client(lines, client):
    assert said(x_forwarded_for=lines).client == client


def test_scheme_and_host_belong_to_the_same_hop():
    chain = {"x_forwarded_for": "6.6.6.6, 192.0.2.7, 10.0.0.9", "x_forwarded_proto": "ftp, https, http"}
    assert said(**chain) == Hop("192.0.2.7", "https", None)
    # One word: the last proxy speaks for the chain.
    assert said(x_forwarded_for="6.6.6.6, 192.0.2.7", x_forwarded_proto="https").scheme == "https"
    assert said(x_forwarded_for="192.0.2.7", x_forwarded_host="made.up, real.example").host == "real.example"
    assert said(x_forwarded_proto="gopher").scheme is None


@pytest.mark.parametrize(
    ("text", "hop"),
    [
        ("for=192.0.2.7;proto=https;host=label.example.org", Hop("192.0.2.7", "https", "label.example.org")),
        ('For="[2001:db8::1]:80";Proto=HTTPS', Hop("[2001:db8::1]:80", "https", None)),
        ('for=1.1.1.1;host=made.up, for=192.0.2.7;host="a.example:8080"', Hop("192.0.2.7", None, "a.example:8080")),
        ("for=192.0.2.7;proto=https, for=10.0.0.9;proto=http", Hop("192.0.2.7", "https", None)),
        ("for=_hidden", Hop("_hidden", None, None)),
        # A comma within quotation marks ends nothing.
        ('for="1.1.1.1, for=10.0.0.9";host=a.example', Hop("1.1.1.1, for=10.0.0.9", None, "a.example")),
        ('host="evil.example', Hop()),
        ("host evil.example", Hop()),
        ("host=evil.example x", Hop()),
    ],
)
def test_rfc_7239(text, hop):
    assert said(forwarded=text) == hop


def test_what_a_client_made_up_beside_the_proxys_words_is_not_read():
    lines = {"forwarded": "for=6.6.6.6;host=evil.example;proto=http", "x_forwarded_proto": "https"}
    assert said(**lines) == Hop(None, "https", None)


@given(st.lists(st.text(st.characters(codec="latin-1", exclude_characters="\r\n")), max_size=3), st.booleans())
def test_nonsense_raises_nothing_and_gives_known_schemes_only(lines, x):
    values = [line.encode("latin-1").decode("latin-1") for line in lines]
    name = b"x-forwarded-proto" if x else b"forwarded"
    raw = [(name, value.encode("latin-1")) for value in values]
    assert said_by_proxy(Headers(raw=raw), PROXY, TRUSTED).scheme in (None, "http", "https")
