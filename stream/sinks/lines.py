"""Lines appended to a file or written to standard output, each of them whole or not there."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Self

from stream.outputs import Output
from stream.subscribe import Delivered
from stream.whole_writes import NotWrittenError, sync, write_whole


class LineFile:
    """A file that whole lines are appended to. A line that a crash left without its end gets one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        self.is_empty = os.fstat(self._descriptor).st_size == 0
        if not self.is_empty and os.pread(self._descriptor, 1, os.fstat(self._descriptor).st_size - 1) != b"\n":
            self.append("\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def append(self, line: str) -> None:
        """Append *line*, which has its end. Raises OSError, after what was written of it is taken back."""
        try:
            write_whole(self._descriptor, line)
        except NotWrittenError as cause:
            raise NotWrittenError(cause.errno, cause.strerror, str(self._path)) from cause

    async def settle(self) -> None:
        """Return once the lines are on the disk. Raises OSError."""
        await asyncio.to_thread(sync, self._descriptor)


class FileSink:
    """Appends to a file; one that is empty gets the format's heading first."""

    def __init__(self, file: LineFile, output: Output) -> None:
        self._file = file
        self._output = output
        if file.is_empty and output.heading:
            file.append(output.heading)

    async def take(self, delivered: Delivered, document: str) -> None:
        """Append the document. Raises OSError."""
        del delivered
        self._file.append(self._output.line(document))

    async def settle(self) -> None:
        """Return once it is on the disk. Raises OSError."""
        await self._file.settle()


class StandardOutput:
    """Writes to standard output at once."""

    def __init__(self, output: Output) -> None:
        self._output = output
        sys.stdout.write(output.heading)

    async def take(self, delivered: Delivered, document: str) -> None:
        """Write the document."""
        del delivered
        sys.stdout.write(self._output.line(document))
        sys.stdout.flush()

    async def settle(self) -> None:
        """Nothing is kept back."""
