"""What is wrong with a setting, in words that say which, where it came from and what to do; never with a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from stream.terminal import visible

# Begins only where a word does, and never goes back in it: the time grows with the text only.
_PASSWORD_IN_URL = re.compile(r"(?<![^\s,/])[^\s,/:]*+:[^\s,/]*@")
MASK = "********"
_MAX_SHOWN = 80


class SettingsError(Exception):
    """A setting is wrong. The text is one line for each fault, for people, without secrets."""


def without_passwords(text: str) -> str:
    """Return *text* with every `user:password@` masked."""
    return _PASSWORD_IN_URL.sub("***@", text)


def explain(
    error: ValidationError,
    fields: Mapping[str, FieldInfo],
    *,
    flags: Mapping[str, Any],
    environ: Mapping[str, str],
    file: Path | None,
) -> str:
    """Return one line for each fault in *error*: setting, origin, value unless secret, fault, and what is expected."""
    lines = []
    for fault in error.errors(include_url=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        reason = fault["msg"].removeprefix("Value error, ")
        if name not in fields:
            lines.append(f"Wrong settings: {reason}." if not name else f"There is no setting {name}.")
            continue
        field = fields[name]
        shown = "" if is_secret(field) else f" is {_shown(fault['input'])}"
        lines.append(f"{_origin(name, flags, environ, file)}{shown}: {reason}. {field.description or ''}".rstrip())
    return "\n".join(lines)


def is_secret(field: FieldInfo) -> bool:
    """Say whether a setting is one that is never shown."""
    return "SecretStr" in str(field.annotation) or field.annotation is SecretStr


def _shown(value: object) -> str:
    text = visible(without_passwords(str(value)))
    return repr(text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…")


def _origin(name: str, flags: Mapping[str, Any], environ: Mapping[str, str], file: Path | None) -> str:
    variable = f"RASID_{name.upper()}"
    if name in flags:
        return f"--{name.replace('_', '-')}"
    if any(key.upper() == variable for key in environ):
        return variable
    return f"{name} in {file}" if file else variable
