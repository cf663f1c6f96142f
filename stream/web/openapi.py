"""The OpenAPI document of the service, made from the operations and the models of what they answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version
from inspect import getdoc
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from stream.filters import HELP, Filter, takes_many
from stream.web import problems
from stream.web.api import Operation
from stream.web.query import Page

_SCHEMAS = "#/components/schemas/{model}"
_PAGING = ("limit", "before")


def openapi(operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the document, of OpenAPI 3.1."""
    listed = list(operations)
    answers = [operation.model for operation in listed if operation.model]
    models: list[type[BaseModel]] = [*answers, problems.Problem]
    _, schemas = models_json_schema([(model, "serialization") for model in models], ref_template=_SCHEMAS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rasid",
            "version": version("rasid"),
            "description": "Conflict alerts and incidents from Arabic news. For reading only.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"bearer": []}, {"basic": []}],
        "paths": {operation.path: {"get": _get(operation)} for operation in listed},
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "RASID_SERVE_TOKEN, where it is set."},
                "basic": {"type": "http", "scheme": "basic", "description": "The same as the password of any user."},
            },
        },
    }


def _get(operation: Operation) -> dict[str, Any]:
    summary, _, more = (getdoc(operation.answer) or "").partition("\n\n")
    content = {"schema": _reference(operation.model)} if operation.model else {"schema": {"type": "string"}}
    responses: dict[str, Any] = {
        "200": {"description": summary, "content": {operation.media_type: content}},
        "401": _problem("The token is missing or wrong."),
    }
    if operation.filtered:
        responses["400"] = _problem("A condition cannot be read.")
    else:
        responses["404"] = _problem("It is not held.")
    return {
        "operationId": re.sub(r"\W+", "_", operation.path).strip("_"),
        "summary": summary,
        **({"description": more} if more else {}),
        "parameters": list(_parameters(operation)),
        "responses": responses,
    }


def _parameters(operation: Operation) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", operation.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    if operation.query:
        name, meaning = operation.query
        yield {"name": name, "in": "query", "required": True, "description": meaning, "schema": {"type": "string"}}
    if operation.filtered:
        fields = Filter.model_json_schema(by_alias=True)["properties"]
        for parameter, meaning in HELP.items():
            # As it is written in a query string: a box is one text of four numbers there.
            plain = {"type": "string"}
            single = plain if "anyOf" in fields[parameter] else _plain(fields[parameter])
            schema = {"type": "array", "items": plain} if takes_many(parameter) else single
            yield {"name": parameter.value, "in": "query", "description": meaning, "schema": schema}
        for name, field in Page.model_fields.items():
            if operation.paged or name not in _PAGING:
                schema = _plain(Page.model_json_schema()["properties"][name])
                yield {"name": name, "in": "query", "description": field.description, "schema": schema}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is none: it is never null."""
    chosen = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    left_out = {"title", "description"} | ({"default"} if schema.get("default", 0) is None else set())
    return {name: value for name, value in chosen.items() if name not in left_out}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _SCHEMAS.format(model=model.__name__)}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {problems.MEDIA_TYPE: {"schema": _reference(problems.Problem)}}}
