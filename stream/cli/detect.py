"""`rasid detect`: articles in, alerts out, without Kafka."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TextIO

import click

from stream.bulk_detection import DetectorError, Recipe, Result, detect_lines, usable_cores
from stream.cli.failure import Failed
from stream.cli.options import settings_options
from stream.cli.parameters import MOMENT, articles_argument
from stream.cli.progress import progress
from stream.exit_codes import ExitCode
from stream.reading import STDIN, Damage, read_lines
from stream.settings import Settings
from stream.terminal import visible
from stream.whole_writes import NotWrittenError, sync, write_whole


@click.command()
@articles_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the alerts to this file instead of standard output.",
)
@click.option("--background", is_flag=True, help="Give background events too (their `timing` says so).")
@click.option(
    "--detected-at",
    type=MOMENT,
    help="Put this time into every alert, so that two runs give the same bytes. [default: now]",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    help="How many processes share the work; the order of the alerts stays that of the articles. "
    "[default: as many as there are cores; with standard input 1, so that alerts come when their article does]",
)
@settings_options
def detect(
    *,
    settings: Settings,
    articles: tuple[str, ...],
    output: Path | None,
    background: bool,
    detected_at: datetime | None,
    processes: int | None,
) -> None:
    """Read articles as JSON lines and write their alerts as JSON lines. Needs no Kafka.

    FILES may be gzip or Zstandard; - is standard input. Fields that are not an article's are ignored. A line that is
    no article is reported on standard error with its number, and the rest goes on.

    \b
    Examples:
      rasid detect articles.jsonl > alerts.jsonl
      rasid detect archive-*.jsonl.gz --processes 4 --output alerts.jsonl
      zstd -dc articles.jsonl.zst | rasid detect - | jq .event_type
      rasid detect articles.jsonl --detected-at 2025-01-01T00:00:00Z --background

    \b
    Exit codes:
      0 every line was read · 65 some input, or a lexicon, was refused · 66 an archive unpacks to too much
      72 the output cannot be written, for instance since the disk is full · 78 a setting is wrong
    """
    recipe = Recipe(
        overlays=settings.overlays,
        max_bytes=settings.max_article_bytes,
        publish_background=background or settings.publish_background,
        detected_at=detected_at,
    )
    # The article's own limit is the processor's to enforce; this one only bounds the memory.
    lines = read_lines(articles, max_bytes=2 * settings.max_article_bytes)
    apart = output is not None or not sys.stdout.isatty()
    with _target(output, articles) as write, progress("Articles", shown=apart) as advance:
        try:
            several = processes or (1 if STDIN in articles else usable_cores())
            results = detect_lines(lines, recipe, processes=several)
            count = _write(results, write, advance)
        except DetectorError as cause:
            raise Failed(str(cause), ExitCode.BAD_DATA) from cause
        except BrokenProcessPool as cause:
            raise Failed("a process ended abruptly; --processes 1 may tell why") from cause
        except NotWrittenError as cause:
            raise _not_written(output, cause) from cause
    if count.refused:
        raise Failed(
            f"{count.refused} of the input's lines or files were refused; the rest was done: "
            f"{count.articles} articles, {count.alerts} alerts",
            ExitCode.OVER_LIMIT if count.over_limit else ExitCode.BAD_DATA,
        )


@dataclass(slots=True)
class _Count:
    """What came of the input: *refused* counts lines and files."""

    articles: int = 0
    alerts: int = 0
    refused: int = 0
    over_limit: bool = False


def _write(results: Iterator[Result], write: Callable[[str], None], advance: Callable[[int], None]) -> _Count:
    """Write the alerts as they come and return what came of the lines."""
    count = _Count()
    for result in results:
        if isinstance(result, Damage):
            count.refused += 1
            count.over_limit |= result.over_limit
            _complain(result.path, result.number, result.reason)
            continue
        if result.failure:
            count.refused += 1
            _complain(result.path, result.number, f"{result.failure.code.value}: {result.failure.message}")
        else:
            count.articles += 1
            count.alerts += len(result.alerts)
        if result.alerts:
            # Whoever reads the pipe gets an article's alerts when they are found.
            write("".join(f"{alert}\n" for alert in result.alerts))
        advance(1)
    return count


def _complain(path: str, number: int, reason: str) -> None:
    click.echo(f"{visible(path)}:{number}: {visible(reason)}", err=True)


def _not_written(output: Path | None, cause: OSError) -> Failed:
    """Return the error of an output that takes no more."""
    return Failed(
        f"{output or 'standard output'} cannot be written: {cause.strerror or cause}. What it holds are the whole "
        "alerts of the first articles; make room, then run this again.",
        ExitCode.NOT_WRITTEN,
    )


@contextmanager
def _target(output: Path | None, articles: tuple[str, ...]) -> Iterator[Callable[[str], None]]:
    """Give what writes an article's alerts, whole or not at all."""
    if output is None:
        yield _standard_output()
        return
    for path in articles:
        if path != STDIN and output.exists() and output.samefile(path):
            raise click.UsageError(f"--output {output} is also an input, and would be overwritten")
    try:
        file = output.open("wb", buffering=0)
    except OSError as cause:
        raise Failed(f"{output} cannot be written: {cause.strerror or cause}", ExitCode.NOT_WRITTEN) from cause
    with file:
        yield partial(write_whole, file.fileno())
        try:
            sync(file.fileno())
        except NotWrittenError as cause:
            raise _not_written(output, cause) from cause


def _standard_output() -> Callable[[str], None]:
    stdout: TextIO = sys.stdout
    if stdout is not sys.__stdout__:
        # A program that calls this one catches it.
        return partial(click.echo, nl=False)
    stdout.flush()
    return partial(write_whole, stdout.fileno())
