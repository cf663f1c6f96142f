"""stream/public_addresses.py: what is of the public internet, and what is not."""

from __future__ import annotations

import socket

import pytest

from stream.public_addresses import PrivateAddressError, PublicSockets, is_public

PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:93.184.215.14"]
PRIVATE = [
    *("0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"),
    *("192.168.1.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::"),
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    """Of both versions, also written as one in the other."""
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_not_public(address: str) -> None:
    """Loopback, private and link-local networks, cloud metadata, documentation, multicast, tunnels to such ones."""
    assert not is_public(address)


def test_sockets_are_made_for_public_addresses_only() -> None:
    """And the refused one is remembered, to be told."""
    sockets = PublicSockets()
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    sockets((*info, ("93.184.215.14", 443))).close()
    assert sockets.refused is None
    with pytest.raises(PrivateAddressError, match=r"10\.0\.0\.1 is not public"):
        sockets((*info, ("10.0.0.1", 443)))
    assert sockets.refused == "10.0.0.1"
