"""`rasid diff`: what two runs differ in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from stream.cli import main

SAMPLES = Path(__file__).parents[2] / "stream" / "samples" / "articles.jsonl"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Give the alerts of the samples, as another run would save them."""
    path = tmp_path_factory.mktemp("run") / "run.jsonl"
    done = CliRunner().invoke(main, ["replay", str(SAMPLES), "--dry-run", "--save", str(path)])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _diff(folder: Path, old: list[dict[str, Any]], new: list[dict[str, Any]], *arguments: str) -> Result:
    paths = []
    for name, alerts in (("old", old), ("new", new)):
        path = folder / name
        path.write_text("".join(json.dumps(alert) + "\n" for alert in alerts), encoding="utf-8")
        paths.append(str(path))
    return CliRunner().invoke(main, ["diff", *paths, *arguments])


def test_the_same_alerts_are_no_difference(tmp_path: Path, run: list[dict[str, Any]]) -> None:
    """In another order, delivered twice, and found at another time: exit code 0."""
    later = [alert | {"detected_at": "2030-01-01T00:00:00Z"} for alert in reversed(run)]
    done = _diff(tmp_path, run, later + later[:3])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == ["gained 0", "lost 0", "changed 0", f"same {len(run)}"]


def test_gained_lost_and_changed_are_told_with_their_sentences(tmp_path: Path, run: list[dict[str, Any]]) -> None:
    """By type and slot; exit code 1."""
    changed = run[2] | {"severity": 1, "status": "foiled"}
    done = _diff(tmp_path, [*run[1:]], [run[0], changed, *run[3:]])
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    article = run[0]["article"]["article_id"]
    assert any(line.startswith(f"+ {run[0]['event_type']} {article}: ") for line in lines)
    assert any(line.startswith(f"- {run[1]['event_type']} {run[1]['article']['article_id']}: ") for line in lines)
    assert run[0]["evidence"][0]["text"][:30].split("\n")[0] in done.stdout
    assert any(" status: " in line and "-> foiled: " in line for line in lines)
    assert lines[-4:] == [
        f"gained 1: {run[0]['event_type']} 1",
        f"lost 1: {run[1]['event_type']} 1",
        "changed 1: status 1, severity 1",
        f"same {len(run) - 3}",
    ]


def test_json_holds_the_same(tmp_path: Path, run: list[dict[str, Any]]) -> None:
    """For programs."""
    done = _diff(tmp_path, run, run[1:], "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["counts"]["lost"] == {"alerts": 1, "by": {run[0]["event_type"]: 1}}
    assert told["lost"][0]["alert_id"] == run[0]["alert_id"]
    assert told["lost"][0]["sentence"] == run[0]["evidence"][0]["text"]
    assert (told["gained"], told["changed"], told["same"]) == ([], [], len(run) - 1)


def test_slots_can_be_left_out(tmp_path: Path, run: list[dict[str, Any]]) -> None:
    """A model that was fitted anew changes every confidence."""
    other = [alert | {"confidence": 0.01} for alert in run]
    assert _diff(tmp_path, run, other).exit_code == 1
    assert _diff(tmp_path, run, other, "--ignore", "confidence").exit_code == 0
    refused = _diff(tmp_path, run, other, "--ignore", "confidense")
    assert refused.exit_code == 2
    assert "confidence" in refused.stderr


def test_what_holds_no_alerts_is_refused(tmp_path: Path, run: list[dict[str, Any]]) -> None:
    """Exit code 65, with file and line."""
    done = _diff(tmp_path, run, [{"title": "x"}])
    assert done.exit_code == 65
    assert "new:1: no alert" in done.stderr
