"""代金の納付、権利の移転、中止、最高価申込者の決定の取消し。

The price is paid by its day or not at all; then each seizure has its share of it and the law's distribution does the rest. Full
payment of the arrears before that stops the sale, whatever stage it has reached.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.arrears.procedures import Moved, write_move
from osame.collection.arrears.stages import stages_of
from osame.collection.auctions.deciding import NotAtThatAuctionStage, to_next
from osame.collection.auctions.facts import standing_of
from osame.collection.auctions.letters import send_stop, send_transfer
from osame.collection.auctions.queries import AuctionFile, auction_file
from osame.collection.dispositions.collecting import Money, sell
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.allocation import in_proportion
from osame.law.auction_conditions import may_buy, stop_grounds
from osame.law.auction_steps import AuctionAct, AuctionStage, auction_move
from osame.law.conditions import ConditionNotMet, Grounds
from osame.law.dispositions import Procedure, ProcedureStage
from osame.platform.audit.recording import record
from osame.platform.database import run_sql


class PriceLate(Refusal):
    """代金の納付の期限を過ぎています。売却決定の取消しを起案してください（国税徴収法第115条第4項）。"""


class PaidBeforeDecision(Refusal):
    """代金の納付の日が、売却決定の日より前です。日付を確かめてください。"""


class PriceDiffers(Refusal):
    """納付の額が、売却の代金と違います。公売保証金を充てる額も含めて、代金の全額を受け取ってください。"""


class PaidInFull(Refusal):
    """徴収金が完納されています。代金を受け取らず、公売を中止してください（国税徴収法第117条）。"""


class NoGroundToStop(Refusal):
    """中止の事由がありません。完納、猶予、差押えの解除、違法、天災などの事由を確かめてください。"""


class StopNeedsReason(Refusal):
    """中止・取消しの理由がありません。理由を入力してください。"""


class StillMayBuy(Refusal):
    """最高価申込者は、買い受けることのできる者です。取り消す事由となる調査の結果を、先に記録してください。"""


@dataclass(frozen=True, slots=True)
class StopJudgement:
    """中止の判断。職員が認めた事由。完納・猶予・解除は、記録から判定する。"""

    reason: str
    is_unlawful: bool = False
    is_disturbed: bool = False


def record_price(key: tuple[str, int], amount: int, paid_on: date, *, officer: str) -> tuple[int, ...]:
    """買受代金の納付を記録し、差押えごとに分ける。買受人は財産を取得する。同じ納付をもう一度送っても、変わらない。分けた額を返す。

    要件: F19-04
    """
    with transaction.atomic():
        file = auction_file(key, lock=True)
        head, buyer = file.head, file.buyer
        parts = _shares(file, head.price or 0)
        if head.price_paid_on is not None and (head.price_paid_on, head.price) == (paid_on, amount):
            return parts
        if (
            head.stage is not AuctionStage.SALE_DECIDED
            or buyer is None
            or head.pay_by is None
            or head.decided_on is None
        ):
            raise NotAtThatAuctionStage(head.stage.value)
        if paid_on < head.decided_on:
            raise PaidBeforeDecision(format_wareki(head.decided_on))
        if paid_on > head.pay_by:
            raise PriceLate(format_wareki(head.pay_by))
        if amount != head.price:
            raise PriceDiffers(f"代金{head.price:,}円")
        standing = standing_of(file, as_of=paid_on, lock=True)
        if standing.owed == 0:
            raise PaidInFull(head.number)
        if unmet := [each for each in standing.conditions if each.is_binding and not each.is_met]:
            raise ConditionNotMet("／".join(each.line for each in unmet[:4]))
        run_sql(
            "UPDATE auction SET price_paid_on = %s WHERE addressee_number = %s AND auction_id = %s", [paid_on, *key]
        )
        _return_deposits(file, keep=buyer.bidder_number)
        move = auction_move(head.stage, AuctionAct.PAY_PRICE)
        write_move("auction", key, move, Moved(paid_on, officer, f"{amount:,}円"))
        for each, part in zip(standing.files, parts, strict=True):
            sell(each.head.key, Money(part, paid_on, f"買受人 {buyer.name}"), officer=officer)
        _recorded("買受代金の納付を記録した", file, {"額": amount, "職員": officer})
        return parts


def _shares(file: AuctionFile, price: int) -> tuple[int, ...]:
    """一括して売った代金を、財産の評価額の割合で差押えごとに分ける。

    解釈: 国税徴収法第128条第2項は見積価額に応じて按分する。減価は財産によらず同じ割合なので、評価額の割合は見積価額の割合に等しい。
    """
    return tuple(
        int(each) for each in in_proportion(Yen(price), [Yen(each.weight * max(1, price)) for each in file.objects])
    )


def _return_deposits(file: AuctionFile, *, keep: int | None) -> None:
    """買受人の保証金は代金に充て、ほかの者には返す（国税徴収法第100条第3項・第6項）。徴収金に充てたものは動かさない。"""
    run_sql(
        "UPDATE auction_bidder SET deposit_state = CASE WHEN bidder_number = %s THEN '3' ELSE '2' END "
        "WHERE addressee_number = %s AND auction_id = %s AND deposit > 0 AND deposit_state = '1'",
        [keep or 0, *file.head.key],
    )


def transfer(key: tuple[str, int], registry_id: int | None, *, as_of: date, officer: str) -> int | None:
    """権利を移す。登記・登録のある財産は、移転と抹消の登記を嘱託する。束の番号（引渡しだけなら None）を返す。

    要件: F19-04
    """
    with transaction.atomic():
        file = auction_file(key, lock=True)
        move = auction_move(file.head.stage, AuctionAct.TRANSFER)
        note = "登記・登録を嘱託した" if registry_id is not None else "引き渡した"
        write_move("auction", key, move, Moved(as_of, officer, note))
        _recorded("公売財産の権利を移した", file, {"方法": note, "職員": officer})
        if registry_id is None:
            return None
        files = standing_of(file, as_of=as_of).files
        return send_transfer(auction_file(key), files, registry_id, as_of=as_of, officer=officer)


def grounds_to_stop(file: AuctionFile, judgement: StopJudgement, *, as_of: date) -> Grounds:
    """中止しなければならないか、することができるかを、事由ごとに。

    要件: F19-02, F19-04
    """
    standing = standing_of(file, as_of=as_of)
    stages = stages_of(file.head.addressee_number, as_of=as_of)
    held = {
        procedure
        for each in standing.files
        for part in each.parts
        for procedure, found in stages.get(part.charge_id, {}).items()
        if ProcedureStage.IN_FORCE in found
    }
    blocking = {Procedure.COLLECTION_GRACE, Procedure.REALIZATION_GRACE, Procedure.SUSPENSION}
    return stop_grounds(
        Yen(standing.owed), is_in_grace=bool(held & blocking),
        is_released=any(not each.head.is_open for each in standing.files), is_disturbed=judgement.is_disturbed,
        is_unlawful=judgement.is_unlawful, as_of=as_of,
    )  # fmt: skip


def stop(key: tuple[str, int], judgement: StopJudgement, *, as_of: date, officer: str) -> tuple[int, ...]:
    """公売を中止し、保証金を返し、公告と通知を受けた者に知らせる。もう中止した公売は、変わらない。束の番号を返す。

    要件: F19-01, F19-02, F19-04
    """
    if not judgement.reason.strip():
        raise StopNeedsReason
    with transaction.atomic():
        file = auction_file(key, lock=True)
        if file.head.stage is AuctionStage.STOPPED:
            return ()
        move = auction_move(file.head.stage, AuctionAct.STOP)
        found = grounds_to_stop(file, judgement, as_of=as_of)
        met = [each for each in found.items if each.is_met]
        is_public = file.head.stage is not AuctionStage.NONE
        if not met and is_public:
            raise NoGroundToStop(file.head.number)
        ground = f"（{met[0].text}、{met[0].article}）" if met else ""
        _return_deposits(file, keep=None)
        write_move("auction", key, move, Moved(as_of, officer, f"{judgement.reason.strip()}{ground}"))
        _recorded("公売を中止した", file, {"理由": judgement.reason.strip(), "職員": officer})
        if not is_public:
            return ()
        files = standing_of(file, as_of=as_of).files
        return send_stop(auction_file(key), files, met[0], as_of=as_of, officer=officer)


def revoke_award(key: tuple[str, int], *, reason: str, as_of: date, officer: str) -> AuctionStage:
    """買い受けることのできない最高価申込者の決定を取り消す。次順位の者がいれば、その者に移る。段階を返す。

    要件: F19-01, F19-04
    """
    if not reason.strip():
        raise StopNeedsReason
    with transaction.atomic():
        file = auction_file(key, lock=True)
        head, buyer = file.head, file.buyer
        if head.stage is not AuctionStage.AWARDED or buyer is None:
            raise NotAtThatAuctionStage(head.stage.value)
        if not may_buy(head.kind, buyer.facts(head), as_of=as_of).unmet:
            raise StillMayBuy(buyer.name)
        act = AuctionAct.TO_NEXT if file.following else AuctionAct.NO_BID
        move = auction_move(head.stage, act)
        write_move("auction", key, move, Moved(as_of, officer, reason.strip()))
        if file.following:
            to_next(file, as_of)
        else:
            _return_deposits(file, keep=None)
        _recorded("最高価申込者の決定を取り消した", file, {"理由": reason.strip(), "職員": officer})
        return move.target


def _recorded(act: str, file: AuctionFile, detail: dict[str, str | int]) -> None:
    record(act, subjects=[file.head.addressee_number], detail={"公売管理番号": file.head.auction_id, **detail})
