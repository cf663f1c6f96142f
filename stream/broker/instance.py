"""The one lasting broker of a developer: started in one shell, used and stopped from others.

What runs is written to `broker.json` in the user's state folder. A file left behind by a crash or a reboot is noticed,
because the process it names is checked to be ours.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from stream.broker.choice import Kind, check_given, choose
from stream.broker.docker import ComposeKafka
from stream.broker.errors import BrokerError
from stream.broker.jars import KAFKA_VERSION
from stream.broker.local_kafka import LocalKafka
from stream.broker.paths import state_dir
from stream.broker.process import ServerProcess
from stream.broker.ready import addresses, wait_until_ready
from stream.broker.tansu import Tansu

# Names the container and its volume, so that a second start finds the first one's data.
_PROJECT = "rasid-broker"
_ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Instance:
    """A broker that was started to last. *pid* and *mark* are absent with Docker, *log* too."""

    kind: Kind
    bootstrap: str
    pid: int | None = None
    mark: str | None = None
    log: str | None = None

    def is_running(self) -> bool:
        """Say whether its process or container is still there and ours."""
        if self.kind == "docker":
            with contextlib.suppress(BrokerError):
                return self._compose().is_running()
            return False
        return self._process().is_running()

    def answers(self) -> bool:
        """Say whether it answers an admin request now."""
        try:
            wait_until_ready(self.bootstrap, timeout=_ANSWER_SECONDS)
        except BrokerError:
            return False
        return True

    def end(self) -> None:
        """Stop it; its data stays, except with Tansu, which has none."""
        if self.kind == "docker":
            self._compose().down(delete_data=False)
        else:
            self._process().stop()

    def _process(self) -> ServerProcess:
        if self.pid is None or not self.mark:
            raise BrokerError(f"{_state_file()} names no process. Delete that file.")
        return ServerProcess(pid=self.pid, mark=self.mark)

    def _compose(self) -> ComposeKafka:
        return ComposeKafka(project=_PROJECT, port=addresses(self.bootstrap)[0][1])


def current() -> Instance | None:
    """Return what was started last and not stopped, running or not, or None. Raises BrokerError on a damaged file."""
    path = _state_file()
    try:
        return Instance(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as cause:
        raise BrokerError(f"{path} is damaged ({cause}). Delete it, and end the broker it named by hand.") from cause


def start(*, allow_tryout: bool, say: Callable[[str], None]) -> str:
    """Start the lasting broker unless it runs, and return its address (host:port).

    Where RASID_BROKER is set there is nothing to start: that address is checked and returned. Raises BrokerError.
    """
    with _locked():
        instance = current()
        if instance and instance.is_running():
            say(f"The broker runs already at {instance.bootstrap}.")
            return instance.bootstrap
        if instance:
            say("The broker started last is gone without having been stopped; starting it again.")
            _state_file().unlink()
        choice = choose(allow_tryout=allow_tryout)
        say(choice.sentence)
        if choice.kind == "given":
            given = os.environ["RASID_BROKER"].strip()
            check_given(given)
            return given
        instance = _start(choice.kind, say)
        _state_file().write_text(json.dumps(asdict(instance), indent=2) + "\n", encoding="utf-8")
        return instance.bootstrap


def stop(*, delete_data: bool, say: Callable[[str], None]) -> bool:
    """Stop the lasting broker and return whether one ran. With *delete_data* its messages go too."""
    with _locked():
        instance = current()
        ran = instance is not None and instance.is_running()
        if instance and ran:
            instance.end()
            say(f"Stopped the broker at {instance.bootstrap}.")
        else:
            say("No broker was running.")
        _state_file().unlink(missing_ok=True)
        if delete_data:
            if instance and instance.kind == "docker":
                ComposeKafka(project=_PROJECT, port=addresses(instance.bootstrap)[0][1]).down(delete_data=True)
            shutil.rmtree(_folder() / "data", ignore_errors=True)
            say("Deleted its data.")
    return ran


def _start(kind: Kind, say: Callable[[str], None]) -> Instance:
    if kind == "docker":
        return Instance(kind, ComposeKafka.up(_PROJECT).bootstrap)
    if kind == "tansu":
        tansu = Tansu(_folder())
        return Instance(kind, tansu.bootstrap, tansu.process.pid, tansu.process.mark, str(tansu.log))
    kafka = LocalKafka(_folder() / "data" / f"kafka-{KAFKA_VERSION}", say=say)
    kafka.start()
    node = kafka.nodes[0]
    if node.process is None:
        raise BrokerError("the broker ended right after it answered")
    return Instance(kind, kafka.bootstrap, node.process.pid, node.process.mark, str(node.log))


def _folder() -> Path:
    return state_dir() / "broker"


def _state_file() -> Path:
    return _folder() / "broker.json"


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    """Let only one shell at a time start or stop."""
    _folder().mkdir(parents=True, exist_ok=True)
    with (_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
