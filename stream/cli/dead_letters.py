"""`rasid dead-letters`: look at what failed, and send it again."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import click
from rich.text import Text

from schemas.dead_letter import DeadLetterHeader, ReasonCode
from stream.cli.alert_output import console
from stream.cli.asynchronous import run
from stream.cli.failure import Failed
from stream.cli.options import broker_options
from stream.cli.parameters import MOMENT, format_option, wants_table
from stream.cli.progress import progress
from stream.dead_letter_reading import DeadLetter, dead_letter_from, is_wanted
from stream.exit_codes import ExitCode
from stream.kafka import admin, consumer, producer
from stream.settings import Settings
from stream.subscription import read_to_end, seek
from stream.terminal import harmless_json, visible
from stream.topics import partitions_of

_PREVIEW = 300


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    codes = click.option(
        "--code",
        "codes",
        multiple=True,
        metavar="CODE",
        type=click.Choice([code.value for code in ReasonCode]),
        help="Only those that failed for this reason; may be repeated.",
    )
    since = click.option("--since", type=MOMENT, help="Only those that failed at this time or later.")
    return codes(since(command))


@click.group("dead-letters")
def dead_letters() -> None:
    """Look at the messages that could not be processed, and send them again.

    \b
    Examples:
      rasid dead-letters list
      rasid dead-letters replay --code detection_failed
    """


@dead_letters.command("list")
@_filters
@format_option
@broker_options
def list_(*, settings: Settings, codes: tuple[str, ...], since: datetime | None, form: str | None) -> None:
    """List the dead letters: when and why they failed, where they came from, and how they begin.

    As JSON lines they hold the whole original in `value`, or in `value_base64` where it is no UTF-8.

    \b
    Examples:
      rasid dead-letters list
      rasid dead-letters list --code no_date --code no_text --since 2025-03-01
      rasid dead-letters list --format jsonl | jq -r .error_code | sort | uniq -c
    """
    run(_list(settings, codes, since, table=wants_table(form)))


@dead_letters.command()
@_filters
@click.option("--yes", is_flag=True, help="Do not ask.")
@broker_options
def replay(*, settings: Settings, codes: tuple[str, ...], since: datetime | None, yes: bool) -> None:
    """Send dead letters, with their original bytes, key and headers, to the topics that they came from.

    They stay in the dead-letter topic too, so a second replay sends them again. That does no harm beyond the work:
    the same article gives the same alert ids.

    \b
    Examples:
      rasid dead-letters replay --code detection_failed
      rasid dead-letters replay --since 2025-03-01T06:00:00Z --yes
    """
    run(_replay(settings, codes, since, yes=yes))


async def _wanted(settings: Settings, codes: tuple[str, ...], since: datetime | None) -> AsyncIterator[DeadLetter]:
    async with admin(settings) as client:
        partitions = await partitions_of(client, [settings.topics.dead_letters])
    async with consumer(settings, enable_auto_commit=False) as client:
        await seek(client, partitions, since or "beginning")
        async for record in read_to_end(client):
            letter = dead_letter_from(record)
            if is_wanted(letter, codes=codes, since=since):
                yield letter


async def _list(settings: Settings, codes: tuple[str, ...], since: datetime | None, *, table: bool) -> None:
    stdout = console()
    counts: Counter[str] = Counter()
    async for letter in _wanted(settings, codes, since):
        counts[letter.code] += 1
        if table:
            stdout.print(_card(letter))
        else:
            click.echo(harmless_json(json.dumps(letter.as_json(), ensure_ascii=False)))
    summary = ", ".join(f"{count} {code or 'without a reason'}" for code, count in counts.most_common())
    click.echo(f"{counts.total()} dead letters{f': {summary}' if summary else ''}", err=True)


async def _replay(settings: Settings, codes: tuple[str, ...], since: datetime | None, *, yes: bool) -> None:
    counts: Counter[str] = Counter()
    chosen: set[tuple[int, int]] = set()
    homeless = 0
    async for letter in _wanted(settings, codes, since):
        if letter.origin_topic:
            counts[letter.origin_topic] += 1
            chosen.add((letter.partition, letter.offset))
        else:
            homeless += 1
    if homeless:
        click.echo(f"{homeless} do not say where they came from, and are left alone.", err=True)
    if not counts:
        click.echo("No dead letters to send.", err=True)
        return
    async with admin(settings) as client:
        await partitions_of(client, list(counts))
    where = ", ".join(f"{count} to {visible(topic)}" for topic, count in counts.items())
    if not yes:
        if not sys.stdin.isatty():
            raise Failed(f"would send {where}; nobody can be asked here, so say --yes", ExitCode.USAGE)
        if not click.confirm(f"Send {where}?", err=True):
            raise Failed("nothing was sent")
    async with producer(settings) as client:
        with progress("Dead letters sent", total=len(chosen)) as advance:
            # Read again rather than kept, since they may be large; what failed meanwhile was not asked about.
            async for letter in _wanted(settings, codes, since):
                if (letter.partition, letter.offset) in chosen:
                    again = letter.original()
                    await client.send_and_wait(again.topic, again.value, key=again.key, headers=list(again.headers))
                    advance(1)
    click.echo(f"Sent {where}.", err=True)


def _card(letter: DeadLetter) -> Text:
    reason = {name: visible(text) for name, text in letter.reason.items()}
    origin = "{origin-topic} {origin-partition}:{origin-offset}".format_map(reason)
    text = Text(f"{letter.partition}:{letter.offset}  ")
    text.append(reason[DeadLetterHeader.ERROR_CODE], style="bold red")
    text.append(f" ({reason[DeadLetterHeader.ERROR_STAGE]})  {reason[DeadLetterHeader.FAILED_AT]}  from {origin}\n")
    text.append(f"  {reason[DeadLetterHeader.ERROR_MESSAGE]}\n")
    key = "none" if letter.key is None else visible(letter.key.decode(errors="replace"))
    text.append(f"  key {key}\n", style="dim")
    value = "(no value)" if letter.value is None else letter.value[:_PREVIEW].decode(errors="replace")
    more = f" … {len(letter.value)} bytes" if letter.value and len(letter.value) > _PREVIEW else ""
    text.append(f"  {visible(value)}{more}\n", style="dim")
    return text
