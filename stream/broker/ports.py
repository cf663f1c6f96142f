"""Free TCP ports on the loopback interface."""

from __future__ import annotations

import contextlib
import random
import socket

from stream.broker.errors import BrokerError

LOOPBACK = "127.0.0.1"

# Below the range from which Linux and macOS take the ports of outgoing connections, so that a broker which is down
# for a moment finds its port free when it comes back.
_LOWEST, _HIGHEST = 20_000, 32_000
_ATTEMPTS = 500


def is_free(port: int) -> bool:
    """Say whether a server could listen on *port* of 127.0.0.1 now."""
    with socket.socket() as server:
        # As the JVM does: a port whose old connections are only in TIME_WAIT is free.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Return *count* different free ports, chosen at random so that concurrent callers rarely meet."""
    chosen: list[int] = []
    for port in random.SystemRandom().sample(range(_LOWEST, _HIGHEST), _ATTEMPTS):
        if len(chosen) == count:
            break
        if is_free(port):
            chosen.append(port)
    if len(chosen) < count:
        raise BrokerError(
            f"{count} free ports are needed on {LOOPBACK} between {_LOWEST} and {_HIGHEST}; found {len(chosen)}"
        )
    return chosen


def accepts(host: str, port: int, *, timeout: float) -> bool:
    """Say whether something accepts TCP connections at *host*:*port* within *timeout* seconds."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=timeout):
        return True
    return False
