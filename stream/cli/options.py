"""The options that commands share, and the settings that come of them."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from stream.cli.failure import Failed
from stream.exit_codes import ExitCode
from stream.logs import configure_logging
from stream.settings import Settings, load_settings
from stream.settings_errors import SettingsError

_config = click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Settings file (.toml or .yaml)."
)
_verbose = click.option("-v", "--verbose", count=True, help="Log more; -vv logs everything.")
_broker = click.option("--broker", metavar="HOST:PORT", help="Kafka broker, or several with commas.")
_prefix = click.option("--prefix", "--topic-prefix", "topic_prefix", help="What every topic's name begins with.")


def settings_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add --config and -v; the command is given `settings` and `verbose` (how often -v stands there)."""

    @_config
    @_verbose
    @functools.wraps(command)
    def with_settings(config: Path | None, verbose: int, **rest: Any) -> None:
        flags: dict[str, Any] = {name: rest.pop(name) for name in ("broker", "topic_prefix") if name in rest}
        flags["log_level"] = ("debug" if verbose > 1 else "info") if verbose else None
        try:
            settings = load_settings(config, flags)
        except SettingsError as cause:
            raise Failed(str(cause), ExitCode.SETTINGS) from None
        _log_to_stderr(settings, verbose)
        command(settings=settings, **rest)

    return with_settings


def broker_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add --broker and --prefix to the options of `settings_options`."""
    return _broker(_prefix(settings_options(command)))


def _log_to_stderr(settings: Settings, verbose: int) -> None:
    if verbose:
        configure_logging(settings)
    else:
        # The clients' own logs stay away: what matters in them comes as an error message.
        logging.basicConfig(level=logging.CRITICAL)
