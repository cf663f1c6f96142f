"""`rasid plan`: partitions, workers, memory and disk for a volume of news."""

from __future__ import annotations

import click

from stream.sizing import WORLD_ARTICLES_A_DAY, Load, Worker, plan

_HEADS = ("articles a day", "workers", "partitions", "memory GB", "disk GB", "peak /s", "longest wait", "catch-up")


@click.command("plan")
@click.option(
    "--articles-a-day", type=click.IntRange(1), default=WORLD_ARTICLES_A_DAY, show_default=True, help="Volume."
)
@click.option(
    "--times", multiple=True, type=click.IntRange(1), help="Plan for so many times that. [default: 1 10 100 1000]"
)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    default=Worker().articles_a_second,
    show_default=True,
    help="Articles a second of one worker: rate(rasid_articles_total) while articles wait.",
)
@click.option(
    "--memory-mb", type=click.IntRange(1), default=Worker().memory_mb, show_default=True, help="Megabytes of a worker."
)
@click.option(
    "--burst", type=click.FloatRange(1), default=5.0, show_default=True, help="Half an hour of so many times."
)
@click.option("--wait", type=click.FloatRange(1), default=60, show_default=True, help="Seconds an article may wait.")
@click.option("--retention-days", type=click.IntRange(1), default=30, show_default=True, help="How long all is kept.")
@click.option("--copies", type=click.IntRange(1, 10), default=3, show_default=True, help="Copies of each partition.")
def plan_command(
    *,
    articles_a_day: int,
    times: tuple[int, ...],
    rate: float,
    memory_mb: int,
    burst: float,
    wait: float,
    retention_days: int,
    copies: int,
) -> None:
    """Plan partitions, workers, memory and disk for a volume of news, by a day played through minute by minute.

    The day has a busy afternoon and half an hour of breaking news. Catch-up is how long the workers take after they
    were all away for the busiest hour. Nothing is connected to; what is assumed stands in docs/clusters.md.

    \b
    Examples:
      rasid plan
      rasid plan --articles-a-day 50000 --times 1 --rate 300
    """
    worker = Worker(rate, memory_mb)
    rows = [_HEADS]
    for factor in times or (1, 10, 100, 1000):
        found = plan(
            Load(articles_a_day * factor, burst=burst), worker, retention_days=retention_days, copies=copies, wait=wait
        )
        rows.append(
            (
                f"{found.load.articles_a_day:,}",
                f"{found.workers:,}",
                f"{found.partitions:,}",
                f"{found.memory_gb:,.1f}",
                f"{found.disk_gb:,.0f}",
                f"{found.peak:,.0f}",
                f"{found.longest_wait:.0f} s",
                f"{found.catch_up_minutes:.0f} min",
            )
        )
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEADS))]
    for row in rows:
        click.echo("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
