"""滞納処分の行いが、どれも途中にある小さな街。画面を歩く試験の前に、各章の扉から作る。

佐藤は預金と土地を差し押さえられ、土地は公売の半ばにある。田中は差押予告を受け、保全差押えと参加差押えがある。鈴木は死亡し、
承継が決まった。架空商事は破産し、佐藤がその第二次納税義務を負う。北村は繰上徴収を受けた。
"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from osame.collection.advances.deciding import AdvanceTerms, propose_advance
from osame.collection.advances.models import AdvanceCollection, Preservation
from osame.collection.advances.preserving import PreservationTerms, propose_preservation
from osame.collection.assets.models import CompetingEnforcement, ThirdParty
from osame.collection.auctions.bidding import open_auction
from osame.collection.demands.batch import run_demands
from osame.collection.dispositions import claims
from osame.collection.dispositions.bankruptcies import Opened, close_bankruptcy, open_bankruptcy
from osame.collection.dispositions.claims import GivenClaim, GivenEnforcement
from osame.collection.dispositions.collecting import Money, collect, record_service
from osame.collection.dispositions.creditors import Spent, record_cost
from osame.collection.dispositions.models import DispositionCost
from osame.collection.dispositions.preserving import PreservationSeizure, propose_preservation_seizure
from osame.collection.dispositions.queries import dispositions_of
from osame.collection.dispositions.realizing import Consent, call_to_realize, record_consent
from osame.collection.dispositions.seizing import RequestTerms, SeizureTerms, propose_request, propose_seizure
from osame.collection.dispositions.stays import NewStay, record_stay
from osame.collection.liabilities.deciding import propose_liability
from osame.collection.liabilities.measuring import LiabilityTerms, Measure
from osame.collection.liabilities.models import Liability
from osame.collection.liabilities.transfer_deciding import propose_transfer_notice
from osame.collection.liabilities.transfer_measuring import Conveyed, TransferTerms, other_claims
from osame.collection.liabilities.transfer_models import EncumberedTransfer
from osame.collection.reminders.actions import Order, remind
from osame.collection.reminders.models import ReminderRun
from osame.collection.reminders.selection import Terms
from osame.collection.successions.actions import ask_court, name_representative
from osame.collection.successions.models import HeirRepresentative, Successor
from osame.collection.successions.portions import GivenSuccessor
from osame.formats.determination_csv import DeterminationRow
from osame.law.arrears_facts import AssetKind
from osame.law.dispositions import Procedure
from osame.law.rebuilding import StayKind
from osame.law.seizure_effect import SeizureService
from osame.platform.database import fetch_one, run_sql
from tests.systems.collection.auction_cast import OPENS, bidder, held, mortgaged, on_day, seized
from tests.systems.collection.cast import KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination, found_city
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy, move_in, set_value
from tests.systems.collection.seizure_cast import DAY, as_officer, asset_of, carried, party_of
from tests.systems.collection.succession_cast import KITAMURA, WIFE, decided, died, opened
from tests.systems.collection.suspension_cast import today

PLEDGER, GRACED, STOPPED, OLD = (f"{number:015d}" for number in (11, 12, 13, 14))
NAMES = ((PLEDGER, "橋本 修", "ハシモト オサム"), (GRACED, "佐々木 優", "ササキ ユウ"),
         (STOPPED, "石川 恵", "イシカワ メグミ"), (OLD, "前田 実", "マエダ ミノル"))  # fmt: skip


def soon(days: int) -> date:
    return today() + timedelta(days=days)


def more() -> tuple[DeterminationRow, ...]:
    """滞納処分のほかの章に現れる人の、未納。前田の第1期は古い。"""
    for number, name, kana in NAMES:
        move_in(number, name=name, kana=kana)
    long_ago = {"due_on": date(2019, 6, 30), "determined_on": date(2019, 5, 1), "levy_year": 2019, "tax_year": 2019}
    owed = ((PLEDGER, 1, 50_000), (GRACED, 1, 1_500_000), (STOPPED, 1, 40_000), (STOPPED, 2, 40_000), (OLD, 2, 90_000))
    return *(determination(*each) for each in owed), determination(OLD, 1, 30_000, **long_ago)


def settle(folder: Path) -> None:
    """街を作る。"""
    found_city()
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    move_in(KITAMURA)
    owed = ((SATO, 1, 120_000), (SATO, 2, 500_000), (TANAKA, 1, 60_000), (KAKU, 1, 90_000), (SUZUKI, 1, 100_001))
    levy(folder, *(determination(who, term, amount) for who, term, amount in owed), *more())
    later = determination(
        KITAMURA, 1, 50_000, due_on=soon(30), determined_on=date(2026, 5, 1), levy_year=2026, tax_year=2026
    )
    levy(folder, later, name="later.csv", on=date(2026, 5, 1))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    warned()
    deposit()
    land()
    others()
    for acted in (succeeded, liable, advanced, preserved):
        acted()


def warned() -> None:
    """全員に差押予告が届き、期限が過ぎた。"""
    run = remind(Order(ReminderRun.Kind.SEIZURE_WARNING, Terms(), DAY + timedelta(days=14)), as_of=DAY, officer=OFFICER)
    run_sql("UPDATE reminder SET arrived_on = %s WHERE run_id = %s", [DAY + timedelta(days=2), run])


def deposit() -> None:
    """佐藤の預金。送達、取立て、滞納処分費、配当の起案、請求、訂正、競合。"""
    asset = asset_of(amount=200_000)
    asset_of(TANAKA, amount=50_000)
    terms = SeizureTerms(asset, "催告に応じない", "残高の全額", (charge_of(SATO),), date(2026, 4, 30))
    with as_officer(OFFICER):
        carried(propose_seizure(terms, as_of=DAY))
    key = dispositions_of(SATO)[0].key
    record_service(key, SeizureService(third_party_served_on=today()), officer=OFFICER)
    collect(key, Money(30_000, today(), "架空銀行"), as_of=today(), officer=OFFICER)
    spent = Spent(DispositionCost.Kind.SEIZURE, 2_000, today(), "架空銀行 手数料")
    record_cost(key, spent, as_of=today(), officer=OFFICER)
    bank, court = party_of(ThirdParty.Kind.CREDITOR, "架空信用金庫"), party_of(ThirdParty.Kind.COURT, "津地方裁判所")
    for text in ("預金は当金庫のもの", "代わりに差し押さえられる財産がある"):
        claims.receive_claim(key, GivenClaim(claims.Kind.OWNERSHIP, bank, today(), text, None), officer=OFFICER)
    claims.decide_claim(key, 1, is_accepted=False, reason="資料がない", as_of=today(), officer=OFFICER)
    claims.correct_record(key, "scope", "残高の2分の1", reason="誤記", as_of=today(), officer=OFFICER)
    given = GivenEnforcement(CompetingEnforcement.Kind.ENFORCEMENT, court, "令和8年(ル)第1号", today())
    claims.record_enforcement(asset, given, officer=OFFICER)


def land() -> None:
    """佐藤の土地。抵当権があり、公売の入札が終わった。動産は、まだ占有していない。"""
    with pytest.MonkeyPatch.context() as patch:
        key = seized(charges=(charge_of(SATO, 2),))
        mortgaged(key, 1_000_000, date(2020, 4, 1))
        auction = held(patch, key)
        bidder(auction, "買受 一郎", 5_500_000)
        bidder(auction, "次順 二郎", 5_400_000, wants_next=True)
        on_day(patch, OPENS)
        open_auction(auction, as_of=OPENS, officer=OFFICER)


def others() -> None:
    """参加差押え、交付要求、破産。"""
    office, court = party_of(ThirdParty.Kind.OFFICE, "津税務署"), party_of(ThirdParty.Kind.COURT, "津地方裁判所")
    asset = asset_of(TANAKA, AssetKind.REAL_ESTATE, 3_000_000, is_seized_by_other=True)
    for asked in (
        RequestTerms(TANAKA, "国税の差押えがある", office, "令和8年差押第5号", (charge_of(TANAKA),), asset),
        RequestTerms(KAKU, "競売", court, "令和8年(ケ)第3号"),
    ):
        with as_officer(OFFICER):
            carried(propose_request(asked, as_of=DAY))
    participation = next(each.key for each in dispositions_of(TANAKA) if each.asset_id == asset)
    record_service(participation, SeizureService(taxpayer_served_on=today()), officer=OFFICER)
    number = call_to_realize(participation, as_of=today(), officer=OFFICER)
    record_consent(number, Consent(today(), "津徴第9号"), officer=OFFICER)
    for case, ends in (("令和8年(フ)第1号", True), ("令和8年(フ)第2号", False)):
        told = Opened(KAKU, "津地方裁判所", case, date(2026, 1, 5), "官報")
        number = open_bankruptcy(told, officer=OFFICER)
        if ends:
            close_bankruptcy(number, on=date(2026, 2, 5), was_cancelled=False, note="", officer=OFFICER)
    applied = Opened(
        KAKU,
        "津地方裁判所",
        "令和8年(ミ)第1号",
        None,
        "通知書",
        procedure=Procedure.REORGANIZATION,
        applied_on=date(2026, 1, 5),
    )
    key = KAKU, open_bankruptcy(applied, officer=OFFICER)
    record_stay(key, NewStay(StayKind.COMPREHENSIVE, date(2026, 1, 6), "決定書"), officer=OFFICER)


def succeeded() -> None:
    """鈴木が死亡し、田中と北村が承継した。"""
    died(SUZUKI)
    key = opened((WIFE, GivenSuccessor("北村 桜", Successor.Kind.CHILD, KITAMURA)), who=SUZUKI)
    ask_court(key, party_of(ThirdParty.Kind.COURT, "津家庭裁判所"), reply_by=soon(20), as_of=today(), officer=OFFICER)
    decided(key)
    named = HeirRepresentative.Basis.DESIGNATED
    name_representative(key, TANAKA, named, "届出がない", as_of=today(), officer=OFFICER)


def liable() -> None:
    """佐藤は、架空商事について第二次納税義務を負う。"""
    value = Measure(value=300_000)
    terms = LiabilityTerms(
        KAKU, SATO, Liability.Kind.DISTRIBUTEE, (charge_of(KAKU),), "清算の帳簿", "分配を受けた", value
    )
    with as_officer(OFFICER):
        carried(propose_liability(terms, as_of=today()))
        security = EncumberedTransfer.Security.MORTGAGE
        estate = Conveyed(
            party_of(ThirdParty.Kind.BANK, "架空銀行"), security, "架空市岩渕1番の土地", "譲受 三郎", date(2025, 10, 1),
            date(2025, 12, 1), 4_800_000, 5_000_000, other_claims("費用 公売の費用 150,000円"),
        )  # fmt: skip
        told = TransferTerms(KAKU, estate, (charge_of(KAKU),), "登記事項証明書", "譲渡の後に財産がない")
        carried(propose_transfer_notice(told, as_of=today()))


def advanced() -> None:
    """北村の納期限の前の期別を、繰り上げた。"""
    terms = AdvanceTerms(
        addressee_number=KITAMURA, charges=(charge_of(KITAMURA),), ground=AdvanceCollection.Ground.ENFORCEMENT,
        evidence="競売開始決定の官報", deadline=soon(1), reason="ほかに財産がない",
    )  # fmt: skip
    with as_officer(OFFICER):
        carried(propose_advance(terms, as_of=today()))


def preserved() -> None:
    """北村の確定前の税のために、保全差押えをし、担保の提供を命じた。"""
    for kind, deadline in ((Preservation.Kind.SEIZURE, None), (Preservation.Kind.SECURITY, soon(20))):
        terms = PreservationTerms(
            KITAMURA, kind, "2026年度 市民税・県民税", "嫌疑の通知", 80_000, 80_000, "徴収の確保", deadline
        )
        with as_officer(OFFICER):
            carried(propose_preservation(terms, as_of=today()))
    (number,) = fetch_one("SELECT min(preservation_id) FROM preservation")
    asked = PreservationSeizure(int(number), asset_of(KITAMURA, amount=60_000), "残高の全額", "保全", soon(30))
    with as_officer(OFFICER):
        carried(propose_preservation_seizure(asked, as_of=today()))
