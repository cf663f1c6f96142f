"""How many bytecode instructions and calls detection takes for the sample articles: `python -m tests.benchmarks.work`.

Counts, not seconds: they are the same on a machine that is busy. `work.json` holds those that were accepted, by version
of Python, since each has instructions of its own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import click

from stream.detection.detector import load_detector
from stream.processing import Processor
from tests.benchmarks.alone import alerts_of, processor
from tests.benchmarks.articles import corpus

ACCEPTED = Path(__file__).with_name("work.json")
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True, slots=True)
class Work:
    """What was counted, an article: instructions of Python, and calls of functions in Python and in C.

    *growth* is how many times the instructions of a text of 2 KB one takes that is eight times as long.
    """

    instructions: int
    calls: int
    growth: float


def count_work() -> Work:
    """Count with warm caches, as in a worker that has run for a while."""
    one = processor(load_detector())
    articles = corpus(None)
    values = articles.values(len(articles.articles))
    short, long = (_article(articles.text(size)) for size in (2_000, 16_000))
    for value in (*values, short, long):
        one.process(value)

    def all_values() -> None:
        for value in values:
            alerts_of(one, value)

    instructions = _instructions(all_values)
    grown = _instructions(lambda: _process(one, long)) / _instructions(lambda: _process(one, short))
    return Work(instructions // len(values), _calls(all_values) // len(values), round(grown, 2))


def _process(one: Processor, value: bytes) -> None:
    alerts_of(one, value)


def _article(body: bytes) -> bytes:
    article = {"title": "", "body": body.decode(errors="ignore"), "published_at": "2018-04-20T08:00:00Z"}
    return json.dumps(article, ensure_ascii=False).encode()


def _instructions(work: Callable[[], None]) -> int:
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if event == "call":
            frame.f_trace_lines = False
            frame.f_trace_opcodes = True
        elif event == "opcode":
            count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def _calls(work: Callable[[], None]) -> int:
    count = 0

    def profile(frame: FrameType, event: str, _: Any) -> None:
        nonlocal count
        del frame
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@click.command()
@click.option("--update", is_flag=True, help=f"Accept what is counted: write it to {ACCEPTED.name}.")
def main(*, update: bool) -> None:
    """Count what detection does for an article and print it as JSON.

    Example:
      python -m tests.benchmarks.work
    """
    work = asdict(count_work())
    click.echo(json.dumps(work))
    if update:
        accepted = json.loads(ACCEPTED.read_text(encoding="utf-8")) if ACCEPTED.exists() else {}
        ACCEPTED.write_text(json.dumps({**accepted, VERSION: work}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
