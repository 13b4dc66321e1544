"""滞納処分の街に、ほかの滞納整理と、個人情報の保護、窓口、支払の行いを加える。どれも途中にあり、章の扉から作る。

橋本は分割納付を誓約し、佐々木は猶予の担保と先日付の小切手を出し、石川は執行停止を受け、前田の古い期別は消滅した。
"""

from datetime import date, time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from osame.collection.arrears.actions import NewContact, record_contact
from osame.collection.arrears.models import ContactRecord
from osame.collection.assets.actions import GivenParty, register_third_party
from osame.collection.assets.credentials import Issuance, issue_credential
from osame.collection.assets.models import AssetInterest, OfficerCredential, SearchRecord, ThirdParty
from osame.collection.assets.searching import Search, record_search
from osame.collection.auctions.delivering import file_objection
from osame.collection.cases.batch import refresh_cases
from osame.collection.cases.insolvency import NewRecord, record_insolvency
from osame.collection.cases.models import InsolvencyRecord
from osame.collection.dispositions.collecting import Money, collect, propose_distribution, record_service
from osame.collection.dispositions.queries import dispositions_of
from osame.collection.dispositions.seizing import SeizureTerms, propose_seizure
from osame.collection.grace.actions import Application, Security, apply_grace, take_security
from osame.collection.grace.entrusting import NewPaper, entrust
from osame.collection.grace.models import EntrustedPaper, GraceSecurity
from osame.collection.pledges.actions import Signature, accept_pledge, make_pledge
from osame.collection.pledges.models import Acknowledgement
from osame.collection.pledges.offers import import_offers
from osame.collection.pledges.planning import PledgeTerms
from osame.collection.tills.actions import open_till, take_cash
from osame.collection.writeoffs.deciding import propose_write_off
from osame.collection.writeoffs.fraud import find_fraud
from osame.formats import instalment_offer_csv
from osame.formats.instalment_offer_csv import InstalmentOfferRow
from osame.kernel.money import Yen
from osame.law.grace import GraceGround
from osame.law.instalments import HouseholdBudget
from osame.law.payment_entrustment import EntrustmentGround
from osame.law.seizure_effect import SeizureService
from osame.platform.privacy import incidents, media, requests, training
from osame.platform.privacy.incidents import Detection
from osame.platform.privacy.models import InspectionRecord, PrivacyRequest
from osame.platform.privacy.requests import Intake
from osame.platform.terminal import now
from tests.browser.seizure_town import GRACED, OLD, PLEDGER, STOPPED, settle, soon
from tests.systems.collection.auction_cast import mortgaged
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA
from tests.systems.collection.demand_cast import charge_of
from tests.systems.collection.seizure_cast import DAY, asset_of, carried
from tests.systems.collection.suspension_cast import as_officer, decided, investigated, today


def settle_further(folder: Path) -> None:
    """街に加える。"""
    settle(folder)
    for acted in (pledged, graced, stopped, found, objected, guarded, received):
        acted(folder)
    refresh_cases(as_of=today(), officer=OFFICER)
    bank = GivenParty(ThirdParty.Kind.BANK, "架空第二銀行", "5160037", "架空市本町2-2", "事務センター", "0998", True)
    register_third_party(bank, officer=OFFICER)


def pledged(folder: Path) -> None:
    """橋本は分割納付を誓約した。田中は電子申請で分納を申し出た。佐藤の電話は、約束を残した。"""
    house = HouseholdBudget(Yen(280_000), Yen(57_000), 2, cash=Yen(0))
    for who in (PLEDGER, TANAKA):
        terms = PledgeTerms(who, (), date(2026, 3, 31), 20_000, house, "毎月の収入から納める")
        made = make_pledge(terms, as_of=DAY, officer=OFFICER)
        if who == PLEDGER:
            signed = Signature(DAY, "橋本 修", Acknowledgement.Authority.SELF, ())
            accept_pledge((who, made), signed, as_of=DAY, officer=OFFICER)
    offer = InstalmentOfferRow(
        outer_number="E-1", offered_on=today(), addressee_number=TANAKA, first_on=soon(30), amount=20_000, income=280_000,
        taxes=57_000, dependants=2, reason="一度に納められない", verified=True,
    )  # fmt: skip
    path = folder / "offers.csv"
    path.write_bytes(instalment_offer_csv.write([offer]))
    assert import_offers(path, as_of=today(), officer=OFFICER).rows_posted == 1
    told = NewContact(
        SATO, now(), ContactRecord.Means.CALL_TAKEN, ContactRecord.Relationship.SELF,
        ContactRecord.Identification.ASKED_FACTS, "月末に2万円を納めるとのこと。", promised_on=soon(10), amount=20_000,
    )  # fmt: skip
    record_contact(told, now=now(), officer=OFFICER)


def graced(folder: Path) -> None:
    """佐々木は猶予を申請し、土地を担保に出し、先日付の小切手を預けた。"""
    with as_officer(OFFICER):
        asked = Application(
            GRACED, GraceGround.ILLNESS, (charge_of(GRACED),), (soon(0), soon(330)), "入院のため収入が減った", today(),
            ((soon(150), 700_000), (soon(330), 800_000)),
        )  # fmt: skip
        key = (GRACED, apply_grace(asked, as_of=today(), officer=OFFICER))
        take_security(
            key, Security(GraceSecurity.Kind.LAND, "架空市岩渕1番の土地", 2_000_000, today()), officer=OFFICER
        )
        paper = NewPaper(
            addressee_number=GRACED, charges=(charge_of(GRACED),), kind=EntrustedPaper.Kind.POSTDATED_CHEQUE,
            ground=EntrustmentGround.SINCERE, paper_number="AB12345", drawer="架空商事株式会社", payable_at="架空銀行 本店",
            amount=200_000, payable_on=soon(20), certain_because="支払場所に残高を確かめた",
        )  # fmt: skip
        entrust(paper, as_of=today(), officer=OFFICER)


def stopped(folder: Path) -> None:
    """石川は執行停止を受けた。前田の古い期別は、時効で消え、不納欠損となった。田中には不正の行為が疑われる。"""
    decided(investigated(STOPPED, (charge_of(STOPPED, 1),)))
    with as_officer(OFFICER):
        carried(propose_write_off([(OLD, charge_of(OLD))], reason="時効が完成した", as_of=today()))
        find_fraud((TANAKA, charge_of(TANAKA)), "所得を隠した。調査の記録のとおり", as_of=today(), officer=OFFICER)


def found(folder: Path) -> None:
    """佐藤の家を捜索し、記録した。架空商事の破産事件の届出期間が定まった。"""
    search = Search(
        (charge_of(SATO),), "架空市岩渕1丁目7-29 佐藤方", today(), time(10), time(11, 30), SearchRecord.Whose.TAXPAYER, "佐藤 花子",
        SearchRecord.Witness.SEARCHED, ("佐藤 花子",), "山本 昇、川口 聡", "書画二点を認めた", found=(("日本画 二点", 100_000),),
    )  # fmt: skip
    record_search((SATO, 1), search, as_of=today(), officer=OFFICER)
    due = NewRecord(InsolvencyRecord.Kind.DEADLINE, soon(20), "届出期間の末日")
    record_insolvency((KAKU, 2), due, as_of=today(), officer=OFFICER)


def objected(folder: Path) -> None:
    """前田の預金を取り立て、配当した。その計算に異議がある。"""
    with as_officer(OFFICER):
        terms = SeizureTerms(
            asset_of(OLD, amount=80_000), "催告に応じない", "残高の全額", (charge_of(OLD, 2),), date(2026, 4, 30)
        )
        carried(propose_seizure(terms, as_of=DAY))
        key = dispositions_of(OLD)[0].key
        mortgaged(key, 20_000, date(2020, 4, 1), kind=AssetInterest.Kind.PLEDGE)
        record_service(key, SeizureService(third_party_served_on=today()), officer=OFFICER)
        collect(key, Money(30_000, today(), "架空銀行"), as_of=today(), officer=OFFICER)
        carried(propose_distribution(key, reason="計算のとおり", as_of=today()))
        file_objection(key, 1, (1, "架空信用金庫", "質権がある"), as_of=today(), officer=OFFICER)


def guarded(folder: Path) -> None:
    """佐藤は開示を請求した。一覧の誤送付があり、外の団体に渡す媒体がある。点検は、改善を求めた。"""
    with as_officer(OFFICER):
        intake = Intake(
            kind="1", addressee_number=SATO, requester=PrivacyRequest.Requester.SELF, requester_name="佐藤 花子", proof="01",
            scope="私について持つすべて", requested_on=today(),
        )  # fmt: skip
        requests.gather(requests.receive(intake, as_of=today()))
        lost = Detection(
            kind="1", summary="納税証明の一覧を、誤って別の課に送った", known_on=today(), number_included=True
        )
        incidents.register(lost, as_of=today())
        told = {
            "kind": InspectionRecord.Kind.SELF_CHECK, "department": "収納課", "checked_items": "離席時の画面の施錠",
            "outcome": InspectionRecord.Outcome.IMPROVE, "finding": "二台が施錠されていなかった",
        }  # fmt: skip
        training.inspect(told, on=today(), as_of=today())
        source, key = folder / "transfer.csv", folder / "mie.pem"
        source.write_text(f"宛名番号,滞納額\n{SATO},120000\n{TANAKA},60000\n", encoding="utf-8")
        public = X25519PrivateKey.generate().public_key()
        key.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        (folder / "disc").mkdir()
        plan = media.Plan(
            number="M-2026-01", source=source, target=folder / "disc" / "transfer.bin", receiver="三重地方税管理回収機構", key=key
        )  # fmt: skip
        media.write(plan, on=today())


def received(folder: Path) -> None:
    """窓口のレジが開き、石川が第2期を納めた。"""
    till = open_till(1, 30_000, as_of=today(), officer=OFFICER)
    take_cash(till, STOPPED, (charge_of(STOPPED, 2),), 100_000, as_of=today(), officer=OFFICER)


def appoint(number: str) -> None:
    """職員に証票を交付する。"""
    card = Issuance(OfficerCredential.Kind.IDENTITY, number, "収納課 主事", today(), soon(300))
    issue_credential(card, as_of=today(), officer=OFFICER)
