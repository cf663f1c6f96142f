"""How a command says that it failed."""

from __future__ import annotations

import click

from stream.exit_codes import ExitCode


class Failed(click.ClickException):
    """Ends the command with a message on standard error and an exit code. The message is for people."""

    def __init__(self, message: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.exit_code = int(code)
