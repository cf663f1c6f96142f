"""`rasid lexicon`: check, list, try."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stream.cli import main

GOOD = "- {id: attack.mine.words, type: shelling, forms: [رشق الحي بالحمم]}\n- {id: attack.chemical, 'off': true}\n"


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """An overlay that adds an entry and switches one off."""
    (tmp_path / "attack.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def _lexicon(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["lexicon", *map(str, arguments)])


def test_a_good_overlay_is_counted(words: Path) -> None:
    """How many entries there are then, and the version that alerts would carry."""
    result = _lexicon("check", words)
    assert result.exit_code == 0
    assert "1 switched off, lexicon version " in result.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: attack.x, typ: bombing}", "entry attack.x: field typ"),
        ("- {id: attack.x, type: bombing}", "entry attack.x: field forms: the entry has no words"),
    ],
    ids=["refused", "fault"],
)
def test_a_bad_overlay_names_file_entry_and_field(tmp_path: Path, text: str, message: str) -> None:
    """Exit code 65."""
    (tmp_path / "attack.yaml").write_text(text, encoding="utf-8")
    result = _lexicon("check", tmp_path)
    assert result.exit_code == 65
    assert f"{tmp_path / 'attack.yaml'}: {message}" in result.output


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """Exit code 65."""
    result = _lexicon("check", tmp_path / "nowhere")
    assert result.exit_code == 65
    assert "no such lexicon folder" in result.stderr


def test_the_list_can_be_narrowed(words: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By kind and by type; overlays of RASID_LEXICON_PATH are in it."""
    monkeypatch.setenv("RASID_LEXICON_PATH", str(words))
    rows = [json.loads(line) for line in _lexicon("list", "--kind", "attack", "--format", "jsonl").stdout.splitlines()]
    assert {row["kind"] for row in rows} == {"attack"}
    by_id = {row["id"]: row for row in rows}
    assert by_id["attack.mine.words"]["words"] == ["رشق الحي بالحمم"]
    assert by_id["attack.chemical"]["off"]
    table = _lexicon("list", "--type", "shelling", "--format", "table").stdout.splitlines()
    assert any(line.startswith("attack.mine.words") for line in table)
    assert all(" shelling " in line for line in table)
    cues = _lexicon("list", "--kind", "cue", "--format", "jsonl").stdout.splitlines()
    assert all(json.loads(line)["id"].startswith("cue.") for line in cues)


def test_a_sentence_is_tried_with_the_users_words(words: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The overlay's entry is among the candidates, and dates are worked out from --published."""
    sentence = "رشق الحي بالحمم مساء أمس"
    monkeypatch.setenv("RASID_LEXICON_PATH", str(words))
    result = _lexicon("try", sentence, "--published", "2025-01-31", "--json")
    data = json.loads(result.stdout)
    assert [candidate["rule"] for candidate in data["candidates"]] == ["attack.mine.words"]
    assert any(item["meaning"].startswith("2025-01-30") for item in data["seen"] if item["sort"] == "date")
    assert "attack.mine.words" in _lexicon("try", sentence).stdout


def test_an_empty_sentence_is_wrong_usage() -> None:
    """Exit code 2."""
    assert _lexicon("try", "  ").exit_code == 2
