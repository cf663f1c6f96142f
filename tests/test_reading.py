"""stream/reading.py: JSON lines with every kind of damage told as a value."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from stream.reading import Damage, Line, read_lines
from stream.unpack_limits import UnpackLimits

TEXT = '{"id": 1}\n\n{"id": "ثلاثة"}\r\n{"id": 4}'.encode()
DATA = [(1, b'{"id": 1}'), (3, '{"id": "ثلاثة"}'.encode()), (4, b'{"id": 4}')]


def _read(path: Path, content: bytes, *, max_bytes: int = 1000) -> tuple[list[tuple[int, bytes]], list[Damage]]:
    path.write_bytes(content)
    found = list(read_lines([str(path)], max_bytes=max_bytes))
    lines = [(item.number, item.data) for item in found if isinstance(item, Line)]
    return lines, [item for item in found if isinstance(item, Damage)]


def _zstd(text: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(text)


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": _zstd,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


def _tar(text: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("articles.jsonl")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    return file.getvalue()


def _zip(text: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("articles.jsonl", text)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TEXT, id="plain"),
        pytest.param(b"\xef\xbb\xbf" + TEXT, id="byte-order-mark"),
        pytest.param(gzip.compress(TEXT), id="gzip"),
        pytest.param(gzip.compress(TEXT[:20]) + gzip.compress(TEXT[20:]), id="two-gzips"),
        pytest.param(_zstd(TEXT), id="zstd"),
        pytest.param(_zstd(TEXT[:20]) + _zstd(TEXT[20:]), id="two-zstds"),
        pytest.param(bz2.compress(TEXT), id="bzip2"),
        pytest.param(bz2.compress(TEXT[:20]) + bz2.compress(TEXT[20:]), id="two-bzip2s"),
        pytest.param(lzma.compress(TEXT), id="xz"),
        pytest.param(lzma.compress(TEXT[:20]) + b"\0" * 8 + lzma.compress(TEXT[20:]) + b"\0" * 4, id="padded-xzs"),
        pytest.param(lzma.compress(TEXT) + b"\0" * 40_000 + lzma.compress(b"\n"), id="much-padded-xzs"),
    ],
)
def test_lines_keep_their_numbers(tmp_path: Path, content: bytes) -> None:
    """Packed or not, the same lines come with the same numbers, whatever the file is called."""
    assert _read(tmp_path / "articles", content) == (DATA, [])


@pytest.mark.parametrize(
    "content", [b"", gzip.compress(b""), _zstd(b""), b"\n\n"], ids=["plain", "gzip", "zstd", "blank"]
)
def test_an_empty_file_has_no_lines(tmp_path: Path, content: bytes) -> None:
    """Nothing in, nothing out, and no damage."""
    assert _read(tmp_path / "articles", content) == ([], [])


@pytest.mark.parametrize("name", PACKERS)
def test_lines_before_the_cut_of_an_archive_are_kept(tmp_path: Path, name: str) -> None:
    """A truncated archive gives its good lines, then says at which line it ends."""
    text = b"".join(b'{"id": %d}\n' % number for number in range(200_000))
    packed = PACKERS[name](text)
    lines, damages = _read(tmp_path / "articles", packed[: len(packed) // 2])
    assert 1000 < len(lines) < 200_000
    assert lines == [(number + 1, b'{"id": %d}' % number) for number in range(len(lines))]
    assert len(damages) == 1
    assert damages[0].fatal
    assert "cut off" in damages[0].reason
    assert damages[0].number == len(lines) + 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(gzip.compress(TEXT) + b"rubbish", "gzip data is damaged", id="rubbish-after-gzip"),
        pytest.param(_zstd(TEXT)[:6] + b"\xff" * 30, "Zstandard data is damaged", id="zstd"),
        pytest.param(TEXT.decode().encode("utf-16"), "UTF-16", id="utf-16"),
        pytest.param(TEXT.decode().encode("utf-16-le"), "UTF-16", id="utf-16-without-mark"),
        pytest.param(TEXT.decode().encode("utf-32"), "UTF-32", id="utf-32"),
        pytest.param(TEXT.decode().encode("utf-32-be"), "UTF-32", id="utf-32-without-mark"),
        pytest.param(gzip.compress(gzip.compress(TEXT)), "holds another archive", id="gzip-in-gzip"),
        pytest.param(_zstd(bz2.compress(TEXT)), "holds another archive", id="bzip2-in-zstd"),
        pytest.param(bz2.compress(TEXT)[:-9] + b"\xff" * 30, "bzip2 data is damaged", id="bzip2"),
        pytest.param(lzma.compress(TEXT)[:30] + b"\xff" * 30, "xz data is damaged", id="xz"),
        pytest.param(bz2.compress(lzma.compress(TEXT)), "holds another archive", id="xz-in-bzip2"),
        pytest.param(_tar(TEXT), "tar archive", id="tar"),
        pytest.param(_zip(TEXT), "zip archive", id="zip"),
        pytest.param(b'[\n  {"id": 1}\n]', "JSON array", id="json-array"),
        pytest.param(b'[{"id": 1},\n{"id": 2}]', "JSON array", id="json-array-of-lines"),
    ],
)
def test_a_file_that_cannot_be_read_on_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    """The reason names what is wrong with the file, and the file is given up."""
    _, damages = _read(tmp_path / "articles", content)
    assert [damage.fatal for damage in damages] == [True]
    assert reason in damages[0].reason


def test_a_line_over_the_limit_is_left_out_alone(tmp_path: Path) -> None:
    """The lines around it are read, with their own numbers."""
    content = b"a\n" + b"x" * 200_000 + b"\nb\n" + b"y" * 11 + b"\n" + b"z" * 10
    lines, damages = _read(tmp_path / "articles", content, max_bytes=10)
    assert lines == [(1, b"a"), (3, b"b"), (5, b"z" * 10)]
    assert [(damage.number, damage.fatal) for damage in damages] == [(2, False), (4, False)]
    assert "200000 bytes" in damages[0].reason


def test_a_huge_line_is_not_held_in_memory(tmp_path: Path) -> None:
    """What is beyond the limit of a line is counted and let go."""
    path = tmp_path / "articles"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    tracemalloc.start()
    damages = [item for item in read_lines([str(path)], max_bytes=10) if isinstance(item, Damage)]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "300000000 bytes" in damages[0].reason
    assert most < 5_000_000


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize(
    "limits",
    [UnpackLimits(ratio=10, free=1000), UnpackLimits(ratio=1_000_000, most=2000)],
    ids=["ratio", "bytes"],
)
def test_an_archive_beyond_its_limits_ends_there(tmp_path: Path, name: str, limits: UnpackLimits) -> None:
    """What it gave below the limit is kept; the damage says how to read on all the same."""
    path = tmp_path / "articles"
    text = b"{}\n" * 100 + b"x" * 1_000_000
    path.write_bytes(PACKERS[name](text))
    *lines, damage = read_lines([str(path)], limits=limits)
    assert lines == [Line(str(path), number + 1, b"{}") for number in range(100)]
    assert isinstance(damage, Damage)
    assert damage.over_limit
    assert damage.fatal
    assert damage.number == 101
    assert f"{name} -dc" in damage.reason


def test_a_missing_file_does_not_stop_the_next(tmp_path: Path) -> None:
    """Each file stands for itself."""
    good = tmp_path / "good"
    good.write_bytes(b"{}")
    missing, line = read_lines([str(tmp_path / "none"), str(good)])
    assert isinstance(missing, Damage)
    assert str(missing).endswith("none:1: cannot be opened: No such file or directory")
    assert line == Line(str(good), 1, b"{}")


def test_standard_input_may_be_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads what comes through the pipe, by its first bytes."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(b"{}\n"))))
    assert list(read_lines(["-"])) == [Line("standard input", 1, b"{}")]
