"""住民異動CSVの読み取り。どの文字もそのまま、個人番号だけは跡形もなく。"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.formats.reports import LineProblem
from osame.formats.resident_csv import ResidentRow, Trailer, masked, masked_bytes, profile, read_lines
from osame.formats.resident_writing import write_lines
from osame.kernel.check_digits import individual_number_check_digit

BODY = "98765432101"
NUMBER = BODY + individual_number_check_digit(BODY)
ROW = {
    "異動連番": 1,
    "宛名番号": "100000000000001",
    "異動年月日": date(2026, 4, 1),
    "異動事由": "01",
    "氏名": "伊勢　太郎",
    "性別": "1",
    "生年月日": date(1980, 5, 1),
    "住民状態": "1",
}


def read(*rows, numbers=False, seal=lambda subject, number: b"sealed", change=lambda lines: lines):
    lines = list(write_lines(rows, file_sequence=7, business_on=date(2026, 4, 2), with_numbers=numbers))
    return list(read_lines(change(lines), seal))


def fact(row, name):
    return row.facts[[column.id for column in profile().columns].index(name)]


def test_a_row_and_the_trailer():
    row, trailer = read(ROW)
    assert (row.sequence, row.addressee_number, row.changed_on, row.asserts) == (
        1,
        "100000000000001",
        date(2026, 4, 1),
        "NPAHSC",
    )
    assert (fact(row, "name"), fact(row, "birth_unknown")) == ("伊勢　太郎", False)
    assert trailer == Trailer(1, 7, date(2026, 4, 2))


@pytest.mark.parametrize("name", ["𠮷野　家", "辻\U000e0100　元", "髙橋﨑", "\ue000外字", "ｱﾝﾅ ヴィクトリア", "葛󠄀城"])
def test_characters_come_as_they_are(name):
    assert fact(read(ROW | {"氏名": name})[0], "name") == name


@pytest.mark.parametrize(
    ("told", "notation", "expected"),
    [
        ("0000-01-01", "昭和10年月日不詳", "昭和10年月日不詳"),
        ("", "", ""),
        ("1935-00-00", "", "1935-00-00"),
        ("9999-12-31", "不詳", "不詳"),
    ],
)
def test_unknown_birthdays_keep_their_notation(told, notation, expected):
    row = read(ROW | {"生年月日": told, "生年月日不詳フラグ": "1", "生年月日不詳表記": notation})[0]
    assert (fact(row, "born_on"), fact(row, "birth_unknown"), fact(row, "birth_notation")) == (None, True, expected)


def test_the_open_end_of_the_standard_is_no_day():
    row = read(ROW | {"転出年月日": "9999-12-31", "死亡年月日": "0000-00-00"})[0]
    assert fact(row, "moved_out_on") is fact(row, "died_on") is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"異動事由": "99"}, "異動事由"),
        ({"取消": "2"}, "取消"),
        ({"宛名番号": ""}, "宛名番号がありません"),
        ({"生年月日": "1980-13-01"}, "生年月日"),
        ({"氏名": ""}, "氏名がありません"),
        ({"氏名": "伊勢\u202e太郎"}, "制御文字"),
        ({"死亡年月日": date(1970, 1, 1)}, "死亡年月日"),
        ({"異動連番": "x"}, "異動連番"),
        ({"住民状態": "8"}, "住民状態"),
        ({"方書": "あ" * 301}, "方書が300文字"),
    ],
)
def test_a_bad_row_says_which_column(change, words):
    problem, trailer = read(ROW | change)
    assert isinstance(problem, LineProblem)
    assert problem.line_number == 2
    assert words in problem.reason
    assert isinstance(trailer, Trailer)


@pytest.mark.parametrize("change", [lambda lines: lines[:-1], lambda lines: [lines[0], lines[1], *lines[1:]]])
def test_a_file_that_is_cut_or_miscounted_is_refused_whole(change):
    assert read(ROW, change=change)[-1].line_number == 0


def test_a_number_is_sealed_with_its_subject_and_nowhere_else():
    told = []
    row, _ = read(ROW | {"個人番号": NUMBER}, numbers=True, seal=lambda *each: told.append(each) or b"envelope")
    assert told == [("100000000000001", NUMBER)]
    assert row.sealed == b"envelope"
    assert NUMBER not in repr(row)
    assert "●●●●●●●●●●●●" in row.raw.decode()
    assert "100000000000001" in row.raw.decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace(NUMBER.encode(), (NUMBER + ",").encode()),  # 列がずれた
        lambda line: line.replace(b",1,", b',"1,', 1),  # 引用符が壊れた
        lambda line: line.replace(NUMBER.encode(), NUMBER.encode() + b"123"),  # 区切りが落ちた
        lambda line: line.replace("伊勢".encode(), b"\xff\xfe").replace(b",1,", b",1", 1),  # 文字コードが壊れた
        lambda line: line.replace(NUMBER.encode(), f"{NUMBER[:4]}-{NUMBER[4:8]}-{NUMBER[8:]}".encode()),
        lambda line: line.replace(NUMBER.encode(), NUMBER.translate({48 + n: 0xFF10 + n for n in range(10)}).encode()),
        lambda line: line.replace(NUMBER.encode(), (NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)).encode()),
        lambda line: line.replace("伊勢　太郎".encode(), NUMBER.encode()).replace(b"2026-04-01", NUMBER.encode()),
        lambda line: line.replace(b",100000000000001,", f",{NUMBER},x".encode()),
    ],
)
def test_a_rejected_row_never_holds_the_number(change):
    def changed(lines):
        return [lines[0], change(lines[1]), *lines[2:]]

    problem = read(ROW | {"個人番号": NUMBER}, numbers=True, change=changed)[0]
    assert isinstance(problem, LineProblem)
    kept = problem.reason + problem.raw.decode("utf-8", "replace")
    digits = "".join(char for char in kept if char.isdigit())
    assert NUMBER[:11] not in digits
    assert NUMBER[:11] not in digits.translate({0xFF10 + n: 48 + n for n in range(10)})


def test_without_a_key_a_row_with_a_number_is_not_taken():
    problem = read(ROW | {"個人番号": NUMBER}, numbers=True, seal=None)[0]
    assert "公開鍵" in problem.reason
    assert NUMBER.encode() not in problem.raw
    assert isinstance(read(ROW | {"個人番号": ""}, numbers=True, seal=None)[0], ResidentRow)


def test_a_data_line_in_place_of_the_heading_is_refused_without_telling_the_number():
    problem = read(ROW | {"個人番号": NUMBER}, numbers=True, change=lambda lines: lines[1:])[0]
    assert problem.line_number == 0
    assert NUMBER not in problem.reason
    assert NUMBER.encode() not in problem.raw


@given(st.text(alphabet="0123456789０１２-, あ", max_size=60))  # noqa: RUF001
def test_masking_leaves_no_run_of_twelve(text):
    hidden = masked(f"{text},{NUMBER},{text}")
    assert f",{NUMBER}," not in hidden
    assert masked(hidden) == hidden


@given(st.binary(max_size=200))
def test_masking_any_bytes(raw):
    assert isinstance(masked_bytes(raw), bytes)
