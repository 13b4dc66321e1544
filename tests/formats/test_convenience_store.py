"""コンビニ収納データ。見本とのバイト一致、速報・確報・取消、様式の差し替え。"""

import csv
from datetime import date
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osame.formats import convenience_store, gs1_128, inbound
from osame.formats.convenience_store import StorePayment
from osame.formats.layout import Layout, LayoutError, load_layout
from osame.formats.refusals import WriteError
from osame.formats.reports import ReportStage
from osame.formats.slip_numbers import gs1_free_field
from osame.kernel.money import Yen

P, F, C = ReportStage.PRELIMINARY, ReportStage.FINAL, ReportStage.CANCELLATION


def day(text):
    return None if text == "0" else date(int(text[:4]), int(text[4:6]), int(text[6:]))


def test_agent_sample_is_rewritten_byte_for_byte(samples):
    data = (samples / "cvs/test.csv").read_bytes()
    rows = list(csv.reader(data.decode("cp932").splitlines()))[1:]
    payments = [
        StorePayment(
            kind=row[0], paid_on=day(row[1]), paid_at=row[2], barcode=row[3][3:], chain_code=row[8],
            chain_name=row[9], store_code=row[10], payout_on=day(row[11]), captured_on=day(row[12]),
        )
        for row in rows
    ]  # fmt: skip
    written = convenience_store.write(payments, profile="dsk_csv", made_on=date(2024, 1, 17))
    assert written == data + b"\r\n"  # 見本は最後の改行だけがない


def test_agent_sample_as_reports(samples):
    file = inbound.read("dsk_csv", (samples / "cvs/test.csv").read_bytes(), business_year=2024)
    assert file.refusal is None
    stages = [record.stage for record in file.records]
    assert (stages.count(P), stages.count(F), stages.count(C)) == (6, 7, 1)
    assert [problem.line_number for problem in file.problems] == [10, 16]
    assert file.problems[1].amount == 95220
    assert file.problems[0].reason == (
        "10行目: データ種別「22」は自動では反映しません。元の収納と照らして手で登録してください。"
    )
    by_key = {}
    for record in file.records:
        by_key.setdefault(record.natural_key, []).append(record.stage)
    assert [P, C] in by_key.values()  # 速報と取消は同じ収納
    assert [P, F] in by_key.values()  # 速報と確報は同じ収納
    final = next(record for record in file.records if record.stage is F)
    assert final.received_on == date(2024, 1, 24)
    assert all(record.received_on is None for record in file.records if record.stage is not F)


def test_error_answer_and_mangled_file_are_refused(samples):
    error = inbound.read("dsk_csv", (samples / "cvs/error.csv").read_bytes(), business_year=2024)
    assert error.refusal.reason.startswith("収納データではなく、送付元のエラーの知らせです")
    mangled = inbound.read("dsk_csv", (samples / "cvs/syuno.csv").read_bytes(), business_year=2024)
    assert mangled.refusal.reason == (
        "1行目: 見出し行が様式と違います（文字コードか様式の取り違え）。送付元に内容を確かめてください。"
    )


def test_empty_csv_means_no_data_but_empty_fixed_file_is_refused():
    assert inbound.read("dsk_csv", b"", business_year=2024).refusal is None
    assert inbound.read("dsk_csv", b"", business_year=2024).declared_count == 0
    assert inbound.read("mizuho_factor_120", b"", business_year=2024).refusal is not None


@pytest.mark.parametrize("profile", ["mizuho_factor_120", "mufg_factor_120", "dsk_csv"])
def test_stages(make, profile):
    file = inbound.read(profile, make.store_file(profile), business_year=2024)
    assert file.refusal is None
    assert [record.stage for record in file.records] == [P, F, C, F]
    assert [record.slip_number for record in file.records] == [2024000000001 + n for n in range(4)]
    assert [record.amount for record in file.records] == [12000, 34500, 300000, 1]
    assert [record.received_on for record in file.records] == [None, date(2024, 6, 14), None, date(2024, 6, 14)]
    assert file.records[0].paid_at == "1215"


@pytest.mark.parametrize("profile", ["mizuho_factor_120", "mufg_factor_120", "dsk_csv"])
def test_natural_key_excludes_the_stage(make, profile):
    keys = set()
    for kind in ("01", "02", "03"):
        data = make.store_file(profile, [make.store_payment(kind)])
        keys.add(inbound.read(profile, data, business_year=2024).records[0].natural_key)
    assert len(keys) == 1
    other = make.store_file(profile, [make.store_payment("02", paid_at="1216")])
    assert inbound.read(profile, other, business_year=2024).records[0].natural_key not in keys


def row_problem(make, **changes):
    data = make.store_file("mizuho_factor_120", [make.store_payment("02", 1, 500), make.store_payment("02", **changes)])
    return inbound.read("mizuho_factor_120", data, business_year=2024)


def edited(make, position, text):
    """二件目の一部だけを書き換える。"""
    data = make.store_file("mizuho_factor_120", [make.store_payment("02", 1, 500), make.store_payment("02")])
    lines = data.split(b"\r\n")
    lines[2] = lines[2][: position - 1] + text + lines[2][position - 1 + len(text) :]
    return inbound.read("mizuho_factor_120", b"\r\n".join(lines), business_year=2024)


@pytest.mark.parametrize(
    ("position", "text", "reason"),
    [
        (2, b"04", "データ種別「04」はこの様式にありません。送付元に内容を確かめてください。"),
        (4, b"20240631", "収納日「20240631」は実在しない日付です。送付元に内容を確かめてください。"),
        (4, b"10240603", "収納日「10240603」は実在しない日付です。送付元に内容を確かめてください。"),
        (4, b"20240606", "収納日2024-06-06がデータの作成日2024-06-05より後です。送付元に内容を確かめてください。"),
        (12, b"2460", "収納時刻「2460」は時刻ではありません。送付元に内容を確かめてください。"),
        (17, b"92", "バーコードの識別コードが「92」です（91のはず）。送付元に内容を確かめてください。"),
        (17, b"9X", "バーコード「9X959919242030020240000000010024070100120000」が44桁の数字ではありません。送付元に内容を確かめてください。"),
        (19, b"8", "バーコードのチェックデジットが合いません。送付元に内容を確かめてください。"),
        (81, b"00000000", "確報の振込日「00000000」は実在しない日付です。送付元に内容を確かめてください。"),
        (81, b"20240601", "振込日2024-06-01が収納日2024-06-03より前です。送付元に内容を確かめてください。"),
    ],
)  # fmt: skip
def test_one_bad_row_does_not_stop_the_others(make, position, text, reason):
    file = edited(make, position, text)
    assert file.refusal is None
    assert [record.slip_number for record in file.records] == [1]
    got = [problem.reason for problem in file.problems]
    shown = reason if "44桁" not in reason else got[0].removeprefix("3行目: ")
    assert got == [f"3行目: {shown}"]
    if "44桁" in reason:
        assert "が44桁の数字ではありません。" in shown
    assert file.problems[0].line_number == 3
    assert file.declared_count == 2


def test_amount_zero_is_a_problem(make):
    file = row_problem(make, slip_number=2, amount=0)
    assert [problem.reason for problem in file.problems] == ["3行目: 金額が0円です。送付元に内容を確かめてください。"]


def test_csv_amount_must_equal_the_barcode(make):
    data = make.store_file("dsk_csv", [make.store_payment("02", 1, 500)]).replace(b",500,", b",501,")
    file = inbound.read("dsk_csv", data, business_year=2024)
    assert file.problems[0].reason == (
        "2行目: 金額501円とバーコードの金額500円が違います。送付元に内容を確かめてください。"
    )


def corrected(text, **changes):
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    return Layout.from_toml(text)


def toml(key):
    return (resources.files("osame.formats") / "profiles" / f"{key}.toml").read_text(encoding="utf-8")


def test_a_municipality_corrects_a_profile_without_code(make):
    layout = corrected(
        toml("mizuho_factor_120"),
        key=('profile = "mizuho_factor_120"', 'profile = "kakuu_agent"'),
        stage=('"03" = "3"', '"09" = "3"'),
        agency=('agency_code = ""', 'agency_code = "959919"'),
        store=('id = "store_code", name = "店舗コード", at = 64, length = 7', 'id = "store_code", name = "店舗コード", at = 64, length = 6'),
        customer=('name = "客層", at = 71, length = 2', 'name = "客層", at = 70, length = 3'),
    )  # fmt: skip
    payments = [make.store_payment("09", store_code="012345")]
    data = convenience_store.write(payments, profile=layout, made_on=date(2024, 6, 5))
    file = inbound.read(inbound.profile_of(layout), data, business_year=2024)
    assert file.profile == "kakuu_agent"
    assert file.records[0].stage is C
    assert file.records[0].outlet == "012345"
    foreign = corrected(toml("mizuho_factor_120"), agency=('agency_code = ""', 'agency_code = "111111"'))
    file = convenience_store.read(make.store_file(), profile=foreign)
    assert "当団体のものではありません" in file.problems[0].reason
    other = corrected(toml("mizuho_factor_120"), corporate=('corporate_code = ""', 'corporate_code = "11111"'))
    assert convenience_store.read(make.store_file(), profile=other).records[0].slip_number is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("at = 64, length = 7", "at = 65, length = 7", "「店舗コード」: 位置65は64のはずです。"),
        ("at = 103, length = 18", "at = 103, length = 17", "長さが119バイトです（120バイトのはず）。"),
        ('status = "published"', 'status = "maybe"', "status「maybe」"),
        ('form = "fixed"', 'form = "xml"', "form「xml」"),
        ('encoding = "cp932"', "", "必要な値がないか"),
        ("[stages]", "[stages", "TOMLとして読めません"),
        ('name = "客層", at = 71, length = 2, type = "C"', 'name = "客層", at = 71, length = 2, type = "Z"', "type は"),
        ('id = "filler_2"', 'id = "filler_1"', "同じ識別名"),
        ('"03" = "3"', '"03" = "4"', "stages の「03」: 「4」は"),
        ('channel = "04"', 'channel = "77"', "値が正しくありません"),
        ("length = 44", 'length = "x"', "値が正しくありません"),
    ],
)
def test_a_wrong_profile_says_where(old, new, reason):
    with pytest.raises(LayoutError) as caught:
        Layout.from_toml(toml("mizuho_factor_120").replace(old, new, 1))
    assert reason in str(caught.value)


def test_every_profile_says_its_status_and_source():
    for key in [*inbound.KEYS, "zengin_21"]:
        layout = load_layout(key)
        assert layout.sources
        assert layout.status in {"published", "reconstructed", "ours"}
    assert inbound.PROFILES["bank_notice_v0"].status_name == "推定（再構成）"
    assert load_layout("mizuho_factor_120").records["1"].status == "reconstructed"


def test_writer_refuses_wrong_values(make):
    for changes in ({"kind": "04"}, {"paid_at": "2500"}, {"barcode": "9" * 44}, {"store_code": "12345678"}):
        with pytest.raises(WriteError):
            make.store_file("mizuho_factor_120", [make.store_payment(**changes)])


PAYMENTS = st.lists(
    st.tuples(
        st.sampled_from(["01", "02", "03"]), st.integers(1, 10**15 - 1), st.integers(1, 300_000),
        st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 23), st.integers(0, 59),
    ),
    max_size=6,
    unique_by=lambda row: row[1],
)  # fmt: skip


@settings(max_examples=60)
@given(rows=PAYMENTS, profile=st.sampled_from(["mizuho_factor_120", "mufg_factor_120", "dsk_csv"]))
def test_round_trip(rows, profile):
    payments = []
    for kind, slip, amount, paid_on, hour, minute in rows:
        code = gs1_128.encode(
            gs1_128.PaymentBarcode(
                agency_code="959919", free_field=gs1_free_field(slip, "24203"), amount=Yen(amount), payable_through=None
            )
        )
        payments.append(
            StorePayment(
                kind=kind, paid_on=paid_on, paid_at=f"{hour:02d}{minute:02d}", barcode=code, store_code="0012345",
                chain_code="C001", captured_on=date(2030, 1, 1), payout_on=date(2030, 1, 9) if kind == "02" else None,
            )
        )  # fmt: skip
    data = convenience_store.write(payments, profile=profile, made_on=date(2030, 1, 1))
    file = inbound.read(profile, data, business_year=2024)
    assert (file.refusal, file.problems) == (None, ())
    got = [(r.slip_number, r.amount, r.paid_on, r.paid_at, r.received_on) for r in file.records]
    assert got == [
        (row[1], row[2], payment.paid_on, payment.paid_at, payment.payout_on)
        for row, payment in zip(rows, payments, strict=True)
    ]


@pytest.mark.parametrize(
    ("key", "old", "new", "reason"),
    [
        ("mizuho_factor_120", 'id = "paid_on"', 'id = "day"', "データレコードに項目「paid_on」がありません。"),
        ("bank_notice_v0", 'id = "fee"', 'id = "cost"', "データ行に項目「fee」がありません。"),
        ("eltax_keshikomi_v0", "[records.8]", "[records.7]", "レコード区分8の定義がありません。"),
        ("eltax_keshikomi_v0", 'channel = "05"', 'channel = "10"', "読む手立てがありません。"),
    ],
)
def test_a_profile_that_lost_a_field_is_refused_at_the_door(key, old, new, reason):
    with pytest.raises(LayoutError) as caught:
        inbound.profile_of(Layout.from_toml(toml(key).replace(old, new, 1)))
    assert reason in str(caught.value)
