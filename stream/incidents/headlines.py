"""One-line headlines in Arabic and English, made from an incident's slots. All words and templates are data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from schemas.alert import Kind, Role, Status
from schemas.incident import Headline, Incident, Lifecycle, Range
from stream.incidents.names import Name, adjective, at, country_names, distinct, is_generic, listed, place_name, with_to
from stream.incidents.resources import load_yaml

Case = Literal["nominative", "accusative", "genitive"]
_CASES: tuple[Case, ...] = ("nominative", "accusative", "genitive")
_WITH_TOLL = re.compile(r"\[([^\]]*)\]")
_NOT_YET = frozenset({Status.PLANNED, Status.FOILED, Status.DENIED})


def headline(incident: Incident) -> Headline:
    """Return one line on *incident* in each language: how sure it is, toll, event, doer, target and place."""
    ar, en = _attack(incident) if incident.kind is Kind.ATTACK else _diplomacy(incident)
    en = _capitalised(en)
    if incident.lifecycle is Lifecycle.RETRACTED:
        retracted = _data()["retracted"]
        ar, en = retracted["ar"].format(headline=ar), retracted["en"].format(headline=en)
    return Headline(ar=ar, en=en)


def counted(number: int, noun: str, case: Case) -> str:
    """Return *number* with the Arabic *noun* it counts (`killed`, `injured`), the whole standing in *case*."""
    forms = _data()["counted"][noun]
    if number in {1, 2}:
        return str(forms["singular" if number == 1 else "dual"][_CASES.index(case)])
    last_two = number % 100
    if 3 <= last_two <= 10:
        form = forms["plural"][_CASES.index("genitive")]
    elif last_two > 10:
        form = forms["singular"][_CASES.index("accusative")]
    else:
        form = forms["singular"][_CASES.index("genitive")]
    return f"{number} {form}"


def _data() -> dict[str, Any]:
    data: dict[str, Any] = load_yaml("headlines.yaml")
    return data


def _capitalised(text: str) -> str:
    """Return the English *text* with a capital at the start and after the colon of its status."""
    status, colon, rest = text.rpartition(": ")
    return status + colon + rest[:1].upper() + rest[1:]


def _attack(incident: Incident) -> tuple[str, str]:
    words = _data()["attack"][incident.event_type.value]
    status = incident.status
    if words.get("foiled") and status is Status.REPORTED:
        status = Status.FOILED
    frame = _data()["status"][status.value]
    toll_ar, toll_en = _toll(incident, frame["case"])
    event_ar, event_en = _attack_event(incident, words, status, has_toll=bool(toll_ar))
    keep = r"\1" if toll_ar else ""
    return (
        _WITH_TOLL.sub(keep, frame["ar"]).format(toll=toll_ar, event=event_ar),
        _WITH_TOLL.sub(keep, frame["en"]).format(toll=toll_en, event=event_en),
    )


def _toll(incident: Incident, case: Case) -> tuple[str, str]:
    """Return killed and injured as a phrase, Arabic in *case* and English; both empty when none are known."""
    data = _data()
    ar, en = [], []
    for noun, figures in (("killed", incident.toll.killed), ("injured", incident.toll.injured)):
        amount = _amount(figures, noun, case) if figures else None
        if amount:
            ar.append(amount[0])
            en.append(data["toll_en"][noun].format(count=amount[1]))
    return data["and"]["ar"].join(ar), data["and"]["en"].join(en)


def _amount(figures: Range, noun: str, case: Case) -> tuple[str, str] | None:
    amounts = _data()["amounts"]
    low, high = figures.low, figures.high
    if high is None:
        if not low:
            return None
        at_least = amounts["at_least"]
        return at_least["ar"].format(count=counted(low, noun, case)), at_least["en"].format(count=_number(low))
    if not high:
        return None
    if low == high:
        return counted(low, noun, case), _number(low)
    # Two numbers before one noun: the last decides its form. One and two are no numbers in Arabic.
    kind = "between" if low and high > 2 else "up_to"
    slots = {"low": low, "count": counted(high, noun, "genitive")}
    return amounts[kind]["ar"].format(**slots), amounts[kind]["en"].format(low=_number(low), count=_number(high))


def _number(number: int) -> str:
    words: list[str] = _data()["words_en"]
    return words[number] if number < len(words) else str(number)


def _attack_event(incident: Incident, words: dict[str, Any], status: Status, *, has_toll: bool) -> tuple[str, str]:
    """Return the event as an indefinite noun phrase."""
    doers = distinct(actor for actor in incident.actors if actor.role is Role.INITIATOR)
    # Victims without a name say nothing that the toll does not.
    hit = distinct(a for a in incident.actors if a.role is Role.TARGET and not (has_toll and is_generic(a)))
    targets = [name for name in hit if name not in doers]
    if "between" in words:
        doers, targets = doers + targets, []
    place = place_name(incident.place)
    if "between" in words and len(doers) > 1:
        first, rest = listed(doers[:1])[0], listed(doers[1:], limit=2)[0]
        ar, en = [words["between"].format(a=first, b=rest)], [words["en_between"].format(all=listed(doers)[1])]
        doers = []
    else:
        state = doers[0].country if len(doers) == 1 and "{adj}" in words["noun"] else None
        noun_ar, noun_en = _event_nouns(status, words, has_place=place is not None)
        ar, en = [noun_ar.format(adj=_adjective_ar(state, words))], [noun_en.format(adj=_adjective_en(state))]
        doers = [] if state else doers
    if place:
        ar.append(f"{words['at']} {place[0]}")
        en.append(f"{at(incident.place, words['en_at'])} {place[1]}")
    clauses = []
    is_not_done, not_done = status in _NOT_YET, _data()["not_done"]
    if doers:
        clauses.append(f"{not_done['by']} {listed(doers)[0]}" if is_not_done else _by(doers, words["by"]))
        en.append(f"{words.get('en_by', _data()['en_by'])} {listed(doers)[1]}")
    if targets:
        target_ar, target_en = listed(targets)
        clauses.append(f"{not_done['hit'] if is_not_done else words['hit']} {target_ar}")
        en.append(f"{words.get('en_hit', _data()['en_hit'])} {target_en}")
    return " ".join((*ar, *filter(None, [(" " if is_not_done else _data()["and"]["ar"]).join(clauses)]))), " ".join(en)


def _event_nouns(status: Status, words: dict[str, Any], *, has_place: bool) -> tuple[str, str]:
    if not has_place and "placeless" in words:
        return words["placeless"], words["en_placeless"]
    return words["before"] if status in _NOT_YET and "before" in words else words["noun"], words["en"]


def _adjective_ar(state: str | None, words: dict[str, Any]) -> str:
    return f" {adjective(state, feminine=words['gender'] == 'f')}" if state else ""


def _adjective_en(state: str | None) -> str:
    names = country_names(state)
    return f"{names[3]} " if names else ""


def _by(doers: Sequence[Name], verbs: Sequence[str]) -> str:
    """Return verb and subject: before its subject an Arabic verb is singular and takes the first one's gender."""
    rest = f"{_data()['and']['ar']}{listed(doers[1:], subject=True, limit=2)[0]}" if doers[1:] else ""
    return f"{verbs[doers[0].feminine]} {doers[0].subject}{rest}"


def _diplomacy(incident: Incident) -> tuple[str, str]:
    data = _data()
    words = data["diplomacy"][incident.event_type.value]
    doers = distinct(actor for actor in incident.actors if actor.role is Role.INITIATOR)
    targets = [n for n in distinct(a for a in incident.actors if a.role is Role.TARGET) if n not in doers]
    if "two" in words:
        doers, targets = (doers + targets)[:1], (doers + targets)[1:]
    a_ar, a_en = listed(doers)
    b_ar, b_en = listed(targets, limit=2 if "two" in words else 3)
    shape = ("two" if "two" in words else "towards") if doers and targets else "one" if doers else None
    if shape:
        ar = words[shape].format(a=a_ar, b=b_ar, to_b=with_to(b_ar))
        en = words[f"en_{shape}"].format(a=a_en, b=b_en, all=listed(doers + targets)[1])
    else:
        ar, en = words["noun"], words["en"]
    place = place_name(incident.place)
    if place and place[1] not in {name.en for name in (*doers, *targets)}:
        ar, en = f"{ar} {data['at']['ar']} {place[0]}", f"{en} {at(incident.place, data['at']['en'])} {place[1]}"
    frame = data["diplomacy_status"][incident.status.value]
    return frame["ar"].format(event=ar), frame["en"].format(event=en)
