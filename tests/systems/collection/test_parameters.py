"""基本設定の登録。誤りは全部まとめて断り、同じものは二度書かず、書き出せば元に戻る。"""

from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from osame.collection.parameters.actions import export_parameters, import_installment_terms, load_parameters
from osame.collection.parameters.banks import bank, branch, branches, successor
from osame.collection.parameters.calendar import is_open_day, open_days
from osame.collection.parameters.loading import ParametersRefused
from osame.collection.parameters.queries import allocation_order, municipality, setting
from osame.formats import installment_master
from osame.formats.installment_master import InstallmentTermRow
from osame.platform.database import fetch_all, fetch_one

OFFICER = "山本"
CITY = """
[[municipality]]
valid_from = 2000-01-01
municipality_code = "242039"
name = "架空市"
mayor_title = "市長"
mayor_name = "架空 太郎"
office_name = "収納推進課"
office_address = "架空市架空1-1"
office_telephone = "（電話なし）"
receiving_agency_number = "24203"
barcode_corporate_code = "24203"
"""
ITEM = """
[[tax_item]]
tax_item = "06"
valid_from = 2000-01-01
name = "固定資産税"
revenue_account = "市税"
bears_delinquency_charge = true
first_period_months = 1
demand_fee = 100
prescription_years = 5
appropriation_rank = 1
demand_article = "地方税法第371条第1項"
"""
TERM = """
[[installment_term]]
levy_year = 2025
tax_item = "06"
installment_term = 3
name = "第3期"
year_month = "2025-12"
due_date = 2025-12-31
sort_order = 3
"""


def load(tmp_path: Path, *texts: str):
    path = tmp_path / "parameters.toml"
    path.write_text("\n".join(texts), encoding="utf-8")
    return load_parameters(path, officer=OFFICER)


def one_setting(name: str, value: str, valid_from: str = "2000-01-01") -> str:
    return f'[[setting]]\nname = "{name}"\nvalid_from = {valid_from}\nvalue = "{value}"\nbasis = "市税条例"\n'


def test_load_again_change_and_back(database: str, tmp_path: Path) -> None:
    first = load(tmp_path, CITY, ITEM, TERM)
    assert first.changed == {"municipality": 1, "tax_item": 1, "installment_term": 1}
    assert first.command_id is not None
    again = load(tmp_path, CITY, ITEM, TERM)
    assert (again.changed, again.command_id) == ({}, None)
    changed = load(tmp_path, CITY.replace("太郎", "花子"), ITEM, TERM)
    assert changed.changed == {"municipality": 1}
    assert municipality(as_of=date(2025, 4, 1)).mayor_name == "架空 花子"
    back = load(tmp_path, CITY, ITEM, TERM)
    assert back.changed == {"municipality": 1}
    assert fetch_one("SELECT count(*) FROM command WHERE kind = 'load_parameters'")[0] == 3


def test_due_date_on_a_closed_day_moves_with_a_warning(database: str, tmp_path: Path) -> None:
    loaded = load(tmp_path, TERM)
    assert fetch_one("SELECT due_date FROM installment_term") == (date(2026, 1, 5),)
    assert len(loaded.warnings) == 1
    assert "令和8年1月5日に繰り延べる" in loaded.warnings[0]


def test_round_trip(database: str, tmp_path: Path) -> None:
    defaults = resources.files("osame.collection.parameters").joinpath("defaults.toml").read_text(encoding="utf-8")
    expected = '[[expected_file]]\nprofile = "zengin_91"\nsender = "0155"\nbusiness_on = [2025-06-30, 2025-09-01]\n'
    tricky = '[[marker]]\nmarker_number = 99\nname = "引用符\\"と\\\\と\\n改行"\ncolour = "#123456"\n'
    dot = (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="  # 一点の PNG
    )
    seal = CITY + f'seal_image = "{dot}"\n'
    load(tmp_path, defaults, seal, TERM, expected, tricky)
    assert fetch_one("SELECT count(*) FROM expected_file")[0] == 2
    exported = export_parameters()
    assert load(tmp_path, exported).changed == {}
    assert export_parameters() == exported
    assert bytes(fetch_one("SELECT seal_image FROM municipality")[0]).startswith(b"\x89PNG")


def test_defaults_are_sound(database: str, tmp_path: Path) -> None:
    defaults = resources.files("osame.collection.parameters").joinpath("defaults.toml").read_text(encoding="utf-8")
    loaded = load(tmp_path, defaults)
    assert loaded.warnings == ()
    assert setting("督促の指定期限までの日数", as_of=date(2025, 4, 1)) is not None
    assert allocation_order(as_of=date(2025, 4, 1)).accounts
    assert loaded.rows["tax_item"] >= 8


def test_dated_setting_takes_effect_on_its_day(database: str, tmp_path: Path) -> None:
    load(tmp_path, one_setting("督促の発付日数", "20"), one_setting("督促の発付日数", "15", "2025-10-01"))
    assert setting("督促の発付日数", as_of=date(2025, 9, 30)) == "20"
    assert setting("督促の発付日数", as_of=date(2025, 10, 1)) == "15"


def test_demand_later_than_the_law_is_warned(database: str, tmp_path: Path) -> None:
    assert "20日以内" in load(tmp_path, one_setting("督促の発付日数", "21")).warnings[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (CITY.replace("242039", "242038"), "団体コード「242038」の検査数字が合いません"),
        (
            CITY.replace('receiving_agency_number = "24203"', 'receiving_agency_number = "2420"'),
            "収納機関番号「2420」は5桁",
        ),
        (CITY.replace("2000-01-01", '"2000-01-01"'), "引用符なしで書きます"),
        (CITY + CITY, "同じ行が二つあります"),
        (CITY + "mayor = 1", "項目「mayor」はありません"),
        (CITY.replace('name = "架空市"', ""), "name（団体名）がありません"),
        (ITEM.replace("prescription_years = 5", "prescription_years = 3"), "時効年数は2か5"),
        (ITEM.replace("demand_fee = 100", "demand_fee = -1"), "0以上です"),
        (ITEM.replace("demand_fee = 100", 'demand_fee = "100"'), "整数です"),
        (ITEM.replace('tax_item = "06"', 'tax_item = "061"'), "2文字まで"),
        (ITEM + TERM.replace('tax_item = "06"', 'tax_item = "07"'), "税目の表にありません"),
        (one_setting("充当順序", "延滞金,本税,督促手数料"), "延滞金を本税より後"),
        (one_setting("督促しない少額（円未満）", "千円"), "0以上の整数"),
        ("[[tax]]\nx = 1", "[[tax]] という表はありません"),
        ("[[setting]\n", "TOML（UTF-8）として読めません"),
        ('[[office_closure]]\nclosed_on = 2025-06-02\nkind = "9"\nreason = "x"', "「9」は定めがありません"),
        (
            "".join(
                f'[[bank_succession]]\nold_bank_code = "{a}"\nold_branch_code = "001"\nclosed_on = 2025-01-01\n'
                f'bank_code = "{b}"\nbranch_code = "001"\n'
                for a, b in (("0155", "0005"), ("0005", "0155"))
            ),
            "一巡しています",
        ),
    ],
)
def test_errors_are_refused_whole(database: str, tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ParametersRefused, match="何も登録しません") as refused:
        load(tmp_path, one_setting("良い行", "1"), text)
    assert reason in str(refused.value)
    assert fetch_all("SELECT 1 FROM setting") == []


def test_due_date_of_levied_term_is_warned(city: str, tmp_path: Path) -> None:
    from osame.collection.determinations.importing import import_determinations
    from tests.systems.collection.cast import AS_OF, SATO, determination, write_determinations

    load(tmp_path, TERM.replace("2025-12-31", "2025-12-25"))
    import_determinations(
        write_determinations(tmp_path / "d.csv", determination(SATO, 3)), as_of=AS_OF, officer=OFFICER
    )
    assert "納期変更の異動を送ってください" in load(tmp_path, TERM.replace("2025-12-31", "2025-12-26")).warnings[0]


def test_installment_master(database: str, tmp_path: Path) -> None:
    rows = [
        InstallmentTermRow(levy_year=2025, tax_item="06", installment_term=3, name="第3期", year_month="2025-12",
                           due_date=date(2025, 12, 31), sort_order=3),
        InstallmentTermRow(levy_year=2025, tax_item="06", installment_term=9, name="随時", year_month="2026-02",
                           due_date=None, sort_order=9, occasional=True),
    ]  # fmt: skip
    path = tmp_path / "terms.csv"
    path.write_bytes(installment_master.write(rows))
    result = import_installment_terms(path, as_of=date(2025, 4, 1), officer=OFFICER)
    assert (result.rows_in, result.rows_posted, result.rows_rejected) == (2, 2, 0)
    assert fetch_all("SELECT due_date FROM installment_term ORDER BY installment_term") == [
        (date(2026, 1, 5),), (date(2026, 3, 2),)
    ]  # fmt: skip
    assert import_installment_terms(path, as_of=date(2025, 4, 1), officer=OFFICER).already_received
    path.write_bytes(path.read_bytes() + b"2025,06,XX\r\n")
    result = import_installment_terms(path, as_of=date(2025, 4, 1), officer=OFFICER)
    assert (result.rows_in, result.rows_posted, result.rows_rejected) == (3, 2, 1)


def test_banks_branches_and_successions(database: str, tmp_path: Path) -> None:
    found = bank("0155")
    assert found is not None
    assert found.name == "百五"
    assert bank("9998") is None
    assert branch("0155", "998") is None
    codes = [each.branch_code for each in branches("0155")]
    assert codes == sorted(codes)
    first = branch("0155", codes[0])
    assert first is not None
    load(
        tmp_path,
        *(
            f'[[bank_succession]]\nold_bank_code = "0155"\nold_branch_code = "{old}"\nclosed_on = {day}\n'
            f'bank_code = "0155"\nbranch_code = "{new}"\n'
            for old, new, day in (("997", "998", "2024-01-01"), ("998", codes[0], "2025-01-01"))
        ),
    )
    assert successor("0155", "997", as_of=date(2023, 12, 31)) == ("0155", "997")
    assert successor("0155", "997", as_of=date(2024, 1, 1)) == ("0155", "998")
    assert successor("0155", "997", as_of=date(2025, 1, 1)) == ("0155", codes[0])


def test_open_days(database: str, tmp_path: Path) -> None:
    load(tmp_path, '[[office_closure]]\nclosed_on = 2025-06-02\nkind = "1"\nreason = "臨時休庁"')
    assert not is_open_day(date(2025, 6, 1))  # 日曜
    assert not is_open_day(date(2025, 6, 2))
    assert is_open_day(date(2025, 6, 3))
    assert open_days(date(2025, 5, 30), date(2025, 6, 3)) == (date(2025, 5, 30), date(2025, 6, 3))
