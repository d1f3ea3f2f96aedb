"""Where the server is reached: what the options of the command mean, and what they may not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.exceptions import InvalidParameterError
from querist.web.entrance import Entrance, is_same_origin


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.2", "127.0.0.2"),
        ("::1", "[::1]"),
        ("[::1]", "[::1]"),
        ("localhost", "localhost"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
    ],
)
def test_an_address_that_can_be_opened_is_printed_and_answered(host, shown):
    entrance = Entrance(host)
    assert entrance.address(8765) == f"http://{shown}:8765"
    assert entrance.answers_to(f"{shown}:8765")
    assert bool(entrance.notes) == (host in ("0.0.0.0", "::"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
@pytest.mark.parametrize(
    "name",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil",
        "127.1",
        "0x7f.1",
        "2130706433",
        "",
        "a b",
        "10.0.0.1",
    ],
)
def test_only_this_machine_is_answered_to_where_only_it_can_connect(host, name):
    assert not Entrance(host).answers_to(name)
    assert not Entrance(host).answers_to(f"{name}:8765")


def test_names_of_a_network_are_not_known_until_somebody_says_them():
    assert Entrance("0.0.0.0").answers_to("anything.example")
    entrance = Entrance("0.0.0.0", allow_hosts=("Label.Example.org",))
    assert entrance.answers_to("label.example.org:8765")
    assert entrance.answers_to("192.168.1.5:8765")  # nobody can point an address in figures somewhere else
    assert not entrance.answers_to("evil.example")


def test_a_public_address_says_name_path_and_scheme():
    entrance = Entrance(public_url="https://label.example.org/querist/")
    assert entrance.path == "/querist"
    assert entrance.address(8765) == "https://label.example.org/querist"
    assert entrance.local_address(8765) == "http://127.0.0.1:8765/querist"
    assert entrance.answers_to("label.example.org")
    assert entrance.scheme("LABEL.example.org:443") == "https"
    assert entrance.scheme("127.0.0.1:8765") is None
    assert entrance.origins == {"https://label.example.org"}


@pytest.mark.parametrize(("given", "path", "root"), [
    ("", "", ""), ("/", "", ""), ("querist", "/querist", "/querist"), ("/a/b/", "/a/b", "/a/b"),
    ("/user/ann%40x.org/proxy/8765", "/user/ann%40x.org/proxy/8765", "/user/ann@x.org/proxy/8765"),
])  # fmt: skip
def test_base_paths(given, path, root):
    entrance = Entrance(base_path=given)
    assert (entrance.path, entrance.root) == (path, root)


@pytest.mark.parametrize(
    "options",
    [
        {"base_path": "/api"},
        {"base_path": "/join/x"},
        {"base_path": "/a/../b"},
        {"base_path": "/a/%2e%2e/b"},
        {"base_path": "/a;b"},
        {"base_path": "/a b"},
        {"base_path": "/a//b"},
        {"base_path": "/a%0ab"},
        {"base_path": "/a\r\nSet-Cookie: x"},
        {"public_url": "label.example.org"},
        {"public_url": "ftp://label.example.org"},
        {"public_url": "https://user@label.example.org"},
        {"public_url": "https://label.example.org/?x"},
        {"public_url": "https://label.example.org/#x"},
        {"public_url": "https://[/"},
        {"public_url": "https://label.example.org/a", "base_path": "/b"},
        {"allow_hosts": ("https://label.example.org",)},
        {"allow_hosts": ("",)},
        {"allow_hosts": ("*",)},
        {"trust_proxies": ("proxy.example.org",)},
        {"trust_proxies": ("10.0.0.0/33",)},
    ],
)
def test_what_cannot_be_meant_is_told(options):
    with pytest.raises(InvalidParameterError, match="--"):
        Entrance(**options)


@given(st.text())
def test_whatever_a_base_path_is_it_makes_no_header_and_no_other_attribute_of_a_cookie(text):
    try:
        path = Entrance(base_path=text).path
    except InvalidParameterError:
        return
    assert not set(path) & set(';, \r\n"\\')
    assert path == "" or path.startswith("/")


@pytest.mark.parametrize(
    ("origin", "host", "schemes", "same"),
    [
        ("http://a:1", "a:1", ("http", "https"), True),
        ("https://a", "a:443", ("https",), True),
        ("https://a:443", "A", ("https",), True),
        ("http://a", "a", ("https",), False),
        ("http://a:1", "a:2", ("http",), False),
        ("https://a:80", "a", ("https",), False),
        ("http://[::1]:1", "[::1]:1", ("http",), True),
        ("null", "null", ("http",), False),
        ("http://", "", ("http",), False),
        ("ftp://a", "a", ("http", "https"), False),
        ("http://a:1@b", "a:1", ("http",), False),
    ],
)
def test_origins(origin, host, schemes, same):
    assert is_same_origin(origin, host, schemes) is same
