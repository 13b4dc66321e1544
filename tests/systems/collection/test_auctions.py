"""公売。準備、見積価額、公告、入札、開札、売却決定、代金、権利の移転、中止、次順位、再公売。法の日より前、見積価額の下、制限された者には売らない。"""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from osame.collection.assets.models import ThirdParty
from osame.collection.auctions.bidding import (
    BidFinal,
    DepositMissing,
    Draw,
    MayNotBuy,
    TieToSettle,
    TooEarlyToOpen,
    open_auction,
    place_bid,
)
from osame.collection.auctions.deciding import (
    DecisionDayUnlawful,
    OpensTooEarly,
    PaymentNotOverdue,
    propose_default,
    propose_holding,
    propose_sale,
)
from osame.collection.auctions.paying import (
    NoGroundToStop,
    PaidInFull,
    PriceDiffers,
    PriceLate,
    StopJudgement,
    record_price,
    revoke_award,
    stop,
    transfer,
)
from osame.collection.auctions.preparing import Applicant, BarredName, Screening, register_bidder, screen
from osame.collection.auctions.queries import auction_file, earlier_unsold, open_auctions
from osame.collection.demands.batch import run_demands
from osame.collection.dispositions.queries import disposition_file
from osame.collection.dispositions.releasing import ReleaseJudgement, release
from osame.collection.grace.actions import Application, apply_grace
from osame.collection.grace.deciding import Decision
from osame.collection.inquiry.verification import verify_everything
from osame.collection.letters.printing import print_run
from osame.collection.payment_slips.owed import owed_of
from osame.law.arrears_facts import AssetKind
from osame.law.auction_conditions import PoliceAnswer
from osame.law.auction_steps import AuctionMethod, AuctionStage
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import ProcedureStage
from osame.law.grace import GraceGround
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.auction_cast import (
    DECIDED,
    HELD,
    OPENS,
    TERMS,
    awarded,
    bidder,
    cleared,
    held,
    mortgaged,
    on_day,
    prepared,
    seized,
    sold,
)
from tests.systems.collection.cast import OFFICER, SATO, determination, notice
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy
from tests.systems.collection.seizure_cast import as_officer, carried, party_of
from tests.systems.collection.suspension_cast import pay_late
from tests.systems.collection.test_grace import DAY as GRANTED
from tests.systems.collection.test_grace import PERIOD, PLAN, decided
from tests.systems.collection.test_letters import texts


@pytest.fixture
def owing(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """佐藤は50万円を滞納し、督促されて十日を過ぎた。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 500_000))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    return tmp_path


def papers(key: tuple[str, int], kind: str = "auction") -> str:
    runs = fetch_all("SELECT DISTINCT run_id FROM letter WHERE subject = %s ORDER BY 1", [f"{kind}:{key[1]}"])
    return "".join(text for (run,) in runs for text in texts(print_run(run).directory))


@pytest.mark.usefixtures("owing")
class TestFromEstimateToTransfer:
    def test_the_whole_way_of_real_estate(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seizure = seized()
        mortgaged(seizure, 1_000_000, date(2020, 4, 1))
        key = awarded(monkeypatch, seizure)
        head = auction_file(key).head
        assert (head.estimate, head.deposit, head.claims_by) == (4_000_000, 400_000, date(2026, 4, 19))
        assert (head.stage, head.price, head.next_number) == (AuctionStage.AWARDED, 4_500_000, 2)
        sold(monkeypatch, key)
        assert record_price(key, 4_500_000, DECIDED, officer=OFFICER) == (4_500_000,)
        assert record_price(key, 4_500_000, DECIDED, officer=OFFICER) == (4_500_000,)  # 同じ納付は一度だけ
        file = disposition_file(seizure)
        assert (file.head.stage, file.head.collected) == (ProcedureStage.SOLD, 4_500_000)
        registry = party_of(ThirdParty.Kind.REGISTRY, "津地方法務局")
        transfer(key, registry, as_of=DECIDED, officer=OFFICER)
        told = papers(key)
        for part in ("公売公告", "見積価額公告", "4,000,000円", "公売通知書", "債権現在額申立催告書", "令和8年4月19日", "最高価申込者決定通知書",
                     "売却決定通知書", "買受代金", "4,500,000円", "権利移転登記", "架空信用金庫の抵当権"):  # fmt: skip
            assert part in told, part
        assert [each.target for each in auction_file(key).events] == [
            AuctionStage.ESTIMATED, AuctionStage.ANNOUNCED, AuctionStage.AWARDED, AuctionStage.SALE_DECIDED,
            AuctionStage.PRICE_PAID, AuctionStage.TRANSFERRED,
        ]  # fmt: skip
        assert open_auctions() == ()
        states = fetch_all("SELECT bidder_number, deposit_state FROM auction_bidder ORDER BY 1")
        assert states == [(1, "3"), (2, "2")]

    def test_several_seizures_are_sold_together_and_share_the_price(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first, second = seized(amount=300_000), seized(AssetKind.VEHICLE, 200_000)
        terms = replace(TERMS, market_value=500_000)
        key = sold(monkeypatch, awarded(monkeypatch, first, second, price=450_001, terms=terms))
        assert record_price(key, 450_001, DECIDED, officer=OFFICER) == (270_001, 180_000)
        assert [disposition_file(each).head.collected for each in (first, second)] == [270_001, 180_000]

    def test_movables_are_sold_on_the_day(self, monkeypatch: pytest.MonkeyPatch) -> None:
        terms = replace(TERMS, method=AuctionMethod.ASCENDING, decision_on=OPENS, market_value=600_000)
        key = awarded(monkeypatch, seized(AssetKind.MOVABLE, 600_000), price=700_000, terms=terms)
        assert auction_file(key).head.next_number is None  # 競り売りに次順位はない
        sold(monkeypatch, key, OPENS)
        assert record_price(key, 700_000, OPENS, officer=OFFICER) == (700_000,)


@pytest.mark.usefixtures("owing")
class TestTheLawRefuses:
    def test_days(self, monkeypatch: pytest.MonkeyPatch) -> None:
        key = prepared(seized())
        for terms, refusal in (
            (replace(TERMS, opens_on=date(2026, 4, 11), closes_on=OPENS), OpensTooEarly),
            (replace(TERMS, decision_on=date(2026, 4, 19)), DecisionDayUnlawful),
            (replace(TERMS, decision_on=date(2026, 5, 5)), DecisionDayUnlawful),
        ):
            with as_officer(OFFICER), pytest.raises(refusal):
                propose_holding(key, terms, as_of=HELD)
        with as_officer(OFFICER):
            number = propose_holding(key, TERMS, as_of=HELD)
        on_day(monkeypatch, HELD + timedelta(days=2))  # 決裁が遅れ、公告から10日を置けない
        with pytest.raises(OpensTooEarly):
            carried(number)

    def test_bids_and_buyers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        key = held(monkeypatch, seized(), needs_license=True)
        with pytest.raises(BarredName):
            register_bidder(key, Applicant("佐藤 花子", "架空市外"), as_of=OPENS, officer=OFFICER)
        other = Applicant("佐藤 花子", "架空市外", different_evidence="住民票（生年月日が違う）")
        number = register_bidder(key, other, as_of=OPENS, officer=OFFICER)
        assert register_bidder(key, other, as_of=OPENS, officer=OFFICER) == number
        with pytest.raises(MayNotBuy, match="陳述がある"):
            place_bid(key, number, 4_100_000, as_of=OPENS, officer=OFFICER)
        screen(key, number, Screening(stated_on=OPENS), as_of=OPENS, officer=OFFICER)
        with pytest.raises(MayNotBuy, match="買受適格証明"):
            place_bid(key, number, 4_100_000, as_of=OPENS, officer=OFFICER)
        screen(key, number, Screening(license_number="第12号"), as_of=OPENS, officer=OFFICER)
        with pytest.raises(DepositMissing):
            place_bid(key, number, 4_100_000, as_of=OPENS, officer=OFFICER)
        screen(key, number, Screening(deposit=400_000), as_of=OPENS, officer=OFFICER)
        assert place_bid(key, number, 4_100_000, as_of=OPENS, officer=OFFICER) == 1
        assert place_bid(key, number, 4_100_000, as_of=OPENS, officer=OFFICER) == 1
        with pytest.raises(BidFinal):
            place_bid(key, number, 4_200_000, as_of=OPENS, officer=OFFICER)
        low = bidder(key, "低い 三郎", 3_999_999)
        with pytest.raises(TooEarlyToOpen):
            open_auction(key, as_of=OPENS - timedelta(days=1), officer=OFFICER)
        result = open_auction(key, as_of=OPENS, officer=OFFICER)
        assert (result.buyer_number, result.price, len(result.excluded)) == (number, 4_100_000, 1)
        assert f"申込者{low}を除く" in result.excluded[0]

    def test_equal_bids_bid_again_and_then_draw(self, monkeypatch: pytest.MonkeyPatch) -> None:
        key = held(monkeypatch, seized())
        first, second, third = (
            bidder(key, name, amount) for name, amount in (("甲", 4_500_000), ("乙", 4_500_000), ("丙", 4_100_000))
        )
        with pytest.raises(TieToSettle):
            open_auction(key, as_of=OPENS, officer=OFFICER)
        with pytest.raises(BidFinal):
            place_bid(key, third, 4_600_000, as_of=OPENS, officer=OFFICER)
        for number in (first, second):
            place_bid(key, number, 4_600_000, as_of=OPENS, officer=OFFICER)
        found = open_auction(key, Draw(second, "抽選機による。立会人 監査課 鈴木"), as_of=OPENS, officer=OFFICER)
        assert (found.buyer_number, found.price) == (second, 4_600_000)
        assert "立会人" in auction_file(key).head.drawn

    def test_the_sale_waits_for_its_day_the_police_and_the_arrears(self, monkeypatch: pytest.MonkeyPatch) -> None:
        key = held(monkeypatch, seized())
        bidder(key, "買受 一郎", 4_500_000)
        open_auction(key, as_of=OPENS, officer=OFFICER)
        with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="警察の調査"):
            propose_sale(key, reason="売却", as_of=OPENS)
        cleared(key)
        with as_officer(OFFICER):
            number = propose_sale(key, reason="売却", as_of=OPENS)
        on_day(monkeypatch, DECIDED - timedelta(days=1))
        with pytest.raises(ConditionNotMet, match="売却決定の日"):
            carried(number)
        assert auction_file(key).head.stage is AuctionStage.AWARDED

    def test_no_sql_goes_around_the_law(self, monkeypatch: pytest.MonkeyPatch) -> None:
        key = awarded(monkeypatch, seized())
        event = (
            "INSERT INTO auction_event (addressee_number, auction_id, event_number, act, from_stage, to_stage, article, happened_on, note, "
            "officer) VALUES (%s, %s, 9, %s, 'AWARDED', %s, 'x', %s, '', 'x')"
        )
        for act, target, message in (
            ("DECIDE_SALE", "SALE_DECIDED", "決裁された起案がありません"), ("PAY_PRICE", "PRICE_PAID", "その行いはできません"),
        ):  # fmt: skip
            with pytest.raises(DatabaseError, match=message), transaction.atomic():
                run_sql(event, [*key, act, target, DECIDED])
        for statement in (
            "UPDATE auction SET stage = 'PRICE_PAID'", "UPDATE auction SET estimate = 1", "UPDATE auction SET price = 1",
            "UPDATE auction SET opening_on = '2026-04-02'", "DELETE FROM auction_bid", "UPDATE auction_bid SET amount = 9",
            "UPDATE auction_bidder SET name = '別人'",
        ):  # fmt: skip
            with pytest.raises(DatabaseError), transaction.atomic():
                run_sql(statement)
        run_sql("UPDATE auction_bidder SET is_taxpayer = true WHERE bidder_number = 1")
        with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="滞納者でない"):
            propose_sale(key, reason="売却", as_of=DECIDED)


@pytest.mark.usefixtures("owing")
class TestEnds:
    def test_full_payment_stops_the_sale(self, owing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        key = sold(monkeypatch, awarded(monkeypatch, seized()))
        with pytest.raises(NoGroundToStop):
            stop(key, StopJudgement("気が変わった"), as_of=DECIDED, officer=OFFICER)
        pay_everything(owing)
        with pytest.raises(PaidInFull):
            record_price(key, 4_500_000, DECIDED, officer=OFFICER)
        stop(key, StopJudgement("完納の証明"), as_of=DECIDED, officer=OFFICER)
        assert stop(key, StopJudgement("完納の証明"), as_of=DECIDED, officer=OFFICER) == ()
        assert auction_file(key).head.stage is AuctionStage.STOPPED
        assert "公売中止通知書" in papers(key)
        assert fetch_one("SELECT count(*) FROM auction_bidder WHERE deposit_state = '2'") == (2,)

    def test_a_buyer_who_does_not_pay_loses_the_deposit_and_the_next_buys(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = sold(monkeypatch, awarded(monkeypatch, seized()))
        with pytest.raises(PriceDiffers):
            record_price(key, 4_000_000, DECIDED, officer=OFFICER)
        late = DECIDED + timedelta(days=1)
        with pytest.raises(PriceLate):
            record_price(key, 4_500_000, late, officer=OFFICER)
        with as_officer(OFFICER), pytest.raises(PaymentNotOverdue):
            propose_default(key, reason="納付がない", as_of=DECIDED)
        with as_officer(OFFICER):
            number = propose_default(key, reason="納付がない", as_of=late)
        before = fetch_one("SELECT principal_tax FROM charge WHERE charge_id = %s", [charge_of(SATO)])[0]
        on_day(monkeypatch, late)
        assert "400,000円を徴収金に充てました" in carried(number)
        after = fetch_one("SELECT principal_tax FROM charge WHERE charge_id = %s", [charge_of(SATO)])[0]
        assert before - after == 400_000
        head = auction_file(key).head
        assert (head.stage, head.buyer_number, head.price, head.pay_by) == (
            AuctionStage.AWARDED,
            2,
            4_400_000,
            late + timedelta(days=7),
        )
        cleared(key, 2)
        sold(monkeypatch, key, late)
        assert record_price(key, 4_400_000, late + timedelta(days=7), officer=OFFICER) == (4_400_000,)
        assert verify_everything().sound

    def test_no_bid_leads_to_another_auction_and_then_a_contract(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seizure = seized()
        key = held(monkeypatch, seizure)
        assert open_auction(key, as_of=OPENS, officer=OFFICER).stage is AuctionStage.UNSOLD
        again = prepared(seizure, on=OPENS)
        assert [each.key for each in earlier_unsold(again)] == [key]
        contract = replace(TERMS, method=AuctionMethod.NEGOTIATED, market_value=3_000_000, opens_on=date(2026, 4, 21),
                           closes_on=date(2026, 4, 21), opening_on=date(2026, 4, 21), decision_on=date(2026, 4, 28))  # fmt: skip
        with as_officer(OFFICER):
            number = propose_holding(again, contract, as_of=OPENS)
        on_day(monkeypatch, OPENS)
        carried(number)
        bidder(again, "随契 五郎", 2_500_000, on=date(2026, 4, 21))
        assert open_auction(again, as_of=date(2026, 4, 21), officer=OFFICER).price == 2_500_000

    def test_a_barred_winner_gives_way_to_the_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        key = awarded(monkeypatch, seized())
        screen(key, 1, Screening(police=PoliceAnswer.BARRED), as_of=OPENS, officer=OFFICER)
        assert revoke_award(key, reason="警察の回答", as_of=OPENS, officer=OFFICER) is AuctionStage.AWARDED
        assert auction_file(key).head.buyer_number == 2

    def test_a_released_seizure_is_not_sold(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seizure = seized()
        key = awarded(monkeypatch, seizure)
        release(seizure, ReleaseJudgement("第三者の財産であった", is_third_partys=True), as_of=OPENS, officer=OFFICER)
        with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="差押えが続いている"):
            propose_sale(key, reason="売却", as_of=DECIDED)
        stop(key, StopJudgement("差押えの解除"), as_of=OPENS, officer=OFFICER)
        assert auction_file(key).head.stage is AuctionStage.STOPPED

    def test_grace_forbids_the_sale(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seizure = seized()
        told = Application(
            SATO, GraceGround.REALIZATION_EX_OFFICIO, (charge_of(SATO),), PERIOD, "事業の継続に要る", None, PLAN
        )
        with as_officer(OFFICER):
            grace = SATO, apply_grace(told, as_of=GRANTED, officer=OFFICER)
        decided(grace, Decision.GRANT)
        with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="換価の猶予"):
            propose_holding(prepared(seizure), TERMS, as_of=HELD)


def pay_everything(tmp_path: Path) -> None:
    """期別をすべて納める。"""
    total = sum(each.share().amount for each in owed_of(SATO, None, on=DECIDED, as_of=DECIDED))
    pay_late(tmp_path, notice(1, SATO, total, DECIDED), on=DECIDED)
