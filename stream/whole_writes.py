"""Writing that is whole or not at all: a disk that fills up leaves no half of a text behind."""

from __future__ import annotations

import os
import stat
from contextlib import suppress


class NotWrittenError(OSError):
    """A text could not be written; of a regular file, nothing of it is left there."""


def write_whole(descriptor: int, text: str) -> None:
    """Write *text* as UTF-8. Raises NotWrittenError, after a regular file was cut back to what it was before.

    Not buffered: what could not be written would come up again when the buffer is closed.
    """
    rest = memoryview(text.encode())
    status = os.fstat(descriptor)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except BrokenPipeError:
        raise
    except OSError as cause:
        if stat.S_ISREG(status.st_mode):
            with suppress(OSError):
                os.ftruncate(descriptor, status.st_size)
        raise NotWrittenError(cause.errno, cause.strerror) from cause


def sync(descriptor: int) -> None:
    """Let a regular file reach the disk: some file systems tell only then that there is no room. Raises OSError."""
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        try:
            os.fsync(descriptor)
        except OSError as cause:
            raise NotWrittenError(cause.errno, cause.strerror) from cause
