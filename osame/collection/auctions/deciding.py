"""公売の実施、売却決定、代金不納付による取消しの起案と執行。どれも別の職員の照査と決裁を経る。

Three acts need two people: what the property is worth and when it is offered, to whom it is sold, and that a buyer who does not pay
loses the deposit. Conditions are judged when proposed and again on the day of execution.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from django.db import transaction

from osame.collection.arrears.procedures import Moved, write_move
from osame.collection.auctions.facts import Standing, standing_of
from osame.collection.auctions.letters import send_notices, send_sale
from osame.collection.auctions.queries import AuctionFile, AuctionHead, auction_file, earlier_unsold
from osame.collection.dispositions.collecting import post_own
from osame.collection.dispositions.obligors import own_of
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.auction_conditions import SaleFacts, is_deposit_needed, may_decide_sale, may_offer
from osame.law.auction_days import AuctionDays, auction_days, claims_by, is_notice_again_needed, price_due
from osame.law.auction_steps import AuctionAct, AuctionMethod, AuctionStage, auction_move
from osame.law.conditions import Condition, ConditionNotMet
from osame.law.public_auction import auction_estimate
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, run_sql

PERCENT = 100


class Decision(StrEnum):
    """公売の起案の種類。"""

    HOLD = "hold"
    SELL = "sell"
    DEFAULT = "default"


NAMES = {Decision.HOLD: "公売の実施", Decision.SELL: "売却決定", Decision.DEFAULT: "代金不納付による売却決定の取消し"}


class AuctionNotDecided(Refusal):
    """決裁された起案がありません。起案し、別の職員の照査と決裁を受けてください。"""


class EstimateNeedsReason(Refusal):
    """見積価額の理由がありません。鑑定、近隣の取引、精通者の意見など、評価の根拠を入力してください（国税徴収法第98条）。"""


class OpensTooEarly(Refusal):
    """公売の日が早すぎます。公告（随意契約は通知）から法に定める日数を置いてください。決裁に要る日も見込んでください。"""


class EstimateNoticeLate(Refusal):
    """見積価額の公告が間に合いません。公売の日の3日前の日までに公告できる日程にしてください（国税徴収法第99条）。"""


class DecisionDayUnlawful(Refusal):
    """売却決定の日が、法に定める日ではありません。示された日から選んでください（国税徴収法第111条・第113条）。"""


class DepositTooSmall(Refusal):
    """公売保証金が、見積価額の10%に足りません。額を確かめてください（国税徴収法第100条）。"""


class NotAtThatAuctionStage(Refusal):
    """この公売は、その起案をする段階にありません。公売の段階を確かめてください。"""


class PaymentNotOverdue(Refusal):
    """代金の納付の期限が過ぎていません。期限を過ぎてから起案してください（国税徴収法第115条第4項）。"""


class ChangedSinceAuctionProposal(Refusal):
    """起案の後に、買受人、代金、未納のいずれかが変わりました。起案からやり直してください。"""


@dataclass(frozen=True, slots=True)
class Terms:
    """公売の条件。 deposit: 公売保証金（None なら法の下限。要らない公売では0）; pay_by: 代金の納付の期限（None なら売却決定の日）。"""

    method: AuctionMethod
    market_value: int
    reduction_percent: int
    estimate_reason: str
    place: str
    opens_on: date
    closes_on: date
    opening_on: date
    decision_on: date
    deposit: int | None = None
    pay_by: date | None = None
    is_perishable: bool = False


def days_of(head: AuctionHead, terms: Terms, *, announced_on: date) -> AuctionDays:
    """この条件の、法の日程。

    要件: F19-01
    """
    return auction_days(
        head.kind, terms.method, announced_on, (terms.opens_on, terms.closes_on), terms.opening_on
    )  # fmt: skip


def propose_holding(key: tuple[str, int], terms: Terms, *, as_of: date) -> int:
    """見積価額と日程を定めて、公売の実施を起案する。起案番号を返す。

    要件: F19-01, F19-02, F29-02
    """
    if not terms.estimate_reason.strip() or not terms.place.strip():
        raise EstimateNeedsReason
    with transaction.atomic():
        file = auction_file(key, lock=True)
        _require_stage(file.head, AuctionStage.NONE)
        days = _lawful(file.head, terms, as_of)
        found = auction_estimate(Yen(terms.market_value), reduction=Fraction(terms.reduction_percent, PERCENT))
        standing = standing_of(file, as_of=as_of)
        conditions = (*standing.conditions, *_offer(file, terms, found.estimate, standing))
        _require(conditions)
        content = _content(Decision.HOLD, file) | {
            "method": terms.method.name, "market_value": terms.market_value, "reduction_percent": terms.reduction_percent,
            "estimate": int(found.estimate), "deposit": _deposit(terms, found.estimate, found.deposit),
            "estimate_reason": terms.estimate_reason.strip(), "place": terms.place.strip(),
            "opens_on": terms.opens_on.isoformat(), "closes_on": terms.closes_on.isoformat(),
            "opening_on": terms.opening_on.isoformat(), "decision_on": terms.decision_on.isoformat(),
            "claims_by": claims_by(terms.decision_on).isoformat(),
            "pay_by": price_due(terms.decision_on, extended_to=terms.pay_by).isoformat(), "is_perishable": terms.is_perishable,
            "steps": [*found.steps, *days.steps], "conditions": [each.line for each in conditions],
        }  # fmt: skip
        return propose(HighRiskAct.AUCTION, content=content, reason=terms.estimate_reason, subjects=[key[0]])


def propose_sale(key: tuple[str, int], *, reason: str, as_of: date) -> int:
    """売却決定を起案する。売却決定の日の前でも起案できるが、執行はその日から。起案番号を返す。

    要件: F19-04, F29-02
    """
    with transaction.atomic():
        file = auction_file(key, lock=True)
        _require_stage(file.head, AuctionStage.AWARDED)
        buyer = file.buyer
        assert buyer is not None
        assert file.head.decision_on is not None
        conditions = sale_conditions(file, as_of=max(as_of, file.head.decision_on), seen_on=as_of)
        _require(conditions)
        content = _content(Decision.SELL, file) | {
            "buyer_number": buyer.bidder_number, "buyer": buyer.name, "price": file.head.price, "is_next": file.head.is_next_sale,
            "decision_on": file.head.decision_on.isoformat(), "conditions": [each.line for each in conditions],
            "reason": reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.AUCTION, content=content, reason=reason, subjects=[key[0]])


def propose_default(key: tuple[str, int], *, reason: str, as_of: date) -> int:
    """代金を納めない買受人への売却決定の取消しを起案する。公売保証金は徴収金に充てる。起案番号を返す。

    要件: F19-04, F29-02
    """
    with transaction.atomic():
        file = auction_file(key, lock=True)
        _require_stage(file.head, AuctionStage.SALE_DECIDED)
        buyer, head = file.buyer, file.head
        assert buyer is not None
        assert head.pay_by is not None
        if as_of <= head.pay_by:
            raise PaymentNotOverdue(format_wareki(head.pay_by))
        content = _content(Decision.DEFAULT, file) | {
            "buyer_number": buyer.bidder_number, "buyer": buyer.name, "price": head.price, "deposit": buyer.deposit,
            "next": file.following.name if file.following else "", "pay_by": head.pay_by.isoformat(), "reason": reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.AUCTION, content=content, reason=reason, subjects=[key[0]])


def sale_conditions(file: AuctionFile, *, as_of: date, seen_on: date) -> tuple[Condition, ...]:
    """売却を決定できるかの条件。 as_of: 決定の日; seen_on: 換価の制限と未納を見る日。

    要件: F19-04
    """
    head, buyer, standing = file.head, file.buyer, standing_of(file, as_of=seen_on)
    assert buyer is not None
    assert head.decision_on is not None
    facts = SaleFacts(
        head.kind,
        head.decision_on,
        Yen(head.estimate or 0),
        Yen(head.price or 0),
        Yen(standing.owed),
        buyer.facts(head),
    )
    return (*standing.conditions, *may_decide_sale(facts, as_of=as_of).items)


@executes(HighRiskAct.AUCTION)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された公売の実施、売却決定、または売却決定の取消しを執行する。条件を、その日の事実でもう一度判定する。

    要件: F19-01, F19-02, F19-04
    """
    decision = Decision(content["decision"])
    with transaction.atomic():
        as_of, officer = day_of_transaction(), gate.required().officer
        number = decided_proposal(HighRiskAct.AUCTION, content, AuctionNotDecided)
        file = auction_file((str(content["addressee_number"]), int(content["auction_id"])), lock=True)
        told = {Decision.HOLD: _hold, Decision.SELL: _sell, Decision.DEFAULT: _default}[decision](
            file, content, Moved(as_of, officer, str(content.get("reason", "")), number)
        )
        detail = {"公売管理番号": file.head.auction_id, "起案番号": number}
        record(f"{NAMES[decision]}を執行した", subjects=[file.head.addressee_number], detail=detail)
    return told


@describes(HighRiskAct.AUCTION)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """公売の起案を、人が読める形にする。条件と日程を、そのまま示す。"""
    facts: list[tuple[str, ...]] = [
        ("決定", NAMES[Decision(content["decision"])]), ("売却区分", content["number"]),
        ("滞納者", f"{content['name']}（{content['addressee_number']}）"), ("財産", content["description"]),
    ]  # fmt: skip
    if content["decision"] == Decision.HOLD:
        facts += [
            ("方法", AuctionMethod[content["method"]].value), ("見積価額", f"{content['estimate']:,}円"),
            ("見積価額の理由", content["estimate_reason"]), ("公売保証金", f"{content['deposit']:,}円"),
            ("場所", content["place"]),
        ]  # fmt: skip
        facts += [(name, format_wareki(date.fromisoformat(content[key]))) for name, key in (
            ("入札の始め", "opens_on"), ("締切り", "closes_on"), ("開札", "opening_on"), ("売却決定", "decision_on"),
            ("代金の納付の期限", "pay_by"))]  # fmt: skip
        facts += [("計算と日程", line) for line in content["steps"]]
    else:
        facts += [("買受人", content["buyer"]), ("代金", f"{content['price']:,}円")]
    if content["decision"] == Decision.DEFAULT:
        facts += [
            ("公売保証金", f"{content['deposit']:,}円を徴収金に充てる"),
            ("次順位の者", content["next"] or "いない"),
        ]
    return [*facts, *((f"条件{at}", line) for at, line in enumerate(content.get("conditions", ()), start=1))]


def _hold(file: AuctionFile, content: Mapping[str, Any], moved: Moved) -> str:
    head = file.head
    _require_stage(head, AuctionStage.NONE)
    terms = _terms(content)
    _lawful(head, terms, moved.on)
    standing = standing_of(file, as_of=moved.on, lock=True)
    _require((*standing.conditions, *_offer(file, terms, Yen(content["estimate"]), standing)))
    earlier = earlier_unsold(head.key)
    run_sql(
        "UPDATE auction SET method = %s, market_value = %s, reduction_percent = %s, estimate = %s, deposit = %s, estimate_reason = %s, "
        "place = %s, announced_on = %s, opens_on = %s, closes_on = %s, opening_on = %s, decision_on = %s, claims_by = %s, pay_by = %s, "
        "conditions = to_jsonb(%s::text[]), earlier_auction_id = %s WHERE addressee_number = %s AND auction_id = %s",
        [content["method"], content["market_value"], content["reduction_percent"], content["estimate"], content["deposit"],
         content["estimate_reason"], content["place"], moved.on, terms.opens_on, terms.closes_on, terms.opening_on, terms.decision_on,
         content["claims_by"], content["pay_by"], [*content["steps"], *content["conditions"]],
         earlier[0].auction_id if earlier else None, *head.key],
    )  # fmt: skip
    write_move("auction", head.key, auction_move(head.stage, AuctionAct.ESTIMATE), moved)
    if terms.method is not AuctionMethod.NEGOTIATED:
        write_move("auction", head.key, auction_move(AuctionStage.ESTIMATED, AuctionAct.ANNOUNCE), moved)
    is_told = is_notice_again_needed(earlier[0].opening_on if earlier else None, terms.opens_on)
    runs = send_notices(auction_file(head.key), standing.files, is_told, as_of=moved.on, officer=moved.officer)
    return f"{head.number}の公売を決め、書面（束{'、'.join(map(str, runs))}）を作りました"


def _sell(file: AuctionFile, content: Mapping[str, Any], moved: Moved) -> str:
    head = file.head
    _require_stage(head, AuctionStage.AWARDED)
    if (head.buyer_number, head.price) != (content["buyer_number"], content["price"]):
        raise ChangedSinceAuctionProposal(head.number)
    _require(sale_conditions(file, as_of=moved.on, seen_on=moved.on))
    assert head.decision_on is not None
    assert head.pay_by is not None
    due = max(head.pay_by, price_due(moved.on, is_next=head.is_next_sale))
    run_sql(
        "UPDATE auction SET decided_on = %s, pay_by = %s WHERE addressee_number = %s AND auction_id = %s",
        [moved.on, due, *head.key],
    )
    write_move("auction", head.key, auction_move(head.stage, AuctionAct.DECIDE_SALE), moved)
    send_sale(auction_file(head.key), as_of=moved.on, officer=moved.officer)
    return f"{head.number}の売却を決定しました。代金の納付の期限は{format_wareki(due)}です"


def _default(file: AuctionFile, content: Mapping[str, Any], moved: Moved) -> str:
    """取り消す。保証金を徴収金に充て、残りは滞納者に交付する（国税徴収法第100条第3項ただし書）。"""
    head, buyer = file.head, file.buyer
    _require_stage(head, AuctionStage.SALE_DECIDED)
    if buyer is None or (buyer.bidder_number, buyer.deposit) != (content["buyer_number"], content["deposit"]):
        raise ChangedSinceAuctionProposal(head.number)
    assert moved.proposal_id is not None
    applied = _forfeit(file, moved)
    pass_on = file.following is not None
    write_move(
        "auction", head.key, auction_move(head.stage, AuctionAct.TO_NEXT if pass_on else AuctionAct.DEFAULT),
        Moved(moved.on, moved.officer, f"{moved.note}（公売保証金{buyer.deposit:,}円のうち{applied:,}円を徴収金に充てた）", moved.proposal_id),
    )  # fmt: skip
    if pass_on:
        to_next(file, moved.on)
        return f"売却決定を取り消し、保証金{applied:,}円を徴収金に充てました。次順位の者に売却を決定してください"
    return f"売却決定を取り消し、保証金{applied:,}円を徴収金に充てました。再公売を準備してください"


def _forfeit(file: AuctionFile, moved: Moved) -> int:
    head, buyer = file.head, file.buyer
    assert buyer is not None
    assert moved.proposal_id is not None
    if not buyer.deposit:
        return 0
    files = standing_of(file, as_of=moved.on, lock=True).files
    charges = sorted({part.charge_id for each in files for part in each.parts})
    own = own_of(head.addressee_number, charges, on=moved.on, as_of=moved.on, lock=True)
    amount = min(buyer.deposit, sum(each.share().amount for each in own))
    post_own(files[0].head.key, own, amount, moved.on, moved.proposal_id)
    run_sql(
        "UPDATE auction_bidder SET deposit_state = '4' WHERE addressee_number = %s AND auction_id = %s AND bidder_number = %s",
        [*head.key, buyer.bidder_number],
    )
    return amount


def to_next(file: AuctionFile, on: date) -> None:
    """次順位の者を最高価申込者とする。売却決定の日は取消しの日、納付の期限は7日を経過した日。段階は、移り方の行が変える。"""
    following = file.following
    assert following is not None
    assert following.amount is not None
    decision_on = max(on, file.head.decision_on or on)
    run_sql(
        "UPDATE auction SET buyer_number = %s, next_number = NULL, price = %s, is_next_sale = true, decision_on = %s, pay_by = %s, "
        "decided_on = NULL WHERE addressee_number = %s AND auction_id = %s",
        [following.bidder_number, following.amount, decision_on, price_due(decision_on, is_next=True), *file.head.key],
    )


def _content(decision: Decision, file: AuctionFile) -> dict[str, Any]:
    head = file.head
    return {
        "decision": decision.value, "auction_id": head.auction_id, "addressee_number": head.addressee_number, "name": head.person,
        "number": head.number, "description": head.description,
    }  # fmt: skip


def _terms(content: Mapping[str, Any]) -> Terms:
    days = {
        name: date.fromisoformat(content[name])
        for name in ("opens_on", "closes_on", "opening_on", "decision_on", "pay_by")
    }
    return Terms(
        AuctionMethod[content["method"]], content["market_value"], content["reduction_percent"], content["estimate_reason"],
        content["place"], days["opens_on"], days["closes_on"], days["opening_on"], days["decision_on"], content["deposit"],
        days["pay_by"], content["is_perishable"],
    )  # fmt: skip


def _lawful(head: AuctionHead, terms: Terms, announced_on: date) -> AuctionDays:
    days = days_of(head, terms, announced_on=announced_on)
    if terms.opens_on < days.opens_from:
        raise OpensTooEarly(f"{format_wareki(days.opens_from)}から")
    if terms.method is not AuctionMethod.NEGOTIATED and announced_on > days.estimate_by:
        raise EstimateNoticeLate(format_wareki(days.estimate_by))
    if not days.decision_from <= terms.decision_on <= days.decision_through:
        raise DecisionDayUnlawful(f"{format_wareki(days.decision_from)}から{format_wareki(days.decision_through)}まで")
    return days


def _offer(file: AuctionFile, terms: Terms, estimate: Yen, standing: Standing) -> tuple[Condition, ...]:
    if standing.owed == 0:
        raise ConditionNotMet("完納されている")
    return may_offer(
        estimate, Yen(standing.prior_claims), method=terms.method, earlier_unsold=len(earlier_unsold(file.head.key)),
        is_perishable=terms.is_perishable,
    )  # fmt: skip


def _deposit(terms: Terms, estimate: Yen, least: Yen) -> int:
    is_needed = is_deposit_needed(estimate) and terms.method is not AuctionMethod.NEGOTIATED
    if terms.deposit is None:
        return int(least) if is_needed else 0
    if is_needed and terms.deposit < least:
        raise DepositTooSmall(f"{least:,}円以上")
    return terms.deposit


def _require(conditions: tuple[Condition, ...]) -> None:
    if unmet := [each for each in conditions if each.is_binding and not each.is_met]:
        raise ConditionNotMet("／".join(each.line for each in unmet[:4]))


def _require_stage(head: AuctionHead, stage: AuctionStage) -> None:
    if head.stage is not stage:
        raise NotAtThatAuctionStage(head.stage.value)
