"""Alerts and incidents made for the tests of formats: every field filled, as few as there can be, and hostile ones."""

from __future__ import annotations

from typing import Any

from schemas.alert import Alert
from schemas.incident import Incident, Lifecycle
from stream.incidents.lifecycle import Incidents
from tests.incidents.made import START, alert, claim, toll

HARM = "=1+1\x1b[2J\u202e\x00\x9b\r\n]]></alert><script>&amp;\ufffe\"',;"


def full(name: str = "a", **more: Any) -> Alert:
    """Return an alert with a point, two sides, tolls, codes and a link."""
    text = "قُتل ثلاثة في قصف على سراقب"
    return alert(
        name,
        "shelling",
        "saraqib",
        "syria",
        "rebels",
        text=text,
        killed=3,
        casualties=(toll(5, high=None, kind="injured"),),
        claims=(claim("ngo.sohr", "reports"),),
        codes={"plover": "ASSAULT/heavy-weapons", "cameo": "194", "acled": None},
        **more,
    )


def bare(name: str = "b") -> Alert:
    """Return an alert that tells next to nothing."""
    return alert(name, "consult", None, day=None, outlet=" ")


def hostile(name: str = "=h <&,") -> Alert:
    """Return an alert with harm in every text that comes from outside."""
    place = {"text": HARM, "name_en": HARM, "name_ar": HARM, "admin1": HARM, "precision": "city", "lat": 1, "lon": -2}
    actor = {"role": "initiator", "text": HARM, "id": HARM, "name_en": HARM}
    article = {
        "article_id": HARM,
        "url": f"https://x.example/{HARM}",
        "source": HARM,
        "title": HARM,
        "published_at": START,
    }
    return Alert.model_validate(
        full(name).model_dump(by_alias=True)
        | {
            "place": place,
            "actors": [actor],
            "article": article,
            "codes": {"plover": HARM},
            "evidence": [{"field": "body", "start": 0, "end": len(HARM), "text": HARM, "trigger": HARM, "rule": "r"}],
            "claims": [{"source": {"text": HARM}, "stance": "denies", "text": HARM}],
        }
    )


def incident(of: Alert, *, revision: int = 1, lifecycle: Lifecycle = Lifecycle.OPEN) -> Incident:
    """Return the incident of one alert, in the revision and state that is asked for."""
    made = Incidents().apply(of, now=START)[0].incident
    assert made is not None
    return made.model_copy(update={"revision": revision, "lifecycle": lifecycle})
