"""全銀 種別91・21。見本とのバイト一致と、届きうる誤りのすべて。"""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osame.formats import inbound, zengin_debit, zengin_transfer
from osame.formats.refusals import WriteError
from osame.formats.reports import ReportStage
from osame.formats.slip_numbers import matter_key
from osame.formats.zengin_records import ZenginBatch
from osame.kernel.money import Yen


def read(data, year=2024):
    return zengin_debit.read_result(data, business_year=year)


def test_request_sample_is_rewritten_byte_for_byte(samples):
    data = (samples / "zengin/furikae91_request.txt").read_bytes()
    request = zengin_debit.read_request(data, business_year=2024)
    assert request.refusal is None
    assert zengin_debit.write_request(*request.batches[0]) == data


def test_result_sample_is_rewritten_byte_for_byte(samples):
    data = (samples / "zengin/furikae91_result.txt").read_bytes()
    result = zengin_debit.read_request(data, business_year=2024)
    assert zengin_debit.write_result(*result.batches[0]) == data


def test_result_sample_as_reports(samples):
    file = read((samples / "zengin/furikae91_result.txt").read_bytes())
    assert file.refusal is None
    assert file.business_on == date(2024, 7, 31)
    assert file.sequence_key == "0000123456:2024-07-31"
    assert (file.declared_count, file.declared_total) == (3, 125400)
    assert [record.stage for record in file.records] == [ReportStage.FINAL, ReportStage.UNPAID, ReportStage.UNPAID]
    assert [record.result_code for record in file.records] == ["0", "1", "8"]
    assert [record.received_on for record in file.records] == [date(2024, 7, 31), None, None]
    assert file.records[0].payer_kana == "ﾔﾏﾀﾞ ﾀﾛｳ"
    # 見本の顧客番号は20桁を使い切っていて、当団体の納付書番号ではない
    assert [record.slip_number for record in file.records] == [None, None, None]


def test_refund_sample_is_rewritten_byte_for_byte(samples):
    data = (samples / "zengin/sofuri21_refund.txt").read_bytes()
    file = zengin_transfer.read(data, business_year=2024)
    assert zengin_transfer.write(*file.batches[0]) == data


def test_conformance_sample_of_transfers(samples):
    data = (samples / "zengin/sougou-furikomi.txt").read_bytes()
    refused = zengin_transfer.read(data, business_year=2024)
    assert refused.refusal is not None
    assert "CRだけ" in refused.refusal.reason
    file = zengin_transfer.read(data, business_year=2024, accept_cr=True)
    batch, transfers = file.batches[0]
    assert (batch.consignor_code, batch.consignor_name) == ("9190129006", "ﾓｼﾞ ｼﾖｳ")
    assert batch.business_on == date(2024, 3, 11)
    assert [row.amount for row in transfers] == [54878, 60137]
    assert transfers[0].customer_code == "ｱ         ﾃｽﾄ ﾊﾅｺ"
    rows = [replace(row, clearing_number=data[121 * (n + 1) + 38 :][:4].decode()) for n, row in enumerate(transfers)]
    assert zengin_transfer.write(batch, rows, line_break="") == data.replace(b"\r", b"")


def test_all_seven_result_codes(make):
    file = read(make.debit_file())
    assert [record.result_code for record in file.records] == list("0123489")
    assert [record.stage for record in file.records][1:] == [ReportStage.UNPAID] * 6
    assert [record.slip_number for record in file.records] == [2024000000001 + n for n in range(7)]
    assert not file.problems


@pytest.mark.parametrize("code", ["5", "7", " ", "A"])
def test_unknown_result_code_is_never_paid(make, code):
    file = read(make.debit_file([make.debit(result_code="0"), make.debit(2, 500, code)]))
    assert len(file.records) == 1
    assert file.problems[0].line_number == 3
    assert file.problems[0].amount == 500
    expected = (
        f"3行目: 振替結果コード「{code}」は定めがありません。振替済とは扱いません。送付元に内容を確かめてください。"
    )
    assert file.problems[0].reason == expected


@pytest.mark.parametrize("line_break", ["\r\n", ""])
def test_with_and_without_line_breaks(make, line_break):
    data = zengin_debit.write_result(make.debit_batch(), make.debits(), line_break=line_break)
    assert len(read(data).records) == 7
    assert len(read(data + b"\x1a").records) == 7
    assert len(read(data.replace(b"\r\n", b"\n")).records) == 7


def test_two_batches_in_one_file(make):
    first = make.debit_file()
    second = make.debit_file([make.debit(99, 700)], consignor_code="0000999999", business_on=date(2024, 7, 26))
    file = read(first[:-122] + second)
    assert file.refusal is None
    assert (file.declared_count, file.declared_total) == (8, 28700)
    assert file.sequence_key == "0000123456:2024-07-31+0000999999:2024-07-26"
    assert file.records[-1].paid_on == date(2024, 7, 26)


def test_same_customer_twice_is_shown_not_posted_twice(make):
    file = read(make.debit_file([make.debit(), make.debit()]))
    assert len(file.records) == 1
    assert "二度あります" in file.problems[0].reason
    other_account = read(make.debit_file([make.debit(), make.debit(account_number="0000002")]))
    assert len(other_account.records) == 2


def test_same_file_twice_has_the_same_keys(make):
    keys = [[record.natural_key for record in read(make.debit_file()).records] for _ in range(2)]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 7


def test_amount_limits(make):
    file = read(make.debit_file([make.debit(amount=9_999_999_999)]))
    assert file.records[0].amount == 9_999_999_999
    zero = make.debit_file([make.debit(1, 100), make.debit(2, 7)]).replace(b"0000000007", b"0000000000")
    file = read(zero.replace(b"000000000107", b"000000000100"))
    assert [problem.reason for problem in file.problems] == [
        "3行目: 引落金額が0円です。送付元に内容を確かめてください。"
    ]
    with pytest.raises(WriteError, match="10桁"):
        make.debit_file([make.debit(amount=10_000_000_000)])
    with pytest.raises(WriteError, match="12桁"):
        make.debit_file([make.debit(n, 9_999_999_999) for n in range(1, 102)])


def test_leap_day_needs_the_right_year(make):
    data = make.debit_file(business_on=date(2024, 2, 29))
    assert read(data).business_on == date(2024, 2, 29)
    expected = "1行目: 引落日「0229」は2025年に実在しない日付です。送付元に再送を依頼してください。"
    assert read(data, 2025).refusal.reason == expected


def edit(data, line, position, text):
    lines = data.split(b"\r\n")
    body = lines[line - 1]
    lines[line - 1] = body[: position - 1] + text + body[position - 1 + len(text) :]
    return b"\r\n".join(lines)


@pytest.mark.parametrize(
    ("line", "position", "text", "reason"),
    [
        (1, 2, b"21", "1行目: 種別コードが「21」です（「91」のはず）。別の業務のファイルではないか確かめてください。"),
        (1, 4, b"1", "1行目: コード区分が1（EBCDIC）です。JIS（コード区分0）での再送を依頼してください。"),
        (1, 4, b"9", "1行目: コード区分「9」は使えません（0のはず）。送付元に再送を依頼してください。"),
        (1, 55, b"1332", "1行目: 引落日「1332」は2024年に実在しない日付です。送付元に再送を依頼してください。"),
        (9, 2, b"000008", "9行目: トレーラの件数8件とデータの件数7件が違います。送付元に再送を依頼してください。"),
        (9, 2, b"000006", "9行目: トレーラの件数6件とデータの件数7件が違います。送付元に再送を依頼してください。"),
        (9, 8, b"000000028001", "9行目: トレーラの合計金額28,001円とデータの合計金額28,000円が違います。送付元に再送を依頼してください。"),
        (9, 8, b"000000027999", "9行目: トレーラの合計金額27,999円とデータの合計金額28,000円が違います。送付元に再送を依頼してください。"),
        (9, 20, b"000002", "9行目: トレーラの振替済件数2とデータの1が違います。送付元に再送を依頼してください。"),
        (9, 26, b"000000001001", "9行目: トレーラの振替済金額1,001とデータの1,000が違います。送付元に再送を依頼してください。"),
        (9, 38, b"000005", "9行目: トレーラの振替不能件数5とデータの6が違います。送付元に再送を依頼してください。"),
        (9, 8, b"            ", "9行目: トレーラの合計金額「            」が数字ではありません。送付元に再送を依頼してください。"),
        (2, 1, b"5", "2行目: レコード区分「5」は使えません。様式が違う可能性があります。送付元に内容を確かめてください。"),
        (1, 1, b"2", "1行目: ヘッダーより前にデータがあります。送付元に再送を依頼してください。"),
        (3, 1, b"1", "3行目: トレーラがないまま次のヘッダーがあります。送付元に再送を依頼してください。"),
        (8, 1, b"9", "8行目: トレーラがないままエンドレコードがあります。送付元に再送を依頼してください。"),
        (9, 1, b"2", None),
    ],
)  # fmt: skip
def test_whole_file_is_refused(make, line, position, text, reason):
    file = read(edit(make.debit_file(), line, position, text))
    assert file.refusal is not None
    assert file.records == ()
    assert file.problems == ()
    if reason is not None:
        assert file.refusal.reason == reason
        assert file.refusal.line_number == line


def test_request_taken_for_a_result(make):
    file = read(zengin_debit.write_request(make.debit_batch(), make.debits()))
    assert "依頼のファイルではないか" in file.refusal.reason


def test_two_headers_of_different_business(make):
    second = edit(make.debit_file([make.debit(99, 700)]), 1, 2, b"21")
    file = read(make.debit_file()[:-122] + second)
    assert file.refusal.reason.startswith("10行目: 種別コードが「21」です")


def test_full_width_name_is_a_problem_of_its_row(make):
    data = edit(make.debit_file(), 2, 51, "ヤマダ".encode("cp932"))
    file = read(data)
    assert [problem.line_number for problem in file.problems] == [2]
    assert len(file.records) == 6


def test_empty_batch_is_a_good_file(make):
    file = read(make.debit_file([]))
    assert file.refusal is None
    assert (file.declared_count, file.declared_total, file.records) == (0, 0, ())


def test_unreadable_amount_is_a_problem_and_the_rest_goes_through(make):
    data = make.debit_file([make.debit(1, 100), make.debit(2, 200)])
    file = read(edit(data, 3, 81, b"00000002X0"))
    assert [record.slip_number for record in file.records] == [1]
    assert file.problems[0].amount is None
    assert file.declared_count == len(file.records) + len(file.problems)


def test_names_are_converted_and_cut_safely(make):
    data = make.debit_file([make.debit(holder_kana="カ）" + "ダ" * 20)])
    name = data.split(b"\r\n")[1][50:80].decode("cp932")
    assert name == "ｶ)" + "ﾀﾞ" * 14
    with pytest.raises(WriteError, match="預金者名"):
        make.debit_file([make.debit(holder_kana="山田")])


KANA = st.text("ｱｲｳｶｻﾀﾅﾊﾏﾔﾗﾜﾝABC019 ().-", max_size=30).map(str.strip)
DEBITS = st.lists(
    st.builds(
        zengin_debit.DebitInstruction,
        bank_code=st.from_regex("[0-9]{4}", fullmatch=True),
        branch_code=st.from_regex("[0-9]{3}", fullmatch=True),
        account_type=st.sampled_from("1239"),
        account_number=st.from_regex("[0-9]{7}", fullmatch=True),
        holder_kana=KANA,
        amount=st.integers(1, 9_999_999_999).map(Yen),
        customer_number=st.integers(1, 10**15 - 1).map(matter_key),
        new_code=st.sampled_from("012"),
        result_code=st.sampled_from("0123489"),
    ),
    max_size=8,
    unique_by=lambda row: row.customer_number,
)


@settings(max_examples=60)
@given(rows=DEBITS, day=st.dates(date(2000, 1, 1), date(2040, 12, 31)))
def test_debit_round_trip(rows, day):
    batch = ZenginBatch(
        consignor_code="0000123456", consignor_name="ｶｸｳｼ", business_on=day,
        bank_code="0155", branch_code="701", account_number="1234567",
    )  # fmt: skip
    data = zengin_debit.write_result(batch, rows)
    back = zengin_debit.read_request(data, business_year=day.year)
    assert back.batches == ((batch, tuple(rows)),)
    file = inbound.read("zengin_91", data, business_year=day.year)
    assert [(record.slip_number, record.amount) for record in file.records] == [
        (int(row.customer_number), row.amount) for row in rows
    ]
    assert file.problems == ()


@settings(max_examples=60)
@given(rows=st.lists(st.tuples(st.integers(1, 9_999_999_999), KANA, st.sampled_from("1249")), max_size=8))
def test_transfer_round_trip(rows):
    batch = zengin_transfer.Batch(
        consignor_code="0000123456", consignor_name="ｶｸｳｼ", business_on=date(2024, 7, 31),
        bank_code="0155", branch_code="701", account_number="1234567",
    )  # fmt: skip
    transfers = tuple(
        zengin_transfer.Transfer(
            bank_code="0155", branch_code="701", account_type=kind, account_number="1234567",
            payee_kana=name, amount=Yen(amount), customer_code="00000000010000000002",
        )
        for amount, name, kind in rows
    )  # fmt: skip
    data = zengin_transfer.write(batch, transfers)
    assert zengin_transfer.read(data, business_year=2024).batches == ((batch, transfers),)
