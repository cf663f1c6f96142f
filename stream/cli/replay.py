"""`rasid replay`: articles from files into the articles topic."""

from __future__ import annotations

import click

from stream.cli.asynchronous import run
from stream.cli.failure import Failed
from stream.cli.options import broker_options
from stream.cli.parameters import articles_argument
from stream.cli.progress import progress
from stream.exit_codes import ExitCode
from stream.kafka import admin, producer
from stream.reading import read_lines
from stream.replaying import ReplayCount, UndeliveredError
from stream.replaying import replay as send
from stream.settings import Settings
from stream.terminal import visible
from stream.topics import partitions_of


@click.command()
@articles_argument
@broker_options
def replay(*, settings: Settings, articles: tuple[str, ...]) -> None:
    """Send articles from JSON lines to the articles topic, each line unchanged, under its article's id.

    FILES may be gzip or Zstandard; - is standard input. With a prefix of its own (and topics and a worker under it) a
    replay never mixes with what is live. A line that is no article is sent too: it becomes a dead letter.

    \b
    Examples:
      rasid replay articles.jsonl
      rasid replay archive-2024-*.jsonl.zst --prefix replay-2024.
      crawler --json | rasid replay -

    \b
    Exit codes:
      0 every line was sent · 65 some input could not be read · 66 an archive unpacks to too much
      75 the broker did not take all · 79 no such topic
    """
    count = run(_replay(settings, articles))
    for damage in count.damages:
        click.echo(visible(str(damage)), err=True)
    extra = f", {count.without_id} of them no article" if count.without_id else ""
    click.echo(f"{count.sent} lines sent to {settings.topics.articles}{extra}.", err=True)
    if count.damages:
        over_limit = any(damage.over_limit for damage in count.damages)
        code = ExitCode.OVER_LIMIT if over_limit else ExitCode.BAD_DATA
        raise Failed(f"{len(count.damages)} lines or files could not be read or sent", code)


async def _replay(settings: Settings, articles: tuple[str, ...]) -> ReplayCount:
    topic = settings.topics.articles
    async with admin(settings) as client:
        await partitions_of(client, [topic])
    lines = read_lines(articles, max_bytes=settings.max_message_bytes)
    async with producer(settings) as client:
        with progress("Articles sent") as advance:
            try:
                return await send(lines, client, topic, max_bytes=settings.max_message_bytes, advance=advance)
            except UndeliveredError as cause:
                raise Failed(str(cause), ExitCode.UNDELIVERED) from cause
