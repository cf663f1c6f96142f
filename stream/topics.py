"""The topics on the broker: what they should be, what they are, and what differs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from schemas.topics import INTERNAL_SPECS, SPECS, TopicId, Topics

_EXISTENCE = "topic"
_SAFE_REPLICAS = 3
# Whoever was away for less learns from the topic what is gone.
_TOMBSTONE_MS = 7 * 86_400_000
_ASKS, _ASK_SECONDS = 50, 0.1


class TopicError(RuntimeError):
    """The broker refuses a topic. The message names it and gives the broker's words."""


class MissingTopicError(TopicError):
    """A topic that is needed does not exist."""


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """What a topic should be. *configs* are broker settings of the topic by their Kafka names."""

    name: str
    partitions: int
    replication: int
    configs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TopicState:
    """What a topic on the broker is; *configs* holds all of its settings, defaults included."""

    name: str
    partitions: int
    replication: int
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which a topic is not as planned; *setting* is `topic` where it is missing altogether."""

    topic: str
    setting: str
    wanted: str
    found: str

    @property
    def is_missing(self) -> bool:
        """Say whether there is no such topic."""
        return self.setting == _EXISTENCE

    def __str__(self) -> str:
        return f"{self.topic}: {self.setting} is {self.found}, should be {self.wanted}"


def topic_plans(
    topics: Topics,
    *,
    partitions: int,
    replication: int,
    retention_ms: int,
    max_message_bytes: int,
    dead_letter_bytes: int,
) -> list[TopicPlan]:
    """Return the plan of every topic, those of the contract first, in the order in which messages flow.

    Messages of the dead-letter topic may be a little larger: they carry their reason beside the original bytes.
    *retention_ms* (-1: for ever) is for the topics that are cleaned up by age; compacted ones keep every key's newest.
    With three copies, two must have a message before it is confirmed, so that one broker may be lost at any moment;
    with fewer, that would stop everything at the loss of one.
    """
    in_sync = 2 if replication >= _SAFE_REPLICAS else 1
    return [
        TopicPlan(
            name=topics.name(spec.id),
            partitions=partitions,
            replication=replication,
            configs={
                "cleanup.policy": spec.cleanup,
                **({"retention.ms": str(retention_ms)} if spec.cleanup == "delete" else {}),
                **({"delete.retention.ms": str(_TOMBSTONE_MS)} if spec.cleanup == "compact" else {}),
                "min.insync.replicas": str(in_sync),
                # A copy that lacks confirmed messages never becomes the one that counts.
                "unclean.leader.election.enable": "false",
                # The broker's clock: it refuses messages from a machine whose own is an hour ahead, and drops those of
                # one that is behind by more than the retention.
                "message.timestamp.type": "LogAppendTime",
                "max.message.bytes": str(dead_letter_bytes if spec.id is TopicId.DEAD_LETTERS else max_message_bytes),
            },
        )
        for spec in (*SPECS, *INTERNAL_SPECS)
    ]


def durability_warnings(*, replication: int, idempotent_producer: bool) -> list[str]:
    """Return what is as planned and may lose, repeat or reorder confirmed messages all the same."""
    warnings = []
    if replication == 1:
        warnings.append("each message is on one broker only, and lost with its disk; use 3 brokers and --replication 3")
    elif replication < _SAFE_REPLICAS:
        warnings.append("a message may be confirmed while one broker only has it; use 3 brokers and --replication 3")
    if not idempotent_producer:
        warnings.append("RASID_IDEMPOTENT_PRODUCER is false, so a send that is tried again may write twice")
    return warnings


async def create_topics(admin: AIOKafkaAdminClient, plans: Sequence[TopicPlan]) -> list[str]:
    """Create the topics that are missing and return their names; those that exist are left as they are.

    Raises TopicError when the broker refuses one.
    """
    there = set(await admin.list_topics())
    missing = [plan for plan in plans if plan.name not in there]
    if not missing:
        return []
    response = await admin.create_topics(
        [NewTopic(plan.name, plan.partitions, plan.replication, topic_configs=dict(plan.configs)) for plan in missing]
    )
    created = []
    for name, code, *rest in response.topic_errors:
        # Another process may have been faster: it is there, and that was asked for.
        if code == TopicAlreadyExistsError.errno:
            continue
        if code:
            words = rest[0] if rest and rest[0] else for_code(code).__name__
            raise TopicError(f"the broker refuses to create {name}: {words}")
        created.append(name)
    await _are_known(admin, created)
    return created


async def _are_known(admin: AIOKafkaAdminClient, names: Sequence[str]) -> None:
    """Wait a little until the broker tells of topics that it has made: what uses them next must find them."""
    for _ in range(_ASKS):
        there = {topic["topic"] for topic in await admin.describe_topics() if not topic["error_code"]}
        if there.issuperset(names):
            return
        await asyncio.sleep(_ASK_SECONDS)


async def topic_states(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, TopicState]:
    """Return what the named topics are on the broker; one that does not exist is left out."""
    # All topics, since asking for one by its name may create it.
    there = {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics() if not topic["error_code"]}
    found = [name for name in names if name in there]
    if not found:
        return {}
    configs: dict[str, dict[str, str]] = {}
    for response in await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in found]):
        for code, words, _, name, entries in response.resources:
            if code:
                raise TopicError(f"the broker refuses to describe {name}: {words or for_code(code).__name__}")
            configs[name] = {entry[0]: entry[1] for entry in entries}
    return {
        name: TopicState(
            name=name,
            partitions=len(there[name]),
            replication=min((len(partition["replicas"]) for partition in there[name]), default=0),
            configs=configs[name],
        )
        for name in found
    }


def differences(plans: Sequence[TopicPlan], states: Mapping[str, TopicState]) -> list[Difference]:
    """Return what differs between the plans and the broker, in the order of the plans."""
    found = []
    for plan in plans:
        state = states.get(plan.name)
        if state is None:
            found.append(Difference(plan.name, _EXISTENCE, "there", "missing"))
            continue
        pairs = [
            ("partitions", str(plan.partitions), str(state.partitions)),
            ("replication", str(plan.replication), str(state.replication)),
            *((setting, wanted, state.configs.get(setting, "not set")) for setting, wanted in plan.configs.items()),
        ]
        found += [Difference(plan.name, setting, wanted, is_) for setting, wanted, is_ in pairs if wanted != is_]
    return found


async def partitions_of(admin: AIOKafkaAdminClient, names: Sequence[str]) -> list[TopicPartition]:
    """Return every partition of the named topics. Raises MissingTopicError, which says what to do."""
    states = {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics() if not topic["error_code"]}
    for name in names:
        if name not in states:
            raise MissingTopicError(f"there is no topic {name}; `rasid topics create` makes it")
    return [TopicPartition(name, partition["partition"]) for name in names for partition in states[name]]


async def delete_topics(admin: AIOKafkaAdminClient, names: Sequence[str]) -> None:
    """Delete the named topics with all that they hold."""
    if names:
        await admin.delete_topics(list(names))
