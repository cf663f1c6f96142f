"""Alerts and incidents as a subscriber reads them: those of a newer minor version of the contract too."""

from __future__ import annotations

from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from schemas.alert import Alert
from schemas.base import Message
from schemas.incident import Incident
from schemas.wire_format import payload

M = TypeVar("M", bound=Message)


def read_alert(value: bytes) -> Alert:
    """Return the alert in *value*, without the fields that this version does not know.

    The contract lets a minor version add fields, while our model refuses unknown ones: it also guards what we send.
    Raises pydantic's ValidationError or orjson's JSONDecodeError when it is no alert.
    """
    return _read(Alert, value)


def read_incident(value: bytes) -> Incident:
    """Return the incident in *value*, as `read_alert` does for alerts."""
    return _read(Incident, value)


def _read(model: type[M], value: bytes) -> M:
    data = orjson.loads(payload(value))
    try:
        return model.model_validate(data)
    except ValidationError as cause:
        for fault in cause.errors(include_url=False, include_input=False, include_context=False):
            if fault["type"] != "extra_forbidden":
                raise
            _remove(data, fault["loc"])
    return model.model_validate(data)


def _remove(data: Any, path: tuple[int | str, ...]) -> None:
    *parents, name = path
    for parent in parents:
        data = data[parent]
    del data[name]
