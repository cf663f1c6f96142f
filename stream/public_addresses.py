"""Addresses of the public internet, told from those of this machine and of its networks."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any


class PrivateAddressError(OSError):
    """A connection to an address that is not public was refused."""


def is_public(address: str) -> bool:
    """Say whether *address* is one of the public internet: not loopback, private, link-local, reserved or multicast.

    An IPv6 address that holds an IPv4 one, as a tunnel's does, is public if that one is too.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class PublicSockets:
    """Makes the sockets of an HTTP client, for public addresses only.

    The address is looked at where it is connected to, so a name that changes its address in between gains nothing.
    """

    def __init__(self) -> None:
        self.refused: str | None = None

    def __call__(self, address_info: Any) -> socket.socket:
        """Return a socket for an address as getaddrinfo has it. Raises PrivateAddressError."""
        family, type_, protocol, _, address = address_info
        if not is_public(address[0]):
            self.refused = address[0]
            raise PrivateAddressError(f"{address[0]} is not public")
        return socket.socket(family, type_, protocol)
