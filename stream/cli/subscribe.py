"""`rasid subscribe`: alerts as they come."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime

import click
import orjson

from schemas.alert import Kind
from stream.alert_reading import read_alert
from stream.cli.alert_output import console, print_card, print_heading, print_row
from stream.cli.asynchronous import run
from stream.cli.options import broker_options
from stream.cli.parameters import MOMENT, format_option, wants_table
from stream.kafka import admin, consumer
from stream.settings import Settings
from stream.subscription import RecentIds, Start, follow, header, seek
from stream.terminal import harmless_json
from stream.topics import partitions_of


@click.command()
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in Kind]),
    help="Only alerts of this kind; may be repeated. [default: all]",
)
@click.option("--from-beginning", is_flag=True, help="Begin with the oldest alerts. [default: only what comes now]")
@click.option("--since", type=MOMENT, help="Begin with the alerts that were published at this time.")
@click.option("--max-messages", type=click.IntRange(1), metavar="N", help="End after so many alerts.")
@click.option(
    "--idle-timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="End when none came for so long."
)
@click.option("--repeats", is_flag=True, help="Show an alert again when it was delivered again.")
@click.option("--cards", is_flag=True, help="In the table, show every alert in full with its sentence.")
@format_option
@broker_options
def subscribe(
    *,
    settings: Settings,
    kinds: tuple[str, ...],
    from_beginning: bool,
    since: datetime | None,
    max_messages: int | None,
    idle_timeout: float | None,
    repeats: bool,
    cards: bool,
    form: str | None,
) -> None:
    """Show alerts as they come: a table for people, JSON lines for programs.

    Delivery is at least once, so the same alert may come twice; here each is shown once. Nothing is committed: any
    number of subscribers may look without being noticed. Ctrl-C ends it.

    \b
    Examples:
      rasid subscribe
      rasid subscribe --kind attack --from-beginning --cards
      rasid subscribe --since 2025-03-01 --format jsonl --idle-timeout 5 | jq .place.country
    """
    if from_beginning and since:
        raise click.UsageError("--from-beginning and --since exclude each other")
    table = wants_table(form)
    start: Start = since or ("beginning" if from_beginning else "end")
    wanted = [Kind(kind) for kind in kinds] or list(Kind)
    topics = [settings.topics.alerts(kind) for kind in wanted]
    show = _json_line if not table else _cards() if cards else _table()
    run(_subscribe(settings, topics, start, show, most=max_messages, idle_seconds=idle_timeout, repeats=repeats))


async def _subscribe(
    settings: Settings,
    topics: list[str],
    start: Start,
    show: Callable[[bytes], None],
    *,
    most: int | None,
    idle_seconds: float | None,
    repeats: bool,
) -> None:
    shown = 0
    seen = RecentIds()
    async with admin(settings) as client:
        partitions = await partitions_of(client, topics)
    async with consumer(settings, enable_auto_commit=False) as client:
        await seek(client, partitions, start)
        if sys.stdout.isatty() and idle_seconds is None:
            click.echo("Waiting for alerts; Ctrl-C ends it.", err=True)
        async for record in follow(client, idle_seconds=idle_seconds):
            alert_id = header(record, "alert-id")
            if record.value is None or (not repeats and alert_id and not seen.add(alert_id)):
                continue
            try:
                show(record.value)
            except ValueError:
                where = f"{record.topic}, partition {record.partition}, offset {record.offset}"
                click.echo(f"{where}: no alert that this version can read", err=True)
                continue
            shown += 1
            if shown == most:
                return


def _json_line(value: bytes) -> None:
    # As it was published, fields of newer versions included; only that it is JSON is made sure of.
    orjson.loads(value)
    sys.stdout.write(harmless_json(value.decode().strip()) + "\n")
    sys.stdout.flush()


def _table() -> Callable[[bytes], None]:
    stdout = console()
    rows = 0

    def show(value: bytes) -> None:
        nonlocal rows
        alert = read_alert(value)
        if not rows:
            print_heading(stdout)
        rows += 1
        print_row(stdout, alert)

    return show


def _cards() -> Callable[[bytes], None]:
    stdout = console()
    return lambda value: print_card(stdout, read_alert(value))
