"""支援措置の対象者の人生。滞納整理のどの文書も、どれかの人生で、だれかに届く。町の違いは、住所だけである。

Lives of a protected person, each from the same town and undone afterwards. Together they send every paper of the chapters of
arrears: to banks, employers, insurers, mortgagees, co-owners, courts, registries, offices, holders, bidders, heirs, representatives,
guarantors, and to the person at the safe address.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from osame.collection.advances.deciding import propose_advance, propose_cancel
from osame.collection.advances.models import Preservation
from osame.collection.assets.actions import Holder, open_investigation, send_inquiries
from osame.collection.assets.credential_papers import credential_paper
from osame.collection.assets.credentials import Issuance, issue_credential
from osame.collection.assets.credentials import Kind as Credential
from osame.collection.assets.models import AssetInterest, CompetingEnforcement, ThirdParty
from osame.collection.assets.registering import Interest, add_interest
from osame.collection.assets.searching import Whose, record_search
from osame.collection.auctions.bidding import open_auction
from osame.collection.auctions.online import export_lots
from osame.collection.auctions.paying import StopJudgement, record_price, stop, transfer
from osame.collection.dispositions import claims, realizing
from osame.collection.dispositions.claims import GivenClaim
from osame.collection.dispositions.collecting import (
    Money,
    call_to_perform,
    collect,
    propose_distribution,
    record_service,
)
from osame.collection.dispositions.keeping import Possession, order_delivery, take_possession
from osame.collection.dispositions.queries import dispositions_of
from osame.collection.dispositions.releasing import ReleaseJudgement, release
from osame.collection.dispositions.seizing import RequestTerms, propose_request
from osame.collection.dispositions.wages import PaidWages
from osame.collection.grace.actions import Application, Security, apply_grace, release_security, take_security
from osame.collection.grace.application_letters import send_application_form
from osame.collection.grace.deciding import Decision as GraceDecision
from osame.collection.grace.deciding import Judgement as GraceJudgement
from osame.collection.grace.deciding import expire_graces
from osame.collection.grace.deciding import propose_decision as propose_grace
from osame.collection.grace.letters import send_release
from osame.collection.grace.models import GraceSecurity
from osame.collection.letters.actions import Outside
from osame.collection.liabilities import deciding
from osame.collection.liabilities.actions import remind as remind_obligor
from osame.collection.liabilities.deciding import propose_liability_cancel
from osame.collection.liabilities.measuring import Measure
from osame.collection.liabilities.models import Liability
from osame.collection.liabilities.transfer_deciding import propose_transfer_cancel
from osame.collection.liabilities.transfer_paying import receive_dividend
from osame.collection.pledges.actions import accept_pledge, make_pledge, notify_default
from osame.collection.pledges.planning import PledgeTerms
from osame.collection.reminders.actions import Order, remind
from osame.collection.reminders.models import ReminderRun
from osame.collection.reminders.selection import Terms
from osame.collection.returns import actions
from osame.collection.returns.letters import send_whereabouts_inquiry
from osame.collection.returns.models import ReturnedLetter, ServicePublication
from osame.collection.returns.models import WhereaboutsInquiry as Inquiry
from osame.collection.returns.papers import share_file
from osame.collection.returns.publishing import printed_publication
from osame.collection.returns.service_sheets import service_sheet
from osame.collection.successions.actions import Basis, ask_court, name_representative
from osame.collection.successions.letters import send_form
from osame.collection.successions.paying import issue_share_slip
from osame.collection.successions.queries import succession_file
from osame.kernel.money import Yen
from osame.law.arrears_facts import AssetKind
from osame.law.dispositions import Procedure
from osame.law.grace import GraceGround
from osame.law.instalments import HouseholdBudget
from osame.law.seizure_effect import SeizureService
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection import (
    auction_cast,
    succession_cast,
    test_advances,
    test_encumbered_transfers,
    test_liabilities,
    test_pledges,
)
from tests.systems.collection.auction_cast import DECIDED, HELD, OPENS
from tests.systems.collection.cast import KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination
from tests.systems.collection.demand_cast import charge_of, levy
from tests.systems.collection.seizure_cast import BORN, DAY, as_officer, asset_of, carried, party_of
from tests.systems.collection.succession_cast import KITAMURA
from tests.systems.collection.suspension_cast import decided, investigated, today
from tests.systems.collection.test_demand_destinations import mail
from tests.systems.collection.test_dispositions import PUBLISHED, wages_of
from tests.systems.collection.test_seizure_runs import movable, searched, seized
from tests.systems.platform.staff_cast import hire

PAY = wages_of(PUBLISHED["pub-078"]["inputs"], PUBLISHED["pub-078"]["inputs"]["dependants"])
Kind = ThirdParty.Kind


@dataclass(frozen=True)
class World:
    """一つの町。 place: 支援措置の対象者の住所; patch: 今日を動かす; files: 束によらない紙とファイル（様式か空、中身）。"""

    place: str
    folder: Path
    patch: pytest.MonkeyPatch
    files: list[tuple[str, bytes]] = field(default_factory=list)


Life = Callable[[World], None]


def disposed(world: World) -> None:
    """催告、照会、捜索、差押えから配当・解除まで、猶予、執行停止。"""
    day = today()
    for kind in (
        ReminderRun.Kind.GENERAL,
        ReminderRun.Kind.SEIZURE_WARNING,
        ReminderRun.Kind.FINAL,
        ReminderRun.Kind.VISIT_REQUEST,
    ):
        remind(Order(kind, Terms(), DAY + timedelta(days=14), [SATO]), as_of=DAY, officer=OFFICER)
    holder = Holder("佐藤 花子", "サトウ ハナコ", BORN, "0", world.place)
    plan = (SATO, open_investigation(SATO, [AssetKind.WAGE], reason="滞納", review_on=None, as_of=DAY, officer=OFFICER))
    parties = [party_of(kind, f"照会先{kind.value}") for kind in Kind]
    send_inquiries(plan, parties, reply_by=date(2026, 12, 28), as_of=DAY, officer=OFFICER)
    record_search(
        plan, searched(whose=Whose.HOLDER, searched_name="倉庫 太郎", place="架空市倉庫町1"), as_of=DAY, officer=OFFICER
    )
    wage = seized(asset_of(kind=AssetKind.WAGE, amount=300_000, holder=holder), wages=PaidWages(PAY))
    record_service(wage, SeizureService(third_party_served_on=day), officer=OFFICER)
    collect(wage, Money(10_000, day, "勤務先"), as_of=day, officer=OFFICER)
    call_to_perform(wage, by=date(2027, 2, 1), as_of=date(2027, 1, 4), officer=OFFICER)
    claims.correct_record(wage, "scope", "給料等の一部", reason="誤記", as_of=day, officer=OFFICER)
    release(wage, ReleaseJudgement("試験", is_third_partys=True), as_of=day, officer=OFFICER)
    _land(holder, day)
    watch = movable(holder)
    order_delivery(watch, party_of(Kind.CUSTOMER, "架空倉庫"), by=date(2026, 3, 20), as_of=DAY, officer=OFFICER)
    key = seized(watch, perform_by=None)
    take_possession(key, Possession(day, "架空市倉庫町1", "倉庫 太郎", is_left=True), as_of=day, officer=OFFICER)
    with as_officer(OFFICER):
        carried(
            propose_request(
                RequestTerms(SATO, "競売", party_of(Kind.COURT, "裁判所"), "(ケ)第3号", (charge_of(SATO),)), as_of=DAY
            )
        )
    release(dispositions_of(SATO)[0].key, ReleaseJudgement("取下げ", is_unlawful=True), as_of=day, officer=OFFICER)
    release(key, ReleaseJudgement("終わり", is_third_partys=True), as_of=day, officer=OFFICER)
    _stop()


def _land(holder: Holder, day: date) -> None:
    """抵当権者と共有者のいる土地。差し押さえ、請求に答え、配当し、別の土地には参加する。"""
    land = asset_of(kind=AssetKind.REAL_ESTATE, amount=5_000_000, prior_claims=1_000_000, holder=holder)
    bank, sharer = party_of(Kind.CREDITOR, "架空信用金庫"), party_of(Kind.CREDITOR, "共有 次郎")
    add_interest(land, Interest(AssetInterest.Kind.MORTGAGE, bank, 1_000_000, date(2020, 4, 1), 1), officer=OFFICER)
    add_interest(land, Interest(AssetInterest.Kind.CO_OWNERSHIP, sharer, 0, None, 2), officer=OFFICER)
    registry = party_of(Kind.REGISTRY, "法務局")
    key = seized(land, perform_by=None, registry_id=registry)
    record_service(key, SeizureService(taxpayer_served_on=day), officer=OFFICER)
    number = claims.receive_claim(key, GivenClaim(claims.Kind.OWNERSHIP, sharer, day, "持分がある"), officer=OFFICER)
    claims.decide_claim(key, number, is_accepted=False, reason="登記がない", as_of=day, officer=OFFICER)
    court = party_of(Kind.COURT, "執行裁判所")
    given = claims.GivenEnforcement(CompetingEnforcement.Kind.PROVISIONAL, court, "(ヨ)第1号", date(2026, 1, 5))
    claims.record_enforcement(land, given, officer=OFFICER)
    collect(key, Money(1_500_000, day, "買受人"), as_of=day, officer=OFFICER)
    with as_officer(OFFICER):
        carried(propose_distribution(key, reason="計算のとおり", as_of=day))
    release(key, ReleaseJudgement("試験", is_third_partys=True), as_of=day, officer=OFFICER)
    other = asset_of(kind=AssetKind.REAL_ESTATE, amount=4_000_000, holder=holder, is_seized_by_other=True)
    office = party_of(Kind.OFFICE, "税務署")
    with as_officer(OFFICER):
        terms = RequestTerms(SATO, "先の差押え", office, "第5号", (charge_of(SATO, 2),), other, registry_id=registry)
        carried(propose_request(terms, as_of=DAY))
    release(dispositions_of(SATO)[0].key, ReleaseJudgement("試験", is_third_partys=True), as_of=day, officer=OFFICER)


def _stop() -> None:
    """猶予と執行停止。"""
    period = (DAY, date(2027, 3, 1))
    facts = Application(
        addressee_number=SATO, ground=GraceGround.ILLNESS, charges=(charge_of(SATO, 2),), period=period,
        circumstances="入院", applied_on=DAY, instalments=((date(2026, 3, 31), 500_000),),
    )  # fmt: skip
    with as_officer(OFFICER):
        key = (SATO, apply_grace(facts, as_of=DAY, officer=OFFICER))
        number = propose_grace(key, GraceDecision.GRANT, GraceJudgement("申請のとおり"), as_of=DAY)
    carried(number)
    decided(investigated(SATO, (charge_of(SATO, 3),)))


def secured(world: World) -> None:
    """申請書の用紙を受け取る。職権の換価の猶予。担保を取り、期間が終わって返す。"""
    for procedure in (Procedure.COLLECTION_GRACE, Procedure.REALIZATION_GRACE):
        send_application_form(SATO, procedure, as_of=DAY, officer=OFFICER)
    with as_officer(OFFICER):
        told = Application(
            SATO, GraceGround.REALIZATION_EX_OFFICIO, (charge_of(SATO),), (DAY, date(2027, 3, 1)), "事業の継続に要る", None,
            ((date(2026, 3, 31), 500_000),),
        )  # fmt: skip
        key = (SATO, apply_grace(told, as_of=DAY, officer=OFFICER))
        land = Security(GraceSecurity.Kind.LAND, "架空市岩渕1番の土地", 2_000_000, DAY)
        security = take_security(key, land, officer=OFFICER)
        number = propose_grace(key, GraceDecision.GRANT, GraceJudgement("調査のとおり"), as_of=DAY)
    carried(number)
    end = date(2027, 3, 2)
    expire_graces(as_of=end, officer=OFFICER)
    file = release_security(key, security, reason="猶予の終了", as_of=end, officer=OFFICER)
    send_release(file, file.securities[0], as_of=end, officer=OFFICER)


def pledged(world: World) -> None:
    """納付を誓い、守らない。"""
    house = HouseholdBudget(Yen(680_000), Yen(57_000), 2, cash=Yen(0))
    terms = PledgeTerms(SATO, (charge_of(SATO),), date(2026, 3, 31), 100_000, house, "毎月の収入から納める")
    key = (SATO, make_pledge(terms, as_of=DAY, officer=OFFICER))
    accept_pledge(key, test_pledges.signed(), as_of=DAY, officer=OFFICER)
    notify_default([key], as_of=date(2026, 4, 8), officer=OFFICER)


def auctioned(world: World) -> None:
    """抵当権のある土地を公売し、配当する。"""
    seizure = auction_cast.seized()
    auction_cast.mortgaged(seizure, 1_000_000, date(2020, 4, 1))
    key = auction_cast.awarded(world.patch, seizure)
    auction_cast.sold(world.patch, key)
    record_price(key, 4_500_000, DECIDED, officer=OFFICER)
    transfer(key, party_of(Kind.REGISTRY, "津地方法務局"), as_of=DECIDED, officer=OFFICER)
    with as_officer(OFFICER):
        number = propose_distribution(seizure, reason="計算のとおり", as_of=DECIDED)
    carried(number)


def stopped(world: World) -> None:
    """公売を、差押えを解いて中止する。電子公売の物件のファイルも渡す。"""
    seizure = auction_cast.seized(AssetKind.VEHICLE, 600_000)
    auction_cast.mortgaged(seizure, 100_000, date(2020, 4, 1))
    key = auction_cast.held(world.patch, seizure)
    lots = export_lots(world.folder / f"{world.place}.csv", service="架空オークション", as_of=HELD)
    world.files.append(("", Path(lots.egress.place).read_bytes()))
    auction_cast.bidder(key, "申込 三郎", 4_500_000)
    open_auction(key, as_of=OPENS, officer=OFFICER)
    release(seizure, ReleaseJudgement("第三者の財産であった", is_third_partys=True), as_of=OPENS, officer=OFFICER)
    stop(key, StopJudgement("差押えの解除"), as_of=OPENS, officer=OFFICER)


def answered_for(world: World) -> None:
    """第二次納税義務者、保証人、譲渡担保権者、連帯納税義務者。告知し、催告し、取り消す。"""
    kind, day = Liability.Kind, today()
    world.patch.setattr(deciding, "day_of_transaction", lambda: test_liabilities.soon(-60))  # 二月前に告知した
    value = Measure(value=300_000, secured_on=date(2025, 9, 30))
    told = {
        kind.DISTRIBUTEE: ((1,), TANAKA), kind.GUARANTOR: ((2,), KAKU), kind.TRANSFERRED_SECURITY: ((3,), TANAKA),
        kind.JOINT: ((1,), KAKU), kind.THIRD_PARTY_SECURITY: ((3,), SUZUKI),
    }  # fmt: skip
    for which, (numbers, obligor) in told.items():
        number = test_liabilities.notified(
            which, *numbers, obligor=obligor, measure=value, is_defaulted=True, property_text="機械一式"
        )
        if which in {kind.DISTRIBUTEE, kind.GUARANTOR, kind.JOINT}:
            remind_obligor(number, as_of=day, officer=OFFICER)
        with as_officer(OFFICER):
            again = propose_liability_cancel(number, reason="試験")
        carried(again)


def realized(world: World) -> None:
    """先に税務署が差し押さえた土地。換価を催告し、同意を得て換価執行決定をし、取り消す。"""
    day = today()
    land = asset_of(kind=AssetKind.REAL_ESTATE, amount=4_000_000, is_seized_by_other=True)
    add_interest(land, Interest(AssetInterest.Kind.TAX, party_of(Kind.OFFICE, "三重県"), 1, DAY, 2), officer=OFFICER)
    with as_officer(OFFICER):
        asked = RequestTerms(SATO, "先の差押え", party_of(Kind.OFFICE, "税務署"), "第5号", (charge_of(SATO),), land)
        carried(propose_request(asked, as_of=DAY))
    key = dispositions_of(SATO)[0].key
    record_service(key, SeizureService(taxpayer_served_on=day), officer=OFFICER)
    number = realizing.call_to_realize(key, as_of=day - timedelta(days=1), officer=OFFICER)
    realizing.record_consent(number, realizing.Consent(day, "第9号"), officer=OFFICER)
    with as_officer(OFFICER):
        again = realizing.propose_realization(number, reason="公売に付されない", as_of=day)
    carried(again)
    told = realizing.RevocationJudgement("生活の窮迫", is_hardship=True)
    realizing.revoke(number, told, as_of=day, officer=OFFICER)


def conveyed(world: World) -> None:
    """抵当権を付けた土地を譲渡した。抵当権者に通知し、交付要求をし、配当を受ける。別の抵当権者への通知は取り消す。"""
    number = test_encumbered_transfers.notified()
    test_encumbered_transfers.requested(number)
    receive_dividend(number, 100_000, as_of=today(), officer=OFFICER)
    other = test_encumbered_transfers.notified(test_encumbered_transfers.terms(None, 2))
    test_encumbered_transfers.requested(other)
    with as_officer(OFFICER):
        again = propose_transfer_cancel(other, reason="競売の取下げ")
    carried(again)


def succeeded(world: World) -> None:
    """本人が死亡した。支援措置の対象者の相続人もいる。届の用紙、代表者の指定、承継の通知と取消し、納付書、裁判所への照会。"""
    succession_cast.family()
    run_sql(
        "UPDATE addressee SET address = %s, protection_measure = true WHERE addressee_number = %s",
        [f"別の{world.place}", KITAMURA],
    )
    mail(KITAMURA, "架空市安全町9番10号", is_safe=True)
    key, day = succession_cast.opened(), today()
    send_form(succession_file(key), as_of=day, officer=OFFICER)
    name_representative(key, SUZUKI, Basis.DESIGNATED, "相続分に明らかでないものがある", as_of=day, officer=OFFICER)
    succession_cast.decided(key)
    for heir in (TANAKA, SUZUKI, KITAMURA):
        issue_share_slip(key, heir, [charge_of(SATO)], payable_through=day, as_of=day, officer=OFFICER)
    ask_court(key, party_of(Kind.COURT, "津家庭裁判所"), reply_by=day, as_of=day, officer=OFFICER)
    succession_cast.decided(key, "誤り", cancel=True)


def advanced(world: World) -> None:
    """繰上徴収と取消し、保全差押えと担保の提供命令。"""
    later = test_advances.soon(30)
    facts = {"determined_on": date(2026, 5, 1), "levy_year": 2026, "tax_year": 2026}
    levy(
        world.folder,
        determination(SATO, 4, 50_000, due_on=later, **facts),
        name=f"{world.place}.csv",
        on=date(2026, 5, 1),
    )
    with as_officer(OFFICER):
        number = propose_advance(test_advances.terms(4), as_of=today())
    carried(number)
    (key,) = fetch_all("SELECT max(advance_collection_id) FROM advance_collection")
    with as_officer(OFFICER):
        again = propose_cancel(key[0], reason="競売が取り下げられた")
    carried(again)
    test_advances.kept(test_advances.preserved(), asset_of())
    test_advances.preserved(Preservation.Kind.SECURITY)


def lost(world: World) -> None:
    """督促状が戻る。所在を尋ね、掲示し、交付の記録書を作り、捜索の許可書を交付する。"""
    letter = (1, int(fetch_all("SELECT letter_number FROM demand WHERE addressee_number = %s LIMIT 1", [SATO])[0][0]))
    number = actions.register_return(letter, ReturnedLetter.Cause.MOVED, returned_on=DAY, as_of=DAY, officer=OFFICER)
    for kind in (Inquiry.Kind.RESIDENT_RECORD, Inquiry.Kind.FAMILY_REGISTER, Inquiry.Kind.OTHER):
        inquiry = actions.open_inquiry(number, kind, "隣市", asked_on=DAY, officer=OFFICER)
        to = Outside("隣市長", "5100001", "三重県隣市本町1番1号")
        send_whereabouts_inquiry(inquiry, to, reply_by=date(2026, 3, 31), as_of=DAY, officer=OFFICER)
        actions.answer_inquiry(inquiry, Inquiry.Outcome.UNKNOWN, "職権消除", answered_on=DAY, officer=OFFICER)
    ground = ServicePublication.Ground.WHEREABOUTS_UNKNOWN
    board = actions.draft_publication(number, ground, reason="不明", kept_at="収納推進課", as_of=DAY, officer=OFFICER)
    plan = open_investigation(SATO, [AssetKind.MOVABLE], reason="滞納", review_on=None, as_of=DAY, officer=OFFICER)
    hire("A1", "山本 昇", "collection_chief")
    permit = issue_credential(Issuance(Credential.SEARCH, "A1", "主事", DAY, DAY, plan), as_of=DAY, officer=OFFICER)
    world.files.extend((
        ("R-057", printed_publication(board)), ("R-056-2", service_sheet(letter, as_of=DAY)[0]),
        ("R-116", credential_paper(permit)[0]), ("", share_file(DAY, DAY)[0]),
    ))  # fmt: skip


LIVES: tuple[Life, ...] = (
    disposed,
    secured,
    pledged,
    auctioned,
    stopped,
    answered_for,
    conveyed,
    realized,
    succeeded,
    advanced,
    lost,
)
