"""Archives that blow up, are cut off or are none, given to `rasid detect` and `rasid replay`."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from stream.exit_codes import ExitCode
from stream.reading import Damage, Line, read_lines
from tests.faults.conftest import Figures
from tests.faults.records import received
from tests.integration.stand import ROOT, Stand

GOOD = (ROOT / "stream" / "samples" / "articles.jsonl").read_bytes().splitlines()[:5]
TEXT = b"".join(line + b"\n" for line in GOOD)
_SIZE = 200_000_000
_LONGEST = 2.0


def _in_streams(pack: Callable[[bytes], bytes], text: bytes) -> bytes:
    """Pack *text*, whose end repeats itself, as streams one after the other: one alone would take long to make."""
    part = 2_000_000
    packed = pack(text[-part:])
    return pack(text[: len(text) % part]) + packed * (len(text) // part)


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda text: gzip.compress(text, 9),
    "Zstandard": lambda text: zstandard.ZstdCompressor(level=3).compress(text),
    "bzip2": lambda text: _in_streams(bz2.compress, text),
    "xz": lambda text: _in_streams(lzma.compress, text),
}
BOMBS = {
    "zeros": b"\0" * _SIZE,
    "line ends": b"\n" * _SIZE,
    "blank lines": b" \n" * (_SIZE // 2),
    "short lines": b"a\n" * (_SIZE // 2),
    "brackets": b"[" * _SIZE,
}


def _zip(text: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("articles.jsonl", text)
    return file.getvalue()


def _rasid(*arguments: str | Path) -> tuple[int, str, str, float]:
    """Run a command; return its exit code, what it wrote, and its seconds."""
    began = time.monotonic()
    command = [sys.executable, "-m", "stream.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)
    return done.returncode, done.stdout, done.stderr, time.monotonic() - began


def _read(path: Path) -> tuple[list[bytes], list[Damage], float]:
    """Read a file; return its lines, its damages and the seconds."""
    began = time.monotonic()
    items = list(read_lines([str(path)], max_bytes=1_000_000))
    seconds = time.monotonic() - began
    lines = [item.data for item in items if isinstance(item, Line)]
    return lines, [item for item in items if isinstance(item, Damage)], seconds


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_stopped_within_two_seconds(
    tmp_path: Path, packer: str, bomb: str, patience: float, figures: Figures
) -> None:
    """Of an archive that unpacks to 200 MB the good articles are given; then it ends, and says at what and why."""
    path = tmp_path / "articles"
    path.write_bytes(PACKERS[packer](TEXT + BOMBS[bomb]))
    lines, damages, seconds = _read(path)
    assert lines[: len(GOOD)] == GOOD
    assert [(damage.fatal, damage.over_limit) for damage in damages if damage.fatal] == [(True, True)]
    assert f"the {packer} data unpacks from" in damages[-1].reason
    figures(packed=path.stat().st_size, seconds=seconds, lines=len(lines))
    assert seconds < patience * _LONGEST


@pytest.mark.parametrize("packer", PACKERS)
def test_detect_keeps_and_counts_what_came_before_a_bomb(
    tmp_path: Path, packer: str, patience: float, figures: Figures
) -> None:
    """The alerts of the good articles are written, the exit code is one that nothing else has."""
    good, bomb = tmp_path / "good", tmp_path / "bomb"
    good.write_bytes(TEXT)
    bomb.write_bytes(PACKERS[packer](TEXT + BOMBS["zeros"]))
    usual, wanted, _, at_best = _rasid("detect", good, "--detected-at", "2025-01-01")
    code, alerts, errors, seconds = _rasid("detect", bomb, "--detected-at", "2025-01-01")
    assert (usual, code) == (ExitCode.OK, ExitCode.OVER_LIMIT)
    assert alerts == wanted
    assert f"{bomb}:6: the {packer} data unpacks from" in errors
    assert f"the rest was done: {len(GOOD)} articles, {len(wanted.splitlines())} alerts" in errors
    figures(seconds_beyond_those_of_the_good_articles=seconds - at_best)
    assert seconds - at_best < patience * _LONGEST


@pytest.mark.parametrize(
    ("content", "words", "kept"),
    [
        pytest.param(_zip(TEXT + b"\0" * 10_000_000), "zip archive", 0, id="zip-bomb"),
        pytest.param(lzma.compress(TEXT * 40)[:-500], "cut off", 0, id="xz-cut-off"),
        pytest.param(bz2.compress(TEXT) + bz2.compress(TEXT)[:-9], "cut off", 5, id="bzip2-cut-off"),
        pytest.param(gzip.compress(gzip.compress(b"\0" * 10_000_000)), "holds another archive", 0, id="gzip-in-gzip"),
        pytest.param(gzip.compress(TEXT * 40)[:-500], "cut off", 1, id="gzip-cut-off"),
        pytest.param(PACKERS["Zstandard"](TEXT) + PACKERS["Zstandard"](TEXT)[:-9], "cut off", 5, id="zstd-cut-off"),
        pytest.param(gzip.compress(TEXT) + b"\0" * 99, "gzip data is damaged", 5, id="zeros-after-gzip"),
        pytest.param(TEXT.decode().encode("utf-16"), "UTF-16", 0, id="utf-16"),
        pytest.param(TEXT.decode().encode("utf-32-be"), "UTF-32", 0, id="utf-32"),
        pytest.param(TEXT + b'{"title":"\xde\xcd\xdd"}\n', "6: invalid_utf8", 5, id="windows-1256"),
        pytest.param(b"[\n" + TEXT.replace(b"}\n", b"},\n") + b"]", "JSON array", 0, id="one-array"),
    ],
)
def test_what_is_no_archive_of_articles_says_so(tmp_path: Path, content: bytes, words: str, kept: int) -> None:
    """Another exit code than that of a bomb; what could be read before is kept and counted."""
    path = tmp_path / "articles"
    path.write_bytes(content)
    code, alerts, errors, _ = _rasid("detect", path, "--background")
    assert code == ExitCode.BAD_DATA
    assert words in errors
    found = {json.loads(line)["article"]["article_id"] for line in alerts.splitlines()}
    assert len(found) >= (kept > 0)
    assert int(errors.split("the rest was done: ")[1].split(" ")[0]) >= kept
    assert "Traceback" not in errors


@pytest.mark.integration
@pytest.mark.parametrize("packer", PACKERS)
def test_replay_sends_what_came_before_a_bomb(stand: Stand, tmp_path: Path, packer: str, figures: Figures) -> None:
    """The good lines are in the topic, and counted; the bomb is not, and has its own exit code."""
    path = tmp_path / "bomb"
    path.write_bytes(PACKERS[packer](TEXT + BOMBS["zeros"]))
    settings = stand.settings
    code, _, errors, seconds = _rasid("replay", path, "--broker", settings.broker, "--prefix", settings.topic_prefix)
    assert code == ExitCode.OVER_LIMIT, errors
    assert f"5 lines sent to {settings.topics.articles}." in errors
    assert f"the {packer} data unpacks from" in errors
    assert sorted(record.value for record in received(stand, settings.topics.articles)) == sorted(GOOD)
    figures(seconds_with_start=seconds)


@pytest.mark.integration
def test_replay_sends_what_came_before_the_cut(stand: Stand, tmp_path: Path) -> None:
    """A truncated archive: its whole lines are sent and counted, the exit code is that of damaged input."""
    path = tmp_path / "cut"
    path.write_bytes(gzip.compress(TEXT) + gzip.compress(TEXT)[:-20])
    settings = stand.settings
    code, _, errors, _ = _rasid("replay", path, "--broker", settings.broker, "--prefix", settings.topic_prefix)
    assert code == ExitCode.BAD_DATA, errors
    assert "cut off" in errors
    sent = received(stand, settings.topics.articles)
    assert f"{len(sent)} lines sent" in errors
    assert len(sent) >= len(GOOD)
    assert {record.value for record in sent} <= set(GOOD)
