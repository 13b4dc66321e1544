"""督促の後の出来事。引抜き、取消し、差出し、返戻、公示送達。

What happens to a demand after its run. The fee goes back by an entry that names the one it reverses; a fee that was
already paid becomes an overpayment; the day of seizure follows the law.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.closing.queries import first_open_day
from osame.collection.ledger.posting import Claim, claim_command, open_stage, post, touch_charges
from osame.collection.matching.allocation import expect_no_receipts, reallocate
from osame.collection.parameters.queries import allocation_order
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.demand import seizable_after_publication, seizable_from
from osame.platform.database import fetch_all, run_sql

Terms = Sequence[object] | Mapping[str, object]
EARLY = "d.cancelled_on IS NULL AND d.issued_on <= least({due}, %(as_of)s)"
"""納期限 due までに発したことになる、生きている督促 d。数えるときも、取り消すときも、この条件による。"""


class DemandNotFound(Refusal):
    """取り消す督促がありません。期別と、督促の記録を確かめてください。"""


class DemandAlreadyCancelled(Refusal):
    """この督促は、別の理由または日付で既に取り消しています。記録を確かめてください。"""


class CancellationNeedsReason(Refusal):
    """督促を取り消す理由がありません。理由を入力してください。"""


class CancellationBeforeIssue(Refusal):
    """取消日が督促状の発付日より前です。日付を確かめてください。"""


class AlreadyDispatched(Refusal):
    """督促状を差し出した後は、引き抜けません。誤りであれば、督促の取消しをしてください。"""


class NothingLeftToCancel(Refusal):
    """この実行には、生きている督促がありません。既に取り消したか、引き抜いています。記録を確かめてください。"""


class LetterNotFound(Refusal):
    """この番号の督促状はありません。実行番号と発付番号を確かめてください。"""


class DispatchBeforeIssue(Refusal):
    """差出日が発付日より前です。日付を確かめてください。"""


class ReturnBeforeIssue(Refusal):
    """返戻日が発付日より前です。日付を確かめてください。"""


class PublicationBeforeReturn(Refusal):
    """返戻の記録がない督促状は、公示送達できません。先に返戻日を記録し、送付先を調べてください。"""


@dataclass(frozen=True, slots=True)
class CancelledDemand:
    """取り消した督促。手数料のうち、納付済みで過誤納となった額も。"""

    charge_id: int
    run_id: int
    cancelled_on: date
    demand_fee: int
    fee_to_overpayment: int


@dataclass(frozen=True, slots=True)
class CancelledRun:
    """取り消した実行。督促の数と、戻した手数料。手数料のうち、納付済みで過誤納となった額も。"""

    run_id: int
    charges: int
    demand_fee: int
    fee_to_overpayment: int


def cancel_run(run_id: int, *, as_of: date, reason: str, officer: str) -> CancelledRun:
    """一つの実行の、生きている督促をすべて取り消す。手数料と差押可能日は督促の前に戻る。

    Cancel every live demand of a run, set-based and in one transaction: either all of them or none.

    要件: F08-05, F08-06
    """
    if not reason.strip():
        raise CancellationNeedsReason(f"実行番号 {run_id}")
    with transaction.atomic():
        rows = fetch_all("SELECT issued_on FROM demand_run WHERE run_id = %s FOR UPDATE", [run_id])
        if not rows:
            raise LetterNotFound(f"実行番号 {run_id}")
        if as_of < rows[0][0]:
            raise CancellationBeforeIssue(f"発付日 {format_wareki(rows[0][0])}、取消日 {format_wareki(as_of)}")
        charges, fee, paid = _cancel_all(
            "SELECT addressee_number, charge_id, demand_fee FROM demand WHERE run_id = %s AND cancelled_on IS NULL "
            "ORDER BY charge_id FOR UPDATE",
            [run_id],
            key=f"demand-run-cancel:{run_id}",
            as_of=as_of,
            reason=reason,
            officer=officer,
        )
        if not charges:
            raise NothingLeftToCancel(f"実行番号 {run_id}")
        return CancelledRun(run_id, charges, fee, paid)


def cancel_early_demands(charges: str, *, key: str, as_of: date, reason: str, officer: str) -> int:
    """納期限が延びて、納期限までに発したことになった督促を、まとめて取り消し、数を返す。取引の中で呼ぶ。

    A demand presupposes a due date that has passed unpaid. charges: a query of addressee_number and charge_id (the charges
    whose due date has just moved); key: what moved it.

    根拠: 地方税法第329条第1項、地方税法第371条第1項
    要件: F08-05, F15-06, F25-02
    """
    cancelled, _, _ = _cancel_all(
        "SELECT d.addressee_number, d.charge_id, d.demand_fee FROM demand d JOIN charge c USING (addressee_number, charge_id) "
        f"JOIN ({charges}) moved USING (addressee_number, charge_id) WHERE {EARLY.format(due='c.due_date')} "
        "ORDER BY d.charge_id FOR UPDATE OF d",
        {"as_of": as_of},
        key=f"demand-early-cancel:{key}",
        as_of=as_of,
        reason=reason,
        officer=officer,
    )
    return cancelled


def cancel_demand(addressee_number: str, charge_id: int, *, as_of: date, reason: str, officer: str) -> CancelledDemand:
    """督促を取り消し、手数料と差押可能日を督促の前に戻す。

    Cancel the live demand of a charge. Its fee is reversed by name; what was paid of it becomes an overpayment; the
    charge can be demanded anew. The same cancellation again changes nothing.

    要件: F08-05, F08-06
    """
    with transaction.atomic():
        return _cancel(addressee_number, charge_id, as_of, reason, officer)


def withdraw(addressee_number: str, charge_id: int, *, as_of: date, reason: str, officer: str) -> CancelledDemand:
    """差し出す前の督促を引き抜く。督促はなかったことになり、手数料も戻る。

    Pull a demand before its letter is mailed, for instance because the payment arrived. Refused after dispatch.

    要件: F08-01, F08-03
    """
    with transaction.atomic():
        rows = fetch_all(
            "SELECT r.run_id, r.dispatched_on FROM demand d JOIN demand_run r USING (run_id) "
            "WHERE d.addressee_number = %s AND d.charge_id = %s ORDER BY run_id DESC LIMIT 1",
            [addressee_number, charge_id],
        )
        if rows and rows[0][1]:
            raise AlreadyDispatched(f"差出日 {format_wareki(rows[0][1])}")
        cancelled = _cancel(addressee_number, charge_id, as_of, reason, officer)
        run_sql(
            "UPDATE demand SET withdrawn_on = cancelled_on "
            "WHERE addressee_number = %s AND charge_id = %s AND run_id = %s",
            [addressee_number, charge_id, cancelled.run_id],
        )
        return cancelled


def record_dispatch(run_id: int, *, dispatched_on: date, officer: str) -> int:
    """督促状を差し出した日を記録する。差押可能日は、実際に発した日から数え直す。

    Record the day the letters of a run were mailed; ten days count from the day they were really sent. Returns the
    number of demands it applies to.

    要件: F08-03, F08-04
    """
    with transaction.atomic():
        rows = fetch_all("SELECT issued_on FROM demand_run WHERE run_id = %s FOR UPDATE", [run_id])
        if not rows:
            raise LetterNotFound(f"実行番号 {run_id}")
        if dispatched_on < rows[0][0]:
            raise DispatchBeforeIssue(f"発付日 {format_wareki(rows[0][0])}、差出日 {format_wareki(dispatched_on)}")
        _claim(f"demand-dispatch:{run_id}", [dispatched_on], "督促状の差出し", officer)
        run_sql("UPDATE demand_run SET dispatched_on = %s WHERE run_id = %s", [dispatched_on, run_id])
        return run_sql(
            "UPDATE demand SET seizable_from = %s WHERE run_id = %s AND cancelled_on IS NULL AND returned_on IS NULL",
            [seizable_from(dispatched_on), run_id],
        )


def record_return(run_id: int, letter_number: int, *, returned_on: date, officer: str, attempt: int = 1) -> int:
    """督促状の返戻を記録する。送達されるまで、差し押さえられない。

    Record a returned letter (of its `attempt`-th sending). Nothing can be seized on it until it is served. Returns the number
    of demands in it.

    要件: F08-04
    """
    with transaction.atomic():
        issued_on, _ = _letter(run_id, letter_number)
        if returned_on < issued_on:
            raise ReturnBeforeIssue(f"発付日 {format_wareki(issued_on)}、返戻日 {format_wareki(returned_on)}")
        _claim(f"demand-return:{run_id}:{letter_number}:{attempt}", [returned_on], "督促状の返戻", officer)
        return run_sql(
            "UPDATE demand SET returned_on = %s, seizable_from = CASE WHEN published_on IS NULL THEN NULL "
            "ELSE seizable_from END WHERE run_id = %s AND letter_number = %s AND cancelled_on IS NULL",
            [returned_on, run_id, letter_number],
        )


def record_resending(run_id: int, letter_number: int, *, resent_on: date, officer: str, attempt: int) -> date:
    """返戻された督促状を再び発し（または交付し）、差押可能日を、その日から数え直して返す。

    Record that a returned letter was sent again or handed over; ten days count from that day.

    根拠: 地方税法第331条第1項第1号
    要件: F08-04
    """
    with transaction.atomic():
        _, returned_on = _letter(run_id, letter_number)
        _claim(f"demand-resend:{run_id}:{letter_number}:{attempt}", [resent_on], "督促状の再発送", officer)
        seizable = seizable_from(resent_on)
        if returned_on is not None:
            run_sql(
                "UPDATE demand SET returned_on = NULL, seizable_from = %s "
                "WHERE run_id = %s AND letter_number = %s AND cancelled_on IS NULL",
                [seizable, run_id, letter_number],
            )
        return seizable


def record_publication(run_id: int, letter_number: int, *, published_on: date, officer: str) -> date:
    """督促状の公示送達を記録し、差押可能日を返す。

    Record service by publication of a returned letter. Returns the first day of seizure, counted from the posting.

    根拠: 地方税法第20条の2第3項、国税徴収法基本通達第47条関係11
    要件: F08-04
    """
    with transaction.atomic():
        _, returned_on = _letter(run_id, letter_number)
        if returned_on is None or published_on < returned_on:
            raise PublicationBeforeReturn(f"発付番号 {letter_number}")
        _claim(f"demand-publication:{run_id}:{letter_number}", [published_on], "督促状の公示送達", officer)
        seizable = seizable_after_publication(published_on)
        run_sql(
            "UPDATE demand SET published_on = %s, seizable_from = %s "
            "WHERE run_id = %s AND letter_number = %s AND cancelled_on IS NULL",
            [published_on, seizable, run_id, letter_number],
        )
        return seizable


def _claim(key: str, content: list[object], purpose: str, officer: str) -> Claim:
    return claim_command(key, kind=key.split(":")[0], content=content, purpose=purpose, officer=officer)


def _letter(run_id: int, letter_number: int) -> tuple[date, date | None]:
    """督促状の発付日と返戻日。期別ごとの行を鎖錠する。"""
    rows = fetch_all(
        "SELECT issued_on, returned_on FROM demand WHERE run_id = %s AND letter_number = %s AND cancelled_on IS NULL "
        "ORDER BY charge_id FOR UPDATE",
        [run_id, letter_number],
    )
    if not rows:
        raise LetterNotFound(f"実行番号 {run_id}、発付番号 {letter_number}")
    return rows[0][0], rows[0][1]


def _cancel(addressee_number: str, charge_id: int, as_of: date, reason: str, officer: str) -> CancelledDemand:
    """期別を鎖錠し、督促を取り消し、手数料を戻す。"""
    if not reason.strip():
        raise CancellationNeedsReason(f"期別 {charge_id}")
    _touch("SELECT %s::varchar AS addressee_number, %s::bigint AS charge_id", [addressee_number, charge_id])
    rows = fetch_all(
        "SELECT run_id, issued_on, demand_fee, cancelled_on, cancel_reason FROM demand "
        "WHERE addressee_number = %s AND charge_id = %s ORDER BY cancelled_on IS NULL DESC, run_id DESC LIMIT 1",
        [addressee_number, charge_id],
    )
    if not rows:
        raise DemandNotFound(f"期別 {charge_id}")
    run_id, issued_on, fee, cancelled_on, known_reason = rows[0]
    if cancelled_on and (cancelled_on, known_reason) != (as_of, reason.strip()):
        raise DemandAlreadyCancelled(f"{format_wareki(cancelled_on)} {known_reason}")
    if as_of < issued_on:
        raise CancellationBeforeIssue(f"発付日 {format_wareki(issued_on)}、取消日 {format_wareki(as_of)}")
    command = claim_command(
        f"demand-cancel:{run_id}:{charge_id}",
        kind="cancel_demand",
        content=[as_of, reason.strip()],
        purpose=reason.strip(),
        officer=officer,
    )
    if command.replayed:
        return CancelledDemand(charge_id, run_id, as_of, fee, 0)
    run_sql(
        "UPDATE demand SET cancelled_on = %s, cancel_reason = %s, seizable_from = NULL "
        "WHERE addressee_number = %s AND charge_id = %s AND run_id = %s",
        [as_of, reason.strip(), addressee_number, charge_id, run_id],
    )
    return CancelledDemand(charge_id, run_id, as_of, fee, _give_back_fees(command, as_of))


def _cancel_all(
    demands: str, terms: Terms, *, key: str, as_of: date, reason: str, officer: str
) -> tuple[int, int, int]:
    """`demands` の生きている督促をすべて取り消し、（件数、手数料、過誤納となった額）を返す。なければ、何もしない。"""
    _touch(demands, terms)
    charges, fee, first = fetch_all(
        "SELECT count(*), coalesce(sum(demand_fee), 0)::bigint, min(charge_id) FROM demand_to_cancel"
    )[0]
    if not charges:
        return 0, 0, 0
    command = _claim(f"{key}:{first}", [as_of, reason.strip(), charges], reason.strip(), officer)
    run_sql(
        "UPDATE demand d SET cancelled_on = %s, cancel_reason = %s, seizable_from = NULL FROM demand_to_cancel x "
        "WHERE d.addressee_number = x.addressee_number AND d.charge_id = x.charge_id AND d.cancelled_on IS NULL",
        [as_of, reason.strip()],
    )
    return int(charges), int(fee), _give_back_fees(command, as_of)


def _touch(demands: str, terms: Terms) -> None:
    """`demands`（宛名番号・期別番号を返す問い合わせ）の期別を鎖錠し、割付けの対象として挙げる。新しい収納はない。"""
    run_sql("DROP TABLE IF EXISTS pg_temp.demand_to_cancel")
    run_sql(f"CREATE TEMP TABLE demand_to_cancel ON COMMIT DROP AS {demands}", terms)
    touch_charges("SELECT addressee_number, charge_id FROM demand_to_cancel")
    expect_no_receipts()


def _give_back_fees(command: Claim, as_of: date) -> int:
    """挙げた期別の手数料を戻して記帳し、納付済みで過誤納に移った額を返す。"""
    open_stage()
    _reverse_fees(as_of)
    paid = _overpaid_by_reallocation(as_of)
    post(command)
    return paid


def _reverse_fees(as_of: date) -> None:
    """挙げた期別の、生きている督促手数料の仕訳を、名指して取り消す。"""
    run_sql(
        "INSERT INTO posting SELECT e.charge_id, e.addressee_number, e.amount, e.credit, e.debit, e.kind, %s, %s, "
        "NULL, e.entry_id FROM entry e JOIN demand_to_cancel USING (charge_id, addressee_number) WHERE e.kind = 6 "
        "AND e.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM entry r WHERE r.charge_id = e.charge_id "
        "AND r.addressee_number = e.addressee_number AND r.reverses = e.entry_id)",
        [as_of, max(as_of, first_open_day())],
    )


def _overpaid_by_reallocation(as_of: date) -> int:
    """納付済みの手数料を割り付け直し、過誤納に移った額を返す。"""
    run_sql(  # 取り消す手数料の分だけ、枠を狭める
        "UPDATE touched t SET fee = t.fee - p.amount "
        "FROM (SELECT charge_id, sum(amount)::bigint AS amount FROM posting WHERE kind = 6 GROUP BY charge_id) p "
        "WHERE p.charge_id = t.charge_id"
    )
    reallocate(order=allocation_order(as_of=as_of), correction_on=max(as_of, first_open_day()))
    (moved,) = fetch_all(
        "SELECT coalesce(sum(CASE WHEN credit = 8 THEN amount WHEN debit = 8 THEN -amount ELSE 0 END), 0)::bigint "
        "FROM posting"
    )[0]
    return int(moved)
