"""stream/topics.py: what topics should be, and what differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.topics import Topics
from stream.topics import TopicPlan, TopicState, differences, durability_warnings, topic_plans


def _plans(replication: int = 2) -> list[TopicPlan]:
    return topic_plans(
        Topics("x."),
        partitions=4,
        replication=replication,
        retention_ms=1000,
        max_message_bytes=5000,
        dead_letter_bytes=6000,
    )


def _states() -> dict[str, TopicState]:
    return {
        plan.name: TopicState(plan.name, plan.partitions, plan.replication, {**plan.configs, "segment.ms": "1"})
        for plan in _plans()
    }


def test_the_plan_is_the_contract() -> None:
    """Every topic under the prefix; incidents are compacted, the rest kept for a time; dead letters may be larger."""
    plans = {plan.name: plan.configs for plan in _plans()}
    assert list(plans) == [
        "x.articles",
        "x.alerts.attack",
        "x.alerts.diplomacy",
        "x.incidents",
        "x.alerts.surge",
        "x.dead-letters",
        "x.incidents.repartition",
        "x.incidents.changelog",
        "x.surges.repartition",
        "x.surges.changelog",
    ]
    assert plans["x.incidents"]["cleanup.policy"] == "compact"
    assert "retention.ms" not in plans["x.incidents"]
    assert plans["x.articles"] == {
        "cleanup.policy": "delete",
        "retention.ms": "1000",
        "min.insync.replicas": "1",
        "unclean.leader.election.enable": "false",
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": "5000",
    }
    assert plans["x.dead-letters"]["max.message.bytes"] == "6000"


def test_no_difference() -> None:
    """Settings that are not in the plan are the broker's own business."""
    assert differences(_plans(), _states()) == []


def test_each_difference_is_told() -> None:
    """A missing topic, and every setting that is not as planned, with what was found and wanted."""
    states = _states()
    del states["x.alerts.attack"]
    articles = states["x.articles"]
    states["x.articles"] = replace(articles, partitions=1, configs={**articles.configs, "retention.ms": "7"})
    fewer = {name: value for name, value in states["x.incidents"].configs.items() if name != "cleanup.policy"}
    states["x.incidents"] = replace(states["x.incidents"], replication=1, configs=fewer)
    found = differences(_plans(), states)
    assert [str(difference) for difference in found] == [
        "x.articles: partitions is 1, should be 4",
        "x.articles: retention.ms is 7, should be 1000",
        "x.alerts.attack: topic is missing, should be there",
        "x.incidents: replication is 1, should be 2",
        "x.incidents: cleanup.policy is not set, should be compact",
    ]
    assert [difference.topic for difference in found if difference.is_missing] == ["x.alerts.attack"]


@pytest.mark.parametrize(("replication", "in_sync"), [(1, "1"), (2, "1"), (3, "2"), (5, "2")])
def test_one_broker_may_be_lost_without_losing_or_stopping(replication: int, in_sync: str) -> None:
    """With three copies two must have a message; with two, the loss of one must not stop everything."""
    assert {plan.configs["min.insync.replicas"] for plan in _plans(replication)} == {in_sync}


@pytest.mark.parametrize(
    ("replication", "idempotent", "words"),
    [
        pytest.param(3, True, [], id="safe"),
        pytest.param(1, True, ["on one broker only"], id="one copy"),
        pytest.param(2, True, ["one broker only has it"], id="two copies"),
        pytest.param(3, False, ["RASID_IDEMPOTENT_PRODUCER"], id="not idempotent"),
    ],
)
def test_what_may_lose_messages_is_told_although_it_is_as_planned(
    replication: int, idempotent: bool, words: list[str]
) -> None:
    """A machine for development has one broker, and that is no fault; the operator of a real one learns of it."""
    warnings = durability_warnings(replication=replication, idempotent_producer=idempotent)
    assert len(warnings) == len(words)
    assert all(word in warning for word, warning in zip(words, warnings, strict=True))
