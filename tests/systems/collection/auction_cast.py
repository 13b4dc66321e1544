"""公売の試験の人と財産。佐藤の不動産は、一月前に差し押さえられている。日は、環境の今日（OSAME_TODAY）で動かす。"""

from datetime import date, timedelta

import pytest

from osame.collection.assets.models import AssetInterest, ThirdParty
from osame.collection.assets.queries import asset_numbered
from osame.collection.assets.registering import Interest, add_interest
from osame.collection.auctions.bidding import open_auction, place_bid
from osame.collection.auctions.deciding import Terms, propose_holding, propose_sale
from osame.collection.auctions.preparing import Applicant, Preparation, Screening, prepare, register_bidder, screen
from osame.collection.auctions.queries import auction_file
from osame.collection.dispositions.collecting import record_service
from osame.collection.dispositions.queries import dispositions_of
from osame.collection.dispositions.seizing import SeizureTerms, propose_seizure
from osame.law.arrears_facts import AssetKind
from osame.law.auction_conditions import PoliceAnswer
from osame.law.auction_steps import AuctionMethod
from osame.law.seizure_effect import SeizureService
from tests.systems.collection.cast import OFFICER, SATO
from tests.systems.collection.demand_cast import charge_of
from tests.systems.collection.seizure_cast import as_officer, asset_of, carried, party_of

SEIZED = date(2026, 3, 2)
HELD = date(2026, 4, 1)  # 公告の日
OPENS = date(2026, 4, 13)  # 公告の翌日から10日を置いた日（4/12）の次の月曜日
DECIDED = date(2026, 4, 20)  # 7日を経過した日
TERMS = Terms(
    AuctionMethod.SEALED_DAY, 5_000_000, 20, "不動産鑑定士の鑑定と近隣の取引による", "架空市役所 301会議室", OPENS, OPENS, OPENS, DECIDED
)  # fmt: skip
Key = tuple[str, int]


def seized(
    kind: AssetKind = AssetKind.REAL_ESTATE, amount: int = 5_000_000, charges: tuple[int, ...] = (), who: str = SATO
) -> Key:
    """財産を差し押さえ、一月前の差押えにする。（宛名番号、処分管理番号）を返す。"""
    asset = asset_of(who, kind, amount)
    terms = SeizureTerms(asset, "催告に応じない", "全部", charges or (charge_of(who),))
    with as_officer(OFFICER):
        number = propose_seizure(terms, as_of=SEIZED)
    with pytest.MonkeyPatch.context() as patch:
        on_day(patch, SEIZED)
        carried(number)
    key = dispositions_of(who)[0].key
    record_service(key, SeizureService(SEIZED, SEIZED, SEIZED, SEIZED), officer=OFFICER)
    return key


def mortgaged(
    seizure: Key, amount: int, on: date, rank: int = 1, name: str = "架空信用金庫", **kind: AssetInterest.Kind
) -> int:
    """財産に抵当権を足す。"""
    head = next(each for each in dispositions_of(seizure[0]) if each.key == seizure)
    assert head.asset_id is not None
    party = party_of(ThirdParty.Kind.CREDITOR, name)
    interest = Interest(kind.get("kind", AssetInterest.Kind.MORTGAGE), party, amount, on, rank)
    return add_interest(head.asset_id, interest, officer=OFFICER)


def prepared(*seizures: Key, needs_license: bool = False, on: date = HELD) -> Key:
    head = dispositions_of(seizures[0][0])[0]
    description = asset_numbered(head.asset_id).description if head.asset_id else "財産"
    given = Preparation(tuple(each[1] for each in seizures), description, "占有者なし。境界標あり", SEIZED, "山本 昇、高橋 実（立会人）",
                        needs_license)  # fmt: skip
    return seizures[0][0], prepare(given, as_of=on, officer=OFFICER)


def on_day(patch: pytest.MonkeyPatch, day: date) -> None:
    patch.setenv("OSAME_TODAY", day.isoformat())


def held(patch: pytest.MonkeyPatch, *seizures: Key, terms: Terms = TERMS, needs_license: bool = False) -> Key:
    """準備し、決裁を経て、公告する。"""
    key = prepared(*seizures, needs_license=needs_license)
    with as_officer(OFFICER):
        number = propose_holding(key, terms, as_of=HELD)
    on_day(patch, HELD)
    carried(number)
    return key


def bidder(key: Key, name: str, amount: int, *, wants_next: bool = False, on: date = OPENS) -> int:
    """申込み、保証金、陳述書、入札。"""
    deposit = auction_file(key).head.deposit or 0
    given = Applicant(
        name, f"架空市{name}町1-1", deposit=deposit, deposited_on=on, stated_on=on, license_number="第1号"
    )
    number = register_bidder(key, given, as_of=on, officer=OFFICER)
    if wants_next:
        screen(key, number, Screening(wants_next=True), as_of=on, officer=OFFICER)
    place_bid(key, number, amount, as_of=on, officer=OFFICER)
    return number


def cleared(key: Key, number: int | None = None) -> None:
    """警察の調査で、暴力団員等に当たらないと分かった。"""
    file = auction_file(key)
    screen(
        key, number or file.head.buyer_number or 0, Screening(police=PoliceAnswer.CLEAR), as_of=OPENS, officer=OFFICER
    )


def awarded(patch: pytest.MonkeyPatch, *seizures: Key, price: int = 4_500_000, terms: Terms = TERMS) -> Key:
    """二人が入札し、開札した。"""
    key = held(patch, *seizures, terms=terms)
    bidder(key, "買受 一郎", price)
    bidder(key, "次順 二郎", price - price // 45, wants_next=True)
    open_auction(key, as_of=terms.opening_on, officer=OFFICER)
    cleared(key)
    return key


def sold(patch: pytest.MonkeyPatch, key: Key, on: date = DECIDED) -> Key:
    """売却を決定した。"""
    with as_officer(OFFICER):
        number = propose_sale(key, reason="最高価申込者に売却する", as_of=on - timedelta(days=1))
    on_day(patch, on)
    carried(number)
    return key
