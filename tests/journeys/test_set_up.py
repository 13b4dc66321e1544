"""一日目。条例と団体の値を登録し、期別と宛名を取り込む。"""

from datetime import date
from pathlib import Path

import pytest

from osame.formats import installment_master
from osame.formats.installment_master import InstallmentTermRow
from tests.journeys.town import AS_OF, CITY, person, write_addressees
from tests.journeys.typist import OFFICER, Typist
from tests.systems.collection.cast import SATO, determination, slip, write_determinations

NEWCOMER = f"{98:015d}"
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


def test_parameters_go_in_come_out_and_go_in_again(osame: Typist, parameters: Path, tmp_path: Path) -> None:
    """基本設定を登録し、書き出し、書き出したものを登録し直しても何も変わらない。"""
    told = osame.ok("parameters", "load", parameters, *OFFICER)
    assert "municipality" in told
    assert "tax_item" in told
    exported = osame.ok("parameters", "export")
    assert 'mayor_name = "架空 太郎"' in exported
    assert 'municipality_code = "242039"' in exported
    copy = tmp_path / "copy.toml"
    copy.write_text(exported, encoding="utf-8")
    again = osame.ok("parameters", "load", copy, *OFFICER)
    assert all(line.split("│")[3].strip() == "0" for line in again.splitlines() if line.startswith("│"))
    assert osame.ok("parameters", "export") == exported


def test_a_new_mayor_signs_from_the_day_of_office(town: Typist, parameters: Path) -> None:
    """首長の交代は、適用開始日の一行を足すだけで、前の期間は残る。"""
    text = parameters.read_text(encoding="utf-8")
    text += CITY.replace("2000-01-01", "2025-08-01").replace("架空 太郎", "架空 次郎")
    parameters.write_text(text, encoding="utf-8")
    town.ok("parameters", "load", parameters, *OFFICER)
    exported = town.ok("parameters", "export")
    assert exported.index("架空 太郎") < exported.index("架空 次郎")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("242039", "242038", "検査数字が合いません"),
        ("prescription_years = 5", "prescription_years = 3", "時効年数は2か5"),
        ("本税,督促手数料,延滞金", "延滞金,本税,督促手数料", "延滞金を本税より後"),
        ('due_date = 2025-12-31', 'due_date = "2025-12-31"', "引用符なしで書きます"),
        ("[[municipality]]", "[[city]]", "[[city]] という表はありません"),
        ("[[municipality]]", "[[municipality]", "TOML（UTF-8）として読めません"),
    ],
)  # fmt: skip
def test_a_mistake_refuses_the_whole_file(
    osame: Typist, parameters: Path, before: str, after: str, reason: str
) -> None:
    """誤りが一つでもあれば何も登録せず、直し方を言う。"""
    text = parameters.read_text(encoding="utf-8") + TERM
    parameters.write_text(text.replace(before, after), encoding="utf-8")
    assert reason in osame.refused("parameters", "load", parameters, *OFFICER)
    assert osame.ok("parameters", "export") == ""


def test_the_same_term_twice_is_refused(osame: Typist, parameters: Path) -> None:
    parameters.write_text(parameters.read_text(encoding="utf-8") + TERM + TERM, encoding="utf-8")
    assert "同じ行が二つあります" in osame.refused("parameters", "load", parameters)


def test_a_file_that_is_not_there_is_a_sentence(osame: Typist, tmp_path: Path) -> None:
    assert "読めません" in osame.refused("parameters", "load", tmp_path / "nowhere.toml")
    assert "読めません" in osame.refused("import", "terms", tmp_path / "nowhere.csv")


def test_tax_items_and_order_are_read_back(town: Typist, parameters: Path) -> None:
    """税目・充当順序・督促の値・定型文が、登録したとおりに書き出される。"""
    exported = town.ok("parameters", "export")
    for told in ("地方税法第371条第1項", "prescription_years = 5", 'value = "本税,督促手数料,延滞金"',
                 'name = "督促の発付日数"', 'text_key = "督促状:差押え"', "first_period_months = 1"):  # fmt: skip
        assert told in exported
    late = parameters.read_text(encoding="utf-8").replace('value = "20"', 'value = "21"')
    parameters.write_text(late, encoding="utf-8")
    assert "20日以内" in town.ok("parameters", "load", parameters)


def test_a_retired_tax_item_takes_no_new_determination(town: Typist, parameters: Path, tmp_path: Path) -> None:
    """廃止した税目への新規調定は断る。"""
    text = parameters.read_text(encoding="utf-8")
    parameters.write_text(text.replace("accepts_determination = true", "accepts_determination = false"), "utf-8")
    town.ok("parameters", "load", parameters, *OFFICER)
    told = town.json("import", "determinations", write_determinations(tmp_path / "d.csv", determination(SATO)),
                     "--as-of", AS_OF)  # fmt: skip
    assert told["rows_rejected"] == 1
    assert "廃止されています" in told["problems"][0][1]


def test_terms_move_off_closed_days(town: Typist, tmp_path: Path) -> None:
    """期別マスタ。休日の納期限は翌開庁日へ動き、同じ期別の二重登録は断り、賦課済みの変更は注意する。"""
    due = (date(2025, 12, 31), date(2025, 12, 31), date(2025, 11, 1))
    rows = [
        InstallmentTermRow(levy_year=2025, tax_item="06", installment_term=term, name=f"第{term}期",
                           year_month="2025-12", due_date=day, sort_order=term)
        for term, day in zip((3, 3, 4), due, strict=True)
    ]  # fmt: skip
    path = tmp_path / "terms.csv"
    path.write_bytes(installment_master.write(rows))
    told = town.ok("import", "terms", path, "--as-of", AS_OF, *OFFICER)
    assert "行 3 ＝ 取込 2 ＋ 保留 0 ＋ 不受理 1" in told
    assert "同じ期別が前の行にあります" in told
    assert "受領済み。何も変えていません" in town.ok("import", "terms", path, "--as-of", AS_OF)
    exported = town.ok("parameters", "export")
    assert "due_date = 2026-01-05" in exported
    assert "due_date = 2025-11-04" in exported
    town.take("determinations", write_determinations(tmp_path / "d.csv", determination(SATO, 3)), "--as-of", AS_OF)
    path.write_bytes(installment_master.write([InstallmentTermRow(
        levy_year=2025, tax_item="06", installment_term=3, name="第3期", year_month="2025-12",
        due_date=date(2025, 12, 25), sort_order=3)]))  # fmt: skip
    warned = town.ok("import", "terms", path, "--as-of", AS_OF)
    assert "納期変更の異動を送ってください" in warned
    assert "0行目" not in warned


def test_addressees_release_what_waited_for_them(town: Typist, tmp_path: Path) -> None:
    """宛名のない調定は保留し、宛名が届けば自動で取り込む。"""
    rows = (determination(SATO), determination(NEWCOMER))
    path = write_determinations(tmp_path / "d.csv", *rows)
    assert "宛名「" in town.ok("import", "determinations", path, "--as-of", AS_OF)
    assert "該当する期別がありません" in town.refused("charge", "show", slip(NEWCOMER))
    told = town.ok("import", "addressees", write_addressees(tmp_path / "a.csv", person(NEWCOMER)), "--as-of", AS_OF)
    assert "宛名を待っていた調定 1 件を取り込みました" in told
    assert town.json("charge", "quote", slip(NEWCOMER), "--as-of", "2025-06-30")["principal_tax"] == 50_000
    town.ok("ledger", "verify")


def test_addressees_keep_the_newest_and_reject_bad_rows(town: Typist, tmp_path: Path) -> None:
    """同じ宛名は新しい異動が残り、悪い行だけが断られ、同じファイルは何も変えない。"""
    bad = person(f"{99:015d}", postal_code="51600")
    path = write_addressees(tmp_path / "a.csv", person(NEWCOMER), bad)
    told = town.ok("import", "addressees", path, "--as-of", AS_OF)
    assert "行 2 ＝ 取込 1 ＋ 保留 0 ＋ 不受理 1" in told
    assert "郵便番号の桁数が5です" in told
    assert "受領済み" in town.ok("import", "addressees", path, "--as-of", AS_OF)
    cut = tmp_path / "cut.csv"
    cut.write_bytes(path.read_bytes()[:-10])
    assert "トレーラ" in town.refused("import", "addressees", cut, "--as-of", AS_OF)


def test_rules_markers_closures_and_successions_go_round(town: Typist, parameters: Path) -> None:
    """休業日、店舗の承継、担当の割当て、付箋。登録して書き出せる。"""
    text = """
[[office_closure]]
closed_on = 2025-06-02
kind = "1"
reason = "臨時休庁"

[[bank_succession]]
old_bank_code = "0155"
old_branch_code = "997"
closed_on = 2024-01-01
bank_code = "0155"
branch_code = "701"

[[assignment_rule]]
rule_number = 1
valid_from = 2025-04-01
officer = "山本"
priority = 1
kana_from = "ア"
kana_through = "ソ"

[[marker]]
marker_number = 99
name = "要面談"
colour = "#cc0000"
ends_on = 2026-03-31
"""
    parameters.write_text(parameters.read_text(encoding="utf-8") + text, encoding="utf-8")
    town.ok("parameters", "load", parameters, *OFFICER)
    exported = town.ok("parameters", "export")
    for told in ("臨時休庁", 'old_branch_code = "997"', 'officer = "山本"', 'name = "要面談"', "ends_on = 2026-03-31"):
        assert told in exported
    broken = text.replace('bank_code = "0155"\nbranch_code = "701"', 'bank_code = "0155"\nbranch_code = "997"')
    parameters.write_text(parameters.read_text(encoding="utf-8").replace(text, broken), encoding="utf-8")
    assert "読替えが一巡しています" in town.refused("parameters", "load", parameters)
