"""控除不足額。配当割額・株式等譲渡所得割額を個人住民税から控除しきれなかった額を、未納に充て（委託納付）、残りを還付する。

What the deduction of the dividend and capital-gains levies could not absorb: first to the resident tax of that year, due or not, then to
whatever else is unpaid and overdue, in order of the due date; the rest is refunded through the payout of outlays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.ledger.queries import charge_numbered
from osame.collection.matching.entering import BatchSheet, ManualSlip, enter_batch
from osame.collection.outlays.models import Outlay
from osame.collection.payment_slips.numbering import next_numbers
from osame.collection.payment_slips.owed import Owed, owed_of
from osame.formats.reports import Channel
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.approvals.models import Proposal
from osame.platform.database import fetch_all, run_sql

RESIDENT_TAX = "01"  # 市民税・県民税・森林環境税（普通徴収）
FIRST_FEE_CODE = "20"  # 税目コード。20から先は、税でない料


class ShortfallWrong(Refusal):
    """控除不足額は、1円以上の額です。税額通知書の控除不足額を確かめてください。"""


class AppliedLate(Refusal):
    """申出の日が、今日より先です。申出書の日付を確かめてください。"""


class ShortfallAlreadyDecided(Refusal):
    """この人のこの年度の控除不足額は、もう決定しています。取り消すか、差額だけを起案してください。"""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """控除不足額と、充当・委託納付の申出。 wished: 未納に充てることの申出があった（なければ、当年度分にだけ充てる）。"""

    addressee_number: str
    levy_year: int
    amount: int
    applied_on: date
    wished: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Settled:
    """充てる期別一つ。"""

    charge_id: int
    label: str
    principal_tax: int
    demand_fee: int
    delinquency_charge: int

    @property
    def amount(self) -> int:
        """充てる額。"""
        return self.principal_tax + self.demand_fee + self.delinquency_charge


def plan_shortfall(wanted: Shortfall, *, as_of: date) -> tuple[tuple[Settled, ...], int]:
    """控除不足額を、どの期別にいくら充てるか。残る額とともに。

    根拠: 地方税法第314条の9第2項・第3項、地方税法施行令第48条の9の3から第48条の9の6まで
    解釈: 当年度分の個人住民税は、納期限の前でも充てる。ほかの未納は、納期限を過ぎた税だけに、申出により、納期限の順に充てる。

    要件: F05-03
    """
    if wanted.amount < 1:
        raise ShortfallWrong(f"{wanted.amount:,}円")
    if wanted.applied_on > as_of:
        raise AppliedLate(format_wareki(wanted.applied_on))
    if fetch_all(
        "SELECT 1 FROM outlay WHERE addressee_number = %s AND levy_year = %s AND kind = '3' AND state <> '9'",
        [wanted.addressee_number, wanted.levy_year],
    ):
        raise ShortfallAlreadyDecided(f"{wanted.levy_year}年度")
    left, settled = wanted.amount, []
    for each in _targets(wanted, as_of):
        share, parts = each.share(), []
        for owed in (share.principal_tax, share.demand_fee, share.delinquency_charge):
            parts.append(min(left, owed))
            left -= parts[-1]
        if sum(parts):
            settled.append(Settled(share.charge_id, each.label, *parts))
    return tuple(settled), left


def content_of(wanted: Shortfall, *, as_of: date) -> dict[str, Any]:
    """起案の中身。充てる期別と、残る額。"""
    settled, left = plan_shortfall(wanted, as_of=as_of)
    return {
        "kind": Outlay.Kind.SHORTFALL.value, "tax_item": RESIDENT_TAX, "levy_year": wanted.levy_year,
        "basis": "地方税法第314条の9第2項・第3項", "reason": wanted.reason.strip(), "total": left, "shortfall": wanted.amount,
        "applied_on": wanted.applied_on.isoformat(), "wished": wanted.wished,
        "settled": [[each.charge_id, each.label, each.amount] for each in settled],
    }  # fmt: skip


def settle(content: Mapping[str, Any], who: str, proposal_id: int, *, on: date) -> tuple[tuple[Settled, ...], int]:
    """決裁された控除不足額を、期別に充てる。領収日は決定の日。充てた期別と、残る額を答える。

    要件: F05-03
    """
    wanted = Shortfall(
        who, int(content["levy_year"]), int(content["shortfall"]), date.fromisoformat(content["applied_on"]), bool(content["wished"]),
        content["reason"],
    )  # fmt: skip
    with transaction.atomic():
        fetch_all("SELECT 1 FROM charge WHERE addressee_number = %s ORDER BY charge_id FOR NO KEY UPDATE", [who])
        settled, left = plan_shortfall(wanted, as_of=on)
        total = wanted.amount - left
        if total:
            _post(settled, who, total, proposal_id, on)
    return settled, left


def _targets(wanted: Shortfall, as_of: date) -> tuple[Owed, ...]:
    """充てる期別。当年度の個人住民税を先に、申出があれば、納期限を過ぎたほかの税を、納期限の順に。"""
    owed = owed_of(wanted.addressee_number, on=as_of, as_of=as_of)
    own = [e for e in owed if e.facts.tax_item == RESIDENT_TAX and e.facts.levy_year == wanted.levy_year]
    others = [e for e in owed if e not in own and e.facts.due_date < as_of and e.facts.tax_item < FIRST_FEE_CODE]
    return (*own, *others) if wanted.wished else tuple(own)


def _post(settled: tuple[Settled, ...], who: str, total: int, proposal_id: int, on: date) -> None:
    """充てる額を、期別に割り振って、元帳の「委託納付」の入口から入れる。入力は起案した職員、照合は照査した職員。"""
    (slip,) = next_numbers(1)
    for position, each in enumerate(settled, start=1):
        assert charge_numbered(each.charge_id).addressee_number == who
        run_sql(
            "INSERT INTO slip_share (slip_number, position, addressee_number, charge_id, amount, principal_tax, demand_fee, "
            "delinquency_charge) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                slip,
                position,
                who,
                each.charge_id,
                each.amount,
                each.principal_tax,
                each.demand_fee,
                each.delinquency_charge,
            ],
        )
    ((maker, checker),) = Proposal.objects.filter(pk=proposal_id).values_list("maker", "checker")
    line = ManualSlip(1, slip, total, on, f"shortfall:{proposal_id}:{slip}")
    result = enter_batch((line,), BatchSheet(Channel.ENTRUSTED, on, 1, total, str(maker), str(checker)))
    assert (result.rows_posted, result.amount_matched) == (1, total), "the whole of it reaches the charges"
