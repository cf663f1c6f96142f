"""Apache Kafka itself on this machine: one process or a cluster of a few, in KRaft mode, on 127.0.0.1 only."""

from __future__ import annotations

import base64
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from stream.broker.errors import BrokerError
from stream.broker.guardian import Guardian
from stream.broker.jars import ensure_jars, java_command
from stream.broker.listeners import CONTROLLER_LISTENER, PLAIN_LISTENER, Listener, server_properties
from stream.broker.node import KafkaNode
from stream.broker.ports import LOOPBACK, free_ports, is_free
from stream.broker.process import failure
from stream.broker.ready import wait_until_ready

_START_SECONDS = 90.0
# Another program may take a port between our choosing it and the broker's using it.
_START_ATTEMPTS = 3


class LocalKafka:
    """A Kafka of *nodes* processes that tests and developers start, stop, crash, freeze and start again.

    Without *folder* the data lives in a temporary one that `close` removes, and so does the end of this program by any
    other way; with it, data is kept and found again.
    *listeners* come beside the plain one; *properties* are further lines of server.properties. Ports are chosen at
    the first start and kept over restarts. As a context manager it starts on entry and closes on exit.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        nodes: int = 1,
        listeners: Sequence[Listener] = (),
        properties: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare; raises BrokerError when there is no Java, or no Maven to bring Kafka."""
        java, jars = java_command(), ensure_jars(say=say)
        self.folder = Path(tempfile.mkdtemp(prefix="rasid-kafka-")) if folder is None else folder.resolve()
        self._guardian = Guardian(self.folder, mark=str(self.folder)) if folder is None else None
        self.nodes = tuple(
            KafkaNode(java=java, jars=jars, folder=self.folder / f"node-{number}") for number in range(1, nodes + 1)
        )
        self._listeners = tuple(listeners)
        self._properties = dict(properties or {})
        self._ports: list[dict[str, int]] = []

    @property
    def bootstrap(self) -> str:
        """Addresses of the plain listeners, as host:port with commas between."""
        return self.bootstrap_of(PLAIN_LISTENER)

    def bootstrap_of(self, listener: str) -> str:
        """Addresses of the listener of that name. Raises BrokerError before the first start."""
        if not self._ports:
            raise BrokerError("this local Kafka was never started, so it has no address")
        return ",".join(f"{LOOPBACK}:{ports[listener]}" for ports in self._ports)

    def start(self) -> None:
        """Start every node that does not run, and return when all answer an admin request.

        Raises BrokerError with the log's path and its errors when one does not; nothing of it keeps running then.
        """
        for attempt in range(1, _START_ATTEMPTS + 1):
            fresh = not self._ports
            if fresh:
                self._choose_ports()
            try:
                self._start_once()
            except BrokerError as cause:
                silent = next((node for node in self.nodes if not node.is_running()), self.nodes[0])
                told = failure(cause, silent.log)
                self.kill()
                # Only a first start may look for other ports: later ones are already known to clients.
                if not fresh or attempt == _START_ATTEMPTS or "Address already in use" not in str(told):
                    raise told from cause
                self._ports = []
                self.folder.joinpath("ports").unlink()
            except BaseException:
                self.kill()
                raise
            else:
                return

    def stop(self) -> None:
        """Shut every node down cleanly; the data stays."""
        # Together, since a node that is left without a controller quorum waits for it.
        with ThreadPoolExecutor(len(self.nodes)) as threads:
            list(threads.map(KafkaNode.stop, self.nodes))

    def kill(self) -> None:
        """Crash every node (SIGKILL); the data stays."""
        for node in self.nodes:
            node.kill()

    def restart(self) -> None:
        """Stop cleanly and start again with the same data and the same ports."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze every node (SIGSTOP)."""
        for node in self.nodes:
            node.pause()

    def resume(self) -> None:
        """Let every frozen node go on (SIGCONT)."""
        for node in self.nodes:
            node.resume()

    def is_running(self) -> bool:
        """Say whether every node's process exists."""
        return all(node.is_running() for node in self.nodes)

    def close(self) -> None:
        """Stop, and remove the data if its folder was a temporary one."""
        if self._guardian:
            # Nothing of it is kept, so nothing needs a clean end.
            self.kill()
            self._guardian.release()
            self._guardian = None
        else:
            self.stop()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _choose_ports(self) -> None:
        names = [PLAIN_LISTENER, CONTROLLER_LISTENER, *(listener.name for listener in self._listeners)]
        wanted = len(names) * len(self.nodes)
        kept = self.folder / "ports"
        ports = [int(port) for port in kept.read_text(encoding="ascii").split()] if kept.exists() else []
        # The same addresses as last time where possible: people have them in their shells.
        if len(ports) != wanted or not all(is_free(port) for port in ports):
            ports = free_ports(wanted)
        self._ports = [
            dict(zip(names, ports[start : start + len(names)], strict=True)) for start in range(0, wanted, len(names))
        ]
        self.folder.mkdir(parents=True, exist_ok=True)
        kept.write_text(" ".join(str(port) for port in ports), encoding="ascii")

    def _start_once(self) -> None:
        voters = [(number, ports[CONTROLLER_LISTENER]) for number, ports in enumerate(self._ports, start=1)]
        cluster_id = self._cluster_id()
        scram = [credential for listener in self._listeners for credential in listener.scram_credentials()]
        for number, (node, ports) in enumerate(zip(self.nodes, self._ports, strict=True), start=1):
            if node.is_running():
                continue
            text = server_properties(
                node_id=number,
                ports=ports,
                voters=voters,
                listeners=self._listeners,
                log_dir=node.data,
                extra=self._properties,
            )
            node.configure(text)
            node.format(cluster_id=cluster_id, scram=scram)
            node.start()
        wait_until_ready(self.bootstrap, timeout=_START_SECONDS, brokers=len(self.nodes), still_there=self.is_running)

    def _cluster_id(self) -> str:
        """Return the id in the folder, made at the first start: all nodes of a cluster share one."""
        kept = self.folder / "cluster-id"
        if not kept.exists():
            kept.write_text(base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="), encoding="ascii")
        return kept.read_text(encoding="ascii")
