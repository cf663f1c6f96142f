"""Whether a changed JSON Schema breaks those who rely on the old one; README.md has the policy.

Knows the keywords that our schemas use, and refuses to judge others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_WORDS = frozenset({"$defs", "$schema", "default", "description", "examples", "title", "x-aliases"})
_ATLEAST = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems"})
_ATMOST = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems"})
_EXACT = frozenset({"format", "pattern", "uniqueItems"})
_KNOWN = frozenset({"$ref", "anyOf", "const", "enum", "items", "properties", "required", "type"})


def breaks(reader: Schema, writer: Schema) -> list[str]:
    """Return why someone who accepts what *reader* says cannot take everything that *writer* allows; none is well.

    Of a message that we send the released schema is the reader and the new one the writer; of an article, which we
    are sent, the other way round. A property that is optional on both sides and missing in *writer* counts as
    removed. Raises ValueError at a keyword that this module does not know.
    """
    return list(_compare(reader, writer, reader, writer, "$"))


def _compare(reader: Schema, writer: Schema, old: Schema, new: Schema, path: str) -> Iterator[str]:
    reader, writer = _resolved(reader, old), _resolved(writer, new)
    for keyword in (reader.keys() | writer.keys()) - _WORDS - _ATLEAST - _ATMOST - _EXACT - _KNOWN:
        raise ValueError(f"{path}: no rule is known for the keyword {keyword}")
    if "anyOf" in reader or "anyOf" in writer:
        yield from _alternatives(reader, writer, old, new, path)
        return
    yield from _values(reader, writer, path)
    for name in sorted(set(reader.get("required", ())) - set(writer.get("required", ()))):
        yield f"{path}.{name} is required, and may be missing now"
    for name, expected in reader.get("properties", {}).items():
        if name not in writer.get("properties", {}):
            yield f"{path}.{name} is gone"
        else:
            yield from _compare(expected, writer["properties"][name], old, new, f"{path}.{name}")
    if "items" in reader:
        yield from _compare(reader["items"], writer.get("items", {}), old, new, f"{path}[]")


def _values(reader: Schema, writer: Schema, path: str) -> Iterator[str]:
    """Compare everything that is no structure."""
    if not _types(writer) <= _types(reader):
        yield f"{path} is of type {writer.get('type', 'any')}, was {reader.get('type')}"
    known, given = _choices(reader), _choices(writer)
    if known is not None and (given is None or not given <= known):
        more = "anything" if given is None else ", ".join(sorted(map(str, given - known)))
        yield f"{path} may be {more}, which it could not"
    for keyword in sorted((_ATLEAST | _ATMOST | _EXACT) & reader.keys()):
        if given is not None and known is not None:
            continue
        wanted, found = reader[keyword], writer.get(keyword)
        holds = found is not None and (
            found >= wanted if keyword in _ATLEAST else found <= wanted if keyword in _ATMOST else found == wanted
        )
        if not holds:
            yield f"{path}: {keyword} was {wanted}, is {'not set' if found is None else found}"


def _alternatives(reader: Schema, writer: Schema, old: Schema, new: Schema, path: str) -> Iterator[str]:
    """Each alternative that may be written has to be one of those that are read."""
    for given in writer.get("anyOf", [writer]):
        tried = [list(_compare(known, given, old, new, path)) for known in reader.get("anyOf", [reader])]
        if all(tried):
            # The alternative that comes nearest says most.
            yield from min(tried, key=len)


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        target: Any = root
        for step in str(schema["$ref"]).removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema


def _types(schema: Schema) -> set[str]:
    every = {"array", "boolean", "integer", "null", "number", "object", "string"}
    named = schema.get("type")
    found = set(every) if named is None else {named} if isinstance(named, str) else set(named)
    return found | {"integer"} if "number" in found else found


def _choices(schema: Schema) -> set[Any] | None:
    if "const" in schema:
        return {schema["const"]}
    return set(schema["enum"]) if "enum" in schema else None
