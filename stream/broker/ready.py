"""Waiting until a broker answers an admin request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from stream.broker.errors import BrokerError
from stream.broker.ports import accepts

_POLL_SECONDS = 0.1


def addresses(bootstrap: str) -> list[tuple[str, int]]:
    """Split `host:port,host:port`, with or without Faust's `kafka://` in front, into pairs.

    Raises BrokerError when a part is no such address.
    """
    if "@" in bootstrap:
        # Not repeated: a password may stand before the sign.
        raise BrokerError("A broker address holds a user. Write host:port alone; user and password are other settings.")
    pairs = []
    for part in bootstrap.replace(";", ",").split(","):
        host, colon, port = part.strip().removeprefix("kafka://").rpartition(":")
        if not (host and colon and port.isdigit() and 0 < int(port) < 65_536):
            raise BrokerError(
                f"{part.strip()!r} is no broker address. Write host:port, several of them with commas between."
            )
        pairs.append((host.strip("[]"), int(port)))
    return pairs


def wait_until_ready(
    bootstrap: str, *, timeout: float = 60.0, brokers: int = 1, still_there: Callable[[], bool] = lambda: True
) -> None:
    """Return once every address accepts, and at least *brokers* brokers are in the cluster.

    *timeout* is in seconds; *still_there* tells whether the server's process lives, so that a crash at start is seen
    at once. Needs a listener without a password. Works inside a running event loop, which it blocks. Raises BrokerError
    when the time runs out or the process ends.
    """
    doors = addresses(bootstrap)
    deadline = time.monotonic() + timeout
    while True:
        # Asked first, since the client logs each refused connection as an error.
        if all(accepts(host, port, timeout=1.0) for host, port in doors):
            # A thread of its own, since the caller's may already run an event loop.
            with ThreadPoolExecutor(1) as thread:
                if thread.submit(lambda: asyncio.run(_count_brokers(bootstrap))).result() >= brokers:
                    return
        if not still_there():
            raise BrokerError(f"the broker process for {bootstrap} ended before it answered")
        if time.monotonic() > deadline:
            raise BrokerError(f"the broker at {bootstrap} did not answer within {timeout:.0f} s")
        time.sleep(_POLL_SECONDS)


async def _count_brokers(bootstrap: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=3_000)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
    except (KafkaError, OSError):
        return 0
    finally:
        await admin.close()
    return len(cluster["brokers"])
