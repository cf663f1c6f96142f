"""The AsyncAPI 3 document: every topic, its messages and their headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas import SCHEMA_VERSION
from schemas.dead_letter import REASONS, DeadLetterHeader, Stage
from schemas.topics import DEFAULT_PREFIX, SPECS, TopicId, Topics, TopicSpec

_TEXT = {"type": "string"}
_TRACE = {"traceparent": _TEXT | {"description": "W3C trace context; present when the article carried one."}}

_CHANNELS: Mapping[TopicId, tuple[str, str, str]] = {
    TopicId.ARTICLES: ("articles", "receive", "Article"),
    TopicId.ATTACK_ALERTS: ("attackAlerts", "send", "Alert"),
    TopicId.DIPLOMACY_ALERTS: ("diplomacyAlerts", "send", "Alert"),
    TopicId.INCIDENTS: ("incidents", "send", "Incident"),
    TopicId.SURGE_ALERTS: ("surgeAlerts", "send", "Surge"),
    TopicId.DEAD_LETTERS: ("deadLetters", "send", "DeadLetter"),
}


def document(schemas: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the AsyncAPI document with *schemas*, the JSON Schema of each model by its name, put in."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Rasid",
            "version": SCHEMA_VERSION,
            "description": (
                "Arabic news articles in, typed conflict alerts out. Delivery is at least once with ids that repeat: "
                "drop a repeated alert-id. A later version may add fields; it renames or removes none without a new "
                f"major schema-version. The topics' prefix ({DEFAULT_PREFIX}) can be configured."
            ),
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_CHANNELS[spec.id][0]: _channel(spec) for spec in SPECS},
        "operations": {_operation_id(spec): _operation(spec) for spec in SPECS},
        "components": {"messages": _messages(), "schemas": _components(schemas)},
    }


def _channel(spec: TopicSpec) -> dict[str, Any]:
    _, _, message = _CHANNELS[spec.id]
    return {
        "address": Topics().name(spec.id),
        "description": f"Key: {spec.key}. Value: {spec.value}.",
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {"kafka": {"topicConfiguration": {"cleanup.policy": [spec.cleanup]}, "bindingVersion": "0.5.0"}},
    }


def _operation_id(spec: TopicSpec) -> str:
    channel, action, _ = _CHANNELS[spec.id]
    return f"{action}{channel[0].upper()}{channel[1:]}"


def _operation(spec: TopicSpec) -> dict[str, Any]:
    channel, action, message = _CHANNELS[spec.id]
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message}"}],
    }


def _messages() -> dict[str, Any]:
    identified = {
        "schema-version": {"type": "string", "examples": [SCHEMA_VERSION]},
        "content-type": {"type": "string", "const": "application/json"},
    }
    return {
        "Article": _message("Article", "article_id", _headers(_TRACE, required=())),
        "Alert": _message("Alert", "article_id", _headers(identified | {"alert-id": _TEXT} | _TRACE)),
        "Incident": _message("Incident", "incident_id", _headers(identified | {"incident-id": _TEXT} | _TRACE)),
        "Surge": _message("Surge", "the scope", _headers(identified | {"surge-id": _TEXT})),
        "DeadLetter": {
            "name": "DeadLetter",
            "summary": "The original bytes of a message that could not be processed, unchanged.",
            "contentType": "application/octet-stream",
            "headers": _headers(_dead_letter_headers()),
            "bindings": {"kafka": {"key": _TEXT | {"description": "As received."}, "bindingVersion": "0.5.0"}},
        },
    }


def _message(name: str, key: str, headers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "contentType": "application/json",
        "headers": dict(headers),
        "payload": {"$ref": f"#/components/schemas/{name}"},
        "bindings": {"kafka": {"key": _TEXT | {"description": key}, "bindingVersion": "0.5.0"}},
    }


def _headers(properties: Mapping[str, Any], required: tuple[str, ...] | None = None) -> dict[str, Any]:
    names = [name for name in properties if name not in _TRACE] if required is None else list(required)
    return {"type": "object", "properties": dict(properties)} | ({"required": names} if names else {})


def _dead_letter_headers() -> dict[str, Any]:
    number = {"type": "string", "pattern": "^[0-9]+$"}
    codes = "; ".join(f"{code}: {meaning}" for code, meaning in REASONS.items())
    return {
        DeadLetterHeader.ERROR_STAGE.value: {"type": "string", "enum": [stage.value for stage in Stage]},
        DeadLetterHeader.ERROR_CODE.value: {
            "type": "string",
            "enum": [code.value for code in REASONS],
            "description": codes,
        },
        DeadLetterHeader.ERROR_MESSAGE.value: _TEXT | {"description": "For people; no article text but field names."},
        DeadLetterHeader.ORIGIN_TOPIC.value: dict(_TEXT),
        DeadLetterHeader.ORIGIN_PARTITION.value: dict(number),
        DeadLetterHeader.ORIGIN_OFFSET.value: dict(number),
        DeadLetterHeader.FAILED_AT.value: {"type": "string", "format": "date-time"},
    }


def _components(schemas: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return every schema and the parts of each, side by side under components/schemas."""
    flat: dict[str, Any] = {}
    for name, schema in schemas.items():
        own = {key: value for key, value in schema.items() if key not in {"$schema", "$defs"}}
        for part, value in {**schema.get("$defs", {}), name: own}.items():
            moved = _moved(value)
            if flat.setdefault(part, moved) != moved:
                raise ValueError(f"two different schemas are called {part}")
    return flat


def _moved(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _moved(value)
            for key, value in schema.items()
        }
    if isinstance(schema, list):
        return [_moved(item) for item in schema]
    return schema
