"""What comes with `pip install rasid[archives]`, and the words for when it is not there."""

from __future__ import annotations

import importlib
from typing import Any


class MissingExtraError(ImportError):
    """A library of the extra `archives` is not installed. The text says what to do."""


def optional(module: str, purpose: str) -> Any:
    """Return the optional *module*. Raises MissingExtraError, which says what *purpose* it would serve."""
    try:
        return importlib.import_module(module)
    except ImportError as cause:
        name = module.partition(".")[0]
        raise MissingExtraError(
            f"{purpose} needs {name}, which is not installed: pip install 'rasid[archives]'"
        ) from cause
