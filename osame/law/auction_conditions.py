"""公売に付すことができるか、買い受けることができる者か、売却を決定できるか、中止しなければならないか。

May this property be put to auction, may this person buy, may the sale be decided: each condition with its fact and article.

条文: 国税徴収法第48条第2項、第89条、第92条、第98条、第99条の2、第100条、第106条の2、第108条、第109条、第113条、第117条、
地方税法第15条の2の3、第15条の5、第15条の6、農地法第3条・第5条。
含まないもの: 換価そのものの制限（猶予、停止、消滅、不服申立て。`seizure_conditions.py` の `may_realize`）。
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import months_after
from osame.law.arrears_facts import AssetKind
from osame.law.auction_steps import AuctionMethod
from osame.law.conditions import Condition, Conditions, Grounds

DEPOSIT_FREE = Yen(500_000)
_OBSTRUCTION_MONTHS = 24
_BUYER_BAN = "国税徴収法第92条"


class PoliceAnswer(Enum):
    """暴力団員等に当たるかの、警察の調査の結果。

    What the police answered on organised crime.

    根拠: 国税徴収法第106条の2
    """

    NOT_ASKED = "嘱託していない"
    ASKED = "調査中"
    CLEAR = "当たらない"
    BARRED = "当たる"
    LICENSED = "許認可を受けた者で、嘱託を要しない"


@dataclass(frozen=True, slots=True)
class BuyerFacts:
    """買受けを申し込んだ者の事実。

    What is known of somebody who bids.

    `needs_license` は、農地などで買受人に資格が要る財産か。`license_number` は買受適格証明書の番号。

    根拠: 国税徴収法第92条、国税徴収法第99条の2、国税徴収法第108条第1項
    """

    name: str
    is_taxpayer: bool = False
    is_tax_officer: bool = False
    obstructed_on: date | None = None
    stated_on: date | None = None
    police: PoliceAnswer = PoliceAnswer.NOT_ASKED
    needs_license: bool = False
    license_number: str = ""


def may_offer(
    estimate: Yen, prior_claims: Yen, *, method: AuctionMethod, earlier_unsold: int, is_perishable: bool = False
) -> tuple[Condition, ...]:
    """公売（随意契約）に付すことができるか。換価の制限（`may_realize`）に加えて確かめること。

    What an offer must meet besides the conditions of a sale.

    根拠: 国税徴収法第48条第2項、国税徴収法第98条第1項、国税徴収法第109条第1項
    例:
    >>> [each.is_met for each in may_offer(Yen(100), Yen(0), method=AuctionMethod.NEGOTIATED, earlier_unsold=0)]
    [True, True, False]
    """
    left = max(0, estimate - prior_claims)
    items = [
        Condition("estimated", "見積価額が決まっている", f"{estimate:,}円", "国税徴収法第98条第1項", estimate > 0),
        Condition(
            "worthwhile", "優先する債権を引いて、残余を得る見込みがある", f"見積価額{estimate:,}円、優先する債権{prior_claims:,}円、残余{left:,}円",
            "国税徴収法第48条第2項", left > 0, is_binding=False,
        ),
    ]  # fmt: skip
    if method is AuctionMethod.NEGOTIATED:
        fact = f"入札のなかった公売{earlier_unsold}回" + (
            "、公売に付すことが公益上適当でない等" if is_perishable else ""
        )
        items.append(
            Condition("may_contract", "随意契約によることができる", fact, "国税徴収法第109条第1項", earlier_unsold > 0 or is_perishable)
        )  # fmt: skip
    return tuple(items)


def may_buy(kind: AssetKind, buyer: BuyerFacts, *, as_of: date) -> Conditions:
    """買い受けることができる者かを、条件ごとに判定する。

    Whether somebody may buy the property.

    警察の調査は、不動産の最高価申込者について、売却決定までに要る（`may_decide_sale`）。入札のときは、当たると分かった者だけを除く。

    根拠: 国税徴収法第92条、国税徴収法第99条の2、国税徴収法第106条の2、国税徴収法第108条第1項・第5項、農地法第3条第1項
    例:
    >>> found = may_buy(AssetKind.REAL_ESTATE, BuyerFacts("甲", is_taxpayer=True), as_of=date(2026, 9, 1))
    >>> [each.key for each in found.unmet]
    ['not_taxpayer', 'stated']
    """
    items = [
        _not("not_taxpayer", "滞納者でない", buyer.is_taxpayer, "滞納者である", _BUYER_BAN),
        _not("not_officer", "税務の職員でない", buyer.is_tax_officer, "税に関する事務に従事する職員である", _BUYER_BAN),
        _not_obstructing(buyer, as_of),
    ]
    if kind is AssetKind.REAL_ESTATE:
        said = format_wareki(buyer.stated_on) if buyer.stated_on else "提出がない"
        items.append(
            Condition("stated", "暴力団員等に当たらない旨の陳述がある", said, "国税徴収法第99条の2", buyer.stated_on is not None)
        )  # fmt: skip
        items.append(
            _not("not_gang", "暴力団員等に当たらない", buyer.police is PoliceAnswer.BARRED, "警察の調査で当たるとされた", "国税徴収法第108条第5項")
        )  # fmt: skip
    if buyer.needs_license:
        fact = buyer.license_number or "証明がない"
        items.append(
            Condition("licensed", "買受けの資格がある（農地の買受適格証明など）", fact, "国税徴収法第95条第1項第7号、農地法第3条第1項",
                      bool(buyer.license_number))
        )  # fmt: skip
    return Conditions("買受け", as_of, tuple(items))


def is_deposit_needed(estimate: Yen, *, is_paid_at_once: bool = False) -> bool:
    """公売保証金を提供させなければならないか。見積価額が50万円以下、または代金の納付の期限が売却決定の日の公売では、要しない。

    Whether bidders have to provide a deposit.

    根拠: 国税徴収法第100条第1項ただし書、国税徴収法施行令第42条の2（50万円）
    解釈: 要しないものとすることが「できる」場合は、入札しやすくするため、いつも提供させない。
    例:
    >>> is_deposit_needed(Yen(500_000)), is_deposit_needed(Yen(500_001))
    (False, True)
    """
    return estimate > DEPOSIT_FREE and not is_paid_at_once


@dataclass(frozen=True, slots=True)
class SaleFacts:
    """売却決定を判定する事実。

    What the decision of a sale is judged on. `decided_from` is the first lawful day; `owed` is what is still unpaid.

    根拠: 国税徴収法第113条第1項
    """

    kind: AssetKind
    decided_from: date
    estimate: Yen
    price: Yen
    owed: Yen
    buyer: BuyerFacts


def may_decide_sale(facts: SaleFacts, *, as_of: date) -> Conditions:
    """売却を決定できるかを、条件ごとに判定する。換価の制限（`may_realize`）は別に確かめる。

    Whether the sale may be decided: the day, the price, the buyer, and that the arrears are not paid in full.

    根拠: 国税徴収法第104条第1項、国税徴収法第106条の2、国税徴収法第111条、国税徴収法第113条第1項、国税徴収法第117条
    例:
    >>> facts = SaleFacts(AssetKind.MOVABLE, date(2026, 9, 15), Yen(100), Yen(90), Yen(0), BuyerFacts("甲"))
    >>> [each.key for each in may_decide_sale(facts, as_of=date(2026, 9, 14)).unmet]
    ['day', 'price', 'still_owed']
    """
    items = [
        Condition("day", "売却決定の日になった", f"{format_wareki(facts.decided_from)}から", "国税徴収法第111条、国税徴収法第113条第1項",
                  as_of >= facts.decided_from),
        Condition("price", "見積価額以上である", f"見積価額{facts.estimate:,}円、申込み{facts.price:,}円", "国税徴収法第104条第1項",
                  facts.price >= facts.estimate),
        Condition("still_owed", "完納されていない", f"残り{facts.owed:,}円", "国税徴収法第117条", facts.owed > 0),
        *may_buy(facts.kind, facts.buyer, as_of=as_of).items,
    ]  # fmt: skip
    if facts.kind is AssetKind.REAL_ESTATE:
        done = facts.buyer.police in {PoliceAnswer.CLEAR, PoliceAnswer.LICENSED}
        items.append(
            Condition("police", "警察の調査の結果が分かった", facts.buyer.police.value, "国税徴収法第106条の2", done)
        )
    return Conditions("売却決定", as_of, tuple(items))


def stop_grounds(
    owed: Yen, *, is_in_grace: bool, is_released: bool, is_disturbed: bool, is_unlawful: bool, as_of: date
) -> Grounds:
    """公売を中止する事由。完納、猶予、差押えの解除は、中止しなければならない。

    Why an auction has to be stopped, or may be.

    根拠: 国税徴収法第117条、国税徴収法第79条第1項第1号、地方税法第15条の2の3第1項、地方税法第15条の5第1項、地方税法第15条の6第1項
    例:
    >>> stop_grounds(Yen(0), is_in_grace=False, is_released=False, is_disturbed=False, is_unlawful=False,
    ...              as_of=date(2026, 9, 1)).is_required
    True
    """
    grace = "地方税法第15条の2の3第1項、地方税法第15条の5第1項、地方税法第15条の6第1項"
    items = (
        Condition("paid", "完納された", f"残り{owed:,}円", "国税徴収法第117条、国税徴収法第79条第1項第1号", owed == 0),
        _ground("grace", "猶予などで換価できない", is_in_grace, grace),
        _ground("released", "差押えが解除・取消しされた", is_released, "国税徴収法第79条第1項、国税徴収法第80条"),
        _ground("unlawful", "公売の手続に違法または不当がある", is_unlawful, "国税徴収法第89条第1項"),
        _ground(
            "disturbed", "天災などで公売を行うことが困難である", is_disturbed, "地方税法第20条の5の2", is_duty=False
        ),
    )
    return Grounds("公売の中止", as_of, items)


def _not(key: str, text: str, is_so: bool, so: str, article: str) -> Condition:
    return Condition(key, text, so if is_so else "当たらない", article, not is_so)


def _not_obstructing(buyer: BuyerFacts, as_of: date) -> Condition:
    done = buyer.obstructed_on
    until = months_after(done, _OBSTRUCTION_MONTHS) if done else None
    fact = f"{format_wareki(done)}に公売を妨げた" if done else "事実がない"
    is_free = until is None or as_of > until
    return Condition("not_obstructing", "公売を妨げて2年を経過しない者でない", fact, "国税徴収法第108条第1項", is_free)


def _ground(key: str, text: str, has: bool, article: str, *, is_duty: bool = True) -> Condition:
    return Condition(key, text, "該当する" if has else "該当しない", article, has, is_duty)
