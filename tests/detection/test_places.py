"""Place names: which place, where in relation to it, and what is no place at all."""

import gzip
import math
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from stream.detection import build_gazetteer
from stream.detection.matcher import Matcher
from stream.detection.place_data import gazetteer
from stream.detection.place_schema import DemonymFile, LexiconError, PlaceFile, parse
from stream.detection.places import PlaceMention, PlaceResolver, place_forms
from stream.detection.resources import load_yaml, read_bytes
from stream.detection.text import Text


@cache
def matcher() -> Matcher:
    """One matcher with the place forms alone, as the detector builds it with the others."""
    return Matcher(place_forms())


def resolve(body: str, title: str = "") -> tuple[Text, list[PlaceMention]]:
    """The body and the mentions in it."""
    texts = [Text(title, "title"), Text(body)]
    found = PlaceResolver().resolve(texts, [matcher().scan(text) for text in texts])
    return texts[1], found[1]


def mention(body: str, surface: str, title: str = "") -> PlaceMention:
    """The mention that covers exactly the words *surface*."""
    text, mentions = resolve(body, title)
    by_surface = {text.raw_text(m.first, m.last): m for m in mentions}
    assert surface in by_surface, by_surface
    return by_surface[surface]


@pytest.mark.parametrize(
    ("body", "surface", "name", "country"),
    [
        pytest.param("سقطت قذائف على بلدة سراقب.", "بلدة سراقب", "Saraqib", "SY", id="town with its type word"),
        pytest.param("وقع انفجار في محافظة حلب.", "محافظة حلب", "Aleppo Governorate", "SY", id="governorate by word"),
        pytest.param("وقع انفجار في حلب.", "حلب", "Aleppo", "SY", id="the city without it"),
        pytest.param("قصف على ريف حلب.", "ريف حلب", "Aleppo Governorate", "SY", id="countryside is the governorate"),
        pytest.param("سقطت قذيفة في دارفور.", "دارفور", "Darfur", "SD", id="region"),
        pytest.param("جرت احتجاجات في أمريكا.", "أمريكا", "United States", "US", id="short country name"),
        pytest.param("جرت احتجاجات في أميركا.", "أميركا", "United States", "US", id="other spelling"),
        pytest.param("هبطت الطائرة في بيونغ يانغ.", "بيونغ يانغ", "Pyongyang", "KP", id="two words"),
        pytest.param("هبطت الطائرة في بيونجيانج.", "بيونجيانج", "Pyongyang", "KP", id="one word, with jim"),
        pytest.param("سافر الوفد لألمانيا.", "لألمانيا", "Germany", "DE", id="alef-lam that is no article"),
        pytest.param("قتل جندي في مالي.", "مالي", "Mali", "ML", id="Mali after a preposition"),
        pytest.param("تفجير في مدينة تونس.", "مدينة تونس", "Tunis", "TN", id="Tunis by its type word"),
        pytest.param("احتجاجات في الجزائر.", "الجزائر", "Algeria", "DZ", id="the country before its capital"),
        pytest.param("انفجار في مدينة الباب شمال سوريا.", "مدينة الباب", "Al-Bab", "SY", id="a word with a type word"),
        pytest.param("غارة قرب مطار التيفور.", "قرب مطار التيفور", "T4 Airbase", "SY", id="air base"),
        pytest.param("هاجموا قاعدة الشعيرات الجوية.", "قاعدة الشعيرات الجوية", "Shayrat Airbase", "SY", id="qualified"),
    ],
)
def test_a_name_resolves(body: str, surface: str, name: str, country: str) -> None:
    """A name in its usual company is the place that a reader takes it for."""
    found = mention(body, surface)
    assert (found.place.name_en, found.place.country) == (name, country)


@pytest.mark.parametrize(
    ("body", "surface", "name"),
    [
        pytest.param("قتل أربعة في طرابلس، وفق الشرطة الليبية.", "طرابلس", "Tripoli", id="Tripoli, Libya"),
        pytest.param("إطلاق نار في طرابلس شمال لبنان.", "طرابلس", "Tripoli (Lebanon)", id="Tripoli, Lebanon"),
        pytest.param("وصل إلى عمان والتقى الملك الأردني.", "عمان", "Amman", id="Amman by its king"),
        pytest.param("وصل إلى عُمان ثم غادر.", "عُمان", "Oman", id="Oman by its damma"),
        pytest.param("تقدم الجيش اليمني في البيضاء.", "البيضاء", "Al-Bayda (Yemen)", id="Bayda, Yemen"),
        pytest.param("مجلس النواب الليبي يجتمع في البيضاء.", "البيضاء", "Al Bayda (Libya)", id="Bayda, Libya"),
    ],
)
def test_the_article_decides_between_places_of_one_name(body: str, surface: str, name: str) -> None:
    """Countries named in the article, by name or demonym, choose between places of one name."""
    assert mention(body, surface).place.name_en == name


def test_the_title_gives_context_to_the_body() -> None:
    """Title and body are resolved together."""
    assert mention("وقع الانفجار في طرابلس.", "طرابلس", title="انفجار في لبنان").place.country == "LB"


@pytest.mark.parametrize(
    ("body", "surface", "relation", "preposition"),
    [
        pytest.param("اشتباكات في ريف دمشق الشرقي.", "ريف دمشق الشرقي", None, "in", id="direction behind"),
        pytest.param("اشتباكات في ريف إدلب الجنوبي.", "ريف إدلب الجنوبي", "countryside", "in", id="countryside"),
        pytest.param("انفجار قرب دمشق.", "قرب دمشق", "near", "", id="near"),
        pytest.param("انفجار بالقرب من دمشق.", "بالقرب من دمشق", "near", "", id="near, in two words"),
        pytest.param("معارك شمال غرب حماة.", "شمال غرب حماة", "northwest", "", id="two directions"),
        pytest.param("معارك غرب مركز مديرية باقم.", "غرب مركز مديرية باقم", "west", "", id="stacked"),
        pytest.param("سقط صاروخ على مدينة جازان.", "مدينة جازان", None, "on", id="on"),
        pytest.param("هجوم بدمشق.", "بدمشق", None, "in", id="clitic"),
    ],
)
def test_where_in_relation_to_the_place(body: str, surface: str, relation: str | None, preposition: str) -> None:
    """Type words, directions and prepositions around the name are part of the mention, and say where."""
    found = mention(body, surface)
    assert (found.relation, found.preposition, found.metonym) == (relation, preposition, False)
    assert found.locative


def test_type_words_hold_for_a_whole_list() -> None:
    """The two governorates of Saada and Hajjah: both are governorates."""
    body = "اشتباكات في محافظتي صعدة وحجة في اليمن."
    assert mention(body, "محافظتي صعدة").place.precision == "region"
    assert mention(body, "وحجة").place.precision == "region"
    assert mention(body, "وحجة").preposition == "in"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("قال الرئيس حسن النصر إن الباب مفتوح أمام السلام.", id="words and persons"),
        pytest.param("حصلت الشركة على دعم مالي من البنك.", id="financial is not Mali"),
        pytest.param("ذكرت صحيفة واشنطن بوست أن الخطة جاهزة.", id="a newspaper"),
        pytest.param("ذكر بنود اتفاق الطائف.", id="an agreement"),
        pytest.param("انتشرت القوات السعودية.", id="the adjective"),
        pytest.param("كان قد وصل يوم الخميس.", id="GeoNames names that are words"),
        pytest.param("معربا عن صدمته من الدور الأول.", id="towns that are words"),
        pytest.param("التقى الأمير محمد بن سلمان كرم الشيخ صالح.", id="names of persons"),
    ],
)
def test_what_is_no_place(body: str) -> None:
    """Words and persons that are spelt like places are none without evidence."""
    text, mentions = resolve(body)
    assert [text.raw_text(m.first, m.last) for m in mentions] == []


@pytest.mark.parametrize(
    ("body", "surface", "metonym"),
    [
        pytest.param("دعت موسكو إلى التهدئة.", "موسكو", True, id="capital as an actor"),
        pytest.param("رفضت إيران العرض.", "إيران", True, id="country as an actor"),
        pytest.param("وقع انفجار في موسكو.", "موسكو", False, id="where it happened"),
    ],
)
def test_a_capital_without_a_locative_cue_is_a_metonym(body: str, surface: str, metonym: bool) -> None:
    """A capital or country as a subject is a government, not a location."""
    assert mention(body, surface).metonym is metonym


@pytest.mark.parametrize(
    ("body", "surface", "name"),
    [
        pytest.param("قصف على الأراضي اللبنانية.", "الأراضي اللبنانية", "Lebanon", id="land and demonym"),
        pytest.param("معارك في الشمال السوري.", "الشمال السوري", "Syria", id="direction and demonym"),
        pytest.param("قمة في العاصمة التركية.", "العاصمة التركية", "Ankara", id="capital and demonym"),
        pytest.param("انفجار في العاصمة الصومالية مقديشو.", "العاصمة الصومالية مقديشو", "Mogadishu", id="with name"),
        pytest.param("دخل الجيش اليمني مديرية باقم ثم غادر المديرية.", "المديرية", "Baqim", id="the district"),
        pytest.param("قال المتحدث الصومالي إن الهجوم وقع جنوب البلاد.", "جنوب البلاد", "Somalia", id="the country"),
    ],
)
def test_common_nouns_stand_for_places(body: str, surface: str, name: str) -> None:
    """A part of a country by its demonym, and the city named before, are mentions marked anaphoric or merged."""
    assert mention(body, surface).place.name_en == name


def test_a_village_in_no_list_lies_where_its_company_does() -> None:
    """An unknown name after a type word takes the place named next to it, and says so."""
    found = mention("هاجم مسلحون قرية الصفصافية في ريف حماة.", "قرية الصفصافية")
    assert (found.unlisted, found.place.name_en, found.confidence < 0.5) == (True, "Hama Governorate", True)


def test_countries_and_wide_regions_have_no_point() -> None:
    """No point is guessed for a country, a sea or a wide region."""
    for name in ("سوريا", "دارفور", "كشمير", "فلوريدا", "البحر الأحمر", "الشرق الأوسط"):
        places = [c.place for c in gazetteer().candidates(" ".join(Text(name).words)) if c.curated]
        assert places
        assert all(place.lat is None for place in places)


def test_demonyms_carry_their_country() -> None:
    """Masculine, feminine and plural forms, and broken plurals, with and without the article."""
    text = Text("التركية السوري الإسرائيليين أتراك الروس أميركيون السورية")
    found = [m.entry.attrs["country"] for m in matcher().scan(text) if m.entry.domain == "demonym"]
    assert found == ["TR", "SY", "IL", "TR", "RU", "US", "SY"]


def test_mentions_do_not_overlap() -> None:
    """Each word belongs to one mention at most, and mentions come in order."""
    _, mentions = resolve("سيطر الجيش السوري على مدينة دوما في الغوطة الشرقية قرب دمشق، وانسحب من ريف حماة وحلب.")
    spans = [(m.first, m.last) for m in mentions]
    assert spans == sorted(spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_the_packaged_gazetteer_is_fresh() -> None:
    """Building the gazetteer again gives what is packaged."""
    fresh, packaged = gzip.decompress(build_gazetteer.build()), gzip.decompress(read_bytes("gazetteer.tsv.gz"))
    assert fresh == packaged, "run python -m stream.detection.build_gazetteer"


def test_the_packaged_gazetteer_is_small() -> None:
    """It stays below 3 MB."""
    assert len(read_bytes("gazetteer.tsv.gz")) < 3_000_000


def test_lexicons_have_their_shape() -> None:
    """places.yaml and demonyms.yaml validate, and every id is given once."""
    places: PlaceFile = parse(PlaceFile, load_yaml("places.yaml"), file="places.yaml")
    assert len({entry.id for entry in places.places}) == len(places.places) > 2000
    parse(DemonymFile, load_yaml("demonyms.yaml"), file="demonyms.yaml")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"kind": "citty"}, "kind", id="unknown kind"),
        pytest.param({"colour": "red"}, "colour", id="unknown field"),
        pytest.param({"at": [95, 10]}, "at.0", id="latitude out of range"),
        pytest.param({"country": "Syria"}, "country", id="country is no code"),
    ],
)
def test_an_error_names_file_entry_and_field(change: dict[str, Any], field: str) -> None:
    """Whoever edits the file is told where it is wrong."""
    entry = {"id": "sy.example", "kind": "town", "ar": ["مثال"], "en": "Example", "country": "SY"} | change
    with pytest.raises(LexiconError, match=rf"places\.yaml: places\.sy\.example\.{field}"):
        parse(PlaceFile, {"places": [entry]}, file="places.yaml")


def test_an_id_given_twice_is_refused(tmp_path: Path) -> None:
    """Ids travel in alerts: two places cannot share one."""
    line = "  - {id: sy.example, kind: town, ar: [مثال], en: Example, country: SY}\n"
    path = tmp_path / "places.yaml"
    path.write_text("places:\n" + line * 2, encoding="utf-8")
    with pytest.raises(ValueError, match=r"sy\.example"):
        list(build_gazetteer.curated(path))


def test_distances_are_kilometres() -> None:
    """Damascus to Beirut is about 85 km."""
    assert math.isclose(build_gazetteer.kilometres(33.51, 36.29, 33.89, 35.5), 85, abs_tol=5)
