"""Packaged data files of the detector: read by name, never from anywhere else."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_LEXICONS = files("stream.detection") / "lexicons"
YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_bytes(name: str) -> bytes:
    """The bytes of the packaged data file *name*."""
    return (_LEXICONS / name).read_bytes()


@cache
def load_yaml(name: str) -> Any:
    """The parsed content of the packaged YAML file *name*."""
    return yaml.load(read_bytes(name), Loader=YamlLoader)  # noqa: S506 - a safe loader


def names() -> list[str]:
    """The names of all packaged data files, sorted."""
    return sorted(item.name for item in _LEXICONS.iterdir() if item.name.endswith((".yaml", ".json", ".tsv", ".gz")))


def version() -> str:
    """A hash of everything that is loaded: the same data gives the same version on any machine."""
    digest = hashlib.sha256()
    for name in names():
        digest.update(name.encode() + b"\0" + read_bytes(name) + b"\0")
    return digest.hexdigest()[:12]
