"""Where the server is reached: names that it answers to, the path below which it lies, the proxies before it."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, unquote, urlsplit

from fastapi import Request

from querist.exceptions import InvalidParameterError
from querist.web.forwarded import Network

# What a Host header, and the end of an Origin, may look like: a name or an address, and a port.
_HOST = re.compile(r"([\w.-]+|\[[0-9a-fA-F:.]+\])(?::(\d{1,5}))?", re.ASCII)
# Whatever is no delimiter of a cookie's attributes.
_BASE = re.compile(r"(/[\w.~!$&'()*+=:@%-]+)*", re.ASCII)
_SAFE = "/!$&'()*+=:@~"
# What the server itself has at its top: a stripped path below it could not be told from a whole one.
_OWN = frozenset({"api", "assets", "join", "icon.svg"})
_PORTS = {"http": "80", "https": "443"}
# All addresses of this machine at once: none that a browser can open.
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True)
class Entrance:
    """Where the server listens, and where people find it.

    Parameters
    ----------
    host : str, default="127.0.0.1"
        Where to listen: an address or a name of this machine.
    allow_hosts : tuple of str
        Names that the server answers to besides those of this machine, each with or without a port. The pages of these
        names may send, too.
    trust_proxies : tuple of str
        Addresses or networks (CIDR) of proxies whose forwarded headers are believed.
    base_path : str, default=""
        Path below which the page lies, such as ``/querist``; a proxy may strip it or leave it.
    public_url : str, default=""
        Address at which people open the page; links carry it. Its path is the base path.

    Raises
    ------
    InvalidParameterError
        If one of them cannot be what it is said to be, or two contradict.
    """

    host: str = "127.0.0.1"
    allow_hosts: tuple[str, ...] = ()
    trust_proxies: tuple[str, ...] = ()
    base_path: str = ""
    public_url: str = ""

    def __post_init__(self) -> None:
        for name in self.allow_hosts:
            if split_host(name) is None:
                raise InvalidParameterError(
                    f"--allow-host {name!r} must be the name of a machine, such as label.example.org."
                )
        _ = self.proxies, self.public, self.path

    @cached_property
    def is_local(self) -> bool:
        """Whether only this machine itself can connect."""
        return bool(self.addresses) and all(_is_loopback(address) for address in self.addresses)

    @cached_property
    def addresses(self) -> list[str]:
        """Addresses that the host stands for; none if it is unknown."""
        host = self.host.strip("[]")
        try:
            return list(dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, None)))
        except (OSError, UnicodeError):
            return []

    @cached_property
    def proxies(self) -> tuple[Network, ...]:
        """Networks of the proxies that are believed."""
        found = []
        for each in self.trust_proxies:
            try:
                found.append(ipaddress.ip_network(each, strict=False))
            except ValueError:
                hint = "such as 127.0.0.1 or 172.16.0.0/12"
                raise InvalidParameterError(
                    f"--trust-proxy {each!r} must be an address or a network, {hint}."
                ) from None
        return tuple(found)

    @cached_property
    def public(self) -> tuple[str, str] | None:
        """Scheme and host of the public address."""
        if not self.public_url:
            return None
        try:
            parts = urlsplit(self.public_url)
            host = split_host(parts.netloc)
        except ValueError:
            parts, host = urlsplit(""), None
        if parts.scheme not in _PORTS or host is None or parts.query or parts.fragment:
            example = "https://label.example.org/querist"
            raise InvalidParameterError(
                f"--public-url {self.public_url!r} must be the address of a page, such as {example}."
            )
        return parts.scheme, parts.netloc.lower()

    @cached_property
    def path(self) -> str:
        """The base path as it stands in addresses: empty, or with a slash before and none behind."""
        given = "/" + self.base_path.strip("/") if self.base_path.strip("/") else ""
        public = urlsplit(self.public_url).path.rstrip("/") if self.public_url else ""
        if self.base_path and self.public_url and given != public:
            raise InvalidParameterError(
                f"--base-path {self.base_path!r} is not the path of --public-url {self.public_url!r}. Leave one out."
            )
        path = given or public
        segments = unquote(path).split("/")[1:]
        if not _BASE.fullmatch(path) or {".", ".."} & set(segments) or any(ord(c) < 32 for c in unquote(path)):
            raise InvalidParameterError(f"--base-path {path!r} must be a path, such as /querist.")
        if segments and segments[0] in _OWN:
            raise InvalidParameterError(f"--base-path must not begin with /{segments[0]}, which the page needs itself.")
        return path

    @cached_property
    def root(self) -> str:
        """The base path as requests have it: decoded."""
        return unquote(self.path)

    @cached_property
    def names(self) -> frozenset[str] | None:
        """Names that the server answers to, without ports; None: any, as people of a network know it by many."""
        if not (self.is_local or self.allow_hosts or self.public):
            return None
        known = [*self.allow_hosts, self.public[1]] if self.public else self.allow_hosts
        return frozenset({"localhost", self.host.strip("[]").lower(), *(name_of(each) for each in known)})

    def answers_to(self, host: str) -> bool:
        """Return whether a Host header names this server.

        An address in figures is no name that somebody could point to this machine; it is taken where the network can
        connect at all, and else if it is the machine itself.
        """
        if self.names is None:
            return True
        name = name_of(host)
        return name in self.names or _is_loopback(name) or (not self.is_local and _is_address(name))

    @cached_property
    def origins(self) -> frozenset[str]:
        """Pages that may send whatever the Host header says: a proxy may replace that by the name it connects to."""
        named = {f"{scheme}://{each.lower()}" for each in self.allow_hosts for scheme in _PORTS}
        return frozenset(named | ({"://".join(self.public)} if self.public else set()))

    def scheme(self, host: str) -> str | None:
        """Return the scheme that people use for this host, None if it is not known."""
        return self.public[0] if self.public and same_host(host, self.public[1], self.public[0]) else None

    def local_address(self, port: int) -> str:
        """Return an address that opens on this machine, base path included, without a slash at the end."""
        host = self.host.strip("[]")
        host = _WILDCARDS.get(host, host)
        return f"http://{f'[{host}]' if ':' in host else host}:{port}{self.path}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What the owner should know of the printed address."""
        shown = _WILDCARDS.get(self.host)
        if shown is None or self.public_url:
            return ()
        return (
            f"others on the network need the name or address of this machine, not {shown}: {socket.gethostname()}?",
        )

    def address(self, port: int) -> str:
        """Return the address to tell people."""
        return self.public_url.rstrip("/") or self.local_address(port)


def page_address(request: Request) -> str:
    """Return the address of the page for other people, with a slash at the end: public, or as who asks has it."""
    entrance: Entrance = request.app.state.entrance
    here = f"{request.url.scheme}://{request.url.netloc}{quote(request.scope.get('root_path', ''), safe=_SAFE)}"
    return f"{entrance.public_url.rstrip('/') or here}/"


def cookie_path(request: Request) -> str:
    """Return the path that cookies are for."""
    return quote(request.scope.get("root_path", ""), safe=_SAFE) or "/"


def split_host(host: str) -> tuple[str, str] | None:
    """Return name and port (or no port) of a Host header; None if it is none."""
    found = _HOST.fullmatch(host)
    return (found[1].strip("[]").lower(), found[2] or "") if found else None


def name_of(host: str) -> str:
    """Return the name in a Host header, empty if it is none."""
    found = split_host(host)
    return found[0] if found else ""


def same_host(one: str, other: str, scheme: str) -> bool:
    """Return whether two hosts are the same under a scheme: its own port may be left out."""
    pair = [split_host(one), split_host(other)]
    whole = [(each[0], each[1] or _PORTS[scheme]) for each in pair if each is not None]
    return len(whole) == 2 and whole[0] == whole[1]


def is_same_origin(origin: str, host: str, schemes: Iterable[str]) -> bool:
    """Return whether the Origin of a request is the host that it went to."""
    scheme, _, rest = origin.lower().partition("://")
    return scheme in _PORTS and scheme in schemes and same_host(rest, host, scheme)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return bool((getattr(address, "ipv4_mapped", None) or address).is_loopback)
