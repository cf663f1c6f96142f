"""Running the commands that talk to a broker."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from aiokafka.errors import KafkaError

from stream.cli.failure import Failed
from stream.exit_codes import ExitCode
from stream.kafka_errors import ConnectError
from stream.settings_errors import SettingsError
from stream.topics import MissingTopicError, TopicError

T = TypeVar("T")


def run(command: Coroutine[None, None, T]) -> T:
    """Run *command* to its end; what goes wrong with the broker ends the program with a message and its exit code."""
    try:
        return asyncio.run(command)
    except ConnectError as cause:
        raise Failed(str(cause), cause.exit_code) from cause
    except SettingsError as cause:
        raise Failed(str(cause), ExitCode.SETTINGS) from cause
    except MissingTopicError as cause:
        raise Failed(str(cause), ExitCode.NO_TOPIC) from cause
    except TopicError as cause:
        raise Failed(str(cause)) from cause
    except KafkaError as cause:
        raise Failed(f"the broker failed: {type(cause).__name__} ({cause})") from cause
