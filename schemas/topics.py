"""The topics: their names under a prefix, and what each carries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from schemas.alert import Kind

DEFAULT_PREFIX = "rasid."


class TopicId(StrEnum):
    """A topic's name without the prefix."""

    ARTICLES = "articles"
    ATTACK_ALERTS = "alerts.attack"
    DIPLOMACY_ALERTS = "alerts.diplomacy"
    INCIDENTS = "incidents"
    SURGE_ALERTS = "alerts.surge"
    DEAD_LETTERS = "dead-letters"
    INCIDENTS_REPARTITION = "incidents.repartition"
    INCIDENTS_CHANGELOG = "incidents.changelog"
    SURGES_REPARTITION = "surges.repartition"
    SURGES_CHANGELOG = "surges.changelog"


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """What a topic carries: the meaning of its key and value, and how Kafka cleans it up."""

    id: TopicId
    key: str
    value: str
    cleanup: Literal["delete", "compact"]


SPECS: tuple[TopicSpec, ...] = (
    TopicSpec(TopicId.ARTICLES, "article_id", "Article", "delete"),
    TopicSpec(TopicId.ATTACK_ALERTS, "article_id", "Alert of kind attack", "delete"),
    TopicSpec(TopicId.DIPLOMACY_ALERTS, "article_id", "Alert of kind diplomacy", "delete"),
    TopicSpec(TopicId.INCIDENTS, "incident_id", "Incident: the newest revision, or a tombstone", "compact"),
    TopicSpec(TopicId.SURGE_ALERTS, "the scope: its kind and name", "Surge", "delete"),
    TopicSpec(TopicId.DEAD_LETTERS, "as received", "the original bytes, unchanged", "delete"),
)
"""Every topic of the contract, in the order in which messages flow."""

INTERNAL_SPECS: tuple[TopicSpec, ...] = (
    TopicSpec(TopicId.INCIDENTS_REPARTITION, "the partition key, such as attack:SY", "Alert, unchanged", "delete"),
    TopicSpec(TopicId.INCIDENTS_CHANGELOG, "incident_id", "the state of an open incident", "compact"),
    TopicSpec(TopicId.SURGES_REPARTITION, "the scope: its kind and name", "Observation", "delete"),
    TopicSpec(TopicId.SURGES_CHANGELOG, "the scope: its kind and name", "Series", "compact"),
)
"""The topics between our own agents: part of no contract, and nobody else's to write to."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The full topic names under *prefix*."""

    prefix: str = DEFAULT_PREFIX

    def name(self, topic: TopicId) -> str:
        """Return the full name of *topic*."""
        return self.prefix + topic.value

    @property
    def articles(self) -> str:
        """Where articles come in."""
        return self.name(TopicId.ARTICLES)

    def alerts(self, kind: Kind) -> str:
        """Return the topic of the alerts of *kind*."""
        return self.name(TopicId.ATTACK_ALERTS if kind is Kind.ATTACK else TopicId.DIPLOMACY_ALERTS)

    @property
    def incidents(self) -> str:
        """Where incidents go."""
        return self.name(TopicId.INCIDENTS)

    @property
    def surges(self) -> str:
        """Where surges go."""
        return self.name(TopicId.SURGE_ALERTS)

    @property
    def dead_letters(self) -> str:
        """Where messages go that could not be processed."""
        return self.name(TopicId.DEAD_LETTERS)

    @property
    def incidents_repartition(self) -> str:
        """Where alerts of one event meet."""
        return self.name(TopicId.INCIDENTS_REPARTITION)

    @property
    def incidents_changelog(self) -> str:
        """The state of the open incidents."""
        return self.name(TopicId.INCIDENTS_CHANGELOG)

    @property
    def surges_repartition(self) -> str:
        """Where the incidents of one scope meet."""
        return self.name(TopicId.SURGES_REPARTITION)

    @property
    def surges_changelog(self) -> str:
        """The state of the scopes."""
        return self.name(TopicId.SURGES_CHANGELOG)

    @property
    def all(self) -> tuple[str, ...]:
        """Every topic of the contract, in the order in which messages flow."""
        return tuple(self.name(spec.id) for spec in SPECS)

    @property
    def internal(self) -> tuple[str, ...]:
        """The topics between our own agents."""
        return tuple(self.name(spec.id) for spec in INTERNAL_SPECS)
