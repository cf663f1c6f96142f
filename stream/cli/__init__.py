"""The command line: one module a command."""

from stream.cli.main import main

__all__ = ["main"]
