"""収納ファイル。納付を、それぞれの様式の本物のバイト列にする。

Payment files in their real formats, one per profile and file day, each with what must become of its rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from osame.demo import places
from osame.demo.calendar import FILE_DAYS, HALF_MONTHLY
from osame.demo.payments import BANK, DEBIT, ELTAX, STORES, Payment
from osame.demo.truth import FileTruth
from osame.formats import bank_notice, convenience_store, eltax, gs1_128, slip_numbers, zengin_debit
from osame.formats.bank_notice import BankNotice
from osame.formats.convenience_store import StorePayment
from osame.formats.csv_batch import FileHeader
from osame.formats.eltax import EltaxPayment
from osame.formats.gs1_128 import PaymentBarcode
from osame.formats.reports import ChargeReference, ReportStage
from osame.formats.zengin_debit import DebitInstruction
from osame.formats.zengin_records import ZenginBatch
from osame.kernel.kana import BankField, cut, to_bank_kana
from osame.kernel.money import Yen

PRELIMINARY, FINAL, CANCELLATION = "01", "02", "03"
CONSIGNOR_CODE = "0000024999"
CONSIGNOR_ACCOUNT = "0024999"
EXTENSIONS = {BANK: "csv", ELTAX: "csv", DEBIT: "txt", "dsk_csv": "csv"}
EVERY_FILE_DAY = (BANK, STORES[0], ELTAX)
CONTRACTS = {"mufg_factor_120": "24998"}
"""収納代行会社ごとの契約番号。なければ収納企業コード。"""
CHAIN_CODES = {"mizuho_factor_120": "900001", "mufg_factor_120": "9001", "dsk_csv": "901"}


@dataclass(slots=True)
class Sighting:
    """ファイルの一行になる、納付の知らせ。"""

    payment: Payment
    kind: str
    repeated: bool = False  # 前に告げたものの繰返し


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """収納ファイル一つ。"""

    profile: str
    file_on: date
    data: bytes
    truth: FileTruth

    @property
    def name(self) -> str:
        """ファイル名。"""
        return f"{self.profile}_{self.file_on:%Y%m%d}.{EXTENSIONS.get(self.profile, 'dat')}"


def sort_out(payments: Iterable[Payment]) -> dict[tuple[str, date], list[Sighting]]:
    """納付を、様式とファイル日ごとに分ける。何もない日にも届く様式は、空のファイルになる。"""
    found: dict[tuple[str, date], list[Sighting]] = {}
    for profile in EVERY_FILE_DAY:
        found.update({(profile, day): [] for day in FILE_DAYS})
    found.update({(STORES[1], day): [] for day in HALF_MONTHLY})
    for payment in payments:
        for kind, day in (
            (PRELIMINARY, payment.told_on),
            (FINAL, payment.final_on),
            (CANCELLATION, payment.cancelled_on),
        ):
            if day is not None:
                found.setdefault((payment.profile, day), []).append(Sighting(payment, kind))
        if payment.final_on is not None:
            for _ in range(payment.repeats):
                found[payment.profile, payment.final_on].append(Sighting(payment, FINAL, repeated=True))
        if payment.repeated_on is not None:
            found[payment.profile, payment.repeated_on].append(Sighting(payment, FINAL, repeated=True))
    return found


def make_file(profile: str, file_on: date, sightings: list[Sighting]) -> PaymentFile:
    """収納ファイルを書く。"""
    if profile == BANK:
        data = _bank(file_on, sightings)
    elif profile == ELTAX:
        data = _eltax(file_on, sightings)
    elif profile == DEBIT:
        data = _debit(sightings)
    else:
        data = _store(profile, file_on, sightings)
    return PaymentFile(profile, file_on, data, expected(file_on, sightings))


def expected(file_on: date, sightings: list[Sighting]) -> FileTruth:
    """各行がどうなるはずか。"""
    truth = FileTruth(rows=len(sightings))
    for each in sightings:
        payment = each.payment
        arrives_on = payment.charge.taxpayer.arrives_on
        if each.repeated or (each.kind == FINAL and payment.broken_code):
            truth.rejected += 1
        elif each.kind != FINAL or payment.result_code != "0":
            truth.posted += 1
        elif payment.wrong_slip is not None or (arrives_on is not None and file_on < arrives_on):
            truth.held += 1
        else:
            truth.posted += 1
    return truth


def broken(sightings: list[Sighting]) -> list[Sighting]:
    """検査数字が壊れて届く確報。"""
    return [each for each in sightings if each.kind == FINAL and each.payment.broken_code]


def make_amendment(profile: str, file_on: date, sightings: list[Sighting]) -> PaymentFile:
    """検査数字を正した訂正ファイル。"""
    rows = [_store_payment(profile, file_on, each) for each in sightings]
    data = convenience_store.write(rows, profile=profile, made_on=file_on, corporate_code=_contract(profile))
    return PaymentFile(profile, file_on, data, FileTruth(rows=len(rows), posted=len(rows)))


def _bank(file_on: date, sightings: list[Sighting]) -> bytes:
    header = FileHeader(sender_code=places.DESIGNATED_BANK, business_on=file_on, sequence=1)
    return bank_notice.write((_notice(each.payment) for each in sightings), header=header)


def _notice(payment: Payment) -> BankNotice:
    charge = payment.charge
    offices = places.bank_places()
    bank_code, branch_code = offices[payment.serial % len(offices)]
    reference = (
        ChargeReference(charge.tax_item, charge.levy_year, charge.notice_number, charge.term)
        if payment.by_reference
        else None
    )
    return BankNotice(
        notice_id=f"{payment.serial:020d}",
        bank_code=bank_code,
        branch_code=branch_code,
        paid_on=payment.paid_on,
        received_on=payment.received_on,
        amount=Yen(payment.amount),
        slip_number=None if payment.by_reference else payment.slip_number,
        charge_reference=reference,
        payer_kana=charge.taxpayer.row.kana[:40],
    )


def _eltax(file_on: date, sightings: list[Sighting]) -> bytes:
    header = FileHeader(sender_code=places.AGENCY_NUMBER, business_on=file_on, sequence=1)
    return eltax.write((_eltax_payment(each.payment) for each in sightings), header=header)


def _eltax_payment(payment: Payment) -> EltaxPayment:
    charge = payment.charge
    return EltaxPayment(
        agency_number=places.AGENCY_NUMBER,
        matter_key=slip_numbers.matter_key(payment.slip_number),
        confirmation_number=f"{payment.serial * 7919 % 10**6:06d}",
        tax_fee_number=f"{int(charge.tax_item):03d}",
        levy_year=charge.levy_year,
        tax_year=charge.levy_year,
        installment_term=charge.term,
        amount=Yen(payment.amount),
        paid_at=datetime.combine(payment.paid_on, _time(payment)),  # 時刻帯のない様式
        collected_on=payment.paid_on,
        payout_on=payment.received_on,
        stage=ReportStage.FINAL,
        transaction_id=f"EL{payment.serial:010d}",
        means=("05", "01", "02", "04")[payment.serial % 4],
    )


def _time(payment: Payment) -> time:
    return time(payment.minute // 60, payment.minute % 60, payment.serial % 60)


def _debit(sightings: list[Sighting]) -> bytes:
    office = places.bank_places()[0]
    batch = ZenginBatch(
        consignor_code=CONSIGNOR_CODE,
        consignor_name="ｶｸｳｼ",
        business_on=sightings[0].payment.received_on,
        bank_code=office[0],
        branch_code=office[1],
        account_number=CONSIGNOR_ACCOUNT,
    )
    return zengin_debit.write_result(batch, (_instruction(each.payment) for each in sightings))


def _instruction(payment: Payment) -> DebitInstruction:
    taxpayer = payment.charge.taxpayer
    assert taxpayer.account is not None
    return DebitInstruction(
        bank_code=taxpayer.account.bank_code,
        branch_code=taxpayer.account.branch_code,
        account_type="1",
        account_number=taxpayer.account.number,
        holder_kana=cut(to_bank_kana(taxpayer.row.kana, field=BankField.NAME), 30),
        amount=Yen(payment.amount),
        customer_number=slip_numbers.matter_key(payment.slip_number),
        result_code=payment.result_code,
    )


def _store(profile: str, file_on: date, sightings: list[Sighting]) -> bytes:
    rows = [_store_payment(profile, file_on, each) for each in sightings]
    data = convenience_store.write(rows, profile=profile, made_on=file_on, corporate_code=_contract(profile))
    for each, row in zip(sightings, rows, strict=True):
        if each.kind == FINAL and each.payment.broken_code:
            code = row.barcode.encode("ascii")
            wrong = code[:-1] + str((int(code[-1:]) + 1) % 10).encode("ascii")
            data = data.replace(code, wrong, 1)
    return data


def _contract(profile: str) -> str:
    return CONTRACTS.get(profile, places.AGENCY_NUMBER)


def _store_payment(profile: str, file_on: date, sighting: Sighting) -> StorePayment:
    payment = sighting.payment
    charge = payment.charge
    barcode = gs1_128.encode(
        PaymentBarcode(
            agency_code=places.BARCODE_AGENCY,
            free_field=slip_numbers.gs1_free_field(payment.slip_number, places.AGENCY_NUMBER),
            amount=Yen(payment.amount),
            payable_through=charge.due_on if payment.paid_on <= charge.due_on else None,
        )
    )
    return StorePayment(
        kind=sighting.kind,
        paid_on=payment.paid_on,
        paid_at=f"{_time(payment):%H%M}",
        barcode=barcode,
        store_code=f"{payment.serial % 97 + 1:06d}",
        chain_code=CHAIN_CODES[profile],
        chain_name="架空ストア",
        captured_on=file_on,
        payout_on=payment.received_on if sighting.kind == FINAL else None,
    )
