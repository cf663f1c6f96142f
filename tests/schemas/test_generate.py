from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from schemas.dead_letter import REASONS, ReasonCode
from schemas.generate import HERE, files, json_schema, main
from schemas.incident import Incident
from schemas.topics import SPECS, Topics

# AsyncAPI's own schema (npm @asyncapi/specs 6.11.1, Apache-2.0), without its $id so that it needs no net.
SPECIFICATION = Path(__file__).with_name("asyncapi-3.0.0.schema.json.gz")


@pytest.fixture(scope="module")
def document() -> Any:
    """Give the committed AsyncAPI document."""
    return yaml.safe_load((HERE / "asyncapi.yaml").read_text(encoding="utf-8"))


def specification() -> jsonschema.Draft7Validator:
    """Return the validator of AsyncAPI 3.0 documents."""
    return jsonschema.Draft7Validator(json.loads(gzip.decompress(SPECIFICATION.read_bytes())))


@pytest.mark.parametrize("path", files(), ids=str)
def test_the_committed_file_is_fresh(path: Path) -> None:
    """After a change of the models: python -m schemas.generate."""
    assert (HERE / path).read_text(encoding="utf-8") == files()[path]


def test_no_file_is_left_over() -> None:
    """A model that is gone takes its schema with it."""
    assert {path.name for path in (HERE / "json").iterdir()} == {
        path.name for path in files() if path.suffix == ".json"
    }


def test_the_generator_writes_what_it_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every file lands under the package's folder."""
    monkeypatch.setattr("schemas.generate.HERE", tmp_path)
    main()
    assert {p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file()} == set(files())


def test_the_asyncapi_document_is_valid(document: Any) -> None:
    """It holds against the specification's own schema, and that schema does refuse what is wrong."""
    specification().validate(document)
    broken = copy.deepcopy(document)
    broken["operations"]["receiveArticles"]["action"] = "listen"
    assert list(specification().iter_errors(broken))


def test_every_reference_leads_somewhere(document: Any) -> None:
    """A schema cannot tell a dangling reference."""

    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    found = set(references(document))
    assert found
    for reference in found:
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_every_topic_is_a_channel(document: Any) -> None:
    """With its address and its clean-up."""
    channels = {c["address"]: c["bindings"]["kafka"]["topicConfiguration"] for c in document["channels"].values()}
    assert channels == {Topics().name(spec.id): {"cleanup.policy": [spec.cleanup]} for spec in SPECS}


def test_every_reason_is_documented(document: Any) -> None:
    """Each code of a dead letter has a meaning, and the document lists them all."""
    assert set(REASONS) == set(ReasonCode)
    headers = document["components"]["messages"]["DeadLetter"]["headers"]["properties"]
    assert headers["error-code"]["enum"] == [code.value for code in REASONS]


@pytest.mark.parametrize("path", [path for path in files() if path.suffix == ".json"], ids=str)
def test_the_json_schemas_are_schemas_and_open_to_new_fields(path: Path) -> None:
    """A subscriber that validates must not break when a later version adds a field."""
    schema = json.loads(files()[path])
    jsonschema.Draft202012Validator.check_schema(schema)
    assert '"additionalProperties": false' not in files()[path]


def test_an_incident_validates_against_its_schema() -> None:
    """The model and its schema agree."""
    made = Incident.model_validate(
        {
            "incident_id": "i",
            "revision": 2,
            "kind": "attack",
            "event_type": "air_strike",
            "status": "reported",
            "lifecycle": "corrected",
            "toll": {
                "killed": {"low": 3, "best": 3, "high": 3},
                "history": [{"kind": "killed", "low": 5, "article_id": "a", "at": "2018-04-20T08:00:00Z"}],
            },
            "sources": {"outlets": ["BBC"], "independent": 1},
            "alerts": ["x"],
            "first_seen": "2018-04-20T08:00:00Z",
            "last_seen": "2018-04-20T09:00:00Z",
            "severity": 50,
            "confidence": 0.5,
            "headline": {"ar": "غارة", "en": "Air strike"},
        }
    )
    jsonschema.validate(json.loads(made.to_json()), json_schema(Incident))
