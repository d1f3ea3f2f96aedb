"""What a proxy says of the request that it passes on: believed from proxies that the owner named, from nobody else."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from starlette.datastructures import Headers

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PAIR = re.compile(rf'\s*({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*")\s*')
_SCHEMES = ("http", "https")


@dataclass(frozen=True)
class Hop:
    """One proxy's words about who asked it: address, scheme and host; None where it does not say."""

    client: str | None = None
    scheme: str | None = None
    host: str | None = None


def address_of(text: str) -> Address | None:
    """Return the address in a text such as ``10.0.0.1:80`` or ``[::1]:80``; None if there is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A socket that takes both kinds shows 10.0.0.1 as ::ffff:10.0.0.1.
    return getattr(address, "ipv4_mapped", None) or address


def is_in(text: str | None, networks: Sequence[Network]) -> bool:
    """Return whether a text is an address of one of the networks."""
    address = None if text is None else address_of(text)
    return address is not None and any(address in network for network in networks)


def said_by_proxy(headers: Headers, peer: str | None, trusted: Sequence[Network]) -> Hop:
    """Return what is to be believed of the forwarded headers of a request.

    Nothing, unless the peer is trusted. Of a chain, the right-most client that is no trusted proxy itself.
    ``Forwarded`` (RFC 7239) is read only where no ``X-Forwarded-`` header is there: most proxies set the latter, and
    pass on whatever the client made up of the former.

    Parameters
    ----------
    headers : Headers
    peer : str or None
        Address of the other end of the connection.
    trusted : sequence of networks
    """
    if not is_in(peer, trusted):
        return Hop()
    hops = _x_forwarded(headers)
    if hops is None:
        hops = _rfc_7239(", ".join(headers.getlist("forwarded")))
    while len(hops) > 1 and is_in(hops[-1].client, trusted):
        hops.pop()
    return hops[-1] if hops else Hop()


def _x_forwarded(headers: Headers) -> list[Hop] | None:
    lists = {name: _listed(headers, f"x-forwarded-{name}") for name in ("for", "proto", "host")}
    if not any(lists.values()):
        return None
    n_hops = max(len(lists["for"]), 1)
    hops = []
    for i in range(n_hops):
        # One word for a longer chain: the last proxy replaced what it got, and speaks for the whole chain.
        words = {name: (each[i] if len(each) == n_hops else each[-1]) if each else None for name, each in lists.items()}
        hops.append(_hop(words["for"], words["proto"], words["host"]))
    return hops


def _listed(headers: Headers, name: str) -> list[str]:
    return [each.strip() for line in headers.getlist(name) for each in line.split(",") if each.strip()]


def _rfc_7239(text: str) -> list[Hop]:
    """Read ``for=10.0.0.1;proto=https, for="[2001:db8::1]:80"``; nothing where it is malformed."""
    hops: list[Hop] = []
    words: dict[str, str] = {}
    at = 0
    while at < len(text):
        pair = _PAIR.match(text, at)
        if pair is None:
            return []
        value = pair[2]
        words[pair[1].lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        at = pair.end()
        if text[at : at + 1] not in ("", ",", ";"):
            return []
        if text[at : at + 1] != ";":
            hops.append(_hop(words.get("for"), words.get("proto"), words.get("host")))
            words = {}
        at += 1
    return hops


def _hop(client: str | None, scheme: str | None, host: str | None) -> Hop:
    scheme = scheme.lower() if scheme else None
    return Hop(client, scheme if scheme in _SCHEMES else None, host)
