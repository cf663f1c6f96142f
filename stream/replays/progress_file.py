"""How far a replay came, in a file, so that the same command goes on there after it was interrupted."""

from __future__ import annotations

import fcntl
import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from stream.archives.sources import sources
from stream.reading import Damage

_EVERY_SECONDS = 0.5


class ProgressError(RuntimeError):
    """A replay cannot go on where it stopped. The text says why, and what to do."""


@dataclass(slots=True)
class Progress:
    """*settled* lines, in their order, were confirmed or refused; *starts* is where the alert topics stood before."""

    mark: str
    settled: int = 0
    sent: int = 0
    without_id: int = 0
    begins: dict[str, int] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    starts: dict[str, dict[str, int]] = field(default_factory=dict)
    seconds: float = 0.0


class ProgressFile:
    """The progress of the one replay that *identity* describes, under *folder*. Only one process may have it.

    Raises ProgressError when another one has it, or when the archives changed since it was interrupted.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], mark: str, *, restart: bool) -> None:
        name = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:24]
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{name}.json"
        self._lock = (folder / f"{name}.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as cause:
            self._lock.close()
            raise ProgressError("the same replay is running in another process") from cause
        self._written = 0.0
        self.progress = Progress(mark)
        if self.path.exists() and not restart:
            self.progress = self._read(mark)

    @property
    def is_resumed(self) -> bool:
        """Say whether lines were settled before."""
        return self.progress.settled > 0

    def _read(self, mark: str) -> Progress:
        try:
            found = Progress(**json.loads(self.path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as cause:
            raise ProgressError(f"{self.path} is damaged; --restart begins anew") from cause
        if found.mark != mark:
            raise ProgressError("the archives have changed since this replay was interrupted; --restart begins anew")
        return found

    def save(self, *, now: bool = False) -> None:
        """Write the progress, at most twice a second unless *now*. Raises OSError."""
        if not now and time.monotonic() - self._written < _EVERY_SECONDS:
            return
        self._written = time.monotonic()
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(asdict(self.progress)), encoding="utf-8")
        # Renamed, so that a crash leaves the old or the new one and never half of it.
        new.replace(self.path)

    def remove(self) -> None:
        """Forget the replay: it is done."""
        self.path.unlink(missing_ok=True)
        Path(self._lock.name).unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let another process have it."""
        self._lock.close()


def mark_of(paths: Iterable[str]) -> str:
    """Return a text that changes when a file of the archives is added, removed or changed."""
    digest = hashlib.sha256()
    for source in sources(paths):
        told = str(source) if isinstance(source, Damage) else f"{source.name}\0{source.mark}"
        digest.update(told.encode(errors="surrogateescape") + b"\n")
    return digest.hexdigest()
