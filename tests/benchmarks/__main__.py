"""`make bench`: measures, prints the table, and writes it down."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from stream.broker import temporary_broker
from tests.benchmarks.articles import ROOT, Corpus, corpus
from tests.benchmarks.bulk import bulk_rows
from tests.benchmarks.detection import DetectionRows
from tests.benchmarks.rows import Row, machine, table
from tests.benchmarks.streaming import StreamingRows

RESULTS = Path(__file__).parent / "RESULTS.md"
_ARCHIVE = ROOT.parent / "shared" / "eval" / "raw.jsonl.gz"
_NAMES = ("peers", "growth", "lengths", "throughput", "latency", "start", "bulk")


@click.command()
@click.option("--only", "names", multiple=True, type=click.Choice(_NAMES), help="These measures alone; repeat it.")
@click.option("--quick", is_flag=True, help="Few articles and rounds: shows that it works, and no more.")
@click.option(
    "--archive",
    type=click.Path(path_type=Path, dir_okay=False),
    default=_ARCHIVE,
    help="Articles as JSON lines, gzip or not. [default: the marked news beside the project, else its samples]",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the table to this file.")
def main(names: tuple[str, ...], archive: Path, output: Path | None, *, quick: bool) -> None:
    r"""Measure how fast Rasid is, beside its peers and beside the bars of the project, and print the table.

    Ratios are of figures of the same run, and the alerts of every path are compared. It takes about a quarter of an
    hour; other programs should rest meanwhile.

    \b
    Examples:
      python -m tests.benchmarks --only peers --only lengths
      python -m tests.benchmarks --output tests/benchmarks/RESULTS.md
    """
    articles = corpus(archive)
    before = os.getloadavg()[0]
    click.echo(f"{machine()}\n{articles.name}", err=True)
    rows: list[Row] = []
    with ExitStack() as stack:
        measures = _measures(stack, articles, quick=quick)
        for name in _NAMES:
            if not names or name in names:
                for row in measures[name]():
                    click.echo(str(row), err=True)
                    rows.append(row)
    text = table(rows, at=datetime.now(UTC), articles=articles.name, load=(before, os.getloadavg()[0]), quick=quick)
    click.echo(text)
    if output:
        output.write_text(text, encoding="utf-8")


def _measures(stack: ExitStack, articles: Corpus, *, quick: bool) -> dict[str, Callable[[], Iterator[Row]]]:
    """Return the measures by name; each gets what it needs, a broker say, when it is begun."""
    streaming: list[StreamingRows] = []

    detection = DetectionRows(articles, quick=quick)

    def stream() -> StreamingRows:
        if not streaming:
            broker = stack.enter_context(temporary_broker(say=lambda sentence: click.echo(sentence, err=True)))
            streaming.append(StreamingRows(broker, articles, quick=quick))
        return streaming[0]

    return {
        "peers": detection.peers,
        "growth": detection.growth,
        "lengths": detection.lengths,
        "throughput": lambda: stream().throughput(),
        "latency": lambda: stream().latency(),
        "start": lambda: stream().start(),
        "bulk": lambda: bulk_rows(articles, quick=quick),
    }


if __name__ == "__main__":
    main()
