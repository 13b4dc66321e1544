"""抑止。誰に何を伏せるか、伏せた形が値によらないこと、頁に残った値を見つけること。"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.platform.suppression.decision import FactClass, Reader, ReaderKind, Relation, Subject, decision
from osame.platform.suppression.facts import CLASS_OF, MARKER, OPEN, suppressed
from osame.platform.suppression.hidden_values import HiddenValues, HiddenValueShown, texts_of

HER, HIM, CHILD, LANDLORD = "000000000000011", "000000000000012", "000000000000013", "000000000000014"
NUMBERS = st.sampled_from(["", HER, HIM, CHILD, LANDLORD])
READERS = st.builds(
    Reader,
    kind=st.sampled_from(ReaderKind),
    number=NUMBERS,
    relation=st.sampled_from(Relation),
    right=st.booleans(),
    purpose=st.sampled_from(["", " ", "arrears_management"]),
)
PROTECTED = Subject(HER, protected=True, other_parties=frozenset({HIM}))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=40)
VALUES = st.one_of(TEXTS, st.none(), st.integers(), st.lists(TEXTS, max_size=5))
RECORDS = st.fixed_dictionaries({
    name: st.lists(TEXTS, max_size=4) if name.endswith(("s", "household")) and name != "address" else
    st.one_of(TEXTS, st.none(), st.integers())
    for name in CLASS_OF
})  # fmt: skip


@given(READERS)
def test_only_a_right_with_a_purpose_or_ones_own_letter_opens_a_protected_person(reader: Reader) -> None:
    """開くのは、権限と目的のある職員・システムと、本人への文書だけ。相手方には何があっても開かない。"""
    choice = decision(reader, PROTECTED)
    entitled = reader.kind is not ReaderKind.LETTER and reader.right and bool(reader.purpose.strip())
    own = reader.kind is ReaderKind.LETTER and reader.number == HER and reader.relation is Relation.SELF
    other = reader.number == HIM or reader.relation is Relation.OTHER_PARTY
    assert choice.opens_everything == ((entitled or own) and not other)
    assert choice.opens_everything or choice.hidden == frozenset(FactClass)


@given(READERS)
def test_nobody_is_hidden_without_a_measure(reader: Reader) -> None:
    assert decision(reader, Subject(HER)).opens_everything


def test_letters_of_both_sides_are_blind_to_the_other() -> None:
    """共有名義の文書。相手方にも、対象者にも、互いの事実を載せない。"""
    to_him = Reader(ReaderKind.LETTER, HIM, Relation.CO_OWNER)
    to_her = Reader(ReaderKind.LETTER, HER, Relation.CO_OWNER, protected_from=frozenset({HIM}))
    assert not decision(to_him, PROTECTED).shows(FactClass.ADDRESS)
    assert not decision(to_her, Subject(HIM)).shows(FactClass.ADDRESS)
    assert decision(to_her, Subject(LANDLORD)).opens_everything


def test_her_own_letter_shows_the_safe_address_alone() -> None:
    mine = Reader(ReaderKind.LETTER, HER, Relation.SELF)
    choice = decision(mine, Subject(HER, protected=True, has_safe_address=True))
    assert choice.hidden == frozenset(FactClass) - {FactClass.MAILING_ADDRESS}


@given(RECORDS, RECORDS)
def test_what_is_hidden_leaves_no_trace(one: dict[str, Any], another: dict[str, Any]) -> None:
    """伏せた後は、何が書いてあったか、長さも、あったかどうかも分からない。"""
    stranger = Reader(ReaderKind.OFFICER)
    hidden = [suppressed(each | {"name": "花子"}, decision(stranger, PROTECTED)) for each in (one, another)]
    assert hidden[0] == hidden[1]
    assert hidden[0]["name"] == "花子"


def test_an_unclassified_field_counts_as_hidden() -> None:
    choice = decision(Reader(ReaderKind.OFFICER), PROTECTED)
    assert suppressed({"something_new": "三重県"}, choice) == {"something_new": MARKER}
    assert suppressed({"something_new": "1"}, choice, also_open=("something_new",)) == {"something_new": "1"}
    assert not OPEN & set(CLASS_OF)


PLACE = {
    "prefecture": "三重県",
    "municipality_name": "伊勢市",
    "town": "岩渕",
    "block": "一丁目7番29号",
    "building": "コーポ桜201",
    "postal_code": "5160037",
    "telephone": "0596-22-1111",
}
HIDDEN = HiddenValues((HER, text) for text in texts_of(PLACE))


@pytest.mark.parametrize(
    "page",
    [
        "送付先 伊勢市岩渕1-7-29",
        "いせし 岩 渕 １丁目７－29",
        "コーポ桜　２01",
        "〒516-0037",
        "郵便番号,5160037,氏名",
        "電話 0596(22)1111",
        "岩渕1丁目7番29号",
    ],
)
def test_a_hidden_value_is_found_however_it_is_written(page: str) -> None:
    assert HIDDEN.owner_in(page) == HER
    with pytest.raises(HiddenValueShown) as refused:
        HIDDEN.refuse_in(page)
    assert "岩渕" not in str(refused.value)


def test_what_belongs_on_the_page_is_not_a_leak() -> None:
    """読む者自身の住所、役所の所在地、長い番号の一部は、伏せる値ではない。"""
    assert HIDDEN.owner_in("伊勢市岩渕1丁目7番29号 佐藤様", own=["三重県伊勢市岩渕1-7-29", "伊勢市岩渕1-7-29"]) == ""
    assert HIDDEN.owner_in("通知書番号 51600370") == ""
    assert HIDDEN.owner_in("R000001-L000001-A000000005160037-P01/01") == ""
    assert HIDDEN.owner_in("岩渕1-7-29", reader=HER) == ""
    assert HIDDEN.owner_in("松阪市殿町1340番地1") == ""


@given(
    st.tuples(*(st.integers(1, 9) for _ in range(3))),
    st.sampled_from(["{}-{}-{}", "{}丁目{}番{}号", "{}丁目{}-{}", "{}－{}－{}", "{} 丁目 {} 番地の {}"]),
    st.sampled_from(["{}-{}-{}", "{}丁目{}番{}号", "{}丁目{}番地{}"]),
)
def test_every_way_to_write_a_block_is_one(block: tuple[int, int, int], one: str, another: str) -> None:
    hidden = HiddenValues([(HER, "岩渕" + one.format(*block))])
    assert hidden.owner_in("架空市岩渕" + another.format(*block) + "　様") == HER
