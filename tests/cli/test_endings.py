"""How commands end: Ctrl-C, a reader that went away, secrets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from stream.cli import main

RASID = [sys.executable, "-m", "stream.cli"]


def test_ctrl_c_ends_with_130_and_no_traceback() -> None:
    """While standard input is awaited."""
    with subprocess.Popen(
        [*RASID, "detect", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        # What waits for standard input ends although nothing closes it.
        assert process.wait(10) == 130
        assert process.stderr is not None
        assert process.stderr.read().decode().strip() == "Interrupted."


def test_a_reader_that_went_away_is_no_traceback() -> None:
    """As with `rasid … | head`: exit code 141, silence."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([*RASID, "config"], stdout=writing, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 141


def test_config_masks_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting is shown, the secret is not; flags win over the environment."""
    monkeypatch.setenv("RASID_SASL_MECHANISM", "PLAIN")
    monkeypatch.setenv("RASID_SASL_USERNAME", "someone")
    monkeypatch.setenv("RASID_SASL_PASSWORD", "hunter2")
    monkeypatch.setenv("RASID_BROKER", "a:1")
    result = CliRunner().invoke(main, ["config", "--broker", "b:2", "--prefix", "x."])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "broker = b:2" in lines
    assert "topic_prefix = x." in lines
    assert "sasl_username = someone" in lines
    assert "sasl_password = ********" in lines
    assert "hunter2" not in result.output


@pytest.mark.parametrize(
    "command",
    [
        ["topics", "create"],
        ["topics", "check"],
        ["subscribe"],
        ["dead-letters", "list"],
        ["dead-letters", "replay"],
        ["replay", "-"],
    ],
    ids=" ".join,
)
def test_without_a_broker_a_command_says_which_and_ends_with_69(command: list[str]) -> None:
    """The address is in the message."""
    result = CliRunner().invoke(main, [*command, "--broker", "127.0.0.1:1"], input="")
    assert result.exit_code == 69
    assert "127.0.0.1:1" in result.stderr
    assert result.stdout == ""
