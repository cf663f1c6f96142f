"""One Apache Kafka process, broker and controller in one."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from stream.broker.errors import BrokerError
from stream.broker.process import ServerProcess, spawn

# A small heap, the collector for small heaps, and no optimising compiler: a cold start costs half as much.
_JVM_OPTIONS = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
_LOG_OPTIONS = (
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
    "-Dorg.slf4j.simpleLogger.showThreadName=false",
)
_FORMAT_SECONDS = 120


class KafkaNode:
    """One node of a local Kafka; its folder holds the settings, the log (server.log) and the data.

    The methods act on the process alone: a caller that needs an answering broker waits for one.
    """

    def __init__(self, *, java: str, jars: Path, folder: Path) -> None:
        """Prepare; nothing is written or started yet."""
        self.folder = folder
        self.log = folder / "server.log"
        self.process: ServerProcess | None = None
        self._java = java
        self._jars = jars
        self._properties = folder / "server.properties"

    @property
    def data(self) -> Path:
        """The folder of the partitions' logs and the cluster's metadata."""
        return self.folder / "data"

    def configure(self, properties: str) -> None:
        """Write server.properties, readable by its owner only, since it may hold passwords."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._properties.touch(mode=0o600)
        self._properties.write_text(properties, encoding="ascii")

    def format(self, *, cluster_id: str, scram: Sequence[str]) -> None:
        """Give the data folder its cluster id and SCRAM users, unless it was formatted before.

        Raises BrokerError with the storage tool's words when it refuses.
        """
        if (self.data / "meta.properties").exists():
            return
        command = [self._java, *_JVM_OPTIONS, "kafka.tools.StorageTool", "format"]
        # One word: an id may begin with a hyphen, and would be taken for an option.
        command += [f"--cluster-id={cluster_id}", "--config", str(self._properties)]
        for credential in scram:
            command += ["--add-scram", credential]
        done = subprocess.run(
            command, capture_output=True, text=True, env=self._environ(), timeout=_FORMAT_SECONDS, check=False
        )
        if done.returncode:
            raise BrokerError(f"Kafka could not format {self.data}:\n{(done.stderr or done.stdout).strip()}")

    def start(self) -> None:
        """Start the process, unless it runs. It is not ready yet when this returns."""
        if not self.is_running():
            command = [self._java, *_JVM_OPTIONS, *_LOG_OPTIONS, "kafka.Kafka", str(self._properties)]
            self.process = spawn(command, mark=str(self._properties), log=self.log, environ=self._environ())

    def is_running(self) -> bool:
        """Say whether the process exists."""
        return self.process is not None and self.process.is_running()

    def stop(self) -> None:
        """Shut down cleanly (SIGTERM), or by SIGKILL where that takes more than 20 s. The data stays."""
        if self.process:
            self.process.stop()

    def kill(self) -> None:
        """Crash the process (SIGKILL). The data stays as it is at that moment."""
        if self.process:
            self.process.kill()

    def pause(self) -> None:
        """Freeze the process (SIGSTOP): connections stay open, nothing is answered."""
        if self.process:
            self.process.send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen process go on (SIGCONT)."""
        if self.process:
            self.process.send(signal.SIGCONT)

    def _environ(self) -> Mapping[str, str]:
        # By the environment, since a class path with * on the command line is expanded by the java launcher.
        return {**os.environ, "CLASSPATH": str(self._jars / "*")}
