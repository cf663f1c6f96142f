"""How many partitions and workers a volume of news needs: a day is played through minute by minute."""

from __future__ import annotations

import math
from dataclasses import dataclass

WORLD_ARTICLES_A_DAY = 200_000
"""What we take for today's world volume of Arabic news: an assumption, and no measurement."""

_MINUTES = 24 * 60
# Most news comes in the afternoon: hourly weights with a mean of 1 and a peak of about 1.8.
_HOURS = tuple(1 - 0.8 * math.cos(2 * math.pi * (hour - 2) / 24) for hour in range(24))
_BURST_MINUTES = 30
_BURST_AT = 15 * 60
# Partition counts that divide evenly among many numbers of workers.
_STEPS = (6, 12, 24, 48, 96, 192, 384, 768, 1536, 3072, 6144)


@dataclass(frozen=True, slots=True)
class Load:
    """A volume: articles a day, of so many bytes; at *burst* times the usual rate for half an hour."""

    articles_a_day: int
    article_bytes: int = 5_000
    alert_bytes: int = 3_000
    alerts_an_article: float = 0.8
    burst: float = 5.0


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker process: articles a second when it has nothing else to do, and megabytes of memory."""

    articles_a_second: float = 100.0
    memory_mb: int = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """What is needed, and what comes of it on the simulated day."""

    load: Load
    workers: int
    partitions: int
    memory_gb: float
    disk_gb: float
    peak: float
    """Articles a second in the busiest minute."""
    longest_wait: float
    """Seconds that an article waits at worst."""
    catch_up_minutes: float
    """After all workers were away for an hour at the busiest time; infinite where they never catch up that day."""


def plan(load: Load, worker: Worker, *, retention_days: int = 30, copies: int = 3, wait: float = 60) -> Plan:
    """Return the smallest number of workers with which no article waits longer than *wait* seconds.

    Among those, it is two at least, and enough that the usual busiest hour leaves 40 % of their time free.
    """
    usual = load.articles_a_day / 86_400 * max(_HOURS)
    # Two, so that one may be lost.
    workers = max(2, math.ceil(usual / (0.6 * worker.articles_a_second)))
    while (longest := _longest_wait(load, workers * worker.articles_a_second)) > wait:
        workers += 1
    partitions = next((step for step in _STEPS if step >= workers), workers)
    stored = load.article_bytes + load.alerts_an_article * load.alert_bytes
    return Plan(
        load,
        workers,
        partitions,
        memory_gb=workers * worker.memory_mb / 1_000,
        disk_gb=load.articles_a_day * stored * retention_days * copies / 1e9,
        peak=max(_minutes(load)) / 60,
        longest_wait=longest,
        catch_up_minutes=_catch_up(load, workers * worker.articles_a_second),
    )


def _minutes(load: Load) -> list[float]:
    """Articles that come in each minute of the day."""
    usual = [load.articles_a_day / _MINUTES * _HOURS[minute // 60] for minute in range(_MINUTES)]
    burst = range(_BURST_AT, _BURST_AT + _BURST_MINUTES)
    return [count * load.burst if minute in burst else count for minute, count in enumerate(usual)]


def _longest_wait(load: Load, capacity: float) -> float:
    waiting = longest = 0.0
    for count in _minutes(load):
        waiting = max(0.0, waiting + count - capacity * 60)
        longest = max(longest, waiting / capacity)
    return longest


def _catch_up(load: Load, capacity: float) -> float:
    """Return the minutes from the workers' return until nothing waits any more."""
    minutes = _minutes(load)
    back = _BURST_AT + 60
    waiting = sum(minutes[_BURST_AT:back])
    for minute in range(back, back + _MINUTES):
        waiting += minutes[minute % _MINUTES] - capacity * 60
        if waiting <= 0:
            return float(minute - back + 1)
    return math.inf
