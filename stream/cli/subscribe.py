"""`rasid subscribe`: alerts and incidents as they come, to people, files, webhooks and topics."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import click

from stream.cli.asynchronous import run
from stream.cli.endings import cancelled_by_signals
from stream.cli.failure import Failed
from stream.cli.filter_options import filter_options
from stream.cli.options import broker_options
from stream.cli.parameters import START
from stream.cli.targets import FOR_PEOPLE, Target, opened
from stream.exit_codes import ExitCode
from stream.filters import Filter, FilterError
from stream.formats.cap import DEFAULT_SENDER, check_sender
from stream.outputs import Format
from stream.settings import Settings
from stream.sinks import UndeliveredError
from stream.sinks.webhook import DEFAULT_ATTEMPTS, DEFAULT_TIMEOUT_SECONDS
from stream.subscribe import Subscription
from stream.terminal_text import Bidi


@click.command()
@click.option("--incidents", is_flag=True, help="Incidents instead of alerts: one event across articles.")
@filter_options
@click.option(
    "--from",
    "start",
    type=START,
    help="Begin at earliest, latest, or with what was published at a time. [default: latest]",
)
@click.option("--group", metavar="NAME", help="Resume where this consumer group left off; several share the work.")
@click.option("--max-messages", type=click.IntRange(1), metavar="N", help="End after so many.")
@click.option(
    "--idle-timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="End when none came for so long."
)
@click.option("--repeats", is_flag=True, help="Give one again that was delivered again.")
@click.option(
    "--format",
    "form",
    type=click.Choice([*FOR_PEOPLE, *(each.value for each in Format)]),
    help="For people or for programs. [default: table on a terminal, else jsonl]",
)
@click.option(
    "--bidi",
    type=click.Choice(["auto", *(each.value for each in Bidi)]),
    default="auto",
    help="Who orders Arabic from right to left in a table: the terminal, or ours if it cannot. [default: auto]",
)
@click.option("--sender", default=DEFAULT_SENDER, help="Who sends, in CAP and CloudEvents, e.g. rasid.example.org.")
@click.option(
    "--cap-status",
    type=click.Choice(["Actual", "Exercise", "System", "Test", "Draft"]),
    default="Actual",
    help="The status of CAP messages. [default: Actual]",
)
@click.option("--output", "file", type=click.Path(path_type=Path, dir_okay=False), help="Append to this file.")
@click.option("--webhook", metavar="URL", help="Post each to this address, signed with RASID_WEBHOOK_SECRET.")
@click.option("--to-topic", metavar="NAME", help="Send each to this topic, by its full name.")
@click.option(
    "--undelivered",
    metavar="FILE|topic:NAME",
    help="Keep here what the webhook does not take, and go on. [default: end there]",
)
@click.option("--allow-private", is_flag=True, help="Let the webhook be on this machine or in a private network.")
@click.option(
    "--webhook-attempts", "attempts", type=click.IntRange(1, 1000), default=DEFAULT_ATTEMPTS, help="[default: 8]"
)
@click.option(
    "--webhook-timeout",
    "timeout",
    type=click.FloatRange(0.1, 600),
    default=DEFAULT_TIMEOUT_SECONDS,
    metavar="SECONDS",
    help="How long an attempt may take. [default: 10]",
)
@broker_options
def subscribe(
    *,
    settings: Settings,
    wanted: Filter,
    incidents: bool,
    start: datetime | Literal["beginning", "end"] | None,
    group: str | None,
    max_messages: int | None,
    idle_timeout: float | None,
    repeats: bool,
    form: str | None,
    **rest: Any,
) -> None:
    """Give alerts or incidents as they come: a table for people, other formats for programs.

    Delivery is at least once, so the same may come twice; here each is given once as far as is remembered. Without
    --group nothing is committed: any number of subscribers may look without being noticed. With it, what was given is
    committed once it is safe in the file, the topic or the webhook, and the next run goes on from there. Ctrl-C ends
    it.

    \b
    Examples:
      rasid subscribe
      rasid subscribe --country SY --severity 60 --from earliest --format cards
      rasid subscribe --near 36.2,37.16,50 --from 2025-03-01 --idle-timeout 5 | jq .place.name_en
      rasid subscribe --incidents --sources 2 --group desk --output incidents.csv --format csv
      rasid subscribe --kind attack --group hook --webhook https://example.org/alerts --undelivered lost.jsonl

    \b
    Exit codes:
      0 done · 69 no broker · 72 the file cannot be written · 75 the webhook did not take it · 79 no such topic
    """
    to_sink = rest["file"] or rest["webhook"] or rest["to_topic"]
    form = form or ("table" if sys.stdout.isatty() and not to_sink else Format.JSONL.value)
    target = Target(form=form, incidents=incidents, **rest)
    _check(target)
    subscribing = partial(
        Subscription,
        wanted,
        incidents=incidents,
        start=start or "end",
        group=group,
        max_messages=max_messages,
        idle_seconds=idle_timeout,
        repeats=repeats,
        unreadable=lambda what: click.echo(what, err=True),
    )
    try:
        topics = subscribing().topics(settings)
    except FilterError as cause:
        raise click.UsageError(str(cause)) from None
    if target.to_topic in topics:
        raise click.UsageError(f"--to-topic: {target.to_topic} is where they come from")
    if sys.stdout.isatty() and idle_timeout is None:
        click.echo("Waiting; Ctrl-C ends it.", err=True)
    run(cancelled_by_signals(_subscribe(settings, subscribing, target)))


def _check(target: Target) -> None:
    """Raise UsageError where options exclude each other, or one does nothing without another."""
    sinks = [target.file, target.webhook, target.to_topic]
    if len([sink for sink in sinks if sink]) > 1:
        raise click.UsageError("--output, --webhook and --to-topic exclude each other")
    if target.form in FOR_PEOPLE and any(sinks):
        raise click.UsageError(f"--format {target.form} is for the terminal; choose another one here")
    if target.form == Format.CSV and (target.webhook or target.to_topic):
        raise click.UsageError("--format csv is for files: a line of it means nothing without the heading")
    if not target.webhook and (target.undelivered or target.allow_private):
        raise click.UsageError("--undelivered and --allow-private go with --webhook")
    try:
        check_sender(target.sender)
    except ValueError as cause:
        raise click.UsageError(f"--sender: {cause}") from None


async def _subscribe(settings: Settings, subscribing: Callable[..., Subscription], target: Target) -> None:
    given = 0
    async with opened(target, settings) as (sink, document_of):
        try:
            async with aclosing(subscribing(settle=sink.settle).deliveries(settings)) as deliveries:
                async for delivered in deliveries:
                    document = document_of(delivered)
                    if document is not None and not delivered.told_before:
                        await sink.take(delivered, document)
                        given += 1
        except UndeliveredError as cause:
            raise Failed(str(cause), ExitCode.UNDELIVERED) from None
    if target.name:
        click.echo(f"{given} {'incidents' if target.incidents else 'alerts'} given to {target.name}.", err=True)
