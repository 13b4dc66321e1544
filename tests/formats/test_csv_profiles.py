"""eLTAX消込データと金融機関窓口の済通データ（どちらも推定様式）。"""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osame.formats import bank_notice, eltax, inbound, ocr_lines
from osame.formats.csv_batch import FileHeader
from osame.formats.refusals import WriteError
from osame.formats.reports import ChargeReference, ReportStage
from osame.formats.slip_numbers import matter_key
from osame.kernel.money import Yen


def read(key, data):
    return inbound.read(key, data, business_year=2024)


def test_eltax_reports(make):
    file = read("eltax_keshikomi_v0", make.eltax_file())
    assert (file.refusal, file.problems) == (None, ())
    assert [record.stage.name for record in file.records] == ["PRELIMINARY", "FINAL", "CANCELLATION"]
    assert [record.slip_number for record in file.records] == [2024000000001, 2024000000002, 2024000000003]
    assert [record.received_on for record in file.records] == [None, date(2024, 6, 6), None]
    assert file.records[0].paid_at == "1215"
    assert file.sequence_key == "24203:2024-06-04:001"
    assert file.declared_total == 12000 + 34500 + 99_999_999_999


def test_eltax_stages_share_the_key(make):
    keys = {
        read("eltax_keshikomi_v0", make.eltax_file([make.eltax_payment(stage=stage)])).records[0].natural_key
        for stage in (ReportStage.PRELIMINARY, ReportStage.FINAL, ReportStage.CANCELLATION)
    }
    assert keys == {"05:24203:00000002024000000001:T2024000000001"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b",00000034500,", b",000000034500,", "3行目: 納付金額「000000034500」が11桁を超えています。送付元に内容を確かめてください。"),
        (b",00000034500,", b",-3450,", "3行目: 納付金額「-3450」が数字ではありません。送付元に内容を確かめてください。"),
        (b",2,T2024000000002", b",7,T2024000000002", "3行目: 処理区分「7」はこの様式にありません。送付元に内容を確かめてください。"),
        (b",20240606,", b",,", "3行目: 確報の払込予定日「」は実在しない日付です。送付元に内容を確かめてください。"),
        (b",20240606,", b",20240631,", "3行目: 確報の払込予定日「20240631」は実在しない日付です。送付元に内容を確かめてください。"),
        (b",T2024000000002", b",", "3行目: 取引IDがありません。送付元に内容を確かめてください。"),
        (b",T2024000000002", b"", "3行目: 列の数が16です（17のはず）。送付元に内容を確かめてください。"),
        (b",T2024000000002", b",\xff\xfe", "3行目: 文字コードか引用符が壊れていて読めません。送付元に内容を確かめてください。"),
    ],
)  # fmt: skip
def test_eltax_row_problems(make, old, new, reason):
    data = make.eltax_file()
    place = data.index(b"\r\n2,", data.index(b"\r\n2,") + 1)
    file = read("eltax_keshikomi_v0", data[:place] + data[place:].replace(old, new, 1))
    assert file.refusal is None
    assert [problem.reason for problem in file.problems] == [reason]
    assert len(file.records) == 2


def test_eltax_future_payment(make):
    file = read("eltax_keshikomi_v0", make.eltax_file().replace(b",20240603121530,", b",20240605121530,", 1))
    assert file.problems[0].reason == (
        "2行目: 納付日2024-06-05がヘッダーの営業日2024-06-04より後です。送付元に内容を確かめてください。"
    )


def test_notice_reports(make):
    file = read("bank_notice_v0", make.notice_file())
    assert (file.refusal, file.problems) == (None, ())
    first, old, cancelled = file.records
    assert (first.slip_number, first.charge_reference) == (2024000000001, None)
    assert old.slip_number is None
    assert old.charge_reference == ChargeReference("03", 2019, "0000012345", 4)
    assert (old.declared_principal, old.declared_fee, old.declared_charge) == (10000, 100, 1400)
    assert (old.paid_on, old.received_on) == (date(2024, 6, 3), date(2024, 6, 4))
    assert cancelled.stage is ReportStage.CANCELLATION
    assert cancelled.payer_kana == "ﾔﾏﾀﾞ ﾊﾅｺ"
    assert first.outlet == "0155701"
    assert file.sequence_key == "0155:2024-06-04:001"


def test_notice_takes_the_number_from_its_ocr_line(make):
    line = ocr_lines.write_lower(
        ocr_lines.LowerLine(matter_key=matter_key(77), confirmation_number="123456", agency_number="24203")
    )
    file = read("bank_notice_v0", make.notice_file([make.notice(slip_number=None, lower_line=line)]))
    assert file.records[0].slip_number == 77
    wrong = ("1" if line[0] == "0" else "0") + line[1:]
    file = read("bank_notice_v0", make.notice_file([make.notice(lower_line=wrong)]))
    assert file.problems[0].reason == ("2行目: OCR下段の桁数か検査数字が合いません。送付元に内容を確かめてください。")


def test_notice_without_any_key_is_unidentified_money(make):
    file = read("bank_notice_v0", make.notice_file([make.notice(slip_number=None)]))
    assert (file.records[0].slip_number, file.records[0].charge_reference) == (None, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": Yen(0)}, "2行目: 領収金額が0円です。送付元に内容を確かめてください。"),
        ({"principal": Yen(1)}, "2行目: 領収金額12,000円と本税・督促手数料・延滞金の和1円が違います。送付元に内容を確かめてください。"),
        ({"paid_on": date(2024, 6, 5)}, "2行目: 領収日2024-06-05がヘッダーの営業日2024-06-04より後です。送付元に内容を確かめてください。"),
        ({"received_on": date(2024, 6, 2)}, "2行目: 収入日2024-06-02が領収日2024-06-03より前です。送付元に内容を確かめてください。"),
    ],
)  # fmt: skip
def test_notice_row_problems(make, changes, reason):
    file = read("bank_notice_v0", make.notice_file([make.notice(**changes)]))
    assert [problem.reason for problem in file.problems] == [reason]
    assert file.declared_count == 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"bank_notice,", b"other,", "1行目: 様式IDが「other」です（「bank_notice」のはず）。送付元に内容を確かめてください。"),
        (b",v0,", b",v1,", "1行目: 版が「v1」です（「v0」のはず）。送付元に内容を確かめてください。"),
        (b"0155,20240604,001", b"0155,20241304,001", "1行目: ヘッダーの営業日「20241304」は実在しない日付です。送付元に再送を依頼してください。"),
        (b"0155,20240604,001", b"0155,20240604", "1行目: ヘッダー行: 列の数が5です（6のはず）。送付元に再送を依頼してください。"),
        (b"8,0000003,", b"8,0000004,", "5行目: トレーラの件数4件とデータの件数3件が違います。送付元に再送を依頼してください。"),
        (b"000000000024000", b"000000000024001", "5行目: トレーラの合計金額24,001円とデータの合計金額24,000円が違います。送付元に再送を依頼してください。"),
        (b"8,0000003,000000000024000\r\n", b"", "トレーラがありません。送信が途中で切れた可能性があります。送付元に再送を依頼してください。"),
        (b"8,0000003,000000000024000\r\n", b"8,0000003,000000000024000\r\n2,x\r\n", "6行目: トレーラの後にデータがあります。送付元に再送を依頼してください。"),
        (b"\r\n", b"\r", "1行目: 改行がCRだけです。改行をCRLFにして再送するよう送付元に依頼してください。"),
        (b"bank_notice,", b"x" * 500 + b",", "1行目: 行が384バイトを超えています。様式が違う可能性があります。送付元に内容を確かめてください。"),
    ],
)  # fmt: skip
def test_notice_file_is_refused(make, old, new, reason):
    data = make.notice_file()
    assert old in data
    file = read("bank_notice_v0", data.replace(old, new))
    assert file.refusal.reason == reason
    assert (file.records, file.problems) == ((), ())


def test_writers_refuse_separators(make):
    with pytest.raises(WriteError, match="コンマ"):
        make.notice_file([make.notice(payer_kana="ﾔﾏﾀﾞ,ﾊﾅｺ")])


@settings(max_examples=60)
@given(
    rows=st.lists(
        st.tuples(st.integers(1, 10**15 - 1), st.integers(1, 99_999_999_999), st.sampled_from("123")),
        max_size=6,
        unique_by=lambda row: row[0],
    )
)
def test_eltax_round_trip(make, rows):
    payments = [make.eltax_payment(slip, amount, ReportStage(stage)) for slip, amount, stage in rows]
    header = FileHeader(sender_code="24203", business_on=date(2024, 6, 4), sequence=999)
    file = eltax.read(eltax.write(payments, header=header))
    assert (file.refusal, file.problems) == (None, ())
    assert [(record.slip_number, record.amount, record.stage.value) for record in file.records] == rows


@settings(max_examples=60)
@given(rows=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**4), st.integers(1, 10**6)), max_size=6))
def test_notice_round_trip(make, rows):
    notices = [
        make.notice(str(order), sum(row), principal=Yen(row[2]), fee=Yen(row[1]), charge=Yen(row[0]))
        for order, row in enumerate(rows)
    ]
    header = FileHeader(sender_code="0155", business_on=date(2024, 6, 4), sequence=1)
    file = bank_notice.read(bank_notice.write(notices, header=header))
    assert (file.refusal, file.problems) == (None, ())
    got = [(record.declared_charge, record.declared_fee, record.declared_principal) for record in file.records]
    assert got == rows
