"""Keys of search: what means the same becomes the same, and nothing else does."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.kernel.dates import UnreadableDate
from osame.kernel.search_keys import (
    Match,
    address_key,
    birth_grams,
    kana_key,
    name_key,
    pattern,
    telephone_grams,
    variants,
    wanted_birth,
    wanted_grams,
)


def finds(query, row, match=Match.PREFIX):
    """As the index and the pattern decide together."""
    fits = re.search(pattern(query, match).removeprefix("(?n)"), row.line, re.MULTILINE) is not None
    found = set(wanted_grams(query, match)) <= row.grams()
    assert found or not fits  # 小片は、合うものを一つも落とさない
    return fits


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("ﾜﾀﾅﾍﾞ", "ワタナベ"),
        ("わたなへ", "ワタナベ"),
        ("サトー", "サトウ"),
        ("オーノ", "オオノ"),
        ("オウノ", "オオノ"),
        ("ケーコ", "ケイコ"),
        ("シヨウタ", "ショウタ"),
        ("ハツトリ", "ハットリ"),
        ("ミズキ", "ミヅキ"),
        ("サトウイチロウ", "サトウ　イチロウ"),
        ("サトウ イチ", "サトウ　イチロウ"),
        ("イチロウ", "サトウ　イチロウ"),  # 名からでも
    ],
)
def test_kana_is_found_however_it_is_typed(typed, recorded):
    assert finds(kana_key(typed), kana_key(recorded))


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("高橋", "髙橋"),
        ("山崎", "山﨑"),
        ("渡辺", "渡邉"),
        ("渡邊", "渡辺"),
        ("斎藤", "齋藤"),
        ("斉藤", "齊藤"),
        ("吉田", "𠮷田"),
        ("葛城", "葛\U000e0100城"),
        ("浜田", "濵田"),
        ("佐佐木", "佐々木"),
        ("国", "國"),
        ("サクラ", "さくら"),
        ("SMITH JOHN", "ＳＭＩＴＨ　ＪＯＨＮ"),  # noqa: RUF001
    ],
)
def test_names_are_found_by_any_of_their_glyphs(typed, recorded):
    assert finds(name_key(typed), name_key(recorded))


@pytest.mark.parametrize(
    "typed",
    [
        "三重県架空市虹ヶ丘二丁目",
        "架空市虹ケ丘2丁目1番6号",
        "虹が丘2-1",
        "虹ヶ丘２－１－６",  # noqa: RUF001
        "虹ヶ丘二丁目１番６号虎ノ門ハイツ１０１",
        "虎ノ門ハイツ",
        "虹",
    ],
)
def test_addresses_are_found_from_any_of_their_parts(typed):
    assert finds(address_key(typed), address_key("三重県", "架空市", "虹ヶ丘二丁目１番６号", "虎ノ門ハイツ１０１号"))


@pytest.mark.parametrize("typed", ["虹ヶ丘2-16", "虹ヶ丘2-1-60", "丘2-1", "虹ヶ丘1"])
def test_numbers_of_an_address_are_whole(typed):
    assert not finds(address_key(typed), address_key("三重県", "架空市", "虹ヶ丘二丁目１番６号", ""))


def test_inside_and_exact():
    row = name_key("岬汐見商事")
    assert finds(name_key("汐見"), row, Match.INNER)
    assert not finds(name_key("汐見"), row, Match.PREFIX)
    assert not finds(name_key("岬汐見"), row, Match.EXACT)
    assert finds(name_key("岬 汐見 商事"), row, Match.EXACT)


@pytest.mark.parametrize(
    ("typed", "gram"),
    [
        ("S50.4.1", "b19750401"),
        ("昭和50年4月1日", "b19750401"),
        ("S500401", "b19750401"),
        ("3500401", "b19750401"),
        ("1975-04-01", "b19750401"),
        ("Ｓ５０．４．１", "b19750401"),  # noqa: RUF001
        ("S50.4", "b197504"),
        ("昭和50年", "b1975"),
        ("S50頃", "b1975"),
        ("平成元年", "b1989"),
        ("不詳", "b?"),
    ],
)
def test_birthdays_are_read_as_officers_type_them(typed, gram):
    assert wanted_birth(typed) == gram
    assert gram in {*birth_grams(date(1975, 4, 1), unknown=True), "b1989"}


@pytest.mark.parametrize("typed", ["S50.13.1", "きのう", "", "99999999"])
def test_what_is_no_birthday_is_refused(typed):
    with pytest.raises(UnreadableDate):
        wanted_birth(typed)


def test_telephones_are_found_whole_or_by_their_last_four():
    assert telephone_grams("0596-22-1111") == ["t0596221111", "t…1111"]
    assert telephone_grams("１１１１") == ["t…1111"]
    assert telephone_grams("なし") == []


def test_no_glyph_stands_in_two_groups():
    seen = list(variants()) + [ord(each) for each in set(variants().values())]
    assert len(seen) == len(set(seen))
    assert len(variants()) > 300


WORDS = st.text(st.sampled_from("サトウイチロオカキダッャーン佐髙渡邉々國子"), min_size=1, max_size=8)


@given(WORDS, st.integers(0, 7), st.integers(1, 4))
def test_every_start_and_every_middle_of_a_name_finds_it(name, start, length):
    row = name_key(name)
    if not row.words:
        return
    assert finds(name_key(name), row, Match.EXACT)
    text = row.text
    piece = name_key(text[start % len(text) :][:length])
    if len(piece.text) > 1:
        assert finds(piece, row, Match.INNER)
    assert finds(name_key(text[:length]), row, Match.PREFIX)
