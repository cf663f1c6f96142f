"""Sees to it that a temporary broker never outlives the program that started it, however that ends."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from stream.broker.process import PID_FILE

# Waits until its input ends. Then ends the processes whose pid files stand in the folder, each only if its command
# line shows that it belongs there, and removes the folder.
_SCRIPT = r"""
cat > /dev/null
find "$1" -name "$2" | while read -r file; do
    pid=$(cat "$file")
    { tr "\0" " " < "/proc/$pid/cmdline" || ps -o command= -p "$pid"; } 2> /dev/null |
        grep -qF -- "$3" && kill -9 "$pid"
done
rm -rf -- "$1"
"""


class Guardian:
    """A small process that waits for the end of this one.

    This process holds one end of a pipe. The system closes it even after kill -9; the guardian, at the other end,
    then kills the servers in *folder*, whose command lines contain *mark*, and removes the folder.
    """

    def __init__(self, folder: Path, *, mark: str) -> None:
        """Start it."""
        reading, self._writing = os.pipe()
        try:
            self._process = subprocess.Popen(
                ["sh", "-c", _SCRIPT, "rasid-guardian", str(folder), PID_FILE, mark],
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            os.close(reading)

    def release(self) -> None:
        """Do now what is to be done at the end of this process, and return when it is done."""
        os.close(self._writing)
        self._process.wait()
