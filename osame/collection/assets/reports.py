"""財産収支状況書（R-074）。分かっている財産と負債、聞き取った収支と納付可能額を、一枚に。審査と決裁の資料にする。"""

from datetime import date

from django.http import HttpResponse

from osame.collection.assets.queries import AssetRow, assets_of, interests_in, investigation
from osame.collection.letters.reports import Grid, Report, report_pdf
from osame.collection.payment_slips.owed import owed_of
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.law.instalments import HouseholdBudget, ability_to_pay
from osame.law.wage_seizure import exempt_amounts_on
from osame.platform.audit.recording import record
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind

# いちばん新しい計画で聞き取った収支。
HEARD = """
SELECT made_on, (heard_budget->>'income')::bigint, (heard_budget->>'taxes')::bigint, (heard_budget->>'dependants')::int,
       (heard_budget->>'necessary')::bigint, (heard_budget->>'cash')::bigint
FROM pledge_plan WHERE addressee_number = %s AND heard_budget IS NOT NULL ORDER BY made_on DESC, pledge_id DESC, plan_number DESC LIMIT 1
"""


def save_statement(key: tuple[str, int], *, as_of: date) -> HttpResponse:
    """財産収支状況書を保存する。 key: 調査。

    要件: F13-13, F29-06
    """
    who = key[0]
    record("財産収支状況書を作った", subjects=[who], detail={"調査番号": key[1]})
    pdf = report_pdf([statement_of(key, as_of=as_of)], as_of)
    return download(pdf, "statement.pdf", Output(EgressKind.REPORT, (who,)))


def statement_of(key: tuple[str, int], *, as_of: date) -> Report:
    """財産収支状況書の内容。取り消した認定とないものになった財産は載せない。住所は載せない。

    要件: F13-13
    """
    plan, who = investigation(key), key[0]
    held = [each for each in assets_of(who) if each.withdrawn_on is None and each.gone_on is None]
    owed = owed_of(who, on=as_of, as_of=as_of)
    heard, income, steps = _heard(who, as_of)
    grids = (
        Grid("財産", ("番号", "種類", "表示", "評価日", "評価（円）", "優先する債権（円）", "差押え"), (10, 26, 62, 18, 24, 26, 14), "rlllrrl",
             tuple(_asset(each) for each in held)),
        Grid("ほかの者の権利（負債）", ("財産", "順位", "権利", "権利者", "債権（円）"), (14, 12, 34, 70, 30), "rrllr",
             tuple((str(each.asset_id), str(right.rank), str(right.kind.label), right.party, f"{right.amount:,}")
                   for each in held for right in interests_in(each.key))),
        Grid("納めるもの", ("期別", "納期限", f"{short_wareki(as_of)}に納める額（円）"), (100, 24, 40), "llr",
             tuple((each.label, short_wareki(each.facts.due_date), f"{each.share().amount:,}") for each in owed)),
        Grid("1月の収入と支出", ("項目", "額"), (110, 40), "lr", income),
    )  # fmt: skip
    facts = (
        ("滞納者", f"{plan.name}（{who}）"), ("調査", f"{key[1]}（{plan.reason}）"), ("財産の評価の計", f"{sum(each.value for each in held):,}円"),
        ("優先する債権の計", f"{sum(each.prior_claims for each in held):,}円"), ("納めるものの計", f"{sum(each.share().amount for each in owed):,}円"),
        ("収支の聞き取り", heard),
    )  # fmt: skip
    return Report("R-074", "財産収支状況書", facts, tuple(each for each in grids if each.rows), notes=steps)


def _asset(each: AssetRow) -> tuple[str, ...]:
    return (
        str(each.asset_id), each.kind.value, f"{each.party} {each.description}".strip(), short_wareki(each.valued_on), f"{each.value:,}",
        f"{each.prior_claims:,}", "差押え中" if each.is_seized else "—",
    )  # fmt: skip


def _heard(who: str, as_of: date) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]:
    """聞き取りの日、収支の行、納付可能額の数え方。"""
    rows = fetch_all(HEARD, [who])
    if not rows:
        return "まだ聞き取っていない", (), ()
    made_on, income, taxes, dependants, necessary, cash = rows[0]
    found = ability_to_pay(
        HouseholdBudget(Yen(income), Yen(taxes), dependants, Yen(necessary), Yen(cash)), exempt_amounts_on(as_of)
    )
    lines = (
        ("収入", f"{income:,}円"), ("源泉所得税・住民税・社会保険料", f"{taxes:,}円"), ("生計を一にする親族", f"{dependants}人"),
        ("必要と認めた支出", f"{necessary:,}円"), ("手元の現金", f"{cash:,}円"), ("毎月の納付可能額", f"{found.monthly:,}円"),
    )  # fmt: skip
    return format_wareki(made_on), lines, (*found.steps, *(f"根拠：{each}" for each in found.basis))
