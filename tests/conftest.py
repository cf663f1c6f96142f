"""The real Kafka of the integration tests, and how much of the fault tests is run."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from stream.broker import BrokerError, RunningBroker, temporary_broker


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--fault-scale`."""
    parser.addoption(
        "--fault-scale",
        choices=["small", "full"],
        default="small",
        help="sizes of the fault tests: small for every day (about a minute), full for `make faults` (hours)",
    )


@pytest.fixture(scope="session")
def fault_scale(pytestconfig: pytest.Config) -> str:
    """Say how large the fault tests are: `small` or `full`."""
    return str(pytestconfig.getoption("--fault-scale"))


@pytest.fixture(scope="session")
def patience(fault_scale: str) -> float:
    """Say how many times its promised seconds a test waits: the small sizes run on machines that are busy."""
    return {"small": 5.0, "full": 1.0}[fault_scale]


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
