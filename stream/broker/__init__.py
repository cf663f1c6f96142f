"""A broker for development and tests, found or started on this machine.

`temporary_broker` gives the first that can be had: the one named by RASID_BROKER, a Docker engine's, Apache Kafka as a
local process, and, where the caller allows it, a small one for trying out. `LocalKafka` is Apache Kafka under full
control, for tests of faults. `instance` keeps one broker running across shells.
"""

from stream.broker.choice import Choice, Kind, RunningBroker, choose, temporary_broker
from stream.broker.errors import BrokerError
from stream.broker.listeners import Listener, Tls
from stream.broker.local_kafka import LocalKafka
from stream.broker.ready import wait_until_ready

__all__ = [
    "BrokerError",
    "Choice",
    "Kind",
    "Listener",
    "LocalKafka",
    "RunningBroker",
    "Tls",
    "choose",
    "temporary_broker",
    "wait_until_ready",
]
