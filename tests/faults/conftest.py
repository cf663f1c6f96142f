"""What the tests of faults share: a broker to break, topics of one test's own, and the figures shown at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stream.broker import LocalKafka, RunningBroker
from tests.integration.stand import Stand

_LINES = pytest.StashKey[list[str]]()

StandMaker = Callable[..., Stand]
Figures = Callable[..., None]


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Give what notes the figures of a test: they are shown in one line at the end of the run."""

    def note(**found: Any) -> None:
        words = ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in found.items())
        request.config.stash.setdefault(_LINES, []).append(f"{request.node.name}: {words}")

    return note


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.faults)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the figures of every test that noted some."""
    lines = config.stash.get(_LINES, [])
    if lines:
        terminalreporter.section(f"under faults ({config.getoption('--fault-scale')} scale)")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture
def make_stand() -> Iterator[StandMaker]:
    """Give what makes stands with their topics; their workers end with the test."""
    made: list[Stand] = []

    def make(bootstrap: str, **options: Any) -> Stand:
        stand = Stand(bootstrap, **options)
        made.append(stand)
        stand.create_topics()
        return stand

    yield make
    for stand in made:
        stand.close()


@pytest.fixture
def stand(kafka: RunningBroker, make_stand: StandMaker) -> Stand:
    """Give topics of its own on the session's Kafka."""
    return make_stand(kafka.bootstrap)


@pytest.fixture(scope="module")
def three_brokers() -> Iterator[LocalKafka]:
    """Give three brokers as three processes."""
    with LocalKafka(nodes=3, properties={"min.insync.replicas": "2"}) as own:
        yield own


@pytest.fixture
def cluster(three_brokers: LocalKafka) -> LocalKafka:
    """Give three brokers, which a test may freeze and kill; those that an earlier test killed are back."""
    three_brokers.start()
    return three_brokers


def _shown(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
