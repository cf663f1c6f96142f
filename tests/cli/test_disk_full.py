"""A disk that is full: what a command says, and what it leaves behind."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stream.exit_codes import ExitCode

RASID = [sys.executable, "-m", "stream.cli"]
SAMPLES = Path(__file__).parents[2] / "stream" / "samples" / "articles.jsonl"
MOMENT = ["--detected-at", "2025-01-01T00:00:00Z"]
SIZE = 12_288


def _environ() -> dict[str, str]:
    """The environment without coverage: the limit would hold for the file of its figures as well."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


def file_limit() -> None:
    """Let no file grow beyond SIZE bytes: works without rights, and fails in the same place as a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE, SIZE))


def nothing() -> None:
    """Limit nothing."""


@pytest.fixture(params=["file size limit", "full disk"])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Callable[[], None]]]:
    """Give a folder with room for SIZE bytes, and what limits a process to them."""
    if request.param == "file size limit":
        yield tmp_path, file_limit
        return
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "rasid-test", str(tmp_path)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a file system cannot be mounted here")
    try:
        yield tmp_path, nothing
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the samples several times, each with ids of its own: more alerts than there is room for."""
    path = tmp_path_factory.mktemp("archive") / "articles.jsonl"
    articles = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    again = [article | {"article_id": f"{article['article_id']}-{turn}"} for turn in range(2) for article in articles]
    path.write_text("".join(json.dumps(article, ensure_ascii=False) + "\n" for article in again), encoding="utf-8")
    return path


def alerts(path: Path) -> list[str]:
    """Return the alert ids in a file, every line of which must be whole."""
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line)["alert_id"] for line in text.splitlines()]


def detect(archive: Path, output: Path, way: str, limit: Callable[[], None]) -> subprocess.CompletedProcess[str]:
    """Run `rasid detect` in a process with *limit*; *way* says how it writes to *output*."""
    options = ["--processes", "2"] if way == "two processes" else []
    command = [*RASID, "detect", str(archive), *MOMENT, *options]
    if way != "standard output":
        command += ["--output", str(output)]
        return subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, env=_environ(), check=False)
    with output.open("w") as file:
        return subprocess.run(
            command, stdout=file, stderr=subprocess.PIPE, text=True, preexec_fn=limit, env=_environ(), check=False
        )


@pytest.fixture(scope="module")
def everything(archive: Path) -> list[str]:
    """Return the ids of all alerts, in order."""
    output = archive.with_name("alerts.jsonl")
    assert detect(archive, output, "--output", nothing).returncode == 0
    return alerts(output)


@pytest.mark.parametrize("way", ["--output", "standard output", "two processes"])
def test_a_full_disk_leaves_whole_alerts_and_a_clear_error(
    small: tuple[Path, Callable[[], None]], archive: Path, everything: list[str], way: str
) -> None:
    """What is there are the first alerts, no half of a line; with room made, the same command gives all of them."""
    folder, limit = small
    output = folder / "alerts.jsonl"
    failed = detect(archive, output, way, limit)
    assert failed.returncode == ExitCode.NOT_WRITTEN, failed.stderr
    assert "cannot be written: " in failed.stderr
    assert "make room" in failed.stderr
    assert "Traceback" not in failed.stderr
    first = alerts(output)
    assert 0 < len(first) < len(everything)
    assert first == everything[: len(first)]
    if way != "--output":
        return
    roomy = archive.with_name("again.jsonl")
    roomy.write_bytes(output.read_bytes())
    assert detect(archive, roomy, "--output", nothing).returncode == 0
    assert alerts(roomy) == everything


@pytest.mark.parametrize("command", [["config"], ["--help"], ["completion", "bash"], ["lexicon", "list"]], ids=" ".join)
def test_any_command_tells_that_its_output_cannot_be_written(command: list[str]) -> None:
    """In one line."""
    with Path(os.devnull).with_name("full").open("w") as full:
        done = subprocess.run([*RASID, *command], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == "Error: standard output cannot be written: No space left on device\n"
    assert done.returncode == ExitCode.NOT_WRITTEN
