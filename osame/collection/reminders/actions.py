"""催告の行い。選んで送り、行き違いを引き抜き、到達を数え、条件を残し、連絡の辞退を受ける。"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from osame.collection.ledger.posting import claim_command
from osame.collection.letters.actions import pull
from osame.collection.reminders.letters import send_reminders
from osame.collection.reminders.models import ContactOptOut, ReminderCondition, ReminderRun
from osame.collection.reminders.selection import LISTS, Selection, Terms, select
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.serving import service_of
from osame.platform.audit.recording import record
from osame.platform.database import copy_rows, fetch_all, fetch_one, run_sql

Kind = ReminderRun.Kind
MEANS = {Kind.CALL: "電話の名簿", Kind.SHORT_MESSAGE: "SMS・自動音声の名簿", Kind.VISIT: "訪問の名簿"}


class NobodyToRemind(Refusal):
    """催告する人がいません。条件と、除外の理由を確かめてください。"""


class DeadlineTooEarly(Refusal):
    """指定期限が、催告日より後ではありません。届いてから納められる日を入力してください。"""


class SelectionChanged(Refusal):
    """見本を見た後に、対象が変わりました。もう一度見本を見てから行ってください。"""


class ReminderRunUnknown(Refusal):
    """その番号の催告の実行はありません。催告の一覧で番号を確かめてください。"""


class ConditionNeedsName(Refusal):
    """条件の名がありません。後で見て分かる名を入力してください。"""


class ConditionNameTaken(Refusal):
    """その名の条件は、もうあります。別の名にするか、先の条件を消してください。"""


class ConditionUnknown(Refusal):
    """その条件はありません。条件の一覧を開き直してください。"""


class AlreadyOptedOut(Refusal):
    """この手段の連絡は、もう断られています。登録は一つで足ります。断りが解かれたときは、辞退を終えてください。"""


class OptOutNeedsReason(Refusal):
    """辞退の説明がありません。いつ、誰から、どう断られたかを入力してください。"""


class NotOptedOut(Refusal):
    """この手段の連絡は、断られていません。納税者の画面で確かめてください。"""


@dataclass(frozen=True, slots=True)
class Order:
    """催告の命令。 whose: この人たちの中から選ぶ; seen: 見本で見た（人数、額）。違えば行わない; with_slips: 納付書を添えるか。"""

    kind: Kind
    terms: Terms
    deadline: date
    whose: Collection[str] | None = None
    seen: tuple[int, int] | None = None
    with_slips: bool = False


def remind(order: Order, *, as_of: date, officer: str) -> int:
    """催告する。文書なら束を作り、名簿なら名簿を作る。催告の実行番号を返す。

    Select, record whom and why not, and freeze the letters, in one transaction.

    要件: F10-01, F10-02, F10-04, F10-05, F10-06
    """
    if order.deadline <= as_of:
        raise DeadlineTooEarly(format_wareki(order.deadline))
    with transaction.atomic():
        found = select(order.kind, order.terms, as_of=as_of, deadline=order.deadline, whose=order.whose)
        if order.seen is not None and order.seen != (len(found.people), found.amount):
            raise SelectionChanged(f"{len(found.people):,}人、{found.amount:,}円")
        if not found.people:
            raise NobodyToRemind("、".join(f"{name}{people:,}人" for name, people, _ in found.reasons))
        (run_id,) = fetch_one("SELECT nextval('reminder_run_number')")
        command = claim_command(
            f"reminder:{run_id}", kind="remind", content=[str(order.kind)], purpose="催告", officer=officer
        )
        run_sql(
            "INSERT INTO reminder_run (run_id, kind, terms, reminded_on, designated_due_date, letter_run_id, people, amount, excluded, officer, "
            "command_id) VALUES (%s, %s, to_jsonb(%s::json), %s, %s, NULL, %s, %s, %s, %s, %s)",
            [run_id, order.kind, _json(order.terms), as_of, order.deadline, len(found.people), found.amount,
             len(found.excluded), officer, command.command_id],
        )  # fmt: skip
        _write(int(run_id), found, as_of)
        if order.kind not in LISTS:
            letters = send_reminders(
                order.kind, found.people, int(run_id), dates=(as_of, order.deadline), officer=officer,
                with_slips=order.with_slips,
            )  # fmt: skip
            run_sql("UPDATE reminder_run SET letter_run_id = %s WHERE run_id = %s", [letters, run_id])
        told: dict[str, str | int] = {
            "実行番号": int(run_id),
            "種類": str(order.kind.label),
            "人数": len(found.people),
            "除外": len(found.excluded),
        }
        record("催告した", detail=told)
    return int(run_id)


def _json(terms: Terms) -> str:

    return json.dumps(terms.as_json(), ensure_ascii=False)


def _write(run_id: int, found: Selection, as_of: date) -> None:
    """催告した人と期別、除外した人を、まとめて書く。行の門のある表には、一時表を経て入れる。"""
    people = (
        (each.addressee_number, run_id, line, each.amount, as_of, each.telephone)
        for line, each in enumerate(found.people, start=1)
    )
    charges = (
        (person.addressee_number, run_id, each.charge_id, each.principal_tax, each.demand_fee, each.delinquency_charge)
        for person in found.people
        for each in person.charges
    )
    left = ((each.addressee_number, run_id, str(each.reason), each.unpaid) for each in found.excluded)
    _fill("reminder", ("addressee_number", "run_id", "line_number", "amount", "reminded_on", "telephone"), list(people))
    columns = ("addressee_number", "run_id", "charge_id", "principal_tax", "demand_fee", "delinquency_charge")
    _fill("reminder_charge", columns, list(charges))
    _fill("reminder_exclusion", ("addressee_number", "run_id", "reason", "unpaid"), list(left))


def _fill(table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    listed = ", ".join(columns)
    run_sql(f"DROP TABLE IF EXISTS pg_temp.staged_{table}")
    run_sql(f"CREATE TEMP TABLE staged_{table} ON COMMIT DROP AS SELECT {listed} FROM {table} WITH NO DATA")
    copy_rows(f"staged_{table}", columns, rows)
    run_sql(f"INSERT INTO {table} ({listed}) SELECT {listed} FROM staged_{table}")


PAID_SINCE = """
SELECT r.addressee_number, l.letter_number FROM reminder r
JOIN reminder_run u USING (run_id) JOIN letter l ON l.run_id = u.letter_run_id AND l.addressee_number = r.addressee_number
WHERE r.run_id = %(run)s AND r.cancelled_on IS NULL AND l.state <> '9' AND NOT EXISTS (
    SELECT 1 FROM reminder_charge q JOIN charge c USING (addressee_number, charge_id)
    WHERE q.addressee_number = r.addressee_number AND q.run_id = r.run_id
      AND c.principal_tax + c.demand_fee + c.delinquency_charge > 0)
"""


def pull_paid(run_id: int, *, as_of: date, officer: str) -> int:
    """差し出す前に、催告したすべてが納められた人の文書を引き抜く。引き抜いた通数を返す。

    要件: F10-02
    """
    with transaction.atomic():
        rows = fetch_all("SELECT letter_run_id FROM reminder_run WHERE run_id = %s", [run_id])
        if not rows or rows[0][0] is None:
            raise ReminderRunUnknown(str(run_id))
        paid = fetch_all(PAID_SINCE, {"run": run_id})
        for who, letter_number in paid:
            pull(rows[0][0], letter_number, reason="催告した後に完納", officer=officer)
            run_sql(
                "UPDATE reminder SET cancelled_on = %s, cancel_reason = %s WHERE addressee_number = %s AND run_id = %s",
                [as_of, "差し出す前に完納", who, run_id],
            )
        record("行き違いの催告を引き抜いた", subjects=[who for who, _ in paid], detail={"実行番号": run_id})
    return len(paid)


# 差し出した文書の、差出日・返戻日・公示の掲示日・書留などの配達日。引き抜いた文書と手作業の文書は数えない。
SENT = """
SELECT r.addressee_number, r.run_id, v.dispatched_on, b.returned_on, b.resent_on, p.posted_on, s.delivered_on, r.arrived_on
FROM reminder r JOIN reminder_run u USING (run_id) JOIN letter_run v ON v.run_id = u.letter_run_id
JOIN letter l ON l.run_id = u.letter_run_id AND l.addressee_number = r.addressee_number AND l.state IN ('2', '4') AND l.generated
LEFT JOIN LATERAL (SELECT x.return_id, x.returned_on, x.resent_on FROM returned_letter x
    WHERE x.addressee_number = r.addressee_number AND x.run_id = l.run_id AND x.letter_number = l.letter_number
    ORDER BY x.attempt DESC LIMIT 1) b ON true
LEFT JOIN LATERAL (SELECT min(x.posted_on) AS posted_on FROM service_publication x
    WHERE x.addressee_number = r.addressee_number AND x.return_id = b.return_id AND x.state = '2') p ON true
LEFT JOIN LATERAL (SELECT min(x.delivered_on) AS delivered_on FROM service_record x
    WHERE x.addressee_number = r.addressee_number AND x.run_id = l.run_id AND x.letter_number = l.letter_number) s ON true
WHERE r.cancelled_on IS NULL AND v.dispatched_on >= %(on)s::date - %(back)s::int
"""
LOOK_BACK = 400


def settle_arrivals(*, as_of: date) -> int:
    """催告の文書が、いつ到達したかを数え直す。変わった通数を返す。返戻されたものは到達しない。何度行ってもよい。

    Arrival by the law of service: presumed for ordinary mail, taken away by a return, proved by a delivery record.

    要件: F10-03
    """
    with transaction.atomic():
        changed = []
        for who, run_id, sent, returned, resent, posted, delivered, known in fetch_all(
            SENT, {"on": as_of, "back": LOOK_BACK}
        ):
            dispatched, back = (resent, None) if resent else (sent, returned)
            arrived = delivered or service_of(dispatched, returned_on=back, posted_on=posted).on
            arrived = arrived if arrived and arrived <= as_of else None
            if arrived != known:
                changed.append((who, run_id, arrived))
        run_sql("DROP TABLE IF EXISTS pg_temp.arrived_reminder")
        run_sql(
            "CREATE TEMP TABLE arrived_reminder (addressee_number text, run_id bigint, arrived_on date) ON COMMIT DROP"
        )
        copy_rows("arrived_reminder", ("addressee_number", "run_id", "arrived_on"), changed)
        run_sql(
            "UPDATE reminder r SET arrived_on = x.arrived_on FROM arrived_reminder x "
            "WHERE x.addressee_number = r.addressee_number AND x.run_id = r.run_id"
        )
        record("催告の到達を数えた", detail={"変わった通数": len(changed)})
    return len(changed)


def save_condition(name: str, terms: Terms, *, officer: str) -> int:
    """催告の条件に名を付けて残す。条件番号を返す。

    要件: F10-01
    """
    if not name.strip():
        raise ConditionNeedsName
    try:
        with transaction.atomic():
            made = ReminderCondition.objects.create(name=name.strip(), terms=terms.as_json(), officer=officer)
            record("催告の条件を残した", detail={"条件番号": made.condition_id})
    except IntegrityError as taken:
        raise ConditionNameTaken(name.strip()) from taken
    return made.condition_id


def drop_condition(condition_id: int, *, officer: str) -> None:
    """残した条件を消す。

    要件: F10-01
    """
    with transaction.atomic():
        if not ReminderCondition.objects.filter(condition_id=condition_id).delete()[0]:
            raise ConditionUnknown(str(condition_id))
        record("催告の条件を消した", detail={"条件番号": condition_id, "職員": officer})


def opt_out(addressee_number: str, means: ContactOptOut.Means, reason: str, *, as_of: date, officer: str) -> int:
    """連絡の辞退を受ける。次の名簿から載せない。辞退番号を返す。

    要件: F10-05
    """
    if not reason.strip():
        raise OptOutNeedsReason
    try:
        with transaction.atomic():
            (number,) = fetch_one("SELECT nextval('contact_opt_out_number')")
            run_sql(
                "INSERT INTO contact_opt_out (addressee_number, opt_out_id, means, refused_on, reason, officer) "
                "VALUES (%s, %s, %s, %s, %s, %s)",
                [addressee_number, number, means, as_of, reason.strip(), officer],
            )
            record("連絡の辞退を受けた", subjects=[addressee_number], detail={"手段": str(means.label)})
    except IntegrityError as twice:
        raise AlreadyOptedOut(str(means.label)) from twice
    return int(number)


def end_opt_out(addressee_number: str, means: ContactOptOut.Means, *, as_of: date, officer: str) -> None:
    """連絡の辞退を終える。

    要件: F10-05
    """
    with transaction.atomic():
        ended = run_sql(
            "UPDATE contact_opt_out SET ended_on = %s WHERE addressee_number = %s AND means = %s AND ended_on IS NULL",
            [as_of, addressee_number, means],
        )
        if not ended:
            raise NotOptedOut(str(means.label))
        record("連絡の辞退を終えた", subjects=[addressee_number], detail={"手段": str(means.label), "職員": officer})
