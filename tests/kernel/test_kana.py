# ruff: noqa: RUF001
"""全銀の文字。"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.kernel import kana
from osame.kernel.kana import BankField


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("やまだ　ハナコ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("ショウジ", "ｼﾖｳｼﾞ"),
        ("ｼｮｳｼﾞ", "ｼﾖｳｼﾞ"),
        ("サーバー", "ｻ-ﾊﾞ-"),
        ("ｻｰﾊﾞｰ", "ｻ-ﾊﾞ-"),
        ("パピプペポ", "ﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟ"),
        ("ヴァイオリン", "ｳﾞｱｲｵﾘﾝ"),
        ("ヲノ", "ｵﾉ"),
        ("ヰヱヵヶヮ", "ｲｴｶｹﾜ"),
        ("（カ）ａｂｃ１２３", "(ｶ)ABC123"),
        ("Ａ・Ｂ", "A.B"),
        ("", ""),
    ],
)
def test_names_become_bank_kana(text, expected):
    assert kana.to_bank_kana(text, field=BankField.NAME) == expected


def test_edi_keeps_wo_and_brackets():
    assert kana.to_bank_kana("ヲ「ア」￥／", field=BankField.EDI) == "ｦ｢ｱ｣\\/"


@pytest.mark.parametrize(
    ("text", "field", "reason"),
    [
        ("山田", BankField.NAME, "口座名の1文字目「山」は全銀の文字ではありません。カナか英数字に直してください。"),
        ("ｱ,ｲ", BankField.NAME, "口座名の2文字目「,」は全銀の文字ではありません。カナか英数字に直してください。"),
        ("(ｶ", BankField.BRANCH, "店舗名の1文字目「(」は全銀の文字ではありません。カナか英数字に直してください。"),
        ("ｱﾞ", BankField.NAME, "口座名の2文字目の濁点・半濁点は「ｱ」に付けられません。"),
        ("ｶﾟ", BankField.NAME, "口座名の2文字目の濁点・半濁点は「ｶ」に付けられません。"),
        ("ﾞｱ", BankField.NAME, "口座名の1文字目の濁点・半濁点は「」に付けられません。"),
    ],
)
def test_what_cannot_be_written_says_where(text, field, reason):
    with pytest.raises(kana.BankKanaError) as caught:
        kana.to_bank_kana(text, field=field)
    assert str(caught.value) == reason
    assert not kana.is_bank_kana(text, field=field)


@pytest.mark.parametrize(("length", "expected"), [(5, "ﾔﾏﾀﾞ"), (4, "ﾔﾏﾀﾞ"), (3, "ﾔﾏ"), (2, "ﾔﾏ"), (0, "")])
def test_never_cut_between_kana_and_mark(length, expected):
    assert kana.cut("ﾔﾏﾀﾞ", length) == expected


@given(text=st.text("アガパーッャ漢aＡ1ヴヷ", max_size=20), length=st.integers(0, 20))
def test_cut_is_a_prefix_and_never_leaves_a_mark_behind(text, length):
    half = kana.to_half_width(text)
    shorter = kana.cut(half, length)
    assert half.startswith(shorter)
    assert len(shorter) <= length
    assert half[len(shorter) : len(shorter) + 1] not in {"ﾞ", "ﾟ"} or not shorter


@given(text=st.text("アガパヴサキュョッーヲン ABC019().-", max_size=30))
def test_converted_text_is_single_byte_and_stable(text):
    half = kana.to_bank_kana(text, field=BankField.NAME)
    assert len(half.encode("cp932")) == len(half)
    assert kana.to_bank_kana(half, field=BankField.NAME) == half
    assert kana.for_comparison(half) == kana.for_comparison(text)


@given(text=st.text(max_size=30))
def test_any_text_converts_or_says_why(text):
    half = kana.to_half_width(text).replace("ｦ", "ｵ")
    reason = kana.problem_with(half, field=BankField.NAME)
    if reason is None:
        assert kana.to_bank_kana(text, field=BankField.NAME) == half
    else:
        with pytest.raises(kana.BankKanaError) as caught:
            kana.to_bank_kana(text, field=BankField.NAME)
        assert str(caught.value) == reason


def test_comparison_ignores_what_banks_replace():
    assert kana.for_comparison("ヤマダ ショージ") == kana.for_comparison("ﾔﾏﾀﾞｼﾖ-ｼﾞ")
    assert kana.for_comparison("ヤマタ") != kana.for_comparison("ヤマダ")
