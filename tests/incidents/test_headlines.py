from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import AttackType, DiplomacyType, Kind
from schemas.incident import Incident
from stream.incidents.headlines import counted, headline
from stream.incidents.resources import load_yaml

NOW = datetime(2018, 4, 20, tzinfo=UTC)
PLACES: dict[str, dict[str, Any]] = {
    "duma": {"name_ar": "دوما", "name_en": "Douma", "country": "SY", "precision": "city"},
    "mosul": {"name_ar": "الموصل", "name_en": "Mosul", "country": "IQ", "precision": "city"},
    "airport": {"name_ar": "مطار عدن", "name_en": "Aden Airport", "country": "YE", "precision": "point"},
    "iraq": {"name_ar": "العراق", "name_en": "Iraq", "country": "IQ", "precision": "country"},
    "vienna": {"name_ar": "فيينا", "name_en": "Vienna", "country": "AT", "precision": "city"},
    "nameless": {"country": "LY", "precision": "region"},
}
ACTORS: dict[str, dict[str, Any]] = {
    "russia": {"id": "state.ru", "name_ar": "روسية", "type": "state", "country": "RU"},
    "north_korea": {"id": "state.kp", "name_ar": "كوريا الشمالية", "type": "state", "country": "KP"},
    "us": {"id": "state.us", "name_ar": "الأمريكية", "type": "state", "country": "US"},
    "iran": {"id": "state.ir", "name_ar": "الإيراني", "type": "state", "country": "IR"},
    "iraq": {"id": "state.iq", "name_ar": "العراق", "name_en": "Iraq", "type": "state", "country": "IQ"},
    "sudan": {"id": "state.sd", "name_ar": "السودان", "name_en": "Sudan", "type": "state", "country": "SD"},
    "saudi": {"id": "state.sa", "name_ar": "السعودية", "type": "state", "country": "SA"},
    "israeli_army": {"id": "army.il", "name_ar": "طائرات إسرائيلية", "type": "army", "country": "IL"},
    "coalition": {"id": "group.arab_coalition", "name_ar": "التحالف العربي", "name_en": "Saudi-led coalition"},
    "houthis": {"id": "group.houthis", "name_ar": "جماعة الحوثي", "name_en": "Houthis"},
    "is": {"id": "group.islamic_state", "name_ar": "تنظيم داعش", "name_en": "Islamic State"},
    "sdf": {"id": "group.sdf", "name_ar": "قوات سوريا الديمقراطية", "name_en": "Syrian Democratic Forces"},
    "taliban": {"id": "group.taliban", "name_ar": "حركة طالبان", "name_en": "Taliban"},
    "gunmen": {"id": "generic.unknown_gunmen", "name_ar": "مسلحون مجهولون", "name_en": "Unidentified gunmen"},
    "civilians": {"id": "generic.civilians", "name_ar": "مدنيين", "name_en": "Civilians", "is_civilian": True},
    "un": {"id": "igo.un", "name_ar": "الأمم المتحدة", "name_en": "United Nations", "type": "igo"},
    "eu": {"id": "igo.eu", "name_ar": "الاتحاد الأوروبي", "name_en": "European Union", "type": "igo"},
    "macron": {"id": "person.macron.0", "name_ar": "إيمانويل ماكرون", "type": "person", "country": "FR"},
    "minister": {"id": "person.pk", "name_ar": "وزير الدفاع الباكستاني", "type": "person", "country": "PK"},
    "palestinians": {"id": "civilians.ps", "name_ar": "متظاهرين", "country": "PS", "is_civilian": True},
    "unknown": {"id": None},
}


def incident(
    event: str, status: str = "reported", *, by: str = "", to: str = "", at: str = "", toll: Any = None, **more: Any
) -> Incident:
    """Return an incident of type *event*: actors and place by their names above, *toll* killed and injured."""
    actors = [{"role": "initiator", **ACTORS[name]} for name in by.split()]
    actors += [{"role": "target", **ACTORS[name]} for name in to.split()]
    killed, injured = (toll or (None, None)) if isinstance(toll, tuple | None) else (toll, None)
    return Incident.model_validate(
        {
            "incident_id": "i",
            "revision": 1,
            "kind": "attack" if event in load_yaml("headlines.yaml")["attack"] else "diplomacy",
            "event_type": event,
            "status": status,
            "lifecycle": "open",
            "place": {"text": "هناك", **PLACES[at]} if at else None,
            "actors": [{"text": "أحدهم", **actor} for actor in actors],
            "toll": {"killed": figures(killed), "injured": figures(injured)},
            "sources": {"outlets": ["a"], "independent": 1},
            "alerts": ["x"],
            "first_seen": NOW,
            "last_seen": NOW,
            "severity": 1,
            "confidence": 0.5,
            "headline": {"ar": "", "en": ""},
            **more,
        }
    )


def figures(count: Any) -> dict[str, Any] | None:
    """Return the range of *count*: a number, or its low and high end."""
    if count is None:
        return None
    low, high = count if isinstance(count, tuple) else (count, count)
    return {"low": low, "best": low, "high": high}


@pytest.mark.parametrize(
    ("made", "ar", "en"),
    [
        (
            incident("air_strike", by="russia", at="duma", toll=(9, 20)),
            "9 قتلى و20 جريحاً في غارة جوية روسية على دوما بسوريا",
            "Nine killed and 20 injured in Russian air strike on Douma, Syria",
        ),
        (
            incident("air_strike", by="russia", at="duma", toll=1),
            "قتيل في غارة جوية روسية على دوما بسوريا",
            "One killed in Russian air strike on Douma, Syria",
        ),
        (
            incident("air_strike", by="russia", at="duma", toll=2),
            "قتيلان في غارة جوية روسية على دوما بسوريا",
            "Two killed in Russian air strike on Douma, Syria",
        ),
        (
            incident("air_strike", by="coalition", at="airport", toll=(3, 1)),
            "3 قتلى وجريح في غارة جوية على مطار عدن باليمن شنها التحالف العربي",
            "Three killed and one injured in air strike on Aden Airport, Yemen by Saudi-led coalition",
        ),
        (
            incident("air_strike", by="coalition", to="houthis", at="airport", toll=(10, 2)),
            "10 قتلى وجريحان في غارة جوية على مطار عدن باليمن شنها التحالف العربي واستهدفت جماعة الحوثي",
            "10 killed and two injured in air strike on Aden Airport, Yemen by Saudi-led coalition targeting Houthis",
        ),
        (
            incident("air_strike", by="israeli_army", at="duma", toll=(11, 11)),
            "11 قتيلاً و11 جريحاً في غارة جوية إسرائيلية على دوما بسوريا",
            "11 killed and 11 injured in Israeli air strike on Douma, Syria",
        ),
        (
            incident("air_strike", by="us coalition", at="mosul", toll=99),
            "99 قتيلاً في غارة جوية على الموصل بالعراق شنتها الولايات المتحدة والتحالف العربي",
            "99 killed in air strike on Mosul, Iraq by United States and Saudi-led coalition",
        ),
        (incident("air_strike", toll=100), "100 قتيل في غارة جوية", "100 killed in air strike"),
        (
            incident("air_strike", by="us", to="is", at="iraq"),
            "غارة جوية أمريكية على العراق استهدفت تنظيم داعش",
            "US air strike on Iraq targeting Islamic State",
        ),
        (
            incident("air_strike", by="north_korea", at="mosul"),
            "غارة جوية كورية شمالية على الموصل بالعراق",
            "North Korean air strike on Mosul, Iraq",
        ),
        (
            incident("shelling", by="russia", at="duma", toll=(101, 102)),
            "101 قتيل و102 جريح في قصف روسي على دوما بسوريا",
            "101 killed and 102 injured in Russian shelling of Douma, Syria",
        ),
        (
            incident("shelling", by="houthis", at="airport", toll=(103, 110)),
            "103 قتلى و110 جرحى في قصف على مطار عدن باليمن نفذته جماعة الحوثي",
            "103 killed and 110 injured in shelling of Aden Airport, Yemen by Houthis",
        ),
        (
            incident("shelling", by="taliban", to="is", at="duma", toll=(111, 200)),
            "111 قتيلاً و200 جريح في قصف على دوما بسوريا نفذته حركة طالبان واستهدف تنظيم داعش",
            "111 killed and 200 injured in shelling of Douma, Syria by Taliban targeting Islamic State",
        ),
        (
            incident("shelling", by="is", toll=(None, 3)),
            "3 جرحى في قصف نفذه تنظيم داعش",
            "Three injured in shelling by Islamic State",
        ),
        (
            incident("shelling", by="north_korea", at="duma", toll=1000),
            "1000 قتيل في قصف كوري شمالي على دوما بسوريا",
            "1000 killed in North Korean shelling of Douma, Syria",
        ),
        (incident("shelling", toll=(0, 2)), "جريحان في قصف", "Two injured in shelling"),
        (
            incident("bombing", at="mosul", toll=((25, None), (40, None))),
            "25 قتيلاً على الأقل و40 جريحاً على الأقل في تفجير في الموصل بالعراق",
            "At least 25 killed and at least 40 injured in bombing in Mosul, Iraq",
        ),
        (
            incident("bombing", at="mosul", toll=((1, None), None)),
            "قتيل على الأقل في تفجير في الموصل بالعراق",
            "At least one killed in bombing in Mosul, Iraq",
        ),
        (
            incident("bombing", at="mosul", toll=((2, None), (2, None))),
            "قتيلان على الأقل وجريحان على الأقل في تفجير في الموصل بالعراق",
            "At least two killed and at least two injured in bombing in Mosul, Iraq",
        ),
        (
            incident("bombing", at="mosul", toll=((9, 12), None)),
            "ما بين 9 و12 قتيلاً في تفجير في الموصل بالعراق",
            "Nine to 12 killed in bombing in Mosul, Iraq",
        ),
        (
            incident("bombing", at="mosul", toll=((4, 7), (100, 120))),
            "ما بين 4 و7 قتلى وما بين 100 و120 جريحاً في تفجير في الموصل بالعراق",
            "Four to seven killed and 100 to 120 injured in bombing in Mosul, Iraq",
        ),
        (
            incident("bombing", at="mosul", toll=((0, 5), None)),
            "ما يصل إلى 5 قتلى في تفجير في الموصل بالعراق",
            "Up to five killed in bombing in Mosul, Iraq",
        ),
        (
            incident("bombing", at="mosul", toll=((1, 2), None)),
            "ما يصل إلى قتيلين في تفجير في الموصل بالعراق",
            "Up to two killed in bombing in Mosul, Iraq",
        ),
        (
            incident("bombing", at="mosul", toll=((0, 1), None)),
            "ما يصل إلى قتيل في تفجير في الموصل بالعراق",
            "Up to one killed in bombing in Mosul, Iraq",
        ),
        (
            incident("bombing", by="gunmen", to="civilians", at="iraq"),
            "تفجير في العراق نفذه مسلحون مجهولون واستهدف مدنيين",
            "Bombing in Iraq by unidentified gunmen targeting civilians",
        ),
        (
            incident("suicide_bombing", by="is", to="civilians", at="mosul", toll=(17, 1003)),
            "17 قتيلاً و1003 جرحى في تفجير انتحاري في الموصل بالعراق نفذه تنظيم داعش",
            "17 killed and 1003 injured in suicide bombing in Mosul, Iraq by Islamic State",
        ),
        (
            incident("suicide_bombing", by="taliban", at="vienna"),
            "تفجير انتحاري في فيينا نفذته حركة طالبان",
            "Suicide bombing in Vienna by Taliban",
        ),
        (
            incident("suicide_bombing", by="unknown", at="nameless", toll=5),
            "5 قتلى في تفجير انتحاري في ليبيا",
            "Five killed in suicide bombing in Libya",
        ),
        (
            incident("shooting", by="gunmen", at="mosul", toll=1),
            "قتيل في إطلاق نار في الموصل بالعراق نفذه مسلحون مجهولون",
            "One killed in shooting in Mosul, Iraq by unidentified gunmen",
        ),
        (
            incident("shooting", by="israeli_army", to="palestinians", at="vienna"),
            "إطلاق نار إسرائيلي في فيينا استهدف المدنيين الفلسطينيين",
            "Israeli shooting in Vienna targeting Palestinian civilians",
        ),
        (
            incident("chemical", by="iraq", at="duma", toll=42),
            "42 قتيلاً في هجوم كيميائي عراقي في دوما بسوريا",
            "42 killed in Iraqi chemical attack in Douma, Syria",
        ),
        (
            incident("chemical", at="duma", toll=(40, 500)),
            "40 قتيلاً و500 جريح في هجوم كيميائي في دوما بسوريا",
            "40 killed and 500 injured in chemical attack in Douma, Syria",
        ),
        (
            incident("abduction", by="gunmen", to="civilians", at="iraq"),
            "عملية خطف في العراق نفذها مسلحون مجهولون واستهدفت مدنيين",
            "Abduction in Iraq by unidentified gunmen targeting civilians",
        ),
        (
            incident("abduction", by="is gunmen", at="mosul"),
            "عملية خطف في الموصل بالعراق نفذها تنظيم داعش ومسلحون مجهولون",
            "Abduction in Mosul, Iraq by Islamic State and unidentified gunmen",
        ),
        (
            incident("armed_clash", by="sdf is", at="duma", toll=(6, 15)),
            "6 قتلى و15 جريحاً في اشتباكات بين قوات سوريا الديمقراطية وتنظيم داعش في دوما بسوريا",
            "Six killed and 15 injured in clashes between Syrian Democratic Forces and Islamic State in Douma, Syria",
        ),
        (
            incident("armed_clash", by="sdf", to="is", at="duma"),
            "اشتباكات بين قوات سوريا الديمقراطية وتنظيم داعش في دوما بسوريا",
            "Clashes between Syrian Democratic Forces and Islamic State in Douma, Syria",
        ),
        (
            incident("armed_clash", by="houthis coalition gunmen taliban is", at="airport"),
            "اشتباكات بين جماعة الحوثي والتحالف العربي ومسلحين مجهولين وآخرين في مطار عدن باليمن",
            "Clashes between Houthis, Saudi-led coalition, unidentified gunmen and others at Aden Airport, Yemen",
        ),
        (
            incident("armed_clash", by="houthis", at="airport"),
            "اشتباكات في مطار عدن باليمن خاضتها جماعة الحوثي",
            "Clashes at Aden Airport, Yemen involving Houthis",
        ),
        (
            incident("armed_clash", by="sudan", at="iraq", toll=2),
            "قتيلان في اشتباكات في العراق خاضها السودان",
            "Two killed in clashes in Iraq involving Sudan",
        ),
        (
            incident("armed_clash", to="gunmen"),
            "اشتباكات خاضها مسلحون مجهولون",
            "Clashes involving unidentified gunmen",
        ),
        (incident("armed_clash", at="duma"), "اشتباكات في دوما بسوريا", "Clashes in Douma, Syria"),
        (
            incident("territory", by="sdf", to="is", at="duma"),
            "هجوم انتهى بالسيطرة على دوما بسوريا شنته قوات سوريا الديمقراطية واستهدف تنظيم داعش",
            "Capture of Douma, Syria by Syrian Democratic Forces from Islamic State",
        ),
        (
            incident("territory", by="russia", at="duma", toll=30),
            "30 قتيلاً في هجوم روسي انتهى بالسيطرة على دوما بسوريا",
            "30 killed in Russian capture of Douma, Syria",
        ),
        (
            incident("territory", by="houthis"),
            "هجوم للسيطرة على أراض شنته جماعة الحوثي",
            "Attack to take territory by Houthis",
        ),
        (
            incident("territory", "planned", by="coalition", at="airport"),
            "التخطيط لهجوم للسيطرة على مطار عدن باليمن من جانب التحالف العربي",
            "Planned: Capture of Aden Airport, Yemen by Saudi-led coalition",
        ),
        (
            incident("interception", by="houthis", to="saudi", at="airport"),
            "إحباط هجوم في مطار عدن باليمن من جانب جماعة الحوثي ضد السعودية",
            "Foiled: Attack at Aden Airport, Yemen by Houthis targeting Saudi Arabia",
        ),
        (
            incident("interception", "foiled", by="russia", at="duma", toll=1),
            "إحباط هجوم روسي في دوما بسوريا رغم سقوط قتيل",
            "Foiled: Russian attack in Douma, Syria, one killed",
        ),
        (
            incident("other_attack", by="gunmen", at="mosul", toll=(1, 2)),
            "قتيل وجريحان في هجوم في الموصل بالعراق شنه مسلحون مجهولون",
            "One killed and two injured in attack in Mosul, Iraq by unidentified gunmen",
        ),
        (
            incident("other_attack", by="iraq saudi", at="duma"),
            "هجوم في دوما بسوريا شنه العراق والسعودية",
            "Attack in Douma, Syria by Iraq and Saudi Arabia",
        ),
        (incident("other_attack"), "هجوم", "Attack"),
        (
            incident("air_strike", "alleged", by="russia", at="duma", toll=(2, 1)),
            "أنباء غير مؤكدة عن قتيلين وجريح في غارة جوية روسية على دوما بسوريا",
            "Unconfirmed: Two killed and one injured in Russian air strike on Douma, Syria",
        ),
        (
            incident("air_strike", "alleged", by="coalition", at="airport"),
            "أنباء غير مؤكدة عن غارة جوية على مطار عدن باليمن شنها التحالف العربي",
            "Unconfirmed: Air strike on Aden Airport, Yemen by Saudi-led coalition",
        ),
        (
            incident("shelling", "alleged", at="duma", toll=(1, 5)),
            "أنباء غير مؤكدة عن قتيل و5 جرحى في قصف على دوما بسوريا",
            "Unconfirmed: One killed and five injured in shelling of Douma, Syria",
        ),
        (
            incident("bombing", "denied", at="mosul", toll=(2, 3)),
            "نفي وقوع تفجير في الموصل بالعراق",
            "Denied: Bombing in Mosul, Iraq",
        ),
        (
            incident("air_strike", "denied", by="us", at="duma"),
            "نفي وقوع غارة جوية أمريكية على دوما بسوريا",
            "Denied: US air strike on Douma, Syria",
        ),
        (
            incident("air_strike", "planned", by="us", at="duma"),
            "التخطيط لغارة جوية أمريكية على دوما بسوريا",
            "Planned: US air strike on Douma, Syria",
        ),
        (
            incident("suicide_bombing", "foiled", by="is", at="mosul", toll=(2, 11)),
            "إحباط تفجير انتحاري في الموصل بالعراق من جانب تنظيم داعش رغم سقوط قتيلين و11 جريحاً",
            "Foiled: Suicide bombing in Mosul, Iraq by Islamic State, two killed and 11 injured",
        ),
        (
            incident("suicide_bombing", "foiled", at="mosul"),
            "إحباط تفجير انتحاري في الموصل بالعراق",
            "Foiled: Suicide bombing in Mosul, Iraq",
        ),
        (
            incident("air_strike", by="russia", at="duma", toll=2, lifecycle="retracted"),
            "خبر مسحوب: قتيلان في غارة جوية روسية على دوما بسوريا",
            "Retracted: Two killed in Russian air strike on Douma, Syria",
        ),
        (
            incident("consult", by="russia iran", at="vienna"),
            "محادثات بين روسيا وإيران في فيينا",
            "Talks between Russia and Iran in Vienna",
        ),
        (
            incident("consult", by="macron", to="un eu", at="vienna"),
            "محادثات بين إيمانويل ماكرون والأمم المتحدة والاتحاد الأوروبي في فيينا",
            "Talks between Emmanuel Macron, United Nations and European Union in Vienna",
        ),
        (incident("consult", by="macron"), "محادثات بمشاركة إيمانويل ماكرون", "Talks involving Emmanuel Macron"),
        (
            incident("consult", "planned", by="us north_korea"),
            "الإعداد لمحادثات بين الولايات المتحدة وكوريا الشمالية",
            "Planned: Talks between United States and North Korea",
        ),
        (incident("consult", at="vienna"), "محادثات في فيينا", "Talks in Vienna"),
        (
            incident("agree", by="saudi iraq un eu russia"),
            "اتفاق بين السعودية والعراق والأمم المتحدة وآخرين",
            "Agreement between Saudi Arabia, Iraq, United Nations and others",
        ),
        (
            incident("agree", "denied", by="us taliban"),
            "نفي وجود اتفاق بين الولايات المتحدة وحركة طالبان",
            "Denied: Agreement between United States and Taliban",
        ),
        (incident("agree", by="eu"), "اتفاق يشمل الاتحاد الأوروبي", "Agreement involving European Union"),
        (incident("support", by="iran", to="iraq"), "دعم من إيران للعراق", "Support from Iran for Iraq"),
        (incident("support", by="eu"), "إعلان دعم من الاتحاد الأوروبي", "Declaration of support by European Union"),
        (
            incident("aid", by="saudi", to="sudan", at="iraq"),
            "مساعدات من السعودية للسودان في العراق",
            "Aid from Saudi Arabia to Sudan in Iraq",
        ),
        (
            incident("concede", by="north_korea", to="us"),
            "تنازل من كوريا الشمالية للولايات المتحدة",
            "Concession by North Korea to United States",
        ),
        (
            incident("request", by="un", to="russia iran"),
            "مطالبة من الأمم المتحدة لروسيا وإيران",
            "Demand by United Nations to Russia and Iran",
        ),
        (
            incident("accuse", by="minister", to="us", at="vienna"),
            "اتهامات أو انتقادات من وزير الدفاع الباكستاني للولايات المتحدة في فيينا",
            "Accusation or criticism of United States by Pakistani official in Vienna",
        ),
        (
            incident("accuse", "alleged", by="iran", to="saudi"),
            "أنباء غير مؤكدة عن اتهامات أو انتقادات من إيران للسعودية",
            "Unconfirmed: Accusation or criticism of Saudi Arabia by Iran",
        ),
        (
            incident("reject", by="iran", to="us"),
            "رفض من إيران موجه للولايات المتحدة",
            "Rejection by Iran addressed to United States",
        ),
        (incident("reject", by="sdf"), "رفض من قوات سوريا الديمقراطية", "Rejection by Syrian Democratic Forces"),
        (
            incident("threaten", by="houthis", to="saudi"),
            "تهديد من جماعة الحوثي للسعودية",
            "Threat by Houthis against Saudi Arabia",
        ),
        (
            incident("threaten", "denied", by="russia", to="eu"),
            "نفي وجود تهديد من روسيا للاتحاد الأوروبي",
            "Denied: Threat by Russia against European Union",
        ),
        (
            incident("sanction", by="eu", to="russia"),
            "عقوبات من الاتحاد الأوروبي على روسيا",
            "Sanctions by European Union on Russia",
        ),
        (
            incident("sanction", by="us", to="iran", at="iraq"),
            "عقوبات من الولايات المتحدة على إيران في العراق",
            "Sanctions by United States on Iran in Iraq",
        ),
        (
            incident("mobilize", by="saudi", to="iraq", at="iraq"),
            "تعبئة عسكرية من السعودية ضد العراق",
            "Military mobilisation by Saudi Arabia against Iraq",
        ),
        (
            incident("mobilize", "planned", by="us"),
            "الإعداد لتعبئة عسكرية من الولايات المتحدة",
            "Planned: Military mobilisation by United States",
        ),
        (
            incident("consult", "foiled", by="us iran", at="vienna"),
            "تعثر محادثات بين الولايات المتحدة وإيران في فيينا",
            "Failed: Talks between United States and Iran in Vienna",
        ),
        (
            incident("sanction", by="eu", to="russia", lifecycle="retracted"),
            "خبر مسحوب: عقوبات من الاتحاد الأوروبي على روسيا",
            "Retracted: Sanctions by European Union on Russia",
        ),
    ],
)
def test_a_headline_tells_its_slots(made: Incident, ar: str, en: str) -> None:
    """Number, case, gender and how sure it is, over all types; read by people who know the language."""
    found = headline(made)
    assert (found.ar, found.en) == (ar, en)


@pytest.mark.parametrize(
    ("number", "nominative", "accusative", "genitive"),
    [
        (1, "قتيل", "قتيلاً", "قتيل"),
        (2, "قتيلان", "قتيلين", "قتيلين"),
        (3, "3 قتلى", "3 قتلى", "3 قتلى"),
        (10, "10 قتلى", "10 قتلى", "10 قتلى"),
        (11, "11 قتيلاً", "11 قتيلاً", "11 قتيلاً"),
        (99, "99 قتيلاً", "99 قتيلاً", "99 قتيلاً"),
        (100, "100 قتيل", "100 قتيل", "100 قتيل"),
        (102, "102 قتيل", "102 قتيل", "102 قتيل"),
        (110, "110 قتلى", "110 قتلى", "110 قتلى"),
        (112, "112 قتيلاً", "112 قتيلاً", "112 قتيلاً"),
        (2000, "2000 قتيل", "2000 قتيل", "2000 قتيل"),
    ],
)
def test_a_counted_noun_agrees_with_its_number(number: int, nominative: str, accusative: str, genitive: str) -> None:
    """One and two are in the noun and have cases; from three on the number governs the noun."""
    assert counted(number, "killed", "nominative") == nominative
    assert counted(number, "killed", "accusative") == accusative
    assert counted(number, "killed", "genitive") == genitive


EVENTS = [(kind, event) for kind in ("attack", "diplomacy") for event in load_yaml("headlines.yaml")[kind]]


def test_every_type_has_a_headline() -> None:
    """The tables hold the types of the contract, no more and no fewer."""
    assert set(load_yaml("headlines.yaml")["attack"]) == {kind.value for kind in AttackType}
    assert set(load_yaml("headlines.yaml")["diplomacy"]) == {kind.value for kind in DiplomacyType}


@given(
    event=st.sampled_from(EVENTS),
    status=st.sampled_from(["reported", "alleged", "denied", "planned", "foiled"]),
    by=st.lists(st.sampled_from(sorted(ACTORS)), max_size=5, unique=True),
    to=st.lists(st.sampled_from(sorted(ACTORS)), max_size=4, unique=True),
    at=st.sampled_from(["", *PLACES]),
    low=st.integers(0, 3000),
    more=st.one_of(st.none(), st.integers(0, 500)),
)
def test_any_slots_make_one_clean_line(
    *, event: tuple[str, str], status: str, by: list[str], to: list[str], at: str, low: int, more: int | None
) -> None:
    """No slot left open, no bracket, no doubled blank, one line, each language in its own letters."""
    high = None if more is None else low + more
    made = incident(event[1], status, by=" ".join(by), to=" ".join(to), at=at, toll=((low, high), (low, high)))
    assert made.kind is Kind(event[0])
    found = headline(made)
    for text in (found.ar, found.en):
        assert text
        assert text == " ".join(text.split())
        assert not set("{}[]_\n") & set(text)
    assert not any("a" <= letter.lower() <= "z" for letter in found.ar)
    assert found.en.isascii()
