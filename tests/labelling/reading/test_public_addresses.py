"""Addresses that are kept for something else are refused in every form."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querist.labelling.reading.public_addresses import is_public

# IANA's registries of special-purpose addresses: those that are not globally reachable; and addresses for many hosts.
REGISTRY = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
    192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    ::/128 ::1/128 ::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/32 2001:2::/48 2001:10::/28 2001:db8::/32
    2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""
NETWORKS = [ipaddress.ip_network(each) for each in REGISTRY.split()]


@st.composite
def kept(draw):
    network = draw(st.sampled_from(NETWORKS))
    return ipaddress.ip_address(
        int(network.network_address) + draw(st.integers(0, network.num_addresses - 1))
        if network.version == 4
        else network[draw(st.integers(0, network.num_addresses - 1))]
    )


@given(kept())
def test_what_the_registries_keep_is_not_public(address):
    assert not is_public(str(address))


@given(kept())
def test_nor_is_it_in_another_form(address):
    if address.version == 4:
        number = int(address)
        for form in (0xFFFF << 32, 0x64FF9B << 96, 0x2002 << 112 | number << 80, 0):
            assert not is_public(str(ipaddress.IPv6Address(form | number)))


@given(st.ip_addresses(v=4))
def test_public_addresses_stay_public_in_the_forms_that_are_routed(address):
    public = not any(address in network for network in NETWORKS if network.version == 4)
    assert is_public(str(address)) == public
    for form in (0xFFFF << 32, 0x64FF9B << 96):
        assert is_public(str(ipaddress.IPv6Address(form | int(address)))) == public


@given(st.ip_addresses())
def test_what_is_public_is_global_in_the_words_of_the_standard_library(address):
    if is_public(str(address)):
        inner = getattr(address, "ipv4_mapped", None) or address
        assert inner.is_global
        assert not inner.is_multicast


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fec0::1",
        "::127.0.0.1",
        "224.0.0.1",
        "192.0.0.8",
        "fe80::1%eth0",
        "2606:4700::1%1",
        "::ffff:10.0.0.1",
    ],
)  # fmt: skip
def test_the_addresses_that_were_let_through(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::808:808"]
)
def test_the_open_web(address):
    assert is_public(address)
