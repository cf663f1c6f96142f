"""Where broker files live: jars in the user's cache, a lasting broker's data in the user's state folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def cache_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for what can be fetched again (XDG_CACHE_HOME/rasid)."""
    return _xdg(environ, "XDG_CACHE_HOME", ".cache")


def state_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for the lasting broker's data, log and pid file (XDG_STATE_HOME/rasid)."""
    return _xdg(environ, "XDG_STATE_HOME", ".local/state")


def _xdg(environ: Mapping[str, str], variable: str, default: str) -> Path:
    # The XDG specification tells programs to ignore relative paths.
    named = environ.get(variable, "")
    base = Path(named) if named.startswith("/") else Path.home() / default
    return base / "rasid"
