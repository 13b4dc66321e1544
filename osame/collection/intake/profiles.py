"""画面から取り込める様式。名、順、見分け方、取り込む関数。

Every profile that officers may drop. Several files dropped at once are taken in the order of this list: what others refer to
comes first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from osame.collection.addressees import addressee_csv
from osame.collection.addressees.importing import import_addressees
from osame.collection.assets import bank_files
from osame.collection.auctions import online
from osame.collection.certificates.arriving import import_applications as import_certificate_applications
from osame.collection.certificates.vehicles import import_vehicles
from osame.collection.closing import importing as bank_totals
from osame.collection.debits.applications import PROFILES as APPLICATION_PROFILES
from osame.collection.debits.applications import import_applications
from osame.collection.debits.importing import import_results
from osame.collection.determinations import importing as determinations
from osame.collection.determinations.importing import import_determinations, retry_held
from osame.collection.matching.importing import import_receipts
from osame.collection.parameters import actions as parameters
from osame.collection.pledges.offers import import_offers
from osame.collection.reminders import importing as outreach
from osame.collection.returns.notices import import_notices
from osame.formats import (
    bank_inquiry_csv,
    certificate_application_csv,
    determination_csv,
    inbound,
    installment_master,
    instalment_offer_csv,
    online_auction_csv,
    recognition,
    returned_notice_csv,
    vehicle_csv,
    zengin_debit,
)
from osame.platform.imports.registry import ImportResult

CORRECTION = "row_correction"
Importer = Callable[..., ImportResult]


@dataclass(frozen=True, slots=True)
class IntakeProfile:
    """取り込める様式。 headings: 一行目（見分けるため。なければ空）。"""

    key: str
    name: str
    take: Importer
    headings: tuple[str, ...] = ()


def receipts_importer(key: str) -> Importer:
    """収納ファイルを取り込む関数。口座振替の結果は、依頼と照らしてから消し込む。"""
    if key == zengin_debit.PROFILE:
        return import_results

    def take(path: Path, *, as_of: date, officer: str) -> ImportResult:
        return import_receipts(path, profile=key, as_of=as_of, officer=officer)

    return take


def _applications(key: str) -> Importer:
    def take(path: Path, *, as_of: date, officer: str) -> ImportResult:
        return import_applications(path, profile=key, as_of=as_of, officer=officer)

    return take


def _addressees(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """宛名を取り込み、宛名を待っていた調定を、もう一度試す。"""
    result = import_addressees(path, as_of=as_of, officer=officer)
    if not result.refusal and not result.already_received:
        retry_held(as_of=as_of, officer=officer, cause=f"addressees:{result.intake_file_id}")
    return result


PROFILES: dict[str, IntakeProfile] = {
    each.key: each
    for each in (
        IntakeProfile(
            parameters.INSTALLMENT_PROFILE,
            "期別マスタ（036o015）",
            parameters.import_installment_terms,
            installment_master.COLUMNS,
        ),
        IntakeProfile(addressee_csv.PROFILE, "宛名", _addressees, addressee_csv.COLUMNS),
        IntakeProfile(determinations.PROFILE, "調定（036o005）", import_determinations, determination_csv.COLUMNS),
        IntakeProfile(vehicle_csv.PROFILE, "軽自動車の車両", import_vehicles, vehicle_csv.COLUMNS),
        *(IntakeProfile(key, each.name, receipts_importer(key)) for key, each in inbound.PROFILES.items()),
        *(
            IntakeProfile(key, f"{channel.label}の申込み", _applications(key))
            for key, channel in APPLICATION_PROFILES.items()
        ),
        IntakeProfile(outreach.PROFILE, "催告の名簿の結果", outreach.import_results, outreach.COLUMNS),
        IntakeProfile(
            certificate_application_csv.PROFILE,
            "納税証明のオンライン・郵送の申請",
            import_certificate_applications,
            certificate_application_csv.COLUMNS,
        ),
        IntakeProfile(returned_notice_csv.PROFILE, "納税通知書の返戻", import_notices, returned_notice_csv.COLUMNS),
        IntakeProfile(instalment_offer_csv.PROFILE, "分納の申出", import_offers, instalment_offer_csv.COLUMNS),
        IntakeProfile(
            bank_files.PROFILE, "預貯金の電子照会の回答", bank_files.import_replies, bank_inquiry_csv.REPLY_COLUMNS
        ),
        IntakeProfile(online.PROFILE, "電子公売の参加者と入札", online.import_bids, online_auction_csv.BID_COLUMNS),
        IntakeProfile(bank_totals.PROFILE, "公金日計", bank_totals.import_bank_totals, bank_totals.COLUMNS),
    )
}
ORDER = {key: place for place, key in enumerate(PROFILES)}


def recognise(data: bytes) -> str:
    """中身から様式を見分ける。見分けられなければ空。"""
    first = data.partition(b"\n")[0].rstrip(b"\r")
    for each in PROFILES.values():
        if each.headings and first == ",".join(each.headings).encode():
            return each.key
    return recognition.recognise(data)


def profile_name(key: str) -> str:
    """様式の名。"""
    others = {CORRECTION: "職員が直した行", "manual_entry": "手入力"}
    return PROFILES[key].name if key in PROFILES else others.get(key, key)
