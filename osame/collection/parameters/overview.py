"""基本設定の一覧。種類ごとに、ある日の値と、いつからいつまでの値か、誰の決裁によるかを並べる。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from osame.collection.parameters.changing import CHANGEABLE, said
from osame.collection.parameters.tables import TABLES, ParameterTable, Row
from osame.kernel.dates import era_year
from osame.law.parameters import DatedValue, parameters
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.database import fetch_all

KINDS = {
    "municipality": "団体と首長",
    "tax_item": "税目",
    "installment_term": "納期限",
    "setting": "基準",
    "office_closure": "休業日",
    "bank_succession": "金融機関",
    "debit_consignor": "口座振替の委託者",
    "standard_text": "文言",
    "law": "法の割合と額",
    "assignment_rule": "担当",
    "marker": "付箋",
    "expected_file": "届くファイル",
}
"""一覧の種類。"""
TITLES = {"municipality": "name", "tax_item": "name", "setting": "name", "standard_text": "text_key"}
"""一件の名にする列。"""


@dataclass(frozen=True, slots=True)
class Decision:
    """値を決めた起案。"""

    proposal_id: int
    maker: str
    decider: str
    executed_at: datetime | None
    basis: str


@dataclass(frozen=True, slots=True)
class Version:
    """ある期間の値。 until: 最後の日（None なら、次に変えるまで）; standing: past・now・future。"""

    first: date | None
    until: date | None
    standing: str
    values: tuple[tuple[str, str], ...]
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Item:
    """一つの設定と、その歩み。 changing: 変更の画面に渡す鍵（変えられなければ None）。"""

    title: str
    current: Version | None
    versions: tuple[Version, ...]
    changing: str | None


def items_of(kind: str, *, as_of: date) -> list[Item]:
    """その種類の設定を、ある日の値とともに並べる。

    要件: F01-01, F01-02, F01-05, F01-07, F01-08, F01-10
    """
    if kind == "law":
        return _of_the_law(as_of)
    table = TABLES[kind]
    rows = _rows(table)
    decisions = _decisions(table)
    own_key = [column for column in table.key if column != "valid_from"]
    if "valid_from" not in table.key:
        return [_standing(table, row, decisions) for row in rows]
    found = []
    rows.sort(key=lambda row: (*(row[column] for column in own_key), row["valid_from"]))
    for key, group in groupby(rows, key=lambda row: tuple(row[column] for column in own_key)):
        versions = _versions(table, list(group), decisions, as_of)
        now = next((each for each in versions if each.standing == "now"), None)
        title = _title(table, key, versions)
        changing = urlencode(dict(zip(own_key, key, strict=True))) if kind in CHANGEABLE else None
        found.append(Item(title, now, tuple(reversed(versions)), changing))
    return found


@dataclass(frozen=True, slots=True)
class Term:
    """期別一つ。 charges: 調定の件数; proposal: 決めるのを待っている納期限の変更の起案。"""

    levy_year: int
    tax_item: str
    tax_item_name: str
    installment_term: int
    name: str
    due_date: date
    charges: int
    proposal: int | None
    changed: tuple[Decision, ...]

    @property
    def year(self) -> str:
        """賦課年度の呼び名。"""
        return year_name(self.levy_year)


TERMS = """
SELECT t.levy_year, t.tax_item, coalesce(i.name, ''), t.installment_term, t.name, t.due_date, coalesce(c.charges, 0)
FROM installment_term t
LEFT JOIN (SELECT DISTINCT ON (tax_item) tax_item, name FROM tax_item ORDER BY tax_item, valid_from DESC) i USING (tax_item)
LEFT JOIN (
    SELECT tax_item, installment_term, count(*) AS charges FROM charge WHERE levy_year = %(year)s GROUP BY 1, 2
) c USING (tax_item, installment_term)
WHERE t.levy_year = %(year)s
ORDER BY t.tax_item, t.sort_order
"""


def terms_of(levy_year: int) -> list[Term]:
    """賦課年度の期別と納期限。

    要件: F01-03
    """
    waiting: dict[tuple[str, int], int] = {}
    changed: dict[tuple[str, int], list[Decision]] = {}
    for each in Proposal.objects.filter(act=HighRiskAct.DUE_DATE_CHANGE, content__levy_year=levy_year).order_by("pk"):
        key = (each.content["tax_item"], each.content["installment_term"])
        if each.state == Proposal.State.EXECUTED:
            changed.setdefault(key, []).append(_decision(each))
        elif each.state in {Proposal.State.PROPOSED, Proposal.State.CHECKED, Proposal.State.DECIDED}:
            waiting[key] = each.proposal_id
    return [
        Term(
            year, item, title, term, name, due, charges, waiting.get((item, term)), tuple(changed.get((item, term), ()))
        )
        for year, item, title, term, name, due, charges in fetch_all(TERMS, {"year": levy_year})
    ]


def levy_years() -> dict[int, str]:
    """期別のある賦課年度と、その呼び名。新しいものから。"""
    rows = fetch_all("SELECT DISTINCT levy_year FROM installment_term ORDER BY 1 DESC")
    return {year: year_name(year) for (year,) in rows}


def year_name(year: int) -> str:
    """年度の呼び名。 令和7年度"""
    era, count = era_year(date(year, 6, 1))  # 令和元年度は、5月に始まった元号で呼ぶ
    return f"{era.name}{'元' if count == 1 else count}年度"


@dataclass(frozen=True, slots=True)
class Loading:
    """基本設定のファイルの読み込み。"""

    recorded_at: datetime
    officer: str
    purpose: str


def loadings() -> list[Loading]:
    """基本設定のファイルの読み込みを、新しいものから二十件。"""
    rows = fetch_all(
        "SELECT recorded_at, officer, purpose FROM command WHERE kind = 'load_parameters' ORDER BY command_id DESC LIMIT 20"
    )
    return [Loading(*row) for row in rows]


def waiting_changes() -> list[tuple[int, str, str]]:
    """決めるのを待っている基本設定の変更。起案番号、設定、段階。"""
    open_states = (Proposal.State.PROPOSED, Proposal.State.CHECKED, Proposal.State.DECIDED)
    found = Proposal.objects.filter(act=HighRiskAct.PARAMETER_CHANGE, state__in=open_states).order_by("pk")
    return [(each.proposal_id, TABLES[each.content["table"]].title, each.get_state_display()) for each in found]


def _rows(table: ParameterTable) -> list[Row]:
    found = fetch_all(f"SELECT {', '.join(table.columns)} FROM {table.name} ORDER BY {', '.join(table.key)}")
    return [dict(zip(table.columns, row, strict=True)) for row in found]


def _values(table: ParameterTable, row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(
        (str(table.field(name).verbose_name), said(table, name, value))
        for name, value in row.items()
        if name != "valid_from" and value not in (None, "")
    )


def _versions(table: ParameterTable, rows: list[Row], decisions: Mapping[str, Decision], as_of: date) -> list[Version]:
    """同じ鍵の行を、期間にする。次の行の前日まで効く。"""
    starts = [row["valid_from"] for row in rows]
    found = []
    for row, after in zip(rows, [*starts[1:], None], strict=True):
        first, until = row["valid_from"], after - timedelta(days=1) if after else None
        standing = "future" if first > as_of else "past" if until and until < as_of else "now"
        found.append(Version(first, until, standing, _values(table, row), decisions.get(_key(table, row))))
    return found


def _standing(table: ParameterTable, row: Row, decisions: Mapping[str, Decision]) -> Item:
    """期間を持たない一件。"""
    version = Version(None, None, "now", _values(table, row), decisions.get(_key(table, row)))
    return Item("　".join(said(table, column, row[column]) for column in table.key), version, (version,), None)


def _title(table: ParameterTable, key: tuple[Any, ...], versions: list[Version]) -> str:
    if table.name == "municipality":
        return "団体情報"
    labels = dict((versions[-1]).values)
    name = labels.get(str(table.field(TITLES[table.name]).verbose_name), "") if table.name in TITLES else ""
    return f"{key[0]}　{name}" if name and name != key[0] else str(key[0])


def _key(table: ParameterTable, row: Mapping[str, Any]) -> str:
    return "|".join(str(row[column]) for column in table.key)


def _decisions(table: ParameterTable) -> dict[str, Decision]:
    """行の鍵から、その行を加えた起案。"""
    done = Proposal.objects.filter(
        act=HighRiskAct.PARAMETER_CHANGE, state=Proposal.State.EXECUTED, content__table=table.name
    )
    return {_key(table, each.content["row"]): _decision(each) for each in done}


def _decision(proposal: Proposal) -> Decision:
    return Decision(
        proposal.proposal_id, proposal.maker, proposal.decider, proposal.executed_at, str(proposal.content["basis"])
    )


def _of_the_law(as_of: date) -> list[Item]:
    """法の割合と額。読むだけで、変えられない。"""
    found = []
    for each in parameters().values():
        versions = [_of_law(value, as_of) for value in each.values]
        now = next((version for version in versions if version.standing == "now"), None)
        found.append(Item(each.title, now, tuple(reversed(versions)), None))
    return found


def _of_law(value: DatedValue, as_of: date) -> Version:
    standing = "future" if value.first > as_of else "past" if value.through and value.through < as_of else "now"
    told = (("値", _amount(value.value)), ("根拠", value.basis), ("告示", value.notice))
    return Version(value.first, value.through, standing, told, None)


def _amount(value: Fraction) -> str:
    """年の割合か、円。"""
    if value.denominator == 1 and value >= 1:
        return f"{value.numerator:,}円"
    thousandths = value * 100_000
    assert thousandths.denominator == 1, value
    whole, rest = divmod(thousandths.numerator, 1000)
    return f"年{whole}.{f'{rest:03d}'.rstrip('0') or '0'}%"
