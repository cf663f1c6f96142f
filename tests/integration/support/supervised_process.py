"""`rasid worker --processes 2` with the detector of worker_process.py: `python supervised_process.py`."""

from __future__ import annotations

import os
import sys

from stream.settings import load_settings
from stream.supervised_worker import run_supervised
from stream.supervisor import run_workers
from tests.integration.support.worker_process import OneAlert

if __name__ == "__main__":
    # What the supervisor starts: the first argument says what becomes of it.
    match sys.argv[1:]:
        case []:
            command = [sys.executable, __file__, os.environ.get("TEST_WORKER", "works")]
            sys.exit(run_workers(load_settings(), processes=2, command=command))
        case ["works"]:
            sys.exit(run_supervised(load=OneAlert))
        case [code]:
            sys.exit(int(code))
