"""`rasid config`: the settings in effect."""

from __future__ import annotations

import click
from pydantic import SecretStr

from stream.cli.options import broker_options
from stream.settings import Settings
from stream.settings_errors import MASK, without_passwords
from stream.terminal import visible


@click.command()
@click.option("--help-settings", is_flag=True, help="Tell what each setting means instead.")
@broker_options
def config(*, settings: Settings, help_settings: bool) -> None:
    """Show the settings in effect: flags over RASID_* over the settings file over defaults. Secrets are masked.

    \b
    Examples:
      rasid config
      rasid config --config rasid.toml --broker kafka.example:9092
      rasid config --help-settings
    """
    for name, field in Settings.model_fields.items():
        if help_settings:
            click.echo(f"RASID_{name.upper()}\n    {field.description or ''}")
            continue
        value = getattr(settings, name)
        click.echo(f"{name} = {_shown(value)}")


def _shown(value: object) -> str:
    if value is None:
        return "(not set)"
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, bool):
        return str(value).lower()
    return visible(without_passwords(str(value)))
