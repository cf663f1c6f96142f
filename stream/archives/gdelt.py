"""GDELT's article lists: of its DOC 2.0 API (CSV and JSON) and of its Article List files (`.gal.json.gz`).

They hold addresses, titles and, in the Article List, a sentence of summary; never an article's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# GDELT's name -> the article's field, wherever that is absent.
_FIELDS = {"seendate": "published_at", "domain": "source", "outletName": "source", "desc": "body"}
_LANGUAGES = {"arabic": "ar", "english": "en", "french": "fr", "spanish": "es", "persian": "fa", "turkish": "tr"}


def is_gdelt(fields: Mapping[str, Any]) -> bool:
    """Say whether a record is of GDELT's DOC API: nothing else calls a date so."""
    return "seendate" in fields


def from_gdelt(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record under an article's names; what GDELT lists without a title is kept as it is."""
    found = dict(fields)
    for theirs, ours in _FIELDS.items():
        value = found.pop(theirs, None)
        if value and not found.get(ours):
            found[ours] = value
    language = found.get("language") or found.get("lang")
    if isinstance(language, str):
        found["language"] = _LANGUAGES.get(language.casefold(), language)
    return found
