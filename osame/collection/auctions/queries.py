"""公売の照会。一件の綴り、続いている公売、人ごとの公売。"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.arrears.procedures import ProcedureUnknown
from osame.collection.auctions.models import AuctionBidder
from osame.law.arrears_facts import AssetKind
from osame.law.auction_conditions import BuyerFacts, PoliceAnswer
from osame.law.auction_steps import AuctionAct, AuctionMethod, AuctionStage
from osame.platform.database import fetch_all

CLOSED = (AuctionStage.TRANSFERRED, AuctionStage.UNSOLD, AuctionStage.STOPPED)
HEADS = """
SELECT u.addressee_number, u.auction_id, a.name, u.stage, u.numbered_year, u.year_number, u.kind, u.description, u.needs_license,
       u.survey, u.surveyed_on, u.surveyors, u.earlier_auction_id, u.method, u.market_value, u.reduction_percent, u.estimate,
       u.deposit, u.estimate_reason, u.place, u.announced_on, u.opens_on, u.closes_on, u.opening_on, u.decision_on, u.claims_by,
       u.pay_by, ARRAY(SELECT jsonb_array_elements_text(u.conditions)), u.buyer_number, u.next_number, u.price, u.drawn,
       u.is_next_sale, u.decided_on, u.price_paid_on, u.officer, u.falling
FROM auction u JOIN addressee a USING (addressee_number) WHERE {terms} ORDER BY u.auction_id DESC
"""
BIDDERS = """
SELECT b.bidder_number, b.name, b.kana, b.postal_code, b.address, b.agent, b.outside_number, b.is_taxpayer, b.is_tax_officer,
       b.different_evidence, b.obstructed_on, b.deposit, b.deposited_on, b.deposit_state, b.stated_on, b.police, b.police_on,
       b.license_number, b.wants_next, b.registered_on,
       ARRAY(SELECT d.amount FROM auction_bid d WHERE (d.addressee_number, d.auction_id, d.bidder_number)
             = (b.addressee_number, b.auction_id, b.bidder_number) ORDER BY d.round_number)
FROM auction_bidder b WHERE b.addressee_number = %s AND b.auction_id = %s ORDER BY b.bidder_number
"""


@dataclass(frozen=True, slots=True)
class AuctionHead:
    """公売の見出し。"""

    addressee_number: str
    auction_id: int
    person: str
    stage: AuctionStage
    numbered_year: int
    year_number: int
    kind: AssetKind
    description: str
    needs_license: bool
    survey: str
    surveyed_on: date
    surveyors: str
    earlier_auction_id: int | None
    method: AuctionMethod | None
    market_value: int | None
    reduction_percent: int | None
    estimate: int | None
    deposit: int | None
    estimate_reason: str
    place: str
    announced_on: date | None
    opens_on: date | None
    closes_on: date | None
    opening_on: date | None
    decision_on: date | None
    claims_by: date | None
    pay_by: date | None
    conditions: tuple[str, ...]
    buyer_number: int | None
    next_number: int | None
    price: int | None
    drawn: str
    is_next_sale: bool
    decided_on: date | None
    price_paid_on: date | None
    officer: str
    falling: str

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、公売管理番号）。"""
        return self.addressee_number, self.auction_id

    @property
    def number(self) -> str:
        """売却区分の番号。"""
        return f"令和{self.numbered_year - 2018}年度 売却区分番号 第{self.year_number}号"

    @property
    def is_open(self) -> bool:
        """続いているか。"""
        return self.stage not in CLOSED


@dataclass(frozen=True, slots=True)
class BidderLine:
    """買受けの申込みをした者一人と、その入札。"""

    bidder_number: int
    name: str
    kana: str
    postal_code: str
    address: str
    agent: str
    outside_number: str
    is_taxpayer: bool
    is_tax_officer: bool
    different_evidence: str
    obstructed_on: date | None
    deposit: int
    deposited_on: date | None
    deposit_state: AuctionBidder.DepositState
    stated_on: date | None
    police: PoliceAnswer
    police_on: date | None
    license_number: str
    wants_next: bool
    registered_on: date
    bids: tuple[int, ...]

    @property
    def amount(self) -> int | None:
        """最後の入札の額。"""
        return self.bids[-1] if self.bids else None

    def facts(self, head: AuctionHead) -> BuyerFacts:
        """法に渡す事実。"""
        return BuyerFacts(
            self.name, is_taxpayer=self.is_taxpayer, is_tax_officer=self.is_tax_officer, obstructed_on=self.obstructed_on,
            stated_on=self.stated_on, police=self.police, needs_license=head.needs_license, license_number=self.license_number,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ObjectLine:
    """公売の目的の差押え一つ。"""

    disposition_id: int
    weight: int


@dataclass(frozen=True, slots=True)
class AuctionEventLine:
    """公売の移り方一つ。"""

    act: AuctionAct
    target: AuctionStage
    article: str
    happened_on: date
    note: str
    officer: str


@dataclass(frozen=True, slots=True)
class AuctionFile:
    """公売一件の綴り。"""

    head: AuctionHead
    objects: tuple[ObjectLine, ...]
    bidders: tuple[BidderLine, ...]
    events: tuple[AuctionEventLine, ...]

    @property
    def buyer(self) -> BidderLine | None:
        """最高価申込者または買受人。"""
        return self.bidder(self.head.buyer_number)

    @property
    def following(self) -> BidderLine | None:
        """次順位買受申込者。"""
        return self.bidder(self.head.next_number)

    def bidder(self, number: int | None) -> BidderLine | None:
        """番号の申込者。"""
        return next((each for each in self.bidders if each.bidder_number == number), None)


def auctions(terms: str, values: dict[str, Any]) -> tuple[AuctionHead, ...]:
    """条件に合う公売。"""
    found = []
    for row in fetch_all(HEADS.format(terms=terms), values):
        told = list(row)
        told[3], told[6] = AuctionStage[told[3]], AssetKind[told[6]]
        told[13] = AuctionMethod[told[13]] if told[13] else None
        told[27] = tuple(told[27])
        found.append(AuctionHead(*told))
    return tuple(found)


def auction_file(key: tuple[str, int], *, lock: bool = False) -> AuctionFile:
    """公売一件の綴り。

    要件: F19-01
    """
    if lock:
        fetch_all("SELECT 1 FROM auction WHERE addressee_number = %s AND auction_id = %s FOR UPDATE", [*key])
    heads = auctions("u.addressee_number = %(who)s AND u.auction_id = %(at)s", {"who": key[0], "at": key[1]})
    if not heads:
        raise ProcedureUnknown(str(key[1]))
    objects = fetch_all(
        "SELECT disposition_id, weight FROM auction_object WHERE addressee_number = %s AND auction_id = %s ORDER BY 1",
        [*key],
    )
    return AuctionFile(heads[0], tuple(ObjectLine(*row) for row in objects), _bidders(key), _events(key))


def auction_numbered(auction_id: int) -> AuctionHead:
    """番号の公売。"""
    found = auctions("u.auction_id = %(at)s", {"at": auction_id})
    if not found:
        raise ProcedureUnknown(str(auction_id))
    return found[0]


def auctions_of(addressee_number: str) -> tuple[AuctionHead, ...]:
    """その人の公売を、新しい順に。

    要件: F19-01
    """
    return auctions("u.addressee_number = %(who)s", {"who": addressee_number})


def open_auctions() -> tuple[AuctionHead, ...]:
    """続いている公売。

    要件: F19-01
    """
    return auctions("u.stage <> ALL (%(closed)s)", {"closed": [each.name for each in CLOSED]})


def earlier_unsold(key: tuple[str, int]) -> tuple[AuctionHead, ...]:
    """同じ差押えの財産の、入札のなかった公売を、新しい順に。

    要件: F19-01
    """
    return auctions(
        "u.addressee_number = %(who)s AND u.auction_id <> %(at)s AND u.stage = 'UNSOLD' AND EXISTS (SELECT 1 FROM auction_object o "
        "JOIN auction_object n USING (addressee_number, disposition_id) WHERE o.addressee_number = %(who)s "
        "AND o.auction_id = u.auction_id AND n.auction_id = %(at)s)",
        {"who": key[0], "at": key[1]},
    )


def auctions_of_disposition(key: tuple[str, int]) -> tuple[AuctionHead, ...]:
    """その差押えの財産の公売。

    要件: F19-01
    """
    return auctions(
        "u.addressee_number = %(who)s AND EXISTS (SELECT 1 FROM auction_object o WHERE o.addressee_number = u.addressee_number "
        "AND o.auction_id = u.auction_id AND o.disposition_id = %(at)s)",
        {"who": key[0], "at": key[1]},
    )


def _bidders(key: tuple[str, int]) -> tuple[BidderLine, ...]:
    found = []
    for row in fetch_all(BIDDERS, [*key]):
        told = list(row)
        told[13], told[15], told[20] = AuctionBidder.DepositState(told[13]), PoliceAnswer[told[15]], tuple(told[20])
        found.append(BidderLine(*told))
    return tuple(found)


def _events(key: tuple[str, int]) -> tuple[AuctionEventLine, ...]:
    rows = fetch_all(
        "SELECT act, to_stage, article, happened_on, note, officer FROM auction_event "
        "WHERE addressee_number = %s AND auction_id = %s ORDER BY event_number",
        [*key],
    )
    return tuple(AuctionEventLine(AuctionAct[act], AuctionStage[target], *rest) for act, target, *rest in rows)
