from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stream.whole_writes import NotWrittenError, sync, write_whole


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond *size* bytes: the write that crosses it is cut, the next one fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_what_does_not_fit_leaves_nothing_behind(tmp_path: Path, mode: str) -> None:
    """A regular file is cut back to the last text that went in whole."""
    path = tmp_path / "out"
    if mode == "ab":
        path.write_text("old\n")
    with path.open(mode, buffering=0) as file, room_for(20):
        write_whole(file.fileno(), "قصف\n")
        with pytest.raises(NotWrittenError) as caught:
            write_whole(file.fileno(), "x" * 30)
        assert caught.value.errno == errno.EFBIG
        sync(file.fileno())
    assert path.read_text() == ("old\n" if mode == "ab" else "") + "قصف\n"


def test_a_device_that_is_full_is_told() -> None:
    """There is nothing to cut back."""
    with Path("/dev/full").open("wb", buffering=0) as file:
        with pytest.raises(NotWrittenError, match="No space left"):
            write_whole(file.fileno(), "x")
        sync(file.fileno())


def test_a_reader_that_went_away_is_another_matter() -> None:
    """`rasid … | head` is no failure."""
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        write_whole(writing, "x")
    os.close(writing)
