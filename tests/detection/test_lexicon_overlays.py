from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.article import Article
from stream.detection import LexiconError, load_detector
from stream.detection.lexicon import load
from stream.detection.lexicon_entries import entries, problems

ADDED = """
- id: attack.mine.words
  type: shelling
  forms: [رشق الحي بالحمم]
  examples: [رشق الحي بالحمم مساء أمس.]
"""
OFF = '- {id: attack.shelling.bombardment, "off": true}\n'


def _overlay(folder: Path, text: str, name: str = "attack.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def _rules(body: str, *overlays: Path) -> set[str]:
    article = Article(article_id="a", title="", body=body, published_at=datetime(2025, 1, 31, tzinfo=UTC))
    return {candidate.match.entry.id for candidate in load_detector(overlays).analyse(article).candidates}


def test_an_overlay_adds_an_entry(tmp_path: Path) -> None:
    """Its words become candidates, and the version tells that the words are others."""
    body = "رشق الحي بالحمم مساء أمس."
    overlay = _overlay(tmp_path, ADDED)
    assert "attack.mine.words" not in _rules(body)
    assert "attack.mine.words" in _rules(body, overlay)
    assert load([overlay]).version != load().version


def test_an_overlay_switches_an_entry_off(tmp_path: Path) -> None:
    """The packaged words of that id are no candidates any more; it is still listed, as off."""
    body = "قصفت المدفعية أطراف البلدة."
    overlay = _overlay(tmp_path, OFF)
    assert "attack.shelling.bombardment" in _rules(body)
    assert "attack.shelling.bombardment" not in _rules(body, overlay)
    listed = {item.entry.id: item for item in entries([overlay])}
    assert listed["attack.shelling.bombardment"].entry.off
    assert listed["attack.shelling.bombardment"].file == str(overlay / "attack.yaml")


def test_off_needs_no_quotes(tmp_path: Path) -> None:
    """As the help writes it."""
    overlay = _overlay(tmp_path, OFF.replace('"', ""))
    assert "attack.shelling.bombardment" not in _rules("قصفت المدفعية أطراف البلدة.", overlay)
    assert {item.entry.id: item for item in entries([overlay])}["attack.shelling.bombardment"].entry.off


def test_the_version_is_that_of_the_content(tmp_path: Path) -> None:
    """The same words give the same version in any folder."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        _overlay(folder, ADDED)
    assert load([folders[0]]).version == load([folders[1]]).version


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("attack.yaml", "- {id: attack.x, type: [", ["attack.yaml", "not valid YAML"]),
        ("attack.yaml", "id: attack.x", ["attack.yaml", "a list of entries, not a dict"]),
        ("attack.yaml", "- {id: attack.x, tpye: bombing}", ["attack.yaml", "attack.x", "field tpye"]),
        ("attack.yaml", "- {id: attack.x, forms: قصف}", ["attack.yaml", "attack.x", "field forms"]),
        ("attack.yaml", "- {type: bombing}", ["attack.yaml", "number 1", "field id"]),
        ("attack.yaml", "- just words", ["attack.yaml", "number 1", "not 'just words'"]),
        ("cues.yaml", "- {id: cue.x, forms: [نفى]}", ["cues.yaml", "cue.x", "field forms"]),
        ("attacks.yaml", "[]", ["attacks.yaml", "an overlay may hold attack.yaml, diplomacy.yaml, cues.yaml"]),
    ],
    ids=["no-yaml", "no-list", "unknown-field", "no-list-of-words", "no-id", "no-entry", "cue-field", "unknown-file"],
)
def test_a_broken_overlay_is_refused(tmp_path: Path, name: str, text: str, words: list[str]) -> None:
    """The message names the file, the entry and the field."""
    with pytest.raises(LexiconError) as caught:
        load_detector([_overlay(tmp_path, text, name)])
    assert [word for word in words if word not in str(caught.value)] == []


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The message names the folder."""
    with pytest.raises(LexiconError, match="nowhere"):
        load_detector([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("attack.yaml", "- {id: my.entry, type: raid, forms: [كلمة]}", "entry my.entry: field type: 'raid' is no"),
        ("diplomacy.yaml", "- {id: my.entry, type: bombing, forms: [كلمة]}", "field type: 'bombing' is no diplomacy"),
        ("attack.yaml", "- {id: my.entry, type: bombing}", "entry my.entry: field forms: the entry has no words"),
        ("cues.yaml", "- {id: my.entry}", "entry my.entry: field words: the entry has no words"),
        ("attack.yaml", '- {id: my.entry, "off": true}', "entry my.entry: field off: no packaged entry"),
        ("cues.yaml", "- {id: attack.chemical, words: [كلمة]}", "field id: this id is an entry of kind attack"),
        (
            "attack.yaml",
            "- {id: my.entry, type: bombing, forms: [كلمة], examples: [جملة أخرى.]}",
            "entry my.entry: field examples.1: none of the entry's words",
        ),
    ],
    ids=["type", "type-of-other-kind", "no-forms", "no-words", "off-unknown", "other-kind", "example"],
)
def test_faults_that_load_but_cannot_be_meant(tmp_path: Path, name: str, text: str, fault: str) -> None:
    """`rasid lexicon check` finds them; file, entry and field are named."""
    overlay = _overlay(tmp_path, text, name)
    found = [str(problem) for problem in problems(load([overlay]), [overlay])]
    assert len(found) == 1
    assert found[0].startswith(str(overlay / name))
    assert fault in found[0]


def test_a_good_overlay_has_no_faults(tmp_path: Path) -> None:
    """Faults of packaged entries are not the user's."""
    overlay = _overlay(tmp_path, ADDED)
    assert problems(load([overlay]), [overlay]) == []
