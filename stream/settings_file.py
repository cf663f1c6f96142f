"""The settings file, and names that look like a setting but are none."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from stream.settings_errors import SettingsError

_CLOSE = 0.85


def read_file(path: Path, *, known: Collection[str]) -> dict[str, Any]:
    """Return the settings in the TOML or YAML file *path*.

    Raises SettingsError when it cannot be read, is neither, or holds a name that is not among *known*.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        reason = cause.strerror if isinstance(cause, OSError) else "it is not UTF-8"
        raise SettingsError(f"The settings file {path} cannot be read: {reason}.") from None
    match path.suffix.lower():
        case ".toml":
            values = _toml(text, path)
        case ".yaml" | ".yml":
            values = _yaml(text, path)
        case _:
            raise SettingsError(f"The settings file {path} must end in .toml, .yaml or .yml.")
    if not isinstance(values, dict):
        raise SettingsError(f"The settings file {path} must hold names and values, such as broker: kafka:9092.")
    for name in values:
        if name not in known:
            raise SettingsError(f"{path}: there is no setting {name!r}.{_suggestion(str(name), known)}")
    return values


def _toml(text: str, path: Path) -> Any:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        # Neither parser quotes the line, which may hold a secret.
        raise SettingsError(f"The settings file {path} is not TOML: {cause}.") from None


def _yaml(text: str, path: Path) -> Any:
    try:
        return yaml.safe_load(text) or {}
    except yaml.MarkedYAMLError as cause:
        where = f"line {cause.problem_mark.line + 1}" if cause.problem_mark else "somewhere"
        raise SettingsError(f"The settings file {path} is not YAML: {where}.") from None
    except yaml.YAMLError:
        raise SettingsError(f"The settings file {path} is not YAML.") from None


def misspelt_variables(environ: Mapping[str, str], *, prefix: str, known: Collection[str]) -> str:
    """Return one line for each variable that is almost a setting's; others with the prefix are not ours to judge."""
    lines = []
    for variable in sorted(environ):
        name = variable.removeprefix(prefix).lower()
        if variable.startswith(prefix) and name not in known:
            suggestion = _suggestion(name, known, prefix)
            if suggestion:
                lines.append(f"There is no setting {variable}.{suggestion}")
    return "\n".join(lines)


def _suggestion(name: str, known: Collection[str], prefix: str = "") -> str:
    close = get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=_CLOSE)
    if not close:
        return ""
    return f" Did you mean {prefix + close[0].upper() if prefix else close[0]}?"
