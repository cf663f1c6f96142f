"""One of the workers of `rasid worker --processes N`: `python -m stream.supervised_worker`, which only it starts.

Standard input is a socket: the settings come in as one line of JSON, the port of the health server goes out as another,
and its end means that the supervisor is gone.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable

import structlog

from stream.exit_codes import ExitCode
from stream.processing import Detector
from stream.settings import load_settings
from stream.worker import run_worker

_STOP_SECONDS = 10.0


def run_supervised(*, load: Callable[[], Detector] | None = None) -> ExitCode:
    """Run a worker as the supervisor at the other end of standard input wants it; return how it ended."""
    supervisor = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    lines = supervisor.makefile("rb")
    try:
        wanted = json.loads(lines.readline())
    except ValueError:
        # It was gone before it had said anything.
        return ExitCode.OK
    structlog.contextvars.bind_contextvars(process=wanted["process"])
    threading.Thread(target=_end_with, args=[lines.read], name="supervisor-guard", daemon=True).start()
    return run_worker(
        load_settings(flags=wanted["settings"]),
        load=load,
        listening=lambda port: supervisor.sendall(b"%d\n" % port),
    )


def _end_with(end: Callable[[], bytes]) -> None:
    """Stop this process once *end* returns: the supervisor was killed, and nobody else would."""
    end()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_STOP_SECONDS)
    os._exit(ExitCode.FAILED)


if __name__ == "__main__":
    sys.exit(run_supervised())
