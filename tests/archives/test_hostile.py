"""Archives that blow up, are cut or lie: what came before is given, memory stays bounded, the damage is told."""

from __future__ import annotations

import gzip
import io
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stream.archives.reading import ArchiveReader
from stream.reading import Damage, Line
from stream.unpack_limits import UnpackLimits
from tests.archives import samples

_LONGEST = 2.0
_BOMB = b"\0" * 50_000_000


def read(path: Path, content: bytes, *, max_bytes: int = 1_000_000) -> tuple[int, list[Damage], float]:
    """Read *content* as a file; return the number of lines, the damages and the seconds."""
    path.write_bytes(content)
    began = time.monotonic()
    items = list(ArchiveReader(max_bytes=max_bytes).read([str(path)]))
    seconds = time.monotonic() - began
    return sum(isinstance(item, Line) for item in items), [i for i in items if isinstance(i, Damage)], seconds


def _parquet_bomb() -> bytes:
    file = io.BytesIO()
    rows = {"title": ["x" * 1_000_000] * 200, "body": ["b"] * 200}
    pq.write_table(pa.table(rows), file, compression="zstd", use_dictionary=False)
    return file.getvalue()


def _lying_parquet() -> bytes:
    """The same, and its footer claims that there is next to nothing."""
    content = bytearray(_parquet_bomb())
    group = pq.ParquetFile(io.BytesIO(bytes(content))).metadata.row_group(0)
    for size in {group.total_byte_size, group.column(0).total_uncompressed_size}:
        at = content.rfind(_varint(size))
        assert at > 0
        content[at : at + len(_varint(size))] = _varint(1000, len(_varint(size)))
    return bytes(content)


def _varint(number: int, width: int = 0) -> bytes:
    """Return a number as Parquet's footer has it, filled up to *width* bytes."""
    rest = 2 * number
    digits: list[int] = []
    while rest or len(digits) < width:
        digits.append(rest & 127)
        rest >>= 7
    return bytes([digit | 128 for digit in digits[:-1]] + digits[-1:])


def _repeating_parquet() -> bytes:
    """Few bytes that claim little and give a million rows of the same long text."""
    file = io.BytesIO()
    body = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000_000, pa.int32()), ["b" * 1000])
    pq.write_table(pa.table({"body": body}), file, compression="none", store_schema=False)
    return file.getvalue()


BOMBS = {
    "table.csv.gz": lambda: gzip.compress(samples.table() + _BOMB, 9),
    "collection.txt.gz": lambda: gzip.compress(samples.trec() + b"\n<DOC><TEXT>" + _BOMB, 9),
    "crawl.warc.gz": lambda: gzip.compress(samples.warc() + _BOMB, 9),
    "document.json.gz": lambda: gzip.compress(b"[" + b" " * 50_000_000, 9),
    "text.txt.gz": lambda: gzip.compress(b"x" * 50_000_000, 9),
    "page.html.gz": lambda: gzip.compress(b"<html>" + b"<p>" * 20_000_000, 9),
    "archive.zip": lambda: samples.zipped({"a.jsonl": samples.jsonl(), "b.jsonl": _BOMB, "c.jsonl": samples.jsonl()}),
    "rows.parquet": _parquet_bomb,
    "lies.parquet": _lying_parquet,
    "repeats.parquet": _repeating_parquet,
}
# Whole before the bomb, and given.
KEPT = {"table.csv.gz": 3, "collection.txt.gz": 3, "crawl.warc.gz": 3, "archive.zip": 3}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_stopped_and_what_came_before_is_kept(tmp_path: Path, name: str, patience: float) -> None:
    """In every format: one fatal damage that says how far it went, within seconds."""
    content = BOMBS[name]()
    lines, damages, seconds = read(tmp_path / name, content)
    told = [damage for damage in damages if damage.fatal or "longer than the limit" in damage.reason]
    assert told, damages
    # Of a WARC, the zeros are no record, and are not read to their end.
    words = ("longer than the limit", "the WARC data is damaged")
    assert any(damage.over_limit for damage in damages) or any(each in told[0].reason for each in words)
    assert lines == KEPT[name] if name in KEPT else lines < 100_000
    assert seconds < patience * _LONGEST


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("a.csv.gz", gzip.compress(samples.table() * 40)[:-400], 1),
        ("a.txt", samples.trec()[:-20], 2),
        ("a.warc", samples.warc()[:-900], 2),
        ("a.parquet", samples.parquet()[:-9], 0),
        ("a.zip", samples.zipped({"a.csv": samples.table()})[:-9], 0),
        ("a.json", samples.json_array()[:-9], 0),
    ],
)
def test_a_cut_archive_gives_its_whole_records(tmp_path: Path, name: str, content: bytes, kept: int) -> None:
    """And then says that it ends too early."""
    lines, damages, _ = read(tmp_path / name, content)
    assert lines >= kept
    assert any(damage.fatal for damage in damages) or name == "a.warc"
    assert not any(damage.over_limit for damage in damages)


def test_a_quote_that_never_closes_costs_one_row(tmp_path: Path) -> None:
    """No more than the limit is swallowed, and the rest is read."""
    content = samples.table() + b'x,"' + b"y,z\n" * 3000 + b'"\n' + samples.table().split(b"\n", 1)[1]
    lines, damages, _ = read(tmp_path / "a.csv", content, max_bytes=4000)
    assert [damage.fatal for damage in damages] == [False] * len(damages)
    assert "Is a quote missing?" in damages[0].reason
    assert lines >= 5


def test_a_line_without_an_end_is_not_held(tmp_path: Path) -> None:
    """Of a table with one endless line, memory sees the limit and no more."""
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(samples.table())
        file.truncate(200_000_000)
    tracemalloc.start()
    items = list(ArchiveReader(max_bytes=1000).read([str(path)]))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(items[-1], Damage)
    assert most < 10_000_000


def test_headers_without_end_are_not_held(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A WARC of nothing but headers ends in a damage, and the reader's library says nothing of its own."""
    for junk in (b"WARC/1.0\r\n" + b"x-y: z\r\n" * 1_000_000, b"WARC/1.0\r\nx: " + b"y" * 20_000_000):
        lines, damages, _ = read(tmp_path / "a.warc", junk)
        assert lines == 0
        assert [damage.fatal for damage in damages] == [True]
    lied = samples.warc().replace(b"Content-Length: 4\r\n", b"Content-Length: 1\r\n")
    read(tmp_path / "b.warc", lied.replace(b"PNG", b"\x1b[2J"))
    assert capfd.readouterr() == ("", "")


def test_a_zip_whose_files_share_their_bytes_is_one_archive(tmp_path: Path) -> None:
    """Its limit is for all of its files together."""
    path = tmp_path / "a.zip"
    path.write_bytes(samples.zipped({f"{at}.jsonl": b"{}\n" * 10_000 for at in range(100)}))
    items = list(ArchiveReader(limits=UnpackLimits(ratio=20, free=1000)).read([str(path)]))
    damages = [item for item in items if isinstance(item, Damage)]
    assert [damage.over_limit for damage in damages] == [True]
    assert 0 < len(items) < 1_000_000


def test_a_zip_that_lists_too_much_or_hides_is_told(tmp_path: Path) -> None:
    """A list of contents too long for memory, and methods that cannot be bounded."""
    content = bytearray(samples.zipped({"a.jsonl": samples.jsonl()}))
    struct.pack_into("<L", content, content.rfind(b"PK\x05\x06") + 12, 500_000_000)
    assert "lists too many files" in read(tmp_path / "a.zip", bytes(content))[1][0].reason
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.jsonl", samples.jsonl())
    assert "packed by method 12" in read(tmp_path / "b.zip", file.getvalue())[1][0].reason
    nested = samples.zipped({"a.jsonl.gz": gzip.compress(b"x")})
    assert "holds another archive" in read(tmp_path / "c.zip", nested)[1][0].reason


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.warc", "a.html", "a.txt", "a.json", "a.zip", "a.xml", "a"])
@pytest.mark.parametrize(
    "content", [b"", b"\0" * 5000, b"\xff\xfe<\0", b"PAR1", b"WARC/1.0\r\n", b"PK\x03\x04", b"<DOC>", b"[", b"<" * 9999]
)
def test_rubbish_is_no_crash(tmp_path: Path, name: str, content: bytes) -> None:
    """Whatever a file is called and holds, reading ends with values."""
    lines, damages, _ = read(tmp_path / name, content)
    assert lines + len(damages) <= 3
