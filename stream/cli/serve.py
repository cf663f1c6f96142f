"""`rasid serve`: a page, an API and feeds over the alerts and incidents."""

from __future__ import annotations

import click

from stream.cli.asynchronous import run
from stream.cli.failure import Failed
from stream.cli.options import broker_options
from stream.exit_codes import WorkerError
from stream.settings import Settings
from stream.web.server import serve as serve_page


@click.command()
@click.option("--host", help="Address to serve at; one that others can reach needs a token. [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65_535), help="Its port; 0 takes a free one. [default: 8088]")
@click.option(
    "--hours", type=click.FloatRange(0, 87_600, min_open=True), help="How far back to read the topics. [default: 72]"
)
@broker_options
def serve(*, settings: Settings, host: str | None, port: int | None, hours: float | None) -> None:
    """Show alerts and incidents as they come: a page with a map, a JSON API, and feeds (GeoJSON, CAP, Atom).

    It only reads: nothing is committed or written, and nobody else is disturbed. Nothing is asked of any other site.
    Open /api/v1/openapi.json for the API. Where others can reach it, RASID_SERVE_TOKEN has to be set: it is the
    password under any user name, and the bearer token of programs. Put a proxy with TLS before it then.

    \b
    Examples:
      rasid serve
      rasid serve --port 9000 --hours 240
      RASID_SERVE_TOKEN=$(openssl rand -hex 32) rasid serve --host 0.0.0.0

    \b
    Exit codes:
      0 stopped as asked · 69 no broker · 73 port taken · 78 wrong setting, no token · 79 topic missing
    """
    given = {"serve_host": host, "serve_port": port, "serve_hours": hours}
    chosen = settings.model_copy(update={name: value for name, value in given.items() if value is not None})
    try:
        run(serve_page(chosen))
    except WorkerError as cause:
        raise Failed(str(cause), cause.exit_code) from None
