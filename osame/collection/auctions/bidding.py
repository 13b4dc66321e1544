"""入札と開札。見積価額に満たない入札、買い受けることのできない者、保証金のない者を除き、最高価と次順位を決める。

Bids are rows that nobody changes. Opening asks the law for the best bid; equal bids are settled by further bids, then by a lot whose
drawing is recorded with its witness.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from osame.collection.arrears.procedures import Moved, write_move
from osame.collection.auctions.facts import standing_of
from osame.collection.auctions.letters import send_award
from osame.collection.auctions.preparing import BidderUnknown
from osame.collection.auctions.queries import AuctionFile, AuctionHead, BidderLine, auction_file
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.auction_conditions import may_buy
from osame.law.auction_days import is_decided_later
from osame.law.auction_steps import AuctionAct, AuctionMethod, AuctionStage, auction_move
from osame.law.public_auction import Bid, open_bids
from osame.platform.audit.recording import record
from osame.platform.database import run_sql


class BiddingClosed(Refusal):
    """入札を受け付ける期間ではありません。入札の始めの日から締切りの日までに受け付けてください。"""


class DepositMissing(Refusal):
    """公売保証金が提供されていません。保証金を受け取ってから、入札を受け付けてください（国税徴収法第100条）。"""


class MayNotBuy(Refusal):
    """買い受けることのできない者です。示された条件を確かめてください。"""


class BidFinal(Refusal):
    """入札書は、引換え、変更、取消しができません（国税徴収法第101条第2項）。初めの額のまま開札してください。"""


class NoTieYet(Refusal):
    """追加の入札ができるのは、最高価が同額の者が、開札の日に、前の額以上で行うときだけです。開札の結果を確かめてください。"""


class TooEarlyToOpen(Refusal):
    """開札の日になっていません。開札の日に行ってください。"""


class TieToSettle(Refusal):
    """最高価が同額の者が二人以上います。追加の入札をさせ、なお同額なら、くじの結果を入力してください（国税徴収法第104条第2項）。"""


class DrawUnknown(Refusal):
    """くじで決めた者が、最高価が同額の者の中にいません。くじの結果と立会人を入力してください。"""


@dataclass(frozen=True, slots=True)
class Draw:
    """同額のときの、くじの結果。 note: くじの方法と立会人。"""

    bidder_number: int
    note: str


@dataclass(frozen=True, slots=True)
class Opened:
    """開札の結果。 excluded: 除いた入札と、その理由。"""

    stage: AuctionStage
    buyer_number: int | None
    next_number: int | None
    price: int | None
    excluded: tuple[str, ...]


def place_bid(key: tuple[str, int], bidder_number: int, amount: int, *, as_of: date, officer: str) -> int:
    """入札（競り売りの最後の申込み、随意契約の見積り）を受け付ける。同じ額の入札をもう一度送っても、変わらない。回を返す。

    要件: F19-01, F19-03
    """
    with transaction.atomic():
        file = auction_file(key, lock=True)
        head, bidder = file.head, file.bidder(bidder_number)
        if bidder is None:
            raise BidderUnknown(str(bidder_number))
        _require_open(head, as_of)
        if unmet := may_buy(head.kind, bidder.facts(head), as_of=as_of).unmet:
            raise MayNotBuy("／".join(each.line for each in unmet))
        if head.deposit and bidder.deposit < head.deposit:
            raise DepositMissing(f"{bidder.deposit:,}円／{head.deposit:,}円")
        if amount == bidder.amount:
            return len(bidder.bids)
        if bidder.bids:
            _require_tie(file, bidder, amount, as_of)
        number = len(bidder.bids) + 1
        run_sql(
            "INSERT INTO auction_bid VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [*key, bidder_number, number, amount, as_of, officer],
        )
        detail: dict[str, str | int] = {
            "公売管理番号": key[1],
            "申込者の番号": bidder_number,
            "回": number,
            "職員": officer,
        }
        record("入札を受け付けた", subjects=[key[0]], detail=detail)
        return number


def _require_open(head: AuctionHead, as_of: date) -> None:
    is_contract = head.method is AuctionMethod.NEGOTIATED and head.stage is AuctionStage.ESTIMATED
    if head.opens_on is None or head.opening_on is None or not (is_contract or head.stage is AuctionStage.ANNOUNCED):
        raise BiddingClosed(head.stage.value)
    if not head.opens_on <= as_of <= head.opening_on:
        raise BiddingClosed(f"{format_wareki(head.opens_on)}から")


def _require_tie(file: AuctionFile, bidder: BidderLine, amount: int, as_of: date) -> None:
    """競り上げ、または同額の者の追加の入札だけを受ける。"""
    head = file.head
    assert bidder.amount is not None
    if head.method is AuctionMethod.ASCENDING and amount > bidder.amount:
        return
    at = len(bidder.bids)
    before = [replace(each, bids=each.bids[:at]) for each in file.bidders]
    _, bids, _ = _valid(replace(file, bidders=tuple(before)), as_of)
    tied = open_bids(bids, Yen(head.estimate or 0), Yen(head.deposit or 0)).ties
    if str(bidder.bidder_number) not in {each.bidder for each in tied}:
        raise BidFinal(f"{bidder.amount:,}円")
    if as_of != head.opening_on or amount < bidder.amount:
        raise NoTieYet(f"{bidder.amount:,}円")


def open_auction(key: tuple[str, int], draw: Draw | None = None, *, as_of: date, officer: str) -> Opened:
    """開札する。最高価申込者と次順位買受申込者を決めるか、不落とする。決めた後の開札は、同じ結果を返すだけ。

    要件: F19-01
    """
    with transaction.atomic():
        file = auction_file(key, lock=True)
        head = file.head
        if head.buyer_number is not None or head.stage is AuctionStage.UNSOLD:
            return Opened(head.stage, head.buyer_number, head.next_number, head.price, ())
        if head.opening_on is None or as_of < head.opening_on:
            raise TooEarlyToOpen(format_wareki(head.opening_on) if head.opening_on else head.stage.value)
        bidders, bids, excluded = _valid(file, as_of)
        if not bids:
            return _no_bid(file, excluded, as_of, officer)
        best, told = _best(bids, head, draw)
        following = _next(bidders, bids, best, head)
        is_contract = head.method is AuctionMethod.NEGOTIATED
        run_sql(
            "UPDATE auction SET buyer_number = %s, next_number = %s, price = %s, drawn = %s WHERE addressee_number = %s AND auction_id = %s",
            [int(best.bidder), following, best.amount, told, *key],
        )
        found = auction_move(head.stage, AuctionAct.CONTRACT if is_contract else AuctionAct.AWARD)
        note = "／".join((f"最高価 {best.amount:,}円", *([told] if told else ()), *excluded))
        write_move("auction", key, found, Moved(as_of, officer, note))
        if is_decided_later(head.kind):
            send_award(auction_file(key), standing_of(file, as_of=as_of).files, as_of=as_of, officer=officer)
        _recorded(key, {"最高価": best.amount, "申込者の番号": best.bidder, "職員": officer})
        return Opened(found.target, int(best.bidder), following, best.amount, excluded)


def _no_bid(file: AuctionFile, excluded: tuple[str, ...], as_of: date, officer: str) -> Opened:
    key = file.head.key
    found = auction_move(file.head.stage, AuctionAct.NO_BID)
    run_sql(
        "UPDATE auction_bidder SET deposit_state = '2' WHERE addressee_number = %s AND auction_id = %s AND deposit > 0",
        [*key],
    )
    write_move("auction", key, found, Moved(as_of, officer, "／".join(("見積価額以上の入札がない", *excluded))))
    _recorded(key, {"結果": "不落", "職員": officer})
    return Opened(found.target, None, None, None, excluded)


def _valid(file: AuctionFile, as_of: date) -> tuple[Mapping[str, BidderLine], list[Bid], tuple[str, ...]]:
    """有効な入札と、除いた入札の理由。"""
    head = file.head
    bidders, bids, excluded = {}, [], []
    for each in file.bidders:
        if each.amount is None:
            continue
        unmet = may_buy(head.kind, each.facts(head), as_of=as_of).unmet
        if unmet or each.amount < (head.estimate or 0) or (head.deposit and each.deposit < head.deposit):
            why = (
                unmet[0].text
                if unmet
                else "見積価額に満たない"
                if each.amount < (head.estimate or 0)
                else "保証金がない"
            )
            excluded.append(f"申込者{each.bidder_number}を除く（{why}）")
            continue
        bidders[str(each.bidder_number)] = each
        bids.append(Bid(str(each.bidder_number), Yen(each.amount)))
    return bidders, bids, tuple(excluded)


def _best(bids: list[Bid], head: AuctionHead, draw: Draw | None) -> tuple[Bid, str]:
    result = open_bids(bids, Yen(head.estimate or 0), Yen(head.deposit or 0))
    if result.best is not None:
        return result.best, ""
    if draw is None:
        raise TieToSettle("、".join(f"申込者{each.bidder}" for each in result.ties) + f" {result.ties[0].amount:,}円")
    chosen = next((each for each in result.ties if each.bidder == str(draw.bidder_number)), None)
    if chosen is None or not draw.note.strip():
        raise DrawUnknown(str(draw.bidder_number))
    return chosen, f"くじ：{draw.note.strip()}"


def _next(bidders: Mapping[str, BidderLine], bids: list[Bid], best: Bid, head: AuctionHead) -> int | None:
    """次順位買受申込者。入札による不動産等の公売で、その申込みをした者。"""
    if head.method not in {AuctionMethod.SEALED_DAY, AuctionMethod.SEALED_PERIOD} or not is_decided_later(head.kind):
        return None
    least = best.amount - (head.deposit or 0)
    able = [
        each for each in bids if each.bidder != best.bidder and each.amount >= least and bidders[each.bidder].wants_next
    ]
    found = max(able, key=lambda each: (each.amount, -int(each.bidder)), default=None)
    return int(found.bidder) if found else None


def _recorded(key: tuple[str, int], detail: dict[str, str | int]) -> None:
    record("開札した", subjects=[key[0]], detail={"公売管理番号": key[1], **detail})
