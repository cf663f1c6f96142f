"""What may be wrong between here and the alerts, checked one thing after another, each with what to do about it."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any, Literal, TypeVar

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from packaging.requirements import Requirement

from stream.detection import LexiconError, load_detector
from stream.detection.lexicon_entries import problems
from stream.exit_codes import ExitCode
from stream.kafka import ConnectError, admin
from stream.lag import BrokerLag
from stream.settings import Settings
from stream.settings_errors import SettingsError
from stream.topics import differences, durability_warnings, topic_plans, topic_states
from stream.tracing import tracing_of

T = TypeVar("T")
_ASKS = 10

Verdict = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. *remedy* says what to do, *code* how a worker would end that meets it."""

    check: str
    verdict: Verdict
    text: str
    remedy: str = ""
    code: ExitCode = ExitCode.OK


async def examine(settings: Settings, *, watch: float) -> AsyncIterator[Finding]:
    """Give the findings as they come. *watch* is for how many seconds offsets are looked at, to see them move."""
    yield check_versions()
    yield check_settings(settings)
    yield await asyncio.to_thread(check_lexicons, settings)
    try:
        async with admin(settings) as client:
            yield await _broker(client, settings)
            findings = await _topics(client, settings)
            for finding in findings:
                yield finding
            if any(finding.verdict == "failed" for finding in findings):
                yield Finding("lag", "skipped", "not looked at: topics are missing")
            else:
                yield await _lag(client, settings, watch)
    except ConnectError as cause:
        yield Finding("broker", "failed", str(cause), code=cause.exit_code)
        yield Finding("topics", "skipped", "not looked at: no broker")
        yield Finding("lag", "skipped", "not looked at: no broker")


def check_versions() -> Finding:
    """Check that the libraries are those that the package was made for."""
    wrong = []
    for requirement in map(Requirement, requires("rasid") or ()):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} is {found}, should be {requirement.specifier}")
    if wrong:
        remedy = "Install rasid into an environment of its own, from the lock file."
        return Finding("versions", "failed", "; ".join(wrong), remedy, ExitCode.FAILED)
    versions = ", ".join(f"{name} {version(name)}" for name in ("rasid", "faust-streaming", "aiokafka"))
    return Finding("versions", "ok", f"{versions}, Python {platform.python_version()}")


def check_settings(settings: Settings) -> Finding:
    """Check what the settings ask for beyond values that are valid."""
    try:
        tracing_of(settings).close()
    except SettingsError as cause:
        return Finding("settings", "failed", str(cause), code=ExitCode.SETTINGS)
    login = settings.sasl_mechanism or "no login"
    tls = "TLS" if settings.tls else "no TLS"
    return Finding("settings", "ok", f"group {settings.group_id}, prefix {settings.topic_prefix}, {login}, {tls}")


def check_lexicons(settings: Settings) -> Finding:
    """Load the lexicons, the overlays included."""
    try:
        detector = load_detector(settings.overlays)
    except (LexiconError, ValueError, OSError) as cause:
        return Finding("lexicons", "failed", str(cause), "`rasid lexicon check` shows every fault.", ExitCode.BAD_DATA)
    faults = problems(detector.lexicon, settings.overlays)
    if faults:
        return Finding("lexicons", "warning", f"{len(faults)} faults", "`rasid lexicon check` shows them.")
    overlays = f"{len(settings.overlays)} overlays" if settings.overlays else "no overlay"
    return Finding("lexicons", "ok", f"version {detector.lexicon_version}, {overlays}")


async def _broker(client: AIOKafkaAdminClient, settings: Settings) -> Finding:
    brokers = (await client.describe_cluster())["brokers"]
    return Finding("broker", "ok", f"{settings.broker} answers: a cluster of {len(brokers)}")


async def _topics(client: AIOKafkaAdminClient, settings: Settings) -> list[Finding]:
    """Return what is missing, or else what differs from what is safe."""
    states = await topic_states(client, (*settings.topics.all, *settings.topics.internal))
    missing = [name for name in settings.topics.all if name not in states]
    if missing:
        remedy = "Run `rasid topics create`; if they are there, check RASID_TOPIC_PREFIX and the rights of our user."
        return [Finding("topics", "failed", f"missing: {', '.join(missing)}", remedy, ExitCode.NO_TOPIC)]
    articles = states[settings.topics.articles]
    copies = min(state.replication for state in states.values())
    plans = topic_plans(
        settings.topics,
        # How many and for how long is everyone's own choice; `rasid topics check` looks at those too.
        partitions=articles.partitions,
        replication=articles.replication,
        retention_ms=int(articles.configs["retention.ms"]),
        max_message_bytes=settings.max_message_bytes,
        dead_letter_bytes=settings.dead_letter_bytes,
    )
    found = [str(each) for each in differences(plans, states)]
    found += durability_warnings(replication=copies, idempotent_producer=settings.idempotent_producer)
    if found:
        return [Finding("topics", "warning", text, "`rasid topics check` tells more.") for text in found]
    return [Finding("topics", "ok", f"{len(states)} topics, {articles.partitions} partitions, {copies} copies")]


async def _lag(client: AIOKafkaAdminClient, settings: Settings, watch: float) -> Finding:
    """Look whether someone works on what waits, and whether it becomes less."""
    lag = BrokerLag(settings)
    try:
        partitions = await lag.partitions()
        before = await _patiently(lambda: lag.backlogs(partitions))
        waiting = sum(backlog.waiting for backlog in before.values())
        workers = await _members(client, settings.group_id)
        text = f"{waiting} articles wait, {workers} workers in group {settings.group_id}"
        if not workers:
            return Finding("lag", "warning", text, "Start `rasid worker`, or check RASID_GROUP_ID.")
        if waiting:
            await asyncio.sleep(watch)
            after = await lag.backlogs(partitions)
            if all(after[each].committed == before[each].committed for each in partitions if before[each].waiting):
                remedy = "Look at the workers' logs; one that hangs ends by itself after RASID_STALL_SECONDS."
                return Finding("lag", "failed", f"{text}; none in {watch:g} s", remedy, ExitCode.STALLED)
        if workers > len(partitions):
            remedy = "More workers than partitions: some have nothing to do."
            return Finding("lag", "warning", f"{text}, {len(partitions)} partitions", remedy)
        return Finding("lag", "ok", text)
    except (GroupAuthorizationFailedError, TopicAuthorizationFailedError) as cause:
        remedy = "Give our user the right to describe the group and to read its topic."
        return Finding("lag", "failed", f"refused: {type(cause).__name__}", remedy, ExitCode.REFUSED)
    except KafkaError as cause:
        remedy = "Check that all brokers run, then ask again."
        return Finding("lag", "failed", f"cannot be seen: {type(cause).__name__}", remedy, ExitCode.NO_BROKER)
    finally:
        await lag.close()


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Return what *ask* gives: a cluster without groups makes the topic of their offsets at the first question."""
    for _ in range(_ASKS):
        try:
            return await ask()
        except GroupCoordinatorNotAvailableError:
            await asyncio.sleep(1)
    return await ask()


async def _members(client: AIOKafkaAdminClient, group: str) -> int:
    (response,) = await client.describe_consumer_groups([group])
    described: dict[str, Any] = response.to_object()["groups"][0]
    return len(described["members"])
