"""調定CSV（036o005）と期別マスタ（036o015）。"""

import io
import tracemalloc
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osame.formats import determination_csv, installment_master
from osame.formats.csv_stream import LINE_LIMIT
from osame.formats.determination_csv import COLUMNS, DeterminationRow
from osame.formats.installment_master import InstallmentTermRow
from osame.formats.reports import LineProblem
from osame.kernel.money import Yen

RESEND = "送付元に再送を依頼してください。"
SENDER = "送付元に内容を確かめてください。"
FIRST = DeterminationRow(
    change_sequence=0, change_reason="01", levy_year=2024, notice_number="0000000001", tax_item="01",
    installment_term=1, addressee_number="000000000000101", due_on=date(2024, 7, 1),
    determined_on=date(2024, 6, 3), tax_amount=Yen(12000), change_amount=Yen(12000), tax_year=2024,
    statutory_due_on=date(2024, 7, 1), statutory_due_on_etc=date(2024, 6, 10), municipality_code="999995",
    slip_number=2024000000001, confirmation_number="778284", operator_id="BATCH",
    operated_on=date(2024, 6, 3), operated_at="09:00:00", medical_part=Yen(8000), support_part=Yen(4000),
)  # fmt: skip


def changed(sequence, reason, tax, change, **others):
    return replace(
        FIRST, change_sequence=sequence, change_reason=reason, tax_amount=Yen(tax), change_amount=Yen(change), **others
    )


ROWS = [
    FIRST,
    changed(1, "02", 15000, 3000, determined_on=date(2024, 8, 1), correction_reason="01"),
    changed(2, "03", 10000, -5000, determined_on=date(2024, 9, 2), notified_on=date(2024, 9, 3)),
    changed(3, "10", 10000, 0, due_on=date(2024, 12, 2)),
    changed(4, "05", 6000, -4000),
    changed(5, "06", 0, -6000),
    changed(0, "04", 7000, 7000, notice_number="0000000002", levy_year=2020, slip_number=None),
]
TERMS = [
    InstallmentTermRow(
        levy_year=2024, tax_item="01", installment_term=term, name=f"第{term}期", year_month=f"2024-{month:02d}",
        due_date=date(2024, month, 1), sort_order=term,
    )
    for term, month in ((1, 7), (2, 9), (3, 11))
] + [
    InstallmentTermRow(
        levy_year=2024, tax_item="01", installment_term=99, name="随時", year_month="2024-04",
        due_date=None, sort_order=99, occasional=True,
    )
]  # fmt: skip


def read(data):
    return list(determination_csv.read_lines(io.BytesIO(data)))


def without_line(rows):
    return [replace(row, line_number=0) for row in rows]


def test_golden_bytes(samples):
    golden = samples / "golden"
    assert determination_csv.write(ROWS) == (golden / "determination.csv").read_bytes()
    assert installment_master.write(TERMS) == (golden / "installment_master.csv").read_bytes()


def test_every_change_reason_is_read_back():
    rows = read(determination_csv.write(ROWS))
    assert without_line(rows) == ROWS
    assert [row.line_number for row in rows] == list(range(2, 9))


def edited(**cells):
    """当初一件のファイルの、名前で指した列だけを書き換える。"""
    lines = determination_csv.write([FIRST]).decode().split("\r\n")
    values = lines[1].split(",")
    for name, value in cells.items():
        values[COLUMNS.index(name)] = value
    lines[1] = ",".join(values)
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"納期限": "2024-02-30"}, "納期限「2024-02-30」は実在する日付（YYYY-MM-DD）ではありません。"),
        ({"納期限": "20240701"}, "納期限「20240701」は実在する日付（YYYY-MM-DD）ではありません。"),
        ({"納期限": "1949-12-31"}, "納期限「1949-12-31」は1950年から2034年までです。"),
        ({"納期限": "2035-01-01"}, "納期限「2035-01-01」は1950年から2034年までです。"),
        ({"納期限": "9999-12-31"}, "納期限「9999-12-31」は1950年から2034年までです。"),
        ({"納期限": ""}, "納期限がありません。"),
        ({"納期限": "0000-00-00"}, "納期限がありません。"),
        ({"課税更正日": "0000-01-01"}, "課税更正日がありません。"),
        ({"課税更正日": "2101-01-01"}, "課税更正日「2101-01-01」は1950年から2100年までです。"),
        ({"税額": "12000.0"}, "税額「12000.0」が整数ではありません。"),
        ({"税額": "1_000"}, "税額「1_000」が整数ではありません。"),
        ({"税額": ""}, "税額がありません。"),
        ({"税額": "-12000"}, "税額「-12,000」が負の金額です。"),
        ({"税額": "100000000000"}, "税額「100000000000」が11桁を超えています。"),
        ({"異動額": "100000000000"}, "異動額「100000000000」が11桁を超えています。"),
        ({"異動額": "12001"}, "当初の異動額12,001円と税額12,000円が違います。"),
        ({"異動連番": "1"}, "当初の異動連番が1です（0のはず）。"),
        ({"異動連番": "x"}, "異動連番「x」が数字ではありません。"),
        ({"異動事由": "02"}, "増額更正の異動連番が0です（1からのはず）。"),
        ({"異動事由": "03", "異動連番": "1"}, "減額更正の異動額12,000円は0円以下のはずです。"),
        ({"異動事由": "02", "異動連番": "1", "異動額": "0"}, "増額更正の異動額0円は0円より大きいはずです。"),
        ({"異動事由": "06", "異動連番": "1", "異動額": "0"}, "課税取消の税額12,000円は0円のはずです。"),
        ({"異動事由": "10", "異動連番": "1"}, "納期変更の異動額12,000円は0円のはずです。"),
        ({"異動事由": "99"}, "異動事由「99」は定めがありません（01・02・03・04・05・06・07・08・10）。"),
        ({"業務詳細（科目）コード": "0"}, "業務詳細（科目）コード「0」は半角2文字です。"),
        ({"業務詳細（科目）コード": ""}, "業務詳細（科目）コードがありません。"),
        ({"通知書番号": ""}, "通知書番号がありません。"),
        ({"通知書番号": "1" * 21}, f"通知書番号「{'1' * 21}」が20文字を超えています。"),
        ({"宛名番号": "1" * 16}, f"宛名番号「{'1' * 16}」が15文字を超えています。"),
        ({"期別": "100"}, "期別「100」が2桁を超えています。"),
        ({"賦課年度": "2099"}, "賦課年度「2099」は1950年から2034年までです。"),
        ({"消込特定キー情報1": "1" * 20}, f"消込特定キー情報1「{'1' * 20}」が納付書番号（20桁ゼロ埋め）ではありません。"),
        ({"医療分": "abc"}, "医療分「abc」が整数ではありません。"),
        ({"操作者ID": "a\tb"}, "操作者IDに制御文字があります。"),
        ({"レコード区分": "5"}, "レコード区分「5」は1か9です。"),
        ({"操作時刻": "09:00:00,"}, "列の数が42です（41のはず）。"),
    ],
)  # fmt: skip
def test_row_problems(cells, reason):
    found = read(edited(**cells))
    assert found[0] == LineProblem(2, f"2行目: {reason}{SENDER}", found[0].raw, found[0].amount)
    assert all(item.line_number for item in found[1:]) or "異動額" in found[-1].reason


def test_unknown_tax_item_is_left_to_the_municipality():
    assert read(edited(**{"業務詳細（科目）コード": "ZZ"}))[0].tax_item == "ZZ"


def test_default_dates_are_no_dates():
    row = read(edited(法定納期限="0000-00-00", 更正決定通知日="0000-01-01", 消込特定キー情報1="0" * 20))[0]
    assert (row.statutory_due_on, row.notified_on, row.slip_number) == (None, None, None)


GOOD = determination_csv.write(ROWS)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", f"ファイルが0バイトです。送信が途中で切れた可能性があります。{RESEND}"),
        (b"\xef\xbb\xbf" + GOOD, "1行目: 先頭にBOM（EF BB BF）があります。BOMを付けない形での再送を依頼してください。"),
        (GOOD.decode().encode("utf-16"), "1行目: 文字コードがUTF-16です。UTF-8での再送を依頼してください。"),
        (GOOD.decode().encode("cp932"), "1行目: 文字コードがUTF-8ではありません。UTF-8での再送を依頼してください。"),
        (GOOD.replace(b"\r\n", b"\r"), "1行目: 改行がCRだけです。改行をCRLFにして再送するよう送付元に依頼してください。"),
        (GOOD.split(b"\r\n", 1)[1], "1行目: 見出し行の1列目が「1」です（「レコード区分」のはず）。様式の取り違えがないか送付元に内容を確かめてください。"),
        (b"a,b\r\n" + GOOD, "1行目: 見出し行の列の数が2です（41のはず）。様式の取り違えがないか送付元に内容を確かめてください。"),
        (b"\0" + GOOD, f"1行目: NUL（0x00）が含まれています。ファイルが壊れています。{RESEND}"),
        (b"x" * 200_000, f"1行目: 行が64KBを超えています。引用符か改行が壊れています。{RESEND}"),
        (GOOD[: GOOD.rindex(b"\r\n9,")] + b"\r\n", f"トレーラ行（レコード区分9）がありません。送信が途中で切れた可能性があります。{RESEND}"),
        (GOOD.replace(b"\r\n9,7,", b"\r\n9,8,"), f"9行目: トレーラの件数8件とデータの件数7件が違います。{RESEND}"),
        (GOOD.replace(b"\r\n9,7,", b"\r\n9,x,"), f"9行目: トレーラの異動連番「x」が数字ではありません。{RESEND}"),
        (GOOD.replace(b"\r\n9,7,", b"\r\n9,7,,"), f"9行目: トレーラの列の数が42です（41のはず）。{RESEND}"),
        (GOOD + b"1\r\n", f"9行目: トレーラの後に行があります。{RESEND}"),
    ],
)  # fmt: skip
def test_whole_file_is_refused(data, reason):
    assert read(data)[-1].line_number == 0
    assert read(data)[-1].reason == reason


def test_wrong_total():
    place = GOOD.rindex(b",7000,")
    data = GOOD[:place] + GOOD[place:].replace(b",7000,", b",7001,")
    assert read(data)[-1].reason == f"9行目: トレーラの異動額の合計7,001円とデータの合計7,000円が違います。{RESEND}"


def test_row_level_damage_leaves_the_others():
    lines = GOOD.split(b"\r\n")
    lines[2] = b'1,"' + lines[2]
    lines[3] = b"\xff" + lines[3]
    lines[4] = lines[4][:5] + b"\0" + lines[4][5:]
    lines[5] = b"1," * 50_000
    found = read(b"\r\n".join(lines))
    assert [item.line_number for item in found] == [2, 3, 4, 5, 6, 7, 8]
    reasons = [item.reason for item in found if isinstance(item, LineProblem)]
    assert reasons == [
        f"3行目: 引用符が閉じていません。一件は一行に書いてください。{SENDER}",
        f"4行目: 文字コードがUTF-8ではありません。{RESEND}",
        f"5行目: NUL（0x00）が含まれています。ファイルが壊れています。{RESEND}",
        f"6行目: 行が64KBを超えています。引用符か改行が壊れています。{RESEND}",
    ]


def test_memory_does_not_grow_with_junk():
    class Junk(io.RawIOBase):
        """改行のない64MB。"""

        left = 64 * 1024 * 1024

        def readline(self, size=-1):
            assert 0 < size <= LINE_LIMIT + 1
            size = min(size, self.left)
            self.left -= size
            return b"x" * size

    tracemalloc.start()
    found = list(determination_csv.read_lines(Junk()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found[0].line_number == 0
    assert peak < 4 * 1024 * 1024


def test_values_with_separators_are_quoted():
    row = replace(FIRST, operator_id='a,"b"')
    assert without_line(read(determination_csv.write([row]))) == [row]


MONEY = st.integers(0, 99_999_999_999).map(Yen)
DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))
DETERMINATIONS = st.builds(
    lambda amount, row: replace(row, tax_amount=amount, change_amount=amount),
    MONEY,
    st.builds(
        DeterminationRow,
        change_sequence=st.just(0),
        change_reason=st.sampled_from(["01", "04"]),
        levy_year=st.integers(1950, 2030),
        notice_number=st.text("0123456789ABC", min_size=1, max_size=20),
        tax_item=st.from_regex("[0-9A-Z]{2}", fullmatch=True),
        installment_term=st.integers(0, 99),
        addressee_number=st.text("0123456789", min_size=1, max_size=15),
        due_on=DAYS,
        determined_on=st.dates(date(2021, 1, 1), date(2030, 12, 31)),
        tax_amount=MONEY,
        change_amount=MONEY,
        tax_year=st.none() | st.integers(1950, 2030),
        statutory_due_on=st.none() | DAYS,
        per_capita_tax=st.none() | MONEY,
        slip_number=st.none() | st.integers(1, 10**15 - 1),
        declaration_class=st.sampled_from(["", "01", "12"]),
        operator_id=st.text("abc,\"'山田", max_size=20),
    ),
)


@settings(max_examples=100)
@given(rows=st.lists(DETERMINATIONS, max_size=5))
def test_determination_round_trip(rows):
    assert without_line(read(determination_csv.write(rows))) == rows


def test_installment_terms():
    data = installment_master.write(TERMS)
    assert list(installment_master.read_lines(io.BytesIO(data))) == TERMS


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("2024,01,02,", "2024,01,01,", "3行目: 同じ期別が前の行にあります。"),
        ("2024-09,", "2024-13,", "3行目: 年月「2024-13」は実在する年月（YYYY-MM）ではありません。"),
        ("2024-09-01", "", "3行目: 納期限がありません（随時でない期別）。"),
        ("2024-09-01,2,0", "2024-09-01,2,x", "3行目: 随時「x」は0か1です。"),
        ("2024,01,02,", "2024,0,02,", "3行目: 業務詳細（科目）コード「0」は半角2文字です。"),
        ("第2期", "", "3行目: 期別名がありません。"),
        ("2024,01,02,", "02,", "3行目: 列の数が6です（8のはず）。"),
    ],
)
def test_installment_term_problems(old, new, reason):
    data = installment_master.write(TERMS).decode().replace(old, new, 1).encode()
    found = list(installment_master.read_lines(io.BytesIO(data)))
    assert found[1].reason == reason + SENDER
    assert len([item for item in found if isinstance(item, InstallmentTermRow)]) == 3


def test_installment_heading():
    assert next(installment_master.read_lines(io.BytesIO(b""))).line_number == 0
    found = list(installment_master.read_lines(io.BytesIO(b"a,b,c\r\n")))
    assert [item.line_number for item in found] == [0]
