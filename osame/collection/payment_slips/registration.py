"""納付書情報の eLTAX への登録（F07-03）。依頼ファイルを作り、回答を受け取る。

Request files go out through the egress broker; answers come back row for row. A payment that arrives before the registration is
matched all the same: registration never stands between money and the ledger.
"""

import hashlib
from datetime import date
from pathlib import Path

from django.db import transaction

from osame.collection.payment_slips.models import PaymentSlip, RegistrationFile, SlipRegistration
from osame.collection.payment_slips.numbering import tax_items_of
from osame.collection.payment_slips.queries import Slip, slips_numbered
from osame.formats.csv_batch import FileHeader
from osame.formats.slip_registration import ACCEPTED, REGISTER, WITHDRAW, SlipRegistrationRow, read, write
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.platform import embedded
from osame.platform.database import fetch_all, run_sql
from osame.platform.egress.authority import Authority, Output, orders_in_bulk
from osame.platform.egress.broker import emit
from osame.platform.egress.models import EgressKind, ReceiverClass

RECEIVER = "地方税共同機構（eLTAX）"
ADDS_CHARGE = "eLTAXの延滞金自動計算を申し出る税目"
REQUEST_LOCK = 7_140_007
# 登録を依頼するもの: 使える納付書で、まだ依頼していないもの。
TO_REGISTER = """
SELECT s.slip_number FROM payment_slip s
WHERE s.void_on IS NULL AND s.el_qr <> '' AND s.payable_through >= %(on)s
  AND NOT EXISTS (SELECT 1 FROM slip_registration g WHERE g.slip_number = s.slip_number)
  AND NOT EXISTS (
    SELECT 1 FROM slip_share m JOIN receipt r ON r.charge_id = m.charge_id AND r.addressee_number = m.addressee_number
        AND r.slip_number = m.slip_number WHERE m.slip_number = s.slip_number)
ORDER BY 1
"""
# 無効化を依頼するもの: 登録を依頼した（断られていない）納付書で、無効にしたもの。
TO_WITHDRAW = """
SELECT s.slip_number FROM payment_slip s JOIN slip_registration g ON g.slip_number = s.slip_number AND g.act = '1'
WHERE s.void_on IS NOT NULL AND g.result_code IN ('', '00')
  AND NOT EXISTS (SELECT 1 FROM slip_registration x WHERE x.slip_number = s.slip_number AND x.act = '9')
ORDER BY 1
"""


class NothingToRegister(Refusal):
    """eLTAX に登録を依頼する納付書も、無効化を依頼する納付書もありません。納付書を発行してから依頼してください。"""


class AnswerOfOtherRequest(Refusal):
    """回答の内容が、依頼したものと違います。何も記録していません。依頼番号と、回答の行を確かめてください。"""


@orders_in_bulk("slip-registration")
def people_of_request(request_number: str) -> int:
    """その依頼にかかわる人数。"""
    return int(
        fetch_all(
            "SELECT count(DISTINCT addressee_number) FROM slip_registration WHERE request_number = %s",
            [int(request_number)],
        )[0][0]
    )


def request_registration(*, as_of: date, officer: str) -> tuple[RegistrationFile, Path]:
    """登録と無効化の依頼ファイルを作る。一件は、一度だけ載る。

    Write the request file of everything that waits. Numbered and handed over by the egress broker in one transaction.

    要件: F07-03
    """
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(%s)", [REQUEST_LOCK])
        keys = {"on": as_of}
        wanted = [(REGISTER, int(row[0])) for row in fetch_all(TO_REGISTER, keys)]
        wanted += [(WITHDRAW, int(row[0])) for row in fetch_all(TO_WITHDRAW, keys)]
        if not wanted:
            raise NothingToRegister
        slips = {each.slip_number: each for each in slips_numbered([number for _, number in wanted])}
        computed = tax_items_of(ADDS_CHARGE, as_of=as_of)
        rows = [_row(act, slips[number], computed) for act, number in wanted]
        (number,) = (int(row[0]) for row in fetch_all("SELECT nextval('slip_registration_number')"))
        agency = rows[0].agency_number
        content = write(rows, header=FileHeader(sender_code=agency, business_on=as_of, sequence=number))
        made = RegistrationFile.objects.create(
            request_number=number, made_on=as_of, made_by=officer, content_hash=hashlib.sha256(content).hexdigest(),
            rows=len(rows), total=sum(row.amount for row in rows),
        )  # fmt: skip
        for act, slip_number in wanted:
            run_sql(
                "INSERT INTO slip_registration (slip_number, act, addressee_number, request_number, requested_on, "
                "result_code) VALUES (%s, %s, %s, %s, %s, '')",
                [slip_number, act, slips[slip_number].addressee_number, number, as_of],
            )
        target = embedded.home() / "payment-slips" / f"slip-registration-{number:09d}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        subjects = tuple(sorted({each.addressee_number for each in slips.values()}))
        emit(
            content,
            target,
            Output(EgressKind.PROVISION, subjects, ReceiverClass.BANK, RECEIVER),
            Authority(bulk_by_law=f"slip-registration:{number}"),
        )
        return made, target


def take_answer(content: bytes, *, as_of: date) -> tuple[int, int]:
    """回答を受け取る。受理した件数と、受理されなかった件数を返す。同じ回答をもう一度受け取っても、何も変わらない。

    Every row must be one that was asked for, to the yen; otherwise nothing is recorded.

    要件: F07-03
    """
    header, rows = read(content)
    with transaction.atomic():
        asked = {
            (str(act), int(number)): int(amount)
            for act, number, amount in fetch_all(
                "SELECT g.act, g.slip_number, s.amount FROM slip_registration g JOIN payment_slip s USING (slip_number) "
                "WHERE g.request_number = %s FOR UPDATE OF g",
                [header.sequence],
            )
        }
        slips = {each.slip_number: each for each in slips_numbered([row.slip_number for row in rows])}
        for row in rows:
            slip = slips.get(row.slip_number)
            key = (row.act, row.slip_number)
            if slip is None or asked.get(key) != row.amount or slip.confirmation_number != row.confirmation_number:
                raise AnswerOfOtherRequest(f"納付書番号 {row.slip_number}")
            if not row.result_code:
                raise AnswerOfOtherRequest(f"納付書番号 {row.slip_number} に結果コードがありません")
        for row in rows:
            SlipRegistration.objects.filter(
                slip_number=row.slip_number, act=row.act, request_number=header.sequence
            ).update(answered_on=as_of, result_code=row.result_code)
        accepted = sum(row.result_code == ACCEPTED for row in rows)
        return accepted, len(rows) - accepted


def _row(act: str, slip: Slip, computed: frozenset[str]) -> SlipRegistrationRow:
    first = slip.shares[0]
    single = len(slip.shares) == 1 and first.term <= 99
    return SlipRegistrationRow(
        act=act, agency_number=slip.agency_number, slip_number=slip.slip_number,
        confirmation_number=slip.confirmation_number, tax_fee_number=slip.payment_class, levy_year=first.levy_year,
        tax_year=first.tax_year, installment_term=first.term if single else 0, amount=Yen(slip.amount),
        due_on=min(slip.payable_through, *(each.due_on for each in slip.shares)), payable_through=slip.payable_through,
        adds_charge=_adds_charge(slip, computed),
    )  # fmt: skip


def _adds_charge(slip: Slip, computed: frozenset[str]) -> bool:
    """延滞金の自動計算を申し出るか。延滞金を載せた納付書、合算、分納では、二重に計算されるので申し出ない。"""
    if slip.kind is not PaymentSlip.Kind.SINGLE:
        return False
    share = slip.shares[0]
    return share.tax_item in computed and share.principal_tax > 0 and not share.delinquency_charge
