"""折衝の記録と訂正。書き換えはせず、訂正は新しい記録として足す。

Record what was said. Two officers writing at once both succeed: every record is a row of its own. A correction names what
it corrects, and a record can be corrected once; whoever comes second is told by whom.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from osame.collection.arrears.models import ContactRecord
from osame.collection.arrears.queries import hidden_places
from osame.kernel.dates import format_wareki
from osame.kernel.personal_numbers import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql

LONGEST = 4_000
# 訂正された記録の約束は、もうない。
STANDING_PROMISE = """
SELECT c.officer, c.recorded_at AT TIME ZONE 'Asia/Tokyo', p.promised_on
FROM promise p JOIN contact_record c USING (addressee_number, contact_id)
WHERE p.addressee_number = %s AND {column} = %s AND NOT EXISTS (
    SELECT 1 FROM contact_record x WHERE x.addressee_number = p.addressee_number AND x.corrects = p.contact_id)
"""
FIELDS = ("折衝の日時", "折衝手段", "相手の名", "続柄", "本人確認の方法", "話した内容", "約束日", "約束の金額")


class ContactNeedsContent(Refusal):
    """話した内容がありません。話したことを、短くてもよいので入力してください。"""


class ContactTooLong(Refusal):
    """話した内容が長すぎます。4,000字までにして、残りは別の記録にしてください。"""


class ContactInFuture(Refusal):
    """折衝の日時が、いまより先です。話した日時を入力してください。"""


class NumberInContact(Refusal):
    """個人番号らしい数字があります。折衝の記録に個人番号は書けません。消してください。"""


class PlaceInContact(Refusal):
    """支援措置の対象者の住所や電話が書かれています。居場所の分かることは書かずに、登録し直してください。"""


class PromiseIncomplete(Refusal):
    """約束日と約束の金額は、両方が要ります。約束がなければ、両方を空にしてください。"""


class PromiseInPast(Refusal):
    """約束日が、話した日より前です。約束した日を入力してください。"""


class ContactNotFound(Refusal):
    """その折衝はありません。納税者の画面を開き直して、確かめてください。"""


class AlreadyCorrected(Refusal):
    """この折衝は、ほかの職員が先に訂正しています。訂正の後の記録を見て、要るならそれを訂正してください。"""


class AlreadyPostponed(Refusal):
    """この約束は、既に延期されています。延期した後の約束を選ぶか、延期でなければ「なし」を選んでください。"""


class PromiseNotStanding(Refusal):
    """延期しようとした約束がありません。訂正されたかもしれません。いまの約束から選ぶか、「なし」を選んでください。"""


class PostponedWithoutPromise(Refusal):
    """延期した後の約束がありません。約束日と約束の金額を入力するか、「なし」を選んでください。"""


class AddresseeNotKnown(Refusal):
    """この宛名は登録されていません。宛名番号を確かめてください。"""


class CorrectionNeedsReason(Refusal):
    """訂正の理由がありません。なぜ直すのかを入力してください。"""


@dataclass(frozen=True, slots=True)
class NewContact:
    """記録する折衝。 promised_on と amount は、約束があれば両方。 postpones: 延期する約束の初めの折衝の番号。"""

    addressee_number: str
    contacted_at: datetime
    means: ContactRecord.Means
    relationship: ContactRecord.Relationship
    identification: ContactRecord.Identification
    content: str
    counterpart: str = ""
    promised_on: date | None = None
    amount: int | None = None
    postpones: int | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """訂正される折衝と、その理由。 origin_id: 訂正を遡った初めの折衝。"""

    contact_id: int | None = None
    origin_id: int | None = None
    reason: str = ""


NOTHING = Corrected()


def record_contact(new: NewContact, *, now: datetime, officer: str) -> int:
    """折衝を記録し、その番号を返す。約束があれば、いっしょに記録する。

    要件: F13-04, F13-05
    """
    with transaction.atomic():
        return _write(new, now=now, officer=officer)


def correct_contact(contact_id: int, new: NewContact, *, reason: str, now: datetime, officer: str) -> int:
    """折衝を訂正し、新しい記録の番号を返す。元の記録は、そのまま残る。

    Refused when somebody else has corrected the same record: nobody's words are lost.

    要件: F13-04, F28-07
    """
    if not reason.strip():
        raise CorrectionNeedsReason(str(contact_id))
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(%s)", [contact_id])  # 同じ記録の訂正は、一人ずつ
        found = fetch_all(
            "SELECT c.origin_id, x.contact_id FROM contact_record c LEFT JOIN contact_record x "
            "ON x.addressee_number = c.addressee_number AND x.corrects = c.contact_id "
            "WHERE c.addressee_number = %s AND c.contact_id = %s",
            [new.addressee_number, contact_id],
        )
        if not found:
            raise ContactNotFound(str(contact_id))
        origin_id, corrected_by = found[0]
        if corrected_by is not None:
            raise AlreadyCorrected(f"折衝番号 {corrected_by}")
        corrects = Corrected(contact_id, origin_id, reason.strip())
        return _write(new, now=now, officer=officer, corrects=corrects)


def _write(new: NewContact, *, now: datetime, officer: str, corrects: Corrected = NOTHING) -> int:
    _refuse_wrong(new, now, corrects.reason)
    contact_id, origin_id = fetch_one(
        "INSERT INTO contact_record (addressee_number, contact_id, origin_id, contacted_at, means, counterpart, "
        "relationship, identification, content, officer, corrects, correction_reason) "
        "SELECT %s, n, coalesce(%s, n), %s, %s, %s, %s, %s, %s, %s, %s, %s FROM nextval('contact_number') n "
        "RETURNING contact_id, origin_id",
        [new.addressee_number, corrects.origin_id, new.contacted_at, new.means, new.counterpart.strip(), new.relationship,
         new.identification, new.content.strip(), officer, corrects.contact_id, corrects.reason],
    )  # fmt: skip
    if new.postpones:
        _refuse_postponing(new.addressee_number, new.postpones, before=origin_id)
    if new.promised_on:
        run_sql(
            "INSERT INTO promise (addressee_number, contact_id, promised_on, amount, postpones) "
            "VALUES (%s, %s, %s, %s, %s)",
            [new.addressee_number, contact_id, new.promised_on, new.amount, new.postpones],
        )
    done = "折衝を訂正した" if corrects.contact_id else "折衝を記録した"
    record(done, subjects=[new.addressee_number], fields=FIELDS, detail={"折衝番号": int(contact_id)})
    return int(contact_id)


def _refuse_postponing(addressee_number: str, origin_id: int, *, before: int) -> None:
    """いまはない約束、既に延期された約束の延期を断る。書いている記録より前の約束だけを延期できる。"""
    run_sql("SELECT pg_advisory_xact_lock(%s)", [origin_id])  # 同じ約束の延期は、一人ずつ
    whose = [addressee_number, origin_id]
    if origin_id >= before or not fetch_all(STANDING_PROMISE.format(column="c.origin_id"), whose):
        raise PromiseNotStanding
    if found := fetch_all(STANDING_PROMISE.format(column="p.postpones"), whose):
        officer, moment, promised_on = found[0]
        raise AlreadyPostponed(
            f"{officer}が{format_wareki(moment.date())}{moment:%H:%M}に登録。延期した後の約束日は{format_wareki(promised_on)}"
        )


def _refuse_wrong(new: NewContact, now: datetime, reason: str) -> None:
    """書けない記録を断る。"""
    words = f"{new.content}\n{new.counterpart}\n{reason}"
    if not new.content.strip():
        raise ContactNeedsContent
    if len(new.content) > LONGEST:
        raise ContactTooLong(f"{len(new.content):,}字")
    if new.contacted_at > now:
        raise ContactInFuture(format_wareki(new.contacted_at.date()))
    if holds_personal_number(words):
        raise NumberInContact
    if (new.promised_on is None) != (new.amount is None):
        raise PromiseIncomplete
    if new.postpones and not new.promised_on:
        raise PostponedWithoutPromise
    if new.promised_on and new.promised_on < new.contacted_at.astimezone(now.tzinfo).date():
        raise PromiseInPast(format_wareki(new.promised_on))
    if not fetch_all("SELECT 1 FROM addressee WHERE addressee_number = %s", [new.addressee_number]):
        raise AddresseeNotKnown(new.addressee_number)
    if hidden_places(new.addressee_number).owner_in(words):
        raise PlaceInContact
