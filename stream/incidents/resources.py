"""Packaged data files of the incidents library: read by name, never from anywhere else."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_DATA = files("stream.incidents") / "data"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load_yaml(name: str) -> Any:
    """Return the parsed content of the packaged YAML file *name*."""
    return yaml.load((_DATA / name).read_bytes(), Loader=_LOADER)  # noqa: S506 - a safe loader
