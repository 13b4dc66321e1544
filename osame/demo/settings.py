"""架空市の基本設定。既定の設定に、団体情報・期別・届くはずのファイルを足した TOML。"""

from datetime import date
from importlib import resources

from osame.demo.calendar import FIRST_YEAR, LEVY_YEAR, TERMS, due_date, month_end
from osame.demo.places import AGENCY_NUMBER, CITY, DESIGNATED_BANK, MUNICIPALITY_CODE
from osame.formats import installment_master
from osame.formats.installment_master import InstallmentTermRow

CITY_FACTS = f"""
# 架空市。団体コード {MUNICIPALITY_CODE} は検査数字だけが正しく、どの団体にも付いていない。

[[municipality]]
valid_from = 2000-01-01
municipality_code = "{MUNICIPALITY_CODE}"
name = "{CITY}"
mayor_title = "市長"
mayor_name = "架空 太郎"
office_name = "収納推進課"
office_address = "{CITY}本町1番地"
office_telephone = "（架空のため電話はありません）"
receiving_agency_number = "{AGENCY_NUMBER}"
barcode_corporate_code = "{AGENCY_NUMBER}"

[[office_closure]]
closed_on = 2025-11-09
kind = "2"
reason = "金融機関のシステム更新"

[[assignment_rule]]
rule_number = 1
valid_from = 2025-04-01
officer = "S0001"
priority = 1
kana_from = "ア"
kana_through = "ト"

[[assignment_rule]]
rule_number = 2
valid_from = 2025-04-01
officer = "S0002"
priority = 2
kana_from = "ナ"
kana_through = "ン"
"""


def parameters_toml(expected_files: dict[str, list[date]]) -> str:
    """基本設定の TOML。"""
    defaults = resources.files("osame.collection.parameters").joinpath("defaults.toml").read_text(encoding="utf-8")
    blocks = [defaults, CITY_FACTS]
    for levy_year in range(FIRST_YEAR, LEVY_YEAR):
        blocks += [_term_block(row) for row in terms(levy_year)]
    for profile, days in sorted(expected_files.items()):
        listed = ", ".join(day.isoformat() for day in sorted(set(days)))
        sender = {"bank_notice_v0": DESIGNATED_BANK, "zengin_91": DESIGNATED_BANK}.get(profile, profile)
        blocks.append(f'[[expected_file]]\nprofile = "{profile}"\nsender = "{sender}"\nbusiness_on = [{listed}]\n')
    return "\n".join(blocks)


def installment_file() -> bytes:
    """当年度の期別マスタ（036o015）。納期限は休日に当たることがある。"""
    return installment_master.write(terms(LEVY_YEAR, shifted=False))


def terms(levy_year: int, *, shifted: bool = True) -> list[InstallmentTermRow]:
    """年度の期別。"""
    rows = []
    for tax_item, listed in sorted(TERMS.items()):
        for term, (shift, month, day) in enumerate(listed, start=1):
            year = levy_year + shift
            on = date(year, month, day) if day else month_end(year, month)
            rows.append(
                InstallmentTermRow(
                    levy_year=levy_year,
                    tax_item=tax_item,
                    installment_term=term,
                    name=f"{month}月分" if day else f"第{term}期" if len(listed) > 1 else "全期",
                    year_month=f"{year:04d}-{month:02d}",
                    due_date=due_date(tax_item, levy_year, term) if shifted else on,
                    sort_order=term,
                )
            )
    return rows


def _term_block(row: InstallmentTermRow) -> str:
    return (
        f'[[installment_term]]\nlevy_year = {row.levy_year}\ntax_item = "{row.tax_item}"\n'
        f'installment_term = {row.installment_term}\nname = "{row.name}"\nyear_month = "{row.year_month}"\n'
        f"due_date = {row.due_date}\nsort_order = {row.sort_order}\n"
    )
