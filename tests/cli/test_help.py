"""Every command explains itself."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from stream.cli import main


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from _commands(child, (*path, name))


COMMANDS = list(_commands(main))


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "rasid")
def test_every_command_has_help_with_an_example(path: tuple[str, ...]) -> None:
    """`--help` ends well and shows how the command is called, by its full name."""
    result = CliRunner().invoke(main, [*path, "--help"], prog_name="rasid")
    assert result.exit_code == 0
    _, example, rest = result.output.partition("Example")
    assert example
    assert " ".join(("rasid", *path)) in rest


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "rasid")
def test_every_option_is_explained(path: tuple[str, ...]) -> None:
    """No option stands without a word about it."""
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    silent = [each.name for each in command.params if isinstance(each, click.Option) and not each.help]
    assert silent == []


def test_the_commands_of_the_readme_are_there() -> None:
    """The names that people and scripts rely on."""
    names = {" ".join(path) for path in COMMANDS}
    assert {
        *("worker", "detect", "replay", "subscribe", "config", "demo", "completion"),
        *("topics create", "topics check", "dead-letters list", "dead-letters replay"),
        *("broker start", "broker stop", "broker status"),
    } <= names


def test_version() -> None:
    """`--version` names the program and its version."""
    result = CliRunner().invoke(main, ["--version"], prog_name="rasid")
    assert result.output.startswith("rasid ")
    assert result.exit_code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    """Each shell gets a script that asks rasid."""
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert "_RASID_COMPLETE" in result.stdout


def test_a_wrong_command_is_a_usage_error() -> None:
    """Exit code 2, and nothing on standard output."""
    result = CliRunner().invoke(main, ["detekt"])
    assert result.exit_code == 2
    assert result.stdout == ""
