"""`rasid completion`: the script that lets a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, *, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      rasid completion bash > ~/.local/share/bash-completion/completions/rasid
      rasid completion zsh > ~/.zfunc/_rasid
      rasid completion fish > ~/.config/fish/completions/rasid.fish
    """
    script = get_completion_class(shell)
    if script is None:
        raise click.UsageError(f"click knows no completion for {shell}")
    click.echo(script(ctx.find_root().command, {}, "rasid", "_RASID_COMPLETE").source())
