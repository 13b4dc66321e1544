"""公売の段階と、許された移り方。表は一つで、行ごとに条文を持つ。

The stages of a public auction and the moves that the law allows: one table, each row with its article.

含まないもの: 日と事実による条件（`auction_conditions.py`）、日の計算（`auction_days.py`）、配当（差押えの手続として `dispositions.py`）。
"""

from dataclasses import dataclass
from enum import Enum

from osame.kernel.refusals import Refusal


class AuctionMoveNotAllowed(Refusal):
    """いまの段階から、その行いはできません。公売の段階を確かめてください。

    根拠: 国税徴収法第94条から第121条まで
    """


class AuctionStage(Enum):
    """公売の段階。

    The stage of a public auction. NONE is where each begins.

    根拠: 国税徴収法第94条第1項
    """

    NONE = "準備中"
    ESTIMATED = "見積価額を決定"
    ANNOUNCED = "公告中"
    AWARDED = "最高価申込者を決定"
    SALE_DECIDED = "売却決定"
    PRICE_PAID = "代金納付"
    TRANSFERRED = "権利移転"
    UNSOLD = "不落"
    STOPPED = "中止"


class AuctionAct(Enum):
    """公売を進める行い。

    What moves a public auction on.

    根拠: 国税徴収法第94条第1項
    """

    ESTIMATE = "見積価額を決める"
    ANNOUNCE = "公告する"
    CONTRACT = "随意契約の相手を決める"
    AWARD = "最高価申込者を決める"
    NO_BID = "入札がない"
    DECIDE_SALE = "売却を決定する"
    PAY_PRICE = "代金を納める"
    TO_NEXT = "次順位の者に移る"
    DEFAULT = "代金を納めない"
    TRANSFER = "権利を移す"
    STOP = "中止する"


class AuctionMethod(Enum):
    """換価の方法。

    How the property is sold.

    根拠: 国税徴収法第94条第2項、国税徴収法第109条第1項
    """

    SEALED_DAY = "期日入札"
    SEALED_PERIOD = "期間入札"
    ASCENDING = "競り売り"
    NEGOTIATED = "随意契約"


@dataclass(frozen=True, slots=True)
class AuctionMove:
    """許された移り方一つ。

    One allowed move with its article.

    根拠: 国税徴収法第94条第1項
    """

    source: AuctionStage
    act: AuctionAct
    target: AuctionStage
    article: str


_TABLE = """
準備中 | 見積価額を決める | 見積価額を決定 | 国税徴収法第98条第1項
準備中 | 中止する | 中止 | 国税徴収法第89条第1項
見積価額を決定 | 公告する | 公告中 | 国税徴収法第95条第1項・第99条第1項
見積価額を決定 | 随意契約の相手を決める | 最高価申込者を決定 | 国税徴収法第109条第1項
見積価額を決定 | 中止する | 中止 | 国税徴収法第89条第1項
見積価額を決定 | 入札がない | 不落 | 国税徴収法第109条第1項
公告中 | 最高価申込者を決める | 最高価申込者を決定 | 国税徴収法第104条第1項
公告中 | 入札がない | 不落 | 国税徴収法第107条第1項
公告中 | 中止する | 中止 | 国税徴収法第79条第1項、地方税法第15条の2の3第1項、地方税法第15条の5第1項
最高価申込者を決定 | 売却を決定する | 売却決定 | 国税徴収法第111条、国税徴収法第113条第1項・第2項
最高価申込者を決定 | 次順位の者に移る | 最高価申込者を決定 | 国税徴収法第108条第2項、国税徴収法第113条第2項第1号・第2号
最高価申込者を決定 | 入札がない | 不落 | 国税徴収法第107条第1項、国税徴収法第108条第2項・第5項
最高価申込者を決定 | 中止する | 中止 | 国税徴収法第79条第1項、地方税法第15条の2の3第1項、地方税法第15条の5第1項
売却決定 | 代金を納める | 代金納付 | 国税徴収法第115条第3項、国税徴収法第116条
売却決定 | 次順位の者に移る | 最高価申込者を決定 | 国税徴収法第115条第4項、国税徴収法第113条第2項第4号
売却決定 | 代金を納めない | 不落 | 国税徴収法第115条第4項、国税徴収法第107条第1項
売却決定 | 中止する | 中止 | 国税徴収法第117条
代金納付 | 権利を移す | 権利移転 | 国税徴収法第119条、国税徴収法第120条、国税徴収法第121条
"""


def _moves(text: str) -> tuple[AuctionMove, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return tuple(
        AuctionMove(AuctionStage(source), AuctionAct(act), AuctionStage(target), article)
        for source, act, target, article in rows
    )


AUCTION_MOVES = _moves(_TABLE)
"""許された移り方のすべて。"""
_BY_KEY = {(each.source, each.act): each for each in AUCTION_MOVES}


def auction_move(source: AuctionStage, act: AuctionAct) -> AuctionMove:
    """公売を一段進める。表にない移り方は断る。

    The move for an act, or a refusal when the table has none.

    根拠: 国税徴収法第94条から第121条まで
    例:
    >>> auction_move(AuctionStage.SALE_DECIDED, AuctionAct.PAY_PRICE).target.value
    '代金納付'
    """
    try:
        return _BY_KEY[source, act]
    except KeyError:
        raise AuctionMoveNotAllowed(f"「{source.value}」のとき「{act.value}」") from None


def auction_acts_from(source: AuctionStage) -> tuple[AuctionAct, ...]:
    """いまの段階からできる行い。

    The acts that the table allows from a stage.

    根拠: 国税徴収法第94条第1項
    例:
    >>> [each.value for each in auction_acts_from(AuctionStage.PRICE_PAID)]
    ['権利を移す']
    """
    return tuple(each.act for each in AUCTION_MOVES if each.source is source)
