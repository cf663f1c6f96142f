"""`rasid detect` of an archive, with one process and with as many as there are cores."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from tests.benchmarks.articles import Corpus
from tests.benchmarks.pipeline import resident_megabytes
from tests.benchmarks.rows import Row
from tests.integration.stand import ROOT

_AT = "2025-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class _Run:
    seconds: float
    processor_seconds: float
    megabytes: float
    alerts: bytes


def bulk_rows(corpus: Corpus, *, quick: bool) -> Iterator[Row]:
    """Yield the row. Raises ValueError when the alerts differ from one process to several, or are out of order."""
    count = 1_000 if quick else 8_000
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        archive, half = Path(folder) / "articles.jsonl", Path(folder) / "half.jsonl"
        values = corpus.values(count)
        archive.write_bytes(b"\n".join(values) + b"\n")
        half.write_bytes(b"\n".join(values[: count // 2]) + b"\n")
        one, all_cores = _run(archive, 1), _run(archive, cores)
        shorter = _run(half, cores)
    if one.alerts != all_cores.alerts:
        raise ValueError("`rasid detect` with several processes gives other alerts, or in another order")
    order = {orjson.loads(value)["article_id"]: number for number, value in enumerate(values)}
    places = [order[orjson.loads(line)["article"]["article_id"]] for line in all_cores.alerts.splitlines()]
    if places != sorted(places) or not places:
        raise ValueError("`rasid detect` does not keep the order")
    busy = all_cores.processor_seconds / all_cores.seconds
    bounded = all_cores.megabytes <= 1.15 * shorter.megabytes
    yield Row(
        f"`rasid detect` of {count:,} articles with {cores} processes",
        f"**{all_cores.seconds:.1f}** s ({count / all_cores.seconds:,.0f} articles/s), "
        f"{one.seconds / all_cores.seconds:.2f} times one process; {busy:.1f} of {cores} cores used; "
        f"{all_cores.megabytes:.0f} MB in all processes, "
        f"{shorter.megabytes:.0f} MB with half the articles; same bytes in the same order as with one",
        "every core, bounded memory, order kept",
        busy >= 0.85 * cores and bounded,
    )


def _run(archive: Path, processes: int) -> _Run:
    output = archive.with_suffix(f".{processes}.out")
    command = [sys.executable, "-m", "stream.cli", "detect", str(archive), "--processes", str(processes)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen([*command, "--detected-at", _AT, "--output", str(output)], cwd=ROOT)
    highest = [0.0]

    def watch() -> None:
        while process.poll() is None:
            highest[0] = max(highest[0], resident_megabytes(process.pid))
            time.sleep(0.1)

    watching = threading.Thread(target=watch)
    watching.start()
    watching.join()
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise RuntimeError(f"rasid detect ended with {process.returncode}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _Run(took, used, highest[0], output.read_bytes())
