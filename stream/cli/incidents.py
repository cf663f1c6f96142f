"""`rasid incidents`: the alert topics in, the topics of incidents and surges out."""

from __future__ import annotations

import sys

import click

from stream.cli.options import broker_options
from stream.incident_app import create_incident_app
from stream.settings import Settings
from stream.worker import run_app


@click.command()
@broker_options
def incidents(*, settings: Settings) -> None:
    """Gather alerts into incidents and count these into surges, until it is told to stop (SIGTERM, Ctrl-C).

    One real event across many articles is one incident: its revisions go to the topic `incidents` under its id. Run
    several to share the partitions. Health and figures are served as by `rasid worker`: beside one on the same machine,
    give this one another RASID_HEALTH_PORT.

    \b
    Examples:
      rasid incidents
      RASID_HEALTH_PORT=8081 rasid incidents --broker kafka-1.example:9092

    \b
    Exit codes, for a supervisor:
      0 stopped as asked · 69 no broker · 74 no progress · 75 could not deliver: start it again
      70 one alert after another fails · 73 port taken · 76 TLS · 77 login refused · 78 wrong setting
      79 topic missing: mend first, then start it again
    """
    sys.exit(run_app(settings, lambda: create_incident_app(settings)))
