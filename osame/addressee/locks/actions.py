"""排他制御と、他業務参照不可の設定。

One officer edits a person at a time; everybody else may look. A lock that nobody renews is as good as none after some
minutes. The row itself decides who was first, so two presses at the same moment have exactly one winner.
"""

from datetime import datetime, timedelta

from django.db import transaction

from osame.addressee.locks.models import ReferenceRestriction
from osame.addressee.people.models import Addressee
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

MINUTES = 15
TAKE = """
INSERT INTO edit_lock (addressee_number, officer, terminal, locked_at, expires_at)
VALUES (%(number)s, %(officer)s, %(terminal)s, clock_timestamp(), clock_timestamp() + %(lasting)s)
ON CONFLICT (addressee_number) DO UPDATE
SET officer = excluded.officer, terminal = excluded.terminal, expires_at = excluded.expires_at,
    locked_at = CASE WHEN edit_lock.officer = excluded.officer AND edit_lock.expires_at > clock_timestamp()
                     THEN edit_lock.locked_at ELSE excluded.locked_at END
WHERE edit_lock.expires_at <= clock_timestamp()
   OR (edit_lock.officer = excluded.officer AND edit_lock.terminal = excluded.terminal)
RETURNING expires_at
"""


class EditedByAnother(Refusal):
    """ほかの職員が異動処理をしています。いまは閲覧だけができます。終わるのを待つか、その職員に連絡してください。"""


class NotLockedByYou(Refusal):
    """異動処理を始めていないか、時間が過ぎて自動で解放されました。はじめからやり直してください。"""


class ForcedWithoutReason(Refusal):
    """解放する理由がありません。理由を入力してください。"""


class NobodyIsEditing(Refusal):
    """この宛名の編集は、もう終わっています。一覧を開き直してください。"""


class RestrictionWithoutReason(Refusal):
    """他業務参照不可を変える理由がありません。理由を入力してください。"""


class RestrictedPersonNotKnown(Refusal):
    """この宛名は登録されていません。宛名番号を確かめてください。"""


class OpenedByAnotherOffice(Refusal):
    """他業務参照不可を設定した業務だけが、それを解けます。設定した業務に依頼してください。"""


def take_lock(addressee_number: str, *, minutes: int = MINUTES) -> datetime:
    """異動処理を始める。ほかの職員が先なら断り、誰であるかを告げる。自動で解放される時刻を返す。

    Take or renew the lock. The same officer at the same terminal renews it.

    要件: F33-06
    """
    now = gate.required()
    terms = {
        "number": addressee_number, "officer": now.officer, "terminal": now.terminal,
        "lasting": timedelta(minutes=minutes),
    }  # fmt: skip
    with transaction.atomic():
        rows = fetch_all(TAKE, terms)
        while not rows:
            _told_who(addressee_number)  # 断らずに戻るのは、ちょうど解放されたときだけ
            rows = fetch_all(TAKE, terms)
        record("異動処理を始めた", subjects=[addressee_number])
    expires_at: datetime = rows[0][0]
    return expires_at


def release_lock(addressee_number: str) -> None:
    """異動処理を終える。自分の鎖錠だけを解く。

    要件: F33-06
    """
    now = gate.required()
    with transaction.atomic():
        released = run_sql(
            "DELETE FROM edit_lock WHERE addressee_number = %s AND officer = %s AND terminal = %s",
            [addressee_number, now.officer, now.terminal],
        )
        if released:
            record("異動処理を終えた", subjects=[addressee_number])


def force_release(addressee_number: str, *, reason: str) -> None:
    """ほかの職員の異動処理を解放する。その職員は、画面に戻れば、はじめから確かめることになる。

    要件: F33-06
    """
    if not reason.strip():
        raise ForcedWithoutReason(addressee_number)
    with transaction.atomic():
        held = fetch_all("DELETE FROM edit_lock WHERE addressee_number = %s RETURNING officer", [addressee_number])
        if not held:
            raise NobodyIsEditing(addressee_number)
        record(
            "ほかの職員の異動処理を解放した", subjects=[addressee_number],
            detail={"解放された職員": str(held[0][0]), "理由": reason.strip()},
        )  # fmt: skip


def require_lock(addressee_number: str) -> None:
    """この職員が異動処理をしている間だけ、先へ進ませる。書く行いの初めに呼ぶ。

    Called first by an act that edits on behalf of a screen; keeps the row locked to the end of the transaction.

    要件: F33-06
    """
    now = gate.required()
    mine = fetch_all(
        "SELECT 1 FROM edit_lock WHERE addressee_number = %s AND officer = %s AND terminal = %s "
        "AND expires_at > clock_timestamp() FOR UPDATE",
        [addressee_number, now.officer, now.terminal],
    )
    if not mine:
        _told_who(addressee_number)
        raise NotLockedByYou(addressee_number)


def restrict_reference(addressee_number: str, *, restricted: bool, office: str, reason: str) -> None:
    """他業務参照不可を設定し、または解く。変更は、理由とともに残る。

    Set or clear the flag; only the office that set it clears it. `office` is the 業務ID that acts.

    要件: F33-07
    """
    if not reason.strip():
        raise RestrictionWithoutReason(addressee_number)
    with transaction.atomic():
        person = Addressee.objects.select_for_update().filter(pk=addressee_number).first()
        if person is None:
            raise RestrictedPersonNotKnown(addressee_number)
        if person.not_for_other_offices and not restricted:
            _refuse_other_office(addressee_number, person.origin, office)
        ReferenceRestriction.objects.create(
            addressee_number=addressee_number,
            restricted=restricted,
            office=office,
            reason=reason.strip(),
            officer=gate.required().officer,
        )
        run_sql(
            "UPDATE addressee SET not_for_other_offices = %s WHERE addressee_number = %s",
            [restricted, addressee_number],
        )
        record("他業務参照不可にした" if restricted else "他業務参照不可を解いた", subjects=[addressee_number])


def _refuse_other_office(addressee_number: str, origin: str, office: str) -> None:
    last = ReferenceRestriction.objects.filter(addressee_number=addressee_number).order_by("-restriction_id").first()
    if office != (last.office if last else origin):
        raise OpenedByAnotherOffice(addressee_number)


def _told_who(addressee_number: str) -> None:
    """生きている鎖錠を持つ職員を告げて断る。"""
    held = fetch_all(
        "SELECT officer, terminal FROM edit_lock WHERE addressee_number = %s AND expires_at > clock_timestamp()",
        [addressee_number],
    )
    if held:
        raise EditedByAnother(f"{held[0][0]}、{held[0][1] or '端末不明'}")
