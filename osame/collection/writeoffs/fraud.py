"""偽りその他不正の行為の認定。時効は、法定納期限の翌日から2年は進行せず、合わせて7年になる。一人が認定し、別の職員が確かめる。

Tax escaped by fraud prescribes in seven years from the statutory due date (two that do not run and five). One officer finds, another
confirms; only confirmed findings reach the count of prescription.
"""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from osame.collection.arrears.prescribing import prescriptions_of
from osame.collection.parameters.queries import CHARGE_NAMES, CHARGE_YEAR
from osame.collection.writeoffs.models import FraudFinding, WriteOff
from osame.kernel.personal_numbers import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one

LINES = f"""
SELECT f.addressee_number, f.finding_id, f.charge_id, a.name, coalesce(t.name, c.tax_item) || ' ' || {CHARGE_YEAR} || ' '
       || coalesce(n.name, c.installment_term || '期'), c.statutory_due_date, f.facts, f.found_on, f.officer, f.confirmed_on,
       f.confirmed_by
FROM fraud_finding f JOIN charge c USING (addressee_number, charge_id) JOIN addressee a USING (addressee_number)
{CHARGE_NAMES}
WHERE f.withdrawn_on IS NULL AND (%(who)s = '' OR f.addressee_number = %(who)s) ORDER BY f.finding_id DESC
"""


class FraudNeedsFacts(Refusal):
    """不正の行為と資料がありません。何を偽り、どの資料で分かったかを入力してください。"""


class NumberInFraud(Refusal):
    """個人番号らしい数字があります。認定の記録に個人番号は書けません。消してください。"""


class FraudFoundAlready(Refusal):
    """この期別には、もう認定があります。一覧で確かめてください。"""


class FraudOfNothing(Refusal):
    """その期別はありません。期別を確かめてください。"""


class FraudAfterWriteOff(Refusal):
    """この期別は、不納欠損にしています。先に、不納欠損の戻しを起案してください。"""


class FraudUnknown(Refusal):
    """確かめを待つ、その番号の認定はありません。一覧を開き直してください。"""


class FraudConfirmedBySelf(Refusal):
    """認定した職員は、自分の認定を確かめられません。別の職員に依頼してください。"""


class WithdrawNeedsReason(Refusal):
    """取り消す理由がありません。なぜ認定を取り消すのかを入力してください。"""


@dataclass(frozen=True, slots=True)
class FraudLine:
    """認定一件。"""

    addressee_number: str
    finding_id: int
    charge_id: int
    name: str
    label: str
    statutory_due_date: date
    facts: str
    found_on: date
    officer: str
    confirmed_on: date | None
    confirmed_by: str


def find_fraud(key: tuple[str, int], facts: str, *, as_of: date, officer: str) -> int:
    """偽りその他不正の行為により免れた期別と認定する。認定番号を返す。別の職員が確かめるまで、時効は変わらない。

    要件: F21-01
    """
    if not facts.strip():
        raise FraudNeedsFacts
    if holds_personal_number(facts):
        raise NumberInFraud
    with transaction.atomic():
        if not fetch_all(
            "SELECT 1 FROM charge WHERE addressee_number = %s AND charge_id = %s AND charge_id > 0", [*key]
        ):
            raise FraudOfNothing(str(key[1]))
        _refuse_written_off(key)
        (number,) = fetch_one("SELECT nextval('fraud_finding_number')")
        try:
            with transaction.atomic():
                FraudFinding.objects.create(
                    addressee_number=key[0], finding_id=number, charge_id=key[1], facts=facts.strip(), found_on=as_of,
                    officer=officer,
                )  # fmt: skip
        except IntegrityError as twice:
            raise FraudFoundAlready(str(key[1])) from twice
        record(
            "偽りその他不正の行為を認定した", subjects=[key[0]], detail={"認定番号": int(number), "期別番号": key[1]}
        )
        return int(number)


def confirm_fraud(finding_id: int, *, as_of: date, officer: str) -> date | None:
    """認定を確かめる。認定した職員にはできない。この日から時効は7年で数えられる。新しい満了日を返す。

    要件: F21-01
    """
    with transaction.atomic():
        found = FraudFinding.objects.select_for_update().filter(finding_id=finding_id, withdrawn_on=None).first()
        if found is None or found.confirmed_on:
            raise FraudUnknown(str(finding_id))
        if found.officer == officer:
            raise FraudConfirmedBySelf(officer)
        key = (found.addressee_number, found.charge_id)
        _refuse_written_off(key)
        FraudFinding.objects.filter(addressee_number=key[0], finding_id=finding_id).update(
            confirmed_on=as_of, confirmed_by=officer
        )
        record(
            "偽りその他不正の行為の認定を確かめた", subjects=[key[0]], detail={"認定番号": finding_id, "職員": officer}
        )
        return prescriptions_of([key[0]], as_of=as_of)[key].completes_on


def withdraw_fraud(finding_id: int, reason: str, *, as_of: date) -> None:
    """認定を取り消す。時効は、認定のなかったものとして数え直される。

    要件: F21-01
    """
    if not reason.strip():
        raise WithdrawNeedsReason
    with transaction.atomic():
        found = FraudFinding.objects.select_for_update().filter(finding_id=finding_id, withdrawn_on=None).first()
        if found is None:
            raise FraudUnknown(str(finding_id))
        FraudFinding.objects.filter(addressee_number=found.addressee_number, finding_id=finding_id).update(
            withdrawn_on=as_of, withdraw_reason=reason.strip()
        )
        record(
            "偽りその他不正の行為の認定を取り消した", subjects=[found.addressee_number], detail={"認定番号": finding_id}
        )


def frauds(addressee_number: str = "") -> tuple[FraudLine, ...]:
    """生きている認定。新しいものから。

    要件: F21-01
    """
    return tuple(FraudLine(*row) for row in fetch_all(LINES, {"who": addressee_number}))


def _refuse_written_off(key: tuple[str, int]) -> None:
    if WriteOff.objects.filter(addressee_number=key[0], charge_id=key[1], reversed_on=None).exists():
        raise FraudAfterWriteOff(str(key[1]))
