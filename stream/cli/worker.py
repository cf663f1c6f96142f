"""`rasid worker`: the articles topic in, the alert topics out."""

from __future__ import annotations

import sys

import click

from stream.cli.options import broker_options
from stream.settings import Settings
from stream.supervisor import run_workers
from stream.worker import run_worker


@click.command()
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="How many workers to run side by side, in processes that this one watches; best as many as there are cores.",
)
@broker_options
def worker(*, settings: Settings, processes: int) -> None:
    """Read articles from Kafka and publish their alerts, until it is told to stop (SIGTERM, Ctrl-C).

    Workers share the partitions, so of more workers than partitions some have nothing to do. With --processes one that
    crashes is started again; health and figures of all are served together, each figure with its `process`.
    `rasid config` shows the settings, which are the same for `faust -A stream.app worker`.

    \b
    Examples:
      rasid worker
      rasid worker --processes 4
      rasid worker --broker kafka-1.example:9092,kafka-2.example:9092 -v
      RASID_SASL_MECHANISM=PLAIN RASID_SASL_USERNAME=rasid RASID_SASL_PASSWORD=... rasid worker

    \b
    Exit codes, for a supervisor:
      0 stopped as asked · 69 no broker · 74 no progress · 75 could not deliver: start it again
      65 wrong lexicon · 70 one article after another fails · 71 dead-letter topic takes nothing · 73 port taken
      76 TLS · 77 login refused · 78 wrong setting · 79 topic missing: mend first, then start it again
    """
    sys.exit(run_worker(settings) if processes == 1 else run_workers(settings, processes=processes))
