"""Which addresses lie on the open web: all but those that are kept for something else."""

import ipaddress

# The registries of special addresses (IANA; RFC 6890 and later), those for many hosts (RFC 5771), and old relays.
_SPECIAL = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4",
]  # fmt: skip
_KEPT_4 = tuple(map(ipaddress.IPv4Network, _SPECIAL))
# The web of version 6 lies in one range; within it are kept protocols and tunnels (Teredo among them), examples, and
# addresses of version 4 in another form (6to4).
_WEB_6 = ipaddress.IPv6Network("2000::/3")
_KEPT_6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# Forms in which networks write addresses of version 4 that they do reach; the last four bytes decide.
_WRAPPED = tuple(map(ipaddress.IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96")))


def is_public(address: str) -> bool:
    """Return whether an address of version 4 or 6 lies on the open web.

    Examples
    --------
    >>> is_public("8.8.8.8"), is_public("192.168.1.1"), is_public("::ffff:127.0.0.1"), is_public("2606:4700::1111")
    (True, False, False, True)
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return False
        if not any(ip in network for network in _WRAPPED):
            return ip in _WEB_6 and not any(ip in network for network in _KEPT_6)
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return not any(ip in network for network in _KEPT_4)
