"""The real Kafka of the integration tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from stream.broker import BrokerError, RunningBroker, temporary_broker


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config) -> Iterator[RunningBroker]:
    """Give the one Kafka of the session: RASID_BROKER's, Docker's or a local process, and never a stand-in.

    Tests share it, so each uses topics and groups with names of its own. Without a broker they fail.
    """
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def say(sentence: str) -> None:
        # Whoever watches the tests is told which broker they ran on.
        with capture.global_and_fixture_disabled():
            sys.stderr.write(f"\n{sentence}\n")

    try:
        with temporary_broker(say=say) as broker:
            yield broker
    except BrokerError as cause:
        # Without the trace and the cause's own: the message is what helps.
        raise pytest.fail.Exception(f"Integration tests need a Kafka broker.\n{cause}", pytrace=False) from None
