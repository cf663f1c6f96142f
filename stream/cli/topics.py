"""`rasid topics`: make the topics, or tell what differs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click
from aiokafka.admin import AIOKafkaAdminClient

from stream.cli.asynchronous import run
from stream.cli.failure import Failed
from stream.cli.options import broker_options
from stream.exit_codes import ExitCode
from stream.kafka import admin
from stream.settings import Settings
from stream.topics import (
    Difference,
    TopicPlan,
    create_topics,
    differences,
    durability_warnings,
    topic_plans,
    topic_states,
)

DEFAULT_PARTITIONS = 6
_MOST_REPLICAS = 3
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class _Retention(click.ParamType):
    """How long messages are kept, as milliseconds; -1 for ever."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return milliseconds, or end with a usage error."""
        if isinstance(value, int):
            return value
        if value == "forever":
            return -1
        found = re.fullmatch(r"([0-9]{1,6})([mhdw])", value)
        if not found or not int(found[1]):
            self.fail(f"{value!r} is no time: write 36h, 30d, 8w or forever", param, ctx)
        return int(timedelta(**{_UNITS[found[2]]: int(found[1])}) / timedelta(milliseconds=1))


def _plan_options(command: Callable[..., None]) -> Callable[..., None]:
    partitions = click.option(
        "--partitions",
        type=click.IntRange(1, 10_000),
        default=DEFAULT_PARTITIONS,
        show_default=True,
        help="Partitions of each topic: no more workers than that can share the work.",
    )
    replication = click.option(
        "--replication",
        type=click.IntRange(1, 100),
        help=f"Copies of each partition. [default: {_MOST_REPLICAS}, or the number of brokers where that is less]",
    )
    retention = click.option(
        "--retention",
        type=_Retention(),
        default="30d",
        show_default=True,
        help="How long messages are kept: 36h, 30d, 8w, forever. Incidents are kept by key (compaction).",
    )
    return partitions(replication(retention(command)))


@click.group()
def topics() -> None:
    """Create the topics, or check that they are as they should be.

    \b
    Example:
      rasid topics create && rasid topics check
    """


@topics.command()
@_plan_options
@broker_options
def create(*, settings: Settings, partitions: int, replication: int | None, retention: int) -> None:
    """Create the topics that are missing. Those that exist are left as they are; `check` tells what differs.

    \b
    Examples:
      rasid topics create
      rasid topics create --partitions 12 --replication 3 --retention 90d
      rasid topics create --prefix replay-2024.
    """
    run(_create(settings, partitions, replication, retention))


@topics.command()
@_plan_options
@broker_options
def check(*, settings: Settings, partitions: int, replication: int | None, retention: int) -> None:
    """Tell what differs in the topics, and what could lose messages.

    Looks at partitions, replication, min.insync.replicas (2 of 3 copies, since Rasid sends with acks=all), unclean
    elections, retention, compaction and message size.

    \b
    Examples:
      rasid topics check
      rasid topics check --partitions 12 --retention 90d || echo "not as planned"

    \b
    Exit codes:
      0 all is as planned, warnings aside · 1 something differs · 79 a topic is missing
    """
    found, warnings = run(_check(settings, partitions, replication, retention))
    for difference in found:
        click.echo(difference)
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    if any(difference.is_missing for difference in found):
        raise Failed("topics are missing; `rasid topics create` makes them", ExitCode.NO_TOPIC)
    if found:
        raise Failed(f"{len(found)} settings are not as planned")
    click.echo("All topics are as planned.", err=True)


async def _create(settings: Settings, partitions: int, replication: int | None, retention: int) -> None:
    async with admin(settings) as client:
        plans = await _plans(client, settings, partitions, replication, retention)
        created = await create_topics(client, plans)
        for plan in plans:
            click.echo(f"{'created' if plan.name in created else 'exists'}  {plan.name}")
        states = await topic_states(client, [plan.name for plan in plans if plan.name not in created])
        old = [plan for plan in plans if plan.name in states]
    for difference in differences(old, states):
        click.echo(f"note: {difference}", err=True)


async def _check(
    settings: Settings, partitions: int, replication: int | None, retention: int
) -> tuple[list[Difference], list[str]]:
    async with admin(settings) as client:
        plans = await _plans(client, settings, partitions, replication, retention)
        states = await topic_states(client, [plan.name for plan in plans])
    copies = min([plan.replication for plan in plans] + [state.replication for state in states.values()])
    warnings = durability_warnings(replication=copies, idempotent_producer=settings.idempotent_producer)
    return differences(plans, states), warnings


async def _plans(
    client: AIOKafkaAdminClient, settings: Settings, partitions: int, replication: int | None, retention: int
) -> list[TopicPlan]:
    brokers = len((await client.describe_cluster())["brokers"])
    return topic_plans(
        settings.topics,
        partitions=partitions,
        replication=replication or min(_MOST_REPLICAS, brokers),
        retention_ms=retention,
        max_message_bytes=settings.max_message_bytes,
        dead_letter_bytes=settings.dead_letter_bytes,
    )
