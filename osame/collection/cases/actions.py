"""台帳の行い。担当を替え、方針を決め、点検し、特記と注意を残し、予定を立てて終える。

Every act writes the fact and its record in one transaction; the record (`case_event`) is never rewritten.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.arrears.queries import hidden_places
from osame.collection.cases.models import ArrearsCase, CaseEvent, CaseTask
from osame.collection.cases.queries import CaseUnknown
from osame.kernel.dates import format_wareki
from osame.kernel.personal_numbers import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql

LONGEST = 2_000


class CaseCleared(Refusal):
    """この事案は完結しています。新しい滞納が入ったら、夜の数え直しの後に、新しい事案を開いてください。"""


class OfficerUnknown(Refusal):
    """その職員番号の、使える職員はいません。職員の一覧で番号を確かめてください。"""


class PolicyNeedsReason(Refusal):
    """方針の理由がありません。なぜこの方針にするのかを入力してください。"""


class ReviewTooEarly(Refusal):
    """見直し日が、今日より後ではありません。次に見直す日を入力してください。"""


class NoteNeedsContent(Refusal):
    """内容がありません。書くことを入力してください。"""


class NoteTooLong(Refusal):
    """内容が長すぎます。2,000字までにして、残りは別の記録にしてください。"""


class NumberInNote(Refusal):
    """個人番号らしい数字があります。台帳に個人番号は書けません。消してください。"""


class PlaceInNote(Refusal):
    """支援措置の対象者の住所や電話が書かれています。居場所の分かることは書かずに、登録し直してください。"""


class ReviewsOwnCase(Refusal):
    """自分の担当する事案は、点検できません。別の管理職に点検を頼んでください。"""


class TaskInPast(Refusal):
    """予定日が、今日より前です。これからの日を入力してください。"""


class TaskUnknown(Refusal):
    """その予定はありません。台帳の画面を開き直して、確かめてください。"""


class TaskEnded(Refusal):
    """この予定は、もう終わっています。続きがあれば、新しい予定を立ててください。"""


@dataclass(frozen=True, slots=True)
class Policy:
    """決める方針。 review_on: 次に見直す日。"""

    policy: ArrearsCase.Policy
    reason: str
    review_on: date


@dataclass(frozen=True, slots=True)
class NewTask:
    """立てる予定。"""

    kind: CaseTask.Kind
    due_on: date
    note: str = ""


def assign(addressee_number: str, to: str, *, as_of: date, officer: str) -> None:
    """担当者を決める。

    要件: F13-07
    """
    with transaction.atomic():
        case_id = open_case(addressee_number)
        _refuse_unknown_officer(to)
        run_sql(
            "UPDATE arrears_case SET officer = %s, assigned_on = %s WHERE addressee_number = %s AND case_id = %s",
            [to, as_of, addressee_number, case_id],
        )
        _told((addressee_number, case_id), CaseEvent.Kind.ASSIGNED, f"担当を{to}にした", as_of=as_of, officer=officer)


def decide_policy(addressee_number: str, policy: Policy, *, as_of: date, officer: str) -> None:
    """処理方針と、見直す日を決める。

    要件: F13-06
    """
    if not policy.reason.strip():
        raise PolicyNeedsReason
    if policy.review_on <= as_of:
        raise ReviewTooEarly(format_wareki(policy.review_on))
    with transaction.atomic():
        case_id = open_case(addressee_number)
        refuse_words(addressee_number, policy.reason)
        run_sql(
            "UPDATE arrears_case SET policy = %s, policy_reason = %s, decided_on = %s, review_on = %s "
            "WHERE addressee_number = %s AND case_id = %s",
            [policy.policy, policy.reason.strip(), as_of, policy.review_on, addressee_number, case_id],
        )
        told = f"{policy.policy.label}（見直し日 {format_wareki(policy.review_on)}）：{policy.reason.strip()}"
        _told((addressee_number, case_id), CaseEvent.Kind.POLICY, told, as_of=as_of, officer=officer)


def review(addressee_number: str, content: str, *, as_of: date, officer: str) -> None:
    """管理職が事案を点検し、指示を残す。担当する職員は、自分の事案を点検できない。

    要件: F13-06
    """
    with transaction.atomic():
        case_id = open_case(addressee_number)
        refuse_words(addressee_number, content)
        (holder,) = fetch_one(
            "SELECT officer FROM arrears_case WHERE addressee_number = %s AND case_id = %s", [addressee_number, case_id]
        )
        if holder == officer:
            raise ReviewsOwnCase(officer)
        run_sql(
            "UPDATE arrears_case SET reviewed_on = %s WHERE addressee_number = %s AND case_id = %s",
            [as_of, addressee_number, case_id],
        )
        _told((addressee_number, case_id), CaseEvent.Kind.REVIEWED, content.strip(), as_of=as_of, officer=officer)


def note(addressee_number: str, content: str, *, as_of: date, officer: str) -> None:
    """特記を残す。

    要件: F13-01
    """
    with transaction.atomic():
        case_id = open_case(addressee_number)
        refuse_words(addressee_number, content)
        _told((addressee_number, case_id), CaseEvent.Kind.NOTED, content.strip(), as_of=as_of, officer=officer)


def set_care(addressee_number: str, care: str, *, no_visit: bool, as_of: date, officer: str) -> None:
    """注意事項と、訪問しないことを定める。前の注意は、記録に残る。

    要件: F13-01, F10-06
    """
    with transaction.atomic():
        case_id = open_case(addressee_number)
        if care.strip():
            refuse_words(addressee_number, care)
        run_sql(
            "UPDATE arrears_case SET care = %s, no_visit = %s WHERE addressee_number = %s AND case_id = %s",
            [care.strip(), no_visit, addressee_number, case_id],
        )
        told = f"{care.strip() or '注意事項なし'}{'（訪問しない）' if no_visit else ''}"
        _told((addressee_number, case_id), CaseEvent.Kind.CARE, told, as_of=as_of, officer=officer)


def plan_task(addressee_number: str, new: NewTask, *, as_of: date, officer: str) -> int:
    """予定を立てる。予定番号を返す。

    要件: F13-05
    """
    if new.due_on < as_of:
        raise TaskInPast(format_wareki(new.due_on))
    with transaction.atomic():
        case_id = open_case(addressee_number)
        if new.note.strip():
            refuse_words(addressee_number, new.note)
        (task_id,) = fetch_one(
            "INSERT INTO case_task (addressee_number, task_id, case_id, kind, due_on, note, officer, made_on, result, result_note) "
            "VALUES (%s, nextval('case_task_number'), %s, %s, %s, %s, %s, %s, '', '') RETURNING task_id",
            [addressee_number, case_id, new.kind, new.due_on, new.note.strip(), officer, as_of],
        )
        _next_task(addressee_number)
        record(
            "予定を立てた", subjects=[addressee_number], detail={"予定番号": int(task_id), "種類": str(new.kind.label)}
        )
    return int(task_id)


def end_task(
    key: tuple[str, int],
    result: CaseTask.Result,
    result_note: str,
    *,
    as_of: date,
    officer: str,
    again_on: date | None = None,
) -> int | None:
    """予定を終える。延期なら、again_on に同じ予定を立て直し、その番号を返す。 key: （宛名番号、予定番号）。

    要件: F13-05
    """
    if result is CaseTask.Result.POSTPONED and (again_on is None or again_on < as_of):
        raise TaskInPast(format_wareki(again_on) if again_on else "延期する日")
    with transaction.atomic():
        rows = fetch_all(
            "SELECT kind, note, done_on FROM case_task WHERE addressee_number = %s AND task_id = %s FOR UPDATE", [*key]
        )
        if not rows:
            raise TaskUnknown(str(key[1]))
        kind, what, done_on = rows[0]
        if done_on:
            raise TaskEnded(format_wareki(done_on))
        if result_note.strip():
            refuse_words(key[0], result_note)
        run_sql(
            "UPDATE case_task SET done_on = %s, result = %s, result_note = %s WHERE addressee_number = %s AND task_id = %s",
            [as_of, result, result_note.strip(), *key],
        )
        record(
            "予定を終えた", subjects=[key[0]], detail={"予定番号": key[1], "結果": str(result.label), "職員": officer}
        )
        if again_on is not None and result is CaseTask.Result.POSTPONED:
            return plan_task(key[0], NewTask(CaseTask.Kind(kind), again_on, what), as_of=as_of, officer=officer)
        _next_task(key[0])
    return None


def open_case(addressee_number: str) -> int:
    """生きている事案の番号。行を鎖錠して読む。取引の中で呼ぶ。

    要件: F13-01
    """
    rows = fetch_all(
        "SELECT case_id, cleared_on FROM arrears_case WHERE addressee_number = %s ORDER BY cleared_on IS NULL DESC, case_id DESC "
        "LIMIT 1 FOR UPDATE",
        [addressee_number],
    )
    if not rows:
        raise CaseUnknown(addressee_number)
    if rows[0][1]:
        raise CaseCleared(format_wareki(rows[0][1]))
    return int(rows[0][0])


def refuse_words(addressee_number: str, words: str) -> None:
    """台帳に書けない文を断る。空、長すぎ、個人番号、支援措置の対象者の居場所。

    要件: F13-04, F27-01
    """
    if not words.strip():
        raise NoteNeedsContent
    if len(words) > LONGEST:
        raise NoteTooLong(f"{len(words):,}字")
    if holds_personal_number(words):
        raise NumberInNote
    if hidden_places(addressee_number).owner_in(words):
        raise PlaceInNote


def _refuse_unknown_officer(number: str) -> None:
    if not fetch_all("SELECT 1 FROM staff_account WHERE staff_number = %s AND is_active", [number]):
        raise OfficerUnknown(number)


def _next_task(addressee_number: str) -> None:
    """次の予定日を、一覧にすぐ映す。"""
    run_sql(
        "UPDATE case_figure f SET task_on = (SELECT min(t.due_on) FROM case_task t WHERE t.addressee_number = f.addressee_number "
        "AND t.done_on IS NULL) WHERE f.addressee_number = %s",
        [addressee_number],
    )


def _told(key: tuple[str, int], kind: CaseEvent.Kind, content: str, *, as_of: date, officer: str) -> None:
    run_sql(
        "INSERT INTO case_event (addressee_number, event_id, case_id, kind, happened_on, content, officer) "
        "VALUES (%s, nextval('case_event_number'), %s, %s, %s, %s, %s)",
        [*key, kind, as_of, content, officer],
    )
    record(str(kind.label), subjects=[key[0]], detail={"事案番号": key[1], "職員": officer})
