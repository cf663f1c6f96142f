from __future__ import annotations

import time

import pytest

from stream.detection.numbers import find_numbers
from stream.detection.resources import load_yaml
from stream.detection.text import Text
from stream.detection.toll_words import TollData
from stream.detection.tolls import Toll, find_tolls
from stream.detection.wordtable import WordDataError, load_words


def found(phrase: str) -> list[Toll]:
    """The tolls of a phrase."""
    text = Text(phrase)
    return find_tolls(text, find_numbers(text))


STATED: list[tuple[str, str, list[tuple[str, int, int | None]]]] = [
    # verbs
    ("passive and number", "قتل 25 جنديا في كمين", [("killed", 25, 25)]),
    ("passive with marks", "قُتِلَ 7 عمال في الغارة", [("killed", 7, 7)]),
    ("passive and word", "قتل أربعة رجال", [("killed", 4, 4)]),
    ("passive and dual", "قتل جنديان قرب الحاجز", [("killed", 2, 2)]),
    ("passive and one person", "قتل جندي برصاص قناص", [("killed", 1, 1)]),
    ("passive and woman", "قتلت امرأة في القصف", [("killed", 1, 1)]),
    ("subject first", "قالت المصادر إن 16 مدنيا قتلوا في الغارة", [("killed", 16, 16)]),
    ("subject first, dozens", "أكد شهود أن عشرات الأشخاص قتلوا", [("killed", 20, None)]),
    ("subject first, injured", "ذكرت الإذاعة أن 3 إسرائيليين أصيبوا", [("injured", 3, 3)]),
    ("subject first, one", "شخص ثالث قتل خلال المطاردة", [("killed", 1, 1)]),
    ("met their death", "لقي 3 أشخاص مصرعهم في الهجوم", [("killed", 3, 3)]),
    ("met their death, far", "لقي أكثر من 40 مسلحا من التنظيم في المعركة حتفهم", [("killed", 40, None)]),
    ("subject first, met death", "ما لا يقل عن عشرة أشخاص لقوا حتفهم", [("killed", 10, None)]),
    ("lost their lives", "فقد ستة عمال حياتهم", [("killed", 6, 6)]),
    ("fell as martyrs", "استشهد شابان في المواجهات", [("killed", 2, 2)]),
    ("died", "توفي تسعة مهاجرين", [("killed", 9, 9)]),
    ("injured with wounds", "أصيب 4 أطفال بجروح", [("injured", 4, 4)]),
    ("injured, number only", "أصيب نحو 10 بجروح", [("injured", 10, 10)]),
    ("injured, number later", "أصيب حتى الآن 37 شخصا", [("injured", 37, 37)]),
    (
        "injured, number later, part behind",
        "أصيب حتى الآن 37 بينهم ستة أطفال",
        [("injured", 37, 37), ("injured", 6, 6)],
    ),
    ("a fourth", "أصيب رابع بجروح خطيرة", [("injured", 1, 1)]),
    ("another", "وأصيب آخر بجروح", [("injured", 1, 1)]),
    ("two others", "وجرح آخران", [("injured", 2, 2)]),
    # active verbs
    ("doer and object", "قتل مسلحون جنديا عند الحاجز", [("killed", 1, 1)]),
    ("doer and counted object", "قتلت القوات الحكومية 12 مسلحا", [("killed", 12, 12)]),
    ("doer and plural object", "قتلت القوات محتجين في الساحة", [("killed", 1, None)]),
    ("doer, means and object", "قتل مسلح بسكين امرأة", [("killed", 1, 1)]),
    ("headline", "الجيش يقتل 3 متسللين", [("killed", 3, 3)]),
    ("armed victim", "قتل مسلح برصاص الشرطة", [("killed", 1, 1)]),
    ("armed victims", "قتل مسلحون في الغارة", [("killed", 1, None)]),
    ("wounded by", "أصاب المهاجم خمسة آخرين", [("injured", 5, 5)]),
    ("took lives", "أودى الانفجار بحياة 29 شخصا", [("killed", 29, 29)]),
    ("victims of", "هجوم راح ضحيته 298 شخصا", [("killed", 298, 298)]),
    ("victims of, thousands", "الحرب التي راح ضحيتها الآلاف", [("killed", 2000, None)]),
    # verbal nouns
    ("killing of", "أسفر الهجوم عن مقتل 46 بحارا", [("killed", 46, 46)]),
    ("killing of two", "مقتل شخصين في انفجار", [("killed", 2, 2)]),
    ("killing of one", "مقتل مدني في القصف", [("killed", 1, 1)]),
    ("killing of civilians", "مقتل مدنيين في غارة", [("killed", 1, None)]),
    ("killing of one by name", "بعد مقتل العولقي في غارة", [("killed", 1, 1)]),
    ("his killing", "تقارير عن مقتله", [("killed", 1, 1)]),
    ("one of", "مقتل أحد القادة", [("killed", 1, 1)]),
    ("a number of", "مقتل عدد من الجنود", [("killed", 1, None)]),
    ("two of", "مقتل اثنين من الحراس", [("killed", 2, 2)]),
    ("death of", "مصرع 13 مسلحا", [("killed", 13, 13)]),
    ("wounding of", "إصابة 18 فلسطينيا في قصف", [("injured", 18, 18)]),
    ("open figure after the noun", "مقتل 48 شخصا على الأقل", [("killed", 48, None)]),
    ("range", "مقتل ما بين 20 و30 جنديا", [("killed", 20, 30)]),
    # several
    ("killed and others injured", "مقتل 5 وإصابة 10 آخرين", [("killed", 5, 5), ("injured", 10, 10)]),
    ("killed two, injured another", "مقتل شخصين وإصابة آخر", [("killed", 2, 2), ("injured", 1, 1)]),
    ("killing and wounding dozens", "مقتل وإصابة العشرات", [("killed", 20, None), ("injured", 20, None)]),
    ("was killed and wounded", "قتل وجرح العشرات منهم", [("killed", 20, None), ("injured", 20, None)]),
    ("soldiers and a forester", "مقتل ستة جنود وحارس في هجوم", [("killed", 6, 6), ("killed", 1, 1)]),
    ("two numbers of victims", "مقتل 11 شخصا و13 مهاجما", [("killed", 11, 11), ("killed", 13, 13)]),
    ("other side", "مقتل 25 عنصرا من القوات، مقابل 13 عنصرا من التنظيم", [("killed", 25, 25), ("killed", 13, 13)]),
    ("besides", "قتل أربعة أشخاص في هجوم على متجر بالإضافة إلى شرطية", [("killed", 4, 4), ("killed", 1, 1)]),
    ("besides wounded", "مقتل 5 جنود إضافة إلى 8 جرحى", [("killed", 5, 5), ("injured", 8, 8)]),
    ("dual verb", "رفات مسلحين قتلا خلال الحرب", [("killed", 2, 2)]),
    ("mourners of one", "آلاف السكان يشيعون مسعفة قتلت برصاص قناص", [("killed", 1, 1)]),
    ("two sentences", "قتل 28 شخصا. وأصيب 51 آخرون.", [("killed", 28, 28), ("injured", 51, 51)]),
    # nouns
    ("dead and wounded", "سقوط قتلى وجرحى", [("killed", 1, None), ("injured", 1, None)]),
    ("counted dead and wounded", "خلف 10 قتلى و40 جريحا", [("killed", 10, 10), ("injured", 40, 40)]),
    ("dual dead", "قتيلان و3 جرحى", [("killed", 2, 2), ("injured", 3, 3)]),
    ("one dead", "قتيل في انفجار", [("killed", 1, 1)]),
    ("dozens of dead and wounded", "سقط عشرات القتلى والجرحى", [("killed", 20, None), ("injured", 20, None)]),
    ("dead counted by of", "عشرات الآلاف من القتلى", [("killed", 20000, None)]),
    ("a number of wounded", "إضافة إلى عدد من الجرحى", [("injured", 1, None)]),
    ("thousand dead", "سقوط نحو ألف قتيل", [("killed", 1000, 1000)]),
    ("toll rose to", "ارتفاع حصيلة القتلى إلى 38", [("killed", 38, 38)]),
    ("toll rose from to", "ارتفع عدد القتلى من 20 إلى 38 شخصا", [("killed", 38, 38)]),
    ("number reached", "بلغ عدد الجرحى 51 شخصا", [("injured", 51, 51)]),
    ("loss of life", "تكبدوا خسائر فادحة في الأرواح", [("killed", 1, None)]),
    # a number behind its noun, a dual that looks like a plural
    ("two, behind the noun", "مقتل مدنيين اثنين في قصف على تعز", [("killed", 2, 2)]),
    ("one, behind the noun", "إن رجلا واحدا على الأقل قتل وأصيب 9 عمال", [("killed", 1, None), ("injured", 9, 9)]),
    ("two of the police", "مقتل شرطيين في تفجير بكابل", [("killed", 2, 2)]),
    ("dual of two nouns", "إن قاضيا وحارسا قتلا في كمين", [("killed", 2, 2)]),
    ("dual and its object", "إن مسلحين قتلا كاهنا في كنيسة", [("killed", 1, 1)]),
    ("plural and its object", "إن متمردين قتلوا نحو 40 جنديا", [("killed", 40, 40)]),
    ("so they killed", "اقتحم مسلحون المقر فقتلوا 6 أشخاص", [("killed", 6, 6)]),
    # whose they are
    ("of its members", "كمين قتل فيه سبعة من عناصرها", [("killed", 7, 7)]),
    ("one of its soldiers", "تقول كييف إن أحد جنودها قتل في خيرسون", [("killed", 1, 1)]),
    ("one of the defined", "إن أحد المحتجين قتل في الخرطوم", [("killed", 1, 1)]),
    ("a family of five", "قتلت عائلة من خمسة أشخاص في غارة", [("killed", 5, 5)]),
    # met their death
    ("once, not twice", "لقي مهندس صيني مصرعه في كراتشي", [("killed", 1, 1)]),
    ("the attacker", "لم يصب أحد بينما لقي المهاجم حتفه", [("killed", 1, 1)]),
    ("a name", "الممرضة حليمة عثمان لقيت حتفها في نيالا", [("killed", 1, 1)]),
    ("led to the killing", "ما أدى لمقتل طفلة", [("killed", 1, 1)]),
    # the number before or far from its noun
    ("number before the count", "ليرتفع إلى 61 عدد قتلى التفجير", [("killed", 61, 61)]),
    ("count of the dead of", "إن عدد ضحايا الهجوم على المعسكر ارتفع إلى 93 شخصا", [("killed", 93, 93)]),
    ("wounded reached", "فيما بلغ الجرحى 77", [("injured", 77, 77)]),
    (
        "far behind the verb",
        "قتل فيما وصفه السكان بأنه قصف عشوائي جرى في ساعة متأخرة من الليل، 33 شخصا",
        [("killed", 33, 33)],
    ),
    ("written together", "أدى إلى استشهاد14 مقاتلا وإصابة31 بجروح", [("killed", 14, 14), ("injured", 31, 31)]),
    # several sides of one sentence
    (
        "hostages and soldiers too",
        "قتل ستة مهاجمين خلال العملية وأربعة من الرهائن واثنان من الجنود",
        [("killed", 6, 6), ("killed", 4, 4), ("killed", 2, 2)],
    ),
    ("hostages once", "إن 12 رهينة لقوا حتفهم", [("killed", 12, 12)]),
    ("who they were", "مقتل أربعة أشخاص هم جنديان واثنان من المارة", [("killed", 4, 4)]),
    ("with wounded", "سقوط قتلى إضافة إلى عدد من الجرحى", [("killed", 1, None), ("injured", 1, None)]),
    ("struck by", "أصاب القناص شرطيا", [("injured", 1, 1)]),
    ("shot down", "أطلقوا الرصاص وأردوا حارسا", [("killed", 1, 1)]),
    ("several", "إصابة عدة أشخاص", [("injured", 1, None)]),
    ("and wounded others", "قتل الجنود 8 مهربين وأصابوا آخرين", [("killed", 8, 8), ("injured", 1, None)]),
    ("doer, a day, object", "قتلت الشرطة الكينية، الجمعة، خمسة مسلحين", [("killed", 5, 5)]),
    ("in which", "هجوم قضى فيه حارس", [("killed", 1, 1)]),
    # other kinds
    ("abducted", "خطف مسلحون ثلاثة مهندسين", [("abducted", 3, 3)]),
    ("abduction of", "اختطاف 14 من حرس الحدود", [("abducted", 14, 14)]),
    ("arrested", "اعتقلت الشرطة نحو 20 شخصا", [("arrested", 20, 20)]),
    ("displaced", "نزوح أكثر من 320 ألف شخص", [("displaced", 320000, None)]),
    ("missing", "فقدان العشرات", [("missing", 20, None)]),
]


@pytest.mark.parametrize(("name", "phrase", "tolls"), STATED, ids=[case[0] for case in STATED])
def test_tolls(name: str, phrase: str, tolls: list[tuple[str, int, int | None]]) -> None:
    """What happened and to how many."""
    assert [(t.kind, t.low, t.high) for t in found(phrase)] == tolls


NONE = [
    ("denied", "لم يسقط قتلى في الهجوم"),
    ("without", "وقع الانفجار دون إصابات"),
    ("no reports", "لم ترد أنباء عن سقوط ضحايا أو جرحى"),
    ("illness", "إصابة 40 شخصا بفيروس كورونا"),
    ("disappointment", "أصيب لاعبون بخيبة أمل"),
    ("murder case", "فتح تحقيق في جريمة قتل"),
    ("attempt", "بتهمة محاولة قتل جندي"),
    ("fight", "اندلع قتال عنيف"),
    ("families", "زيارة أسر القتلى"),
    ("vehicles", "أصابت الصواريخ 3 دبابات"),
    ("boat", "غرق قارب يحمل 160 شخصا"),
    ("date", "أصيب في 14 نيسان"),
    ("year", "اعتقلت في عام 2014 عندما عادت"),
    ("released", "الإفراج عن 336 معتقلا"),
    ("court", "قضى القاضي بسجن 16 امرأة"),
    ("threat", "هدد الرئيس بقتل تجار"),
    ("if", "إذا مات شخص"),
    ("felt", "تعرض 5 جنود للمضايقة"),
    ("not known", "لم يتضح على الفور ما إذا كان الانفجار أسفر عن سقوط قتلى"),
    ("suspected", "قضايا يشتبه بمقتل مدنيين فيها"),
    ("a rocket", "أطلق صاروخان فأصاب أحدهما مزرعة"),
    ("by two men", "اغتيل على يد رجلين"),
    ("several things", "إصابة عدد من المنازل"),
    ("an earlier toll", "كانت حصيلة سابقة تحدثت عن مقتل ستة جنود"),
    ("a first toll", "تحدثت حصيلة أولية عن 17 قتيلا"),
    ("hit by damage", "أصاب الحريق المبنى"),
]


@pytest.mark.parametrize(("name", "phrase"), NONE, ids=[case[0] for case in NONE])
def test_no_toll(name: str, phrase: str) -> None:
    """Denials, illnesses, crimes in general, things and dates are no tolls."""
    assert found(phrase) == []


def test_subtotal() -> None:
    """The words "Among them" opens a part of the figure before it."""
    whole, part = found("مقتل 17 مدنيا بينهم ثلاثة أطفال في قصف")
    assert (whole.low, whole.subtotal) == (17, False)
    assert (part.low, part.subtotal, part.kind, part.victim_class) == (3, True, "killed", "civilians")


def test_counted_again() -> None:
    """The same dead in another source's count are no further dead; nor are the gravely wounded further wounded."""
    assert [t.low for t in found("قتل 31 شخصا بحسب الشرطة، فيما قدرت النقابة العدد بنحو 45 قتيلا")] == [31]
    phrase = "هناك 60 جريحا، وما بين 5 و8 جرحى في حالة حرجة"
    assert [t.low for t in found(phrase) if not t.subtotal] == [60]


def test_part_of_an_uncounted_plural() -> None:
    """The dead "among them three women" are at least three."""
    assert [t.low for t in found("سقوط قتلى بينهم ثلاث نساء") if not t.subtotal] == [3]


@pytest.mark.parametrize(
    ("phrase", "basis"),
    [("مقتل 7 مدنيين", "number"), ("مقتل جندي", "number"), ("مقتل عشرات المدنيين", "dozens"), ("سقوط قتلى", "some")],
    ids=["number", "one", "dozens", "plural"],
)
def test_basis(phrase: str, basis: str) -> None:
    """A toll tells what its figure rests on."""
    assert [t.basis for t in found(phrase)] == [basis]


def test_subtotal_before_the_verb() -> None:
    """The subject of a verb behind it is the whole figure, not its part."""
    assert [t.low for t in found("إن 4 عمال بينهم فتاتان أصيبوا بجروح") if not t.subtotal] == [4]


@pytest.mark.parametrize(
    ("phrase", "victim_class"),
    [
        ("مقتل 7 مدنيين", "civilians"),
        ("مقتل 25 عنصرا من قوات النظام", "military"),
        ("مقتل 25 عنصرا من تنظيم داعش", "militants"),
        ("مقتل شرطي", "police"),
        ("مقتل 9 أشخاص", None),
    ],
    ids=["civilians", "army", "group", "police", "persons"],
)
def test_victim_class(phrase: str, victim_class: str | None) -> None:
    """The phrase of the victims says of which side they are, where it does."""
    assert [t.victim_class for t in found(phrase)] == [victim_class]


def test_victims_phrase() -> None:
    """The phrase of the victims holds the number, the noun and whom they belong to."""
    text = Text("أعلن الجيش مقتل 25 عنصرا من قوات النظام في كمين")
    (toll,) = find_tolls(text, find_numbers(text))
    assert toll.victims_first is not None
    assert toll.victims_last is not None
    assert text.raw_text(toll.victims_first, toll.victims_last) == "25 عنصرا من قوات النظام"
    assert toll.text == "مقتل 25 عنصرا من قوات النظام"
    assert text.words[toll.trigger] == "مقتل"


@pytest.mark.parametrize(
    ("phrase", "scope"),
    [
        ("قتل 140 شخصا منذ بداية الحملة", "cumulative"),
        ("قتل 140 شخصا منذ 2011", "cumulative"),
        ("مقتل 70 ألف شخص في الحرب", "cumulative"),
        ("قتل 14 شخصا منذ فجر اليوم", "incident"),
        ("قتل 14 شخصا في غارة", "incident"),
        ("في أعنف هجوم منذ عام قتل 14 شخصا", "incident"),
    ],
    ids=["campaign", "year", "war", "dawn", "raid", "worst"],
)
def test_scope(phrase: str, scope: str) -> None:
    """A figure for a period or a war is no toll of one incident."""
    assert [t.scope for t in found(phrase)] == [scope]


@pytest.mark.parametrize(
    "phrase",
    [
        "قتل " * 30000,
        "قتل 3 جنود بينهم " * 10000,
        "مقتل وإصابة " * 20000,
        "لقي 5 أشخاص " * 15000,
        "عدد القتلى " * 20000,
    ],
)
def test_time_is_linear(phrase: str) -> None:
    """A text made to be slow takes no longer than another of its length."""
    text = Text(phrase)
    numbers = find_numbers(text)
    start = time.process_time()
    find_tolls(text, numbers)
    assert time.process_time() - start < 3


def test_word_list_is_validated() -> None:
    """A wrong value is refused with the file, the entry and the field."""
    content = load_yaml("tolls.yaml")
    wrong = dict(content, triggers=[dict(content["triggers"][0], voice="passive")])
    with pytest.raises(WordDataError, match=r"tolls\.yaml: entry triggers: field 0\.voice"):
        load_words("tolls.yaml", TollData, wrong)
