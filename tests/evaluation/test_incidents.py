from __future__ import annotations

import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.alert import Alert, Kind
from stream.detection import load_detector
from stream.evaluation.bcubed import BCubed, bcubed
from stream.evaluation.incident_marks import (
    PARTS,
    IncidentMarksError,
    MarkedArticle,
    Part,
    incidents_met,
    read_incident_marks,
)
from stream.evaluation.incident_measure import Measured, gather, measure_incidents, pairs_across_outlets
from stream.evaluation.incident_tables import archive_lines, error_lines, figures_lines
from stream.evaluation.incidents import main

MARKS = Path(__file__).parents[1] / "marks" / "incidents.jsonl"

TITLE = "غارة على دوما"
BODY = "قتل ثلاثة في غارة على دوما الاثنين. وقصفت المدفعية بلدة حرستا بعد الغارة بساعات."
DOUMA, HARASTA = "غارة على دوما الاثنين", "وقصفت المدفعية"


@pytest.mark.parametrize(
    ("given", "marked", "precision", "recall"),
    [
        pytest.param({"a": "1", "b": "1"}, {"a": "x", "b": "x"}, 1, 1, id="the same under other names"),
        pytest.param({"a": "1", "b": "2"}, {"a": "x", "b": "x"}, 1, 1 / 2, id="one split in two"),
        pytest.param({"a": "1", "b": "1"}, {"a": "x", "b": "y"}, 1 / 2, 1, id="two merged"),
        # Items a, b, c of x; d, e of y. Given {a, b}, {c, d, e}.
        # Precision: a and b 2/2, c 1/3, d and e 2/3. Recall: a and b 2/3, c 1/3, d and e 2/2.
        pytest.param(
            {"a": "1", "b": "1", "c": "2", "d": "2", "e": "2"},
            {"a": "x", "b": "x", "c": "x", "d": "y", "e": "y"},
            (1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5,
            (2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5,
            id="a mixture",
        ),
        pytest.param({}, {"a": "x", "b": "x"}, 1, 1 / 2, id="items without a cluster are alone"),
        pytest.param(
            {"a": "1", "b": "1", "z": "1"}, {"a": "x", "b": "x"}, 1, 1, id="items without a mark do not count"
        ),
        # An item that is alone in no cluster must not meet a cluster that is named like it.
        pytest.param({"a": "b"}, {"a": "x", "b": "y"}, 1, 1, id="a name that is an item too"),
    ],
)
def test_bcubed_of_hand_computed_examples(
    given: dict[str, str], marked: dict[str, str], precision: float, recall: float
) -> None:
    """Each marked item weighs the same."""
    figures = bcubed(given, marked)
    assert (figures.precision, figures.recall) == pytest.approx((precision, recall))
    assert figures.f1 == pytest.approx(2 * precision * recall / (precision + recall))
    assert figures.items == len(marked)


def test_bcubed_of_nothing_is_nothing() -> None:
    """No items, no division by zero."""
    assert bcubed({"a": "1"}, {}) == BCubed(0, 0.0, 0.0)
    assert BCubed(0, 0.0, 0.0).f1 == 0.0


def _line(article_id: str = "a", part: str = "tune", **more: Any) -> dict[str, Any]:
    marks = [
        {"incident": "douma", "kind": "attack", "trigger": DOUMA},
        {"incident": "harasta", "kind": "attack", "trigger": HARASTA},
    ]
    fields = {"article_id": article_id, "source": "BBC", "title": TITLE, "body": BODY, "part": part, "incidents": marks}
    return {**fields, "published_at": "2018-03-05T12:00:00+03:00", **more}


def _read(tmp_path: Path, *lines: dict[str, Any]) -> list[MarkedArticle]:
    path = tmp_path / "marks.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return read_incident_marks(path)


def _alert(trigger: str, sentence: str, *, kind: str = "attack", article_id: str = "a", **more: Any) -> Alert:
    field, text = ("title", TITLE) if sentence in TITLE else ("body", BODY)
    start = text.index(sentence)
    evidence = {"field": field, "start": start, "end": start + len(sentence), "text": sentence}
    published = more.pop("published_at", datetime(2018, 3, 5, 9, tzinfo=UTC))
    fields = {
        "alert_id": f"{article_id}-{trigger}-{kind}",
        "kind": kind,
        "event_type": "air_strike" if kind == "attack" else "consult",
        "timing": "new",
        "status": "reported",
        "evidence": [{**evidence, "trigger": trigger, "rule": "r"}],
        "severity": 1,
        "confidence": 0.5,
        "article": {
            "article_id": article_id,
            "source": more.pop("source", "BBC"),
            "title": TITLE,
            "published_at": published,
        },
        "detector": {"version": "1", "lexicon_version": "1"},
        "detected_at": published,
    }
    return Alert.model_validate({**fields, **more})


FIRST, SECOND = BODY.split(" و", 1)[0], "و" + BODY.split(" و", 1)[1]


def test_an_alert_meets_the_mention_whose_trigger_its_evidence_covers(tmp_path: Path) -> None:
    """Whatever its own trigger is, as long as only one mention is covered."""
    (article,) = _read(tmp_path, _line())
    alerts = [_alert("قتل", FIRST), _alert("قصفت", SECOND)]
    assert incidents_met(article, alerts) == {alerts[0].alert_id: "douma", alerts[1].alert_id: "harasta"}


def test_an_alert_of_another_kind_or_another_sentence_meets_nothing(tmp_path: Path) -> None:
    """The title is not marked here."""
    (article,) = _read(tmp_path, _line())
    assert incidents_met(article, [_alert("قتل", FIRST, kind="diplomacy"), _alert("غارة", TITLE)]) == {}


def test_in_a_shared_sentence_the_trigger_decides(tmp_path: Path) -> None:
    """An alert that covers two mentions meets the one that it names, or none."""
    (article,) = _read(tmp_path, _line())
    alerts = [_alert("قصفت", BODY), _alert("قتل", BODY), _alert("غارة", BODY)]
    assert incidents_met(article, alerts) == {alerts[0].alert_id: "harasta", alerts[2].alert_id: "douma"}


def test_one_mention_takes_one_alert(tmp_path: Path) -> None:
    """The one that names the same trigger."""
    (article,) = _read(tmp_path, _line())
    alerts = [_alert("قتل", FIRST), _alert("غارة", FIRST)]
    assert incidents_met(article, alerts) == {alerts[1].alert_id: "douma"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"part": "test"}, "none of tune, held"),
        (
            {"incidents": [{"incident": "x", "kind": "attack", "trigger": "زلزال"}]},
            "trigger of x does not stand exactly",
        ),
        (
            {"incidents": [{"incident": "x", "kind": "attack", "trigger": "غارة على دوما"}]},
            "does not stand exactly once",
        ),
        ({"incidents": [{"incident": "x", "kind": "war", "trigger": DOUMA}]}, "kind"),
        ({"published_at": "yesterday"}, "published_at"),
        ({"incidents": {}}, "no list"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    """With file, line and reason."""
    with pytest.raises(IncidentMarksError, match=rf"marks\.jsonl: line 2: (.|\n)*{reason}"):
        _read(tmp_path, _line(), {**_line(), **change})


def _told(article_id: str, source: str, **more: Any) -> Alert:
    """An alert with place and day: such alerts are one incident."""
    place = {"text": "دوما", "name_en": "Douma", "country": "SY", "lat": 33.57, "lon": 36.4, "precision": "city"}
    day = {"start": "2018-03-05", "end": "2018-03-05", "precision": "day"}
    return _alert(
        "غارة", FIRST, **{"article_id": article_id, "source": source, "place": place, "occurred": day, **more}
    )


ELSEWHERE = {"text": "صنعاء", "name_en": "Sanaa", "country": "YE", "lat": 15.35, "lon": 44.2, "precision": "city"}


def test_errors_are_listed_with_their_alerts() -> None:
    """Given are {a, b}, {c}. Marked are {a}, {b, c}: one false merge and one false split."""
    alerts = [_told("a", "BBC"), _told("b", "CNN"), _told("c", "DW", place=ELSEWHERE)]
    a, b, c = (alert.alert_id for alert in alerts)
    gathered = gather(alerts)
    assert sorted(len(incident.alerts) for incident in gathered.incidents) == [1, 2]
    measured = Measured({Kind.ATTACK: 4, Kind.DIPLOMACY: 0}, {a: "x", b: "y", c: "y"}, gathered)
    # Precision: a and b 1/2, c 1. Recall: a 1, b and c 1/2.
    assert measured.figures() == BCubed(3, pytest.approx(2 / 3), pytest.approx(2 / 3))  # type: ignore[arg-type]
    assert measured.alone() == BCubed(3, 1.0, pytest.approx(2 / 3))  # type: ignore[arg-type]
    assert [names for _, names in measured.false_merges()] == [["x", "y"]]
    assert {name: len(groups) for name, groups in measured.false_splits().items()} == {"y": 2}
    text = "\n".join([*figures_lines(measured), *error_lines(measured)])
    assert "attack     mentions    4  found    3  B-cubed precision 0.667  recall 0.667  f1 0.667" in text
    assert "false merges 1, incidents falsely split 1" in text
    assert "FALSE MERGE of x, y" in text
    assert "FALSE SPLIT of y" in text
    assert "c DW 2018-03-05" in text


def test_right_incidents_have_no_errors() -> None:
    """The same alerts, marked as they were gathered."""
    alerts = [_told("a", "BBC"), _told("b", "CNN"), _told("c", "DW", place=ELSEWHERE)]
    measured = Measured({}, dict(zip((alert.alert_id for alert in alerts), "xxy", strict=True)), gather(alerts))
    assert measured.figures(Kind.ATTACK) == BCubed(3, 1.0, 1.0)
    assert measured.figures(Kind.DIPLOMACY) == BCubed(0, 0.0, 0.0)
    assert list(error_lines(measured)) == []


def test_pairs_are_of_articles_from_different_outlets() -> None:
    """Three articles, two of one outlet: two pairs."""
    gathered = gather([_told("a", "BBC"), _told("b", "CNN"), _told("c", "CNN")])
    assert [len(incident.alerts) for incident in gathered.incidents] == [3]
    assert pairs_across_outlets(gathered.incidents[0], gathered.alerts) == 2
    lines = list(archive_lines(gathered))
    assert lines[0] == "3 alerts of 3 articles are 1 incidents"
    assert lines[1].startswith("1 told by two outlets or more")
    assert lines[2] == "2 pairs of articles from different outlets are of one incident"
    assert len(lines) == 3 + 1 + 3


def test_alerts_are_gathered_in_the_order_of_publication() -> None:
    """Whatever order they are given in; and a week of silence closes an incident."""
    later = datetime(2018, 3, 20, 9, tzinfo=UTC)
    old = {"start": "2018-03-19", "end": "2018-03-19", "precision": "day"}
    alerts = [_told("a", "BBC"), _told("b", "CNN"), _told("z", "DW", published_at=later, occurred=old)]
    gathered = gather(alerts)
    assert gathered == gather(reversed(alerts))
    assert [incident.lifecycle.value for incident in gathered.incidents] == ["closed", "open"]


def test_an_archive_of_alerts_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `rasid detect` writes them, from a file or from standard input; a broken line is named."""
    (tmp_path / "marks.jsonl").write_text("", encoding="utf-8")
    content = "".join(alert.model_dump_json(by_alias=True) + "\n" for alert in (_told("a", "BBC"), _told("b", "CNN")))
    archive = tmp_path / "alerts.jsonl"
    archive.write_text(content, encoding="utf-8")
    main([str(tmp_path / "marks.jsonl"), "--archive", str(archive)])
    assert "2 alerts of 2 articles are 1 incidents" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
    main([str(tmp_path / "marks.jsonl"), "--archive", "-"])
    assert "2 alerts of 2 articles are 1 incidents" in capsys.readouterr().out
    archive.write_text(content + "{}\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        main([str(tmp_path / "marks.jsonl"), "--archive", str(archive)])
    assert "line 3" in capsys.readouterr().err


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    """And leaves with 0."""
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    assert {"--errors", "--archive"} <= set(capsys.readouterr().out.replace("[", " ").split())


def test_errors_of_the_part_that_is_held_back_are_never_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two copies of one article, marked as two incidents: wrong in both parts, and shown for one."""
    lines = [
        _line(f"{part}-{n}", part, incidents=[{"incident": f"{part}-{n}", "kind": "attack", "trigger": DOUMA}])
        for part in PARTS
        for n in (1, 2)
    ]
    _read(tmp_path, *lines)
    main([str(tmp_path / "marks.jsonl"), "--errors"])
    tune, held = capsys.readouterr().out.split("== marks.jsonl, held")
    assert "FALSE MERGE of tune-1, tune-2" in tune
    assert "false merges 1" in held
    assert "FALSE MERGE of" not in held


def test_a_missing_file_is_an_error_and_no_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names it."""
    with pytest.raises(SystemExit):
        main([str(tmp_path / "none.jsonl")])
    assert "none.jsonl" in capsys.readouterr().err


@pytest.fixture(scope="module")
def own() -> list[MarkedArticle]:
    """Our own marked set."""
    return read_incident_marks(MARKS)


def test_the_marked_set_is_what_its_readme_says(own: list[MarkedArticle]) -> None:
    """276 articles of 152 incidents of both kinds, halved by incident; each incident is in one part."""
    incidents = {(mention.incident, mention.kind, item.part) for item in own for mention in item.mentions}
    assert (len(own), len(incidents)) == (276, 152)
    assert len({name for name, _, _ in incidents}) == len(incidents)
    halves = Counter(part for _, _, part in incidents)
    assert abs(halves["tune"] - halves["held"]) <= 4
    articles = Counter(name for item in own for name in {mention.incident for mention in item.mentions})
    assert sum(count > 1 for count in articles.values()) >= 60
    assert len({item.article.article_id for item in own}) == len(own)
    assert {item.article.published_at.year for item in own} >= {2004, 2012, 2018, 2026}


@pytest.mark.parametrize("part", PARTS)
def test_incidents_of_the_marked_set_are_told_apart_and_together(own: list[MarkedArticle], part: Part) -> None:
    """B-cubed F1 of at least 0.90 on each part, over the nine in ten mentions that are detected."""
    measured = measure_incidents(load_detector(), [item for item in own if item.part == part])
    figures = measured.figures()
    assert figures.items >= 0.85 * sum(measured.mentions.values())
    assert figures.f1 >= 0.90
    assert figures.f1 > measured.alone().f1 + 0.1
