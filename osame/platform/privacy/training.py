"""研修と点検。誰がいつ研修を受け、誰の期限が過ぎ、所属をいつ点検したか。

Training is due every year for whoever handles personal information or may use the number; the list of the overdue is a question
to the tables, and a right to numbers is not issued without a current training. Inspections keep what the chain said that day.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction

from osame.kernel.dates import format_wareki
from osame.platform import gate
from osame.platform.audit.checkpoints import newest_checkpoint
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql
from osame.platform.privacy import refusals
from osame.platform.privacy.models import InspectionRecord, TrainingRecord

CURRENT_DAYS = 365  # 評価書「年1回」。受講日から数える
DUE = """
SELECT account.staff_number, account.name, account.employment = '2',
       EXISTS (SELECT FROM number_right held WHERE held.staff_number = account.staff_number AND held.issued_at IS NOT NULL
               AND held.revoked_at IS NULL AND held.valid_from <= %(day)s AND held.expires_on >= %(day)s),
       (SELECT max(taken_on) FROM training_record taken WHERE taken.staff_number = account.staff_number AND taken_on <= %(day)s)
FROM staff_account account
WHERE account.is_active AND (%(staff)s = '' OR account.staff_number = %(staff)s)
  AND (EXISTS (SELECT FROM handler_registration handler WHERE handler.staff_number = account.staff_number
               AND handler.ended_at IS NULL AND handler.valid_from <= %(day)s)
    OR EXISTS (SELECT FROM number_right held WHERE held.staff_number = account.staff_number AND held.revoked_at IS NULL
               AND held.expires_on >= %(day)s))
ORDER BY 5 NULLS FIRST, 1
"""
SUSPEND = """
UPDATE number_right SET revoked_at = now(), revoked_by = %(by)s
WHERE revoked_at IS NULL AND issued_at IS NOT NULL AND expires_on >= %(day)s AND staff_number = ANY(%(staff)s)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """研修の要る職員と、いまの受講。 through: この日まで有効（受けていなければ None）。"""

    staff_number: str
    name: str
    contractor: bool
    may_use_numbers: bool
    last_on: date | None
    through: date | None
    overdue: bool


def standings(*, as_of: date, staff_number: str = "") -> list[Standing]:
    """研修の要る職員（事務取扱担当者と、個人番号利用権限のある者）。受けていない者、古い者から。

    要件: F36-10
    """
    found = []
    for number, name, contractor, numbers, last in fetch_all(DUE, {"day": as_of, "staff": staff_number}):
        through = last + timedelta(days=CURRENT_DAYS) if last else None
        found.append(Standing(number, name, contractor, numbers, last, through, through is None or through < as_of))
    return found


def take(staff_number: str, kind: str, *, title: str, taken_on: date, as_of: date) -> None:
    """研修を受けたことを登録する。自分の分は、自分では登録できない。

    要件: F36-10
    """
    officer = gate.required().officer
    if staff_number == officer:
        raise refusals.OwnTraining(staff_number)
    if taken_on > as_of:
        raise refusals.TrainingInTheFuture(format_wareki(taken_on))
    try:
        with transaction.atomic():
            TrainingRecord.objects.create(
                staff_number=staff_number, kind=kind, title=title.strip(), taken_on=taken_on, recorded_by=officer
            )
            record("研修の受講を登録した", detail={"職員番号": staff_number, "受講日": taken_on.isoformat()})
    except IntegrityError as already:
        raise refusals.AlreadyRecorded(staff_number) from already


def require_trained(staff_number: str, *, as_of: date) -> None:
    """この一年に研修を受けているか。受けていなければ断る。

    要件: F36-10, F36-03
    """
    rows = fetch_all(
        "SELECT max(taken_on) FROM training_record WHERE staff_number = %s AND taken_on <= %s", [staff_number, as_of]
    )
    last = rows[0][0]
    if last is None or last + timedelta(days=CURRENT_DAYS) < as_of:
        raise refusals.NotTrained(f"最後の受講 {format_wareki(last) if last else 'なし'}")


def suspend_overdue(*, as_of: date) -> int:
    """期限の過ぎた者の個人番号利用権限を、すべて取り消す。取り消した数を返す。

    要件: F36-10, F36-04
    """
    with transaction.atomic():
        late = [each.staff_number for each in standings(as_of=as_of) if each.overdue]
        ended = run_sql(SUSPEND, {"by": gate.required().officer, "day": as_of, "staff": late})
        if ended:
            record(
                "研修を受けていない者の個人番号利用権限を取り消した",
                detail={"数": ended, "職員番号": "・".join(late[:50])},
            )
    return ended


def inspect(facts: dict[str, str], *, on: date, as_of: date) -> int:
    """点検の結果を登録する。そのときの監査の検査点を、確かめに使った証として添える。番号を返す。

    要件: F36-10
    """
    if not facts["department"].strip() or not facts["checked_items"].strip():
        raise refusals.InspectionIncomplete
    if facts["outcome"] == InspectionRecord.Outcome.IMPROVE and not facts["finding"].strip():
        raise refusals.InspectionIncomplete
    if on > as_of:
        raise refusals.TrainingInTheFuture(format_wareki(on))
    with transaction.atomic():
        point = newest_checkpoint()
        row = InspectionRecord.objects.create(
            kind=facts["kind"], inspected_on=on, department=facts["department"].strip(),
            checked_items=facts["checked_items"].strip(), outcome=facts["outcome"], finding=facts["finding"].strip(),
            inspector=gate.required().officer,
            proof=f"監査の検査点 {point.checkpoint_number}（{bytes(point.chain_hash).hex()[:16]}）" if point else "",
        )  # fmt: skip
        record("点検を登録した", detail={"点検番号": row.inspection_id})
    return int(row.inspection_id)


def improve(inspection_id: int, *, what: str, on: date, as_of: date) -> None:
    """点検で見つかったことを改めた。

    要件: F36-10
    """
    if not what.strip():
        raise refusals.InspectionIncomplete
    with transaction.atomic():
        row = InspectionRecord.objects.select_for_update().filter(pk=inspection_id).first()
        if row is None:
            raise refusals.UnknownInspection(str(inspection_id))
        if row.outcome != InspectionRecord.Outcome.IMPROVE or row.improved_on is not None:
            raise refusals.NothingToImprove(str(inspection_id))
        if not row.inspected_on <= on <= as_of:
            raise refusals.WrongOrderOfDates(format_wareki(on))
        row.improved_on, row.improvement = on, what.strip()
        row.save(update_fields=["improved_on", "improvement"])
        record("点検で見つかったことを改めた", detail={"点検番号": inspection_id})


def inspections(limit: int = 200) -> list[InspectionRecord]:
    """点検を、新しいものから。"""
    return list(InspectionRecord.objects.order_by("-inspected_on", "-inspection_id")[:limit])


def held_within_a_year(*, as_of: date) -> dict[str, date | None]:
    """自己点検・内部監査・外部監査の、この一年で最も新しい日。なければ None（評価書の監査の欄）。

    要件: F36-10
    """
    since = as_of - timedelta(days=CURRENT_DAYS)
    rows = dict(
        fetch_all(
            "SELECT kind, max(inspected_on) FROM inspection_record WHERE inspected_on BETWEEN %s AND %s GROUP BY kind",
            [since, as_of],
        )
    )
    return {kind.label: rows.get(kind.value) for kind in InspectionRecord.Kind}
