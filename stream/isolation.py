"""Topics under a prefix of their own with a worker of their own: made, used and removed by one command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from stream.kafka import admin
from stream.settings import ENV_PREFIX, Settings
from stream.topics import create_topics, delete_topics, topic_plans

PARTITIONS = 3
_RETENTION_MS = 86_400_000


def private_settings(settings: Settings, name: str, changes: Mapping[str, Any]) -> Settings:
    """Return *settings* with *changes* for topics and a consumer group that are called by *name*."""
    private = {"topic_prefix": f"{name}.", "group_id": name, "health_port": 0, "commit_seconds": 0.3}
    return settings.model_copy(update={**private, **changes})


def variables(settings: Settings) -> dict[str, str]:
    """Return what is set in *settings*, wherever it came from, as the environment of another process."""
    found = {}
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        if value is not None:
            found[f"{ENV_PREFIX}{name.upper()}"] = str(
                value.get_secret_value() if isinstance(value, SecretStr) else value
            )
    return found


async def make_topics(settings: Settings) -> None:
    """Create every topic under the settings' prefix. Raises ConnectError, TopicError."""
    plans = topic_plans(
        settings.topics,
        partitions=PARTITIONS,
        replication=1,
        retention_ms=_RETENTION_MS,
        max_message_bytes=settings.max_message_bytes,
        dead_letter_bytes=settings.dead_letter_bytes,
    )
    async with admin(settings) as client:
        await create_topics(client, plans)


async def remove_topics(settings: Settings) -> None:
    """Delete every topic whose name begins with the prefix or the group's id: those that workers made too."""
    begins = (settings.topic_prefix, settings.group_id)
    async with admin(settings) as client:
        await delete_topics(client, [topic for topic in await client.list_topics() if topic.startswith(begins)])
