"""No change of a schema breaks those who rely on the released one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas import SCHEMA_VERSION
from schemas.compatibility import breaks
from schemas.generate import HERE

RELEASED = Path(__file__).parent / "released"
NAMES = sorted(path.name for path in (HERE / "json").iterdir())
INPUT = "article.schema.json"


def load(path: Path) -> Any:
    """A schema file."""
    return json.loads(path.read_text(encoding="utf-8"))


def faults(name: str, released: Any, current: Any) -> list[str]:
    """What breaks: readers of what we send, or those who send us articles."""
    return breaks(current, released) if name == INPUT else breaks(released, current)


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_schema_breaks_nobody(name: str) -> None:
    """Against each released version of the same major number; schemas/README.md says what to do about a break."""
    major = SCHEMA_VERSION.partition(".")[0]
    versions = [folder for folder in RELEASED.iterdir() if folder.name.partition(".")[0] == major]
    assert versions
    for folder in versions:
        assert faults(name, load(folder / name), load(HERE / "json" / name)) == []


def test_every_schema_has_a_released_one() -> None:
    """A new message is added to the folder of the version that brings it."""
    assert {path.name for path in RELEASED.glob("*/*.json")} == set(NAMES)


def _drop(schema: Any) -> None:
    del schema["properties"]["place"]


def _rename(schema: Any) -> None:
    schema["properties"]["certainty"] = schema["properties"].pop("confidence")


def _loosen(schema: Any) -> None:
    schema["required"].remove("alert_id")


def _retype(schema: Any) -> None:
    schema["properties"]["severity"]["type"] = "string"


def _widen(schema: Any) -> None:
    schema["properties"]["confidence"]["maximum"] = 100


def _nullable(schema: Any) -> None:
    schema["properties"]["kind"] = {"anyOf": [schema["properties"]["kind"], {"type": "null"}]}


def _new_kind(schema: Any) -> None:
    schema["$defs"]["Kind"]["enum"].append("disaster")


def _nested(schema: Any) -> None:
    del schema["$defs"]["Evidence"]["properties"]["start"]


def _in_a_list(schema: Any) -> None:
    schema["properties"]["evidence"]["items"] = {"type": "string"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(_drop, "$.place is gone", id="a field is removed"),
        pytest.param(_rename, "$.confidence is gone", id="a field is renamed"),
        pytest.param(_loosen, "$.alert_id is required, and may be missing now", id="a field becomes optional"),
        pytest.param(_retype, "$.severity is of type string, was integer", id="another type"),
        pytest.param(_widen, "$.confidence: maximum was 1, is 100", id="a wider range"),
        pytest.param(_nullable, "$.kind is of type null, was string", id="null where there was none"),
        pytest.param(_new_kind, "$.kind may be disaster, which it could not", id="a new value"),
        pytest.param(_nested, "$.evidence[].start is gone", id="a field of a part"),
        pytest.param(_in_a_list, "$.evidence[] is of type string, was object", id="another kind of items"),
    ],
)
def test_a_breaking_change_of_an_alert_is_refused(change: Callable[[Any], None], words: str) -> None:
    """Each is named by its place."""
    released = load(HERE / "json" / "alert.schema.json")
    changed = copy.deepcopy(released)
    change(changed)
    assert words in faults("alert.schema.json", released, changed)


def test_what_an_article_must_have_may_become_less_and_never_more() -> None:
    """Crawlers go on sending what they sent."""
    released = load(HERE / "json" / INPUT)
    stricter, looser = copy.deepcopy(released), copy.deepcopy(released)
    stricter.setdefault("required", []).append("source")
    looser["required"] = []
    assert faults(INPUT, released, stricter) == ["$.source is required, and may be missing now"]
    assert faults(INPUT, released, looser) == []


def test_a_new_field_breaks_nobody() -> None:
    """Subscribers skip what they do not know."""
    released = load(HERE / "json" / "alert.schema.json")
    changed = copy.deepcopy(released)
    changed["properties"]["mood"] = {"type": "string"}
    changed["required"].append("mood")
    assert faults("alert.schema.json", released, changed) == []


def test_a_keyword_without_a_rule_is_not_passed_over() -> None:
    """The check refuses to judge what it does not understand."""
    with pytest.raises(ValueError, match="no rule is known for the keyword not"):
        breaks({"type": "string"}, {"type": "string", "not": {"const": "x"}})
