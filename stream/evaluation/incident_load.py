"""How much state the incidents need, and how fast they are: a simulated stream of alerts, made of real ones.

`python -m stream.evaluation.incident_load ALERTS --days 12 --alerts-a-day 16000` takes alerts as `rasid detect` writes
them. Each simulated event takes one of them and moves it: to another place or to other parties, to another day, with
words of its own; its further accounts come in the days after. Prints, for each day of the stream, what is open, the
bytes of its state, the memory of the process and the time that an alert takes. Nothing is read from or sent to Kafka.
"""

from __future__ import annotations

import argparse
import heapq
import random
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from schemas.topics import Topics
from stream.dead_letters import SourceRecord
from stream.incident_metrics import IncidentMetrics
from stream.incident_tasks import ORIGIN, IncidentTask
from stream.state_store import MemoryStore, RocksStore, StateStore

_START = datetime(2026, 1, 1, tzinfo=UTC)
_BATCH = 200
_COUNTRIES = ("SY", "IQ", "YE", "LY", "PS", "SD", "AF", "EG", "SO", "ML", "UA", "PK", "TR", "IL", "LB", "NG")
_FURTHER = 0.35
"""The chance that an event is told once more: 1.5 accounts an event, as in the archive."""


def simulated(alerts: Iterable[dict[str, Any]], *, days: int, a_day: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield *a_day* alerts a day for *days*, in the order of publication."""
    chance = random.Random(seed)  # noqa: S311  # nosec B311 - nothing secret
    pool = [alert for alert in alerts if alert["timing"] == "new"]
    waiting: list[tuple[float, int, dict[str, Any]]] = []
    for number in range(days * a_day):
        at = number / a_day
        if waiting and waiting[0][0] <= at:
            _, _, event = heapq.heappop(waiting)
        else:
            event = _event(chance.choice(pool), chance, at)
        yield _account(event, number, at, chance)
        if chance.random() < _FURTHER:
            heapq.heappush(waiting, (at + chance.expovariate(2.0), number, event))


def _event(alert: dict[str, Any], chance: random.Random, at: float) -> dict[str, Any]:
    """Return an event of its own: *alert* elsewhere, by others, today."""
    day = (_START + timedelta(days=at)).date().isoformat()
    event = alert | {"words": " ".join(f"w{chance.randrange(5000)}" for _ in range(40))}
    if alert["occurred"]["precision"] != "unknown":
        event["occurred"] = alert["occurred"] | {"start": day, "end": day, "precision": "day"}
    place = alert["place"]
    if place and alert["kind"] == "attack":
        moved: dict[str, Any] = {"country": chance.choice(_COUNTRIES), "alternatives": [], "geonames_id": None}
        if place["lat"] is not None:
            name = f"{place['name_en']} {chance.randrange(400)}"
            moved |= {"name_en": name, "lat": chance.uniform(10, 40), "lon": chance.uniform(10, 60)}
        event["place"] = place | moved
    sides = {name: f"{chance.randrange(300)}" for name in ("initiator", "target")}
    event["actors"] = [
        actor | {"id": f"group.{sides[actor['role']]}", "type": "armed_group", "country": None}
        if actor["role"] in sides and chance.random() < 0.7
        else actor
        for actor in alert["actors"]
    ]
    return event


def _account(event: dict[str, Any], number: int, at: float, chance: random.Random) -> dict[str, Any]:
    published = (_START + timedelta(days=at)).isoformat()
    words = event["words"].split()
    chance.shuffle(words)
    text = " ".join(words)
    evidence = [piece | {"text": text, "start": 0, "end": len(text)} for piece in event["evidence"][:1]]
    article = event["article"] | {
        "article_id": f"article-{number:032}"[:40],
        "source": f"outlet {chance.randrange(60)}",
        "published_at": published,
    }
    made = event | {"alert_id": f"{number:032}", "evidence": evidence, "article": article}
    del made["words"]
    return made


def run(alerts: Iterable[dict[str, Any]], store: StateStore, *, a_day: int) -> Iterator[str]:
    """Yield a line of figures for each day of the simulated stream, and one for a restart at its end."""
    topics = Topics()
    task = IncidentTask(store, topics, metrics=IncidentMetrics(), clock=lambda: _START + timedelta(days=10_000))
    changelog = published = 0
    began = time.process_time()
    for number, alert in enumerate(alerts, 1):
        # The stream arrives as fast as it happens.
        entered = datetime.fromisoformat(alert["article"]["published_at"]).timestamp()
        task.process(SourceRecord("t", 0, number, b"", orjson.dumps(alert), ((ORIGIN, b"a-0"),), entered))
        if number % _BATCH == 0:
            changes = task.changes()
            store.write(changes.entries, offset=number)
            changelog += sum(len(key) + len(value or b"") for key, value in changes.entries.items())
            published += sum(len(r.value or b"") for r in changes.records if r.topic == topics.incidents)
        if number % a_day == 0:
            taken = time.process_time() - began
            kept = [len(value) for key, value in store.items() if not key.startswith(b"\0")]
            yield (
                f"day {number // a_day:3}: {len(kept):7,} open, {sum(kept) / 1e6:7.1f} MB of state, "
                f"{_memory():6.0f} MB of memory, {taken / a_day * 1e3:5.2f} ms an alert, "
                f"{changelog / a_day:6.0f} B of changelog and {published / a_day:6.0f} B of revisions an alert"
            )
            changelog = published = 0
            began = time.process_time()
    began = time.process_time()
    IncidentTask(store, topics, metrics=IncidentMetrics())
    yield f"a restart reads the state in {time.process_time() - began:.1f} s"


def _memory() -> float:
    """Return the megabytes that the process holds now, or at most so far where that is not told."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 1e6


def main(arguments: Iterable[str] | None = None) -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description="Measure the state of the incidents on a simulated stream of alerts.")
    parser.add_argument("alerts", type=Path, help="alerts as `rasid detect` writes them")
    parser.add_argument("--days", type=int, default=12)
    parser.add_argument("--alerts-a-day", type=int, default=16_000, help="0.8 times the articles of a day")
    parser.add_argument("--state-dir", type=Path, help="keep the state there, in RocksDB; else in memory")
    options = parser.parse_args(None if arguments is None else list(arguments))
    pool = [orjson.loads(line) for line in options.alerts.read_bytes().splitlines() if line.strip()]
    store = RocksStore(options.state_dir) if options.state_dir else MemoryStore()
    stream = simulated(pool, days=options.days, a_day=options.alerts_a_day)
    for line in run(stream, store, a_day=options.alerts_a_day):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    store.close()


if __name__ == "__main__":
    main()
