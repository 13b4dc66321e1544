"""口座振替の依頼を作る。期別を鎖錠し、抽出し直し、渡すバイト列まで一つの取引で作る。

A debit run in one transaction: a process killed half-way leaves nothing, the same order again answers with the one run. The
bytes for each bank are made once, here, and kept: whatever goes out later — once or again — is these bytes.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from osame.collection.debits import numbers
from osame.collection.debits.rounds import reissue_last
from osame.collection.debits.selection import DebitOrder, select_debits
from osame.collection.ledger.posting import Claim, claim_command
from osame.collection.parameters import banks
from osame.collection.parameters.calendar import is_open_day
from osame.formats.slip_numbers import matter_key
from osame.formats.zengin_debit import DebitInstruction, write_request
from osame.formats.zengin_records import ZenginBatch
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql

DEBIT_LOCK = 7_140_006  # 依頼を作るのは一つずつ
LONGEST_DAYS = 92
STEPS = 4  # 抽出、記録、ファイル、控え


class DebitDayPassed(Refusal):
    """引落日が、今日かそれより前です。年の打ち間違いでないか、引落日を確かめてください。"""


class DebitDayTooFar(Refusal):
    """引落日が、今日または納期限から3か月を超えて離れています。年の打ち間違いでないか、確かめてください。"""


class DebitDayClosed(Refusal):
    """引落日が、金融機関の休業日です。開いている日を指定してください。"""


class DebitBeforeDue(Refusal):
    """引落日が納期限より前です。納期限より早くは引き落とせません。日付を確かめてください。"""


class NothingToDebit(Refusal):
    """引き落とす期別がありません。納期限と、除いた理由を見本で確かめてください。"""


class ChangedSincePreview(Refusal):
    """見本を見た後に、引き落とすものが変わりました。見本を開き直し、件数と金額を確かめてから作ってください。"""


class NoSuchRequest(Refusal):
    """その依頼番号の口座振替依頼はありません。番号を確かめてください。"""


class AlreadyAnswered(Refusal):
    """この依頼には、既に結果が届いています。取り消さずに、結果を確かめてください。"""


class CancelNeedsReason(Refusal):
    """取消しの理由がありません。渡した後なら、金融機関に破棄を確かめた上で、そのことを入力してください。"""


@dataclass(frozen=True, slots=True)
class DebitRun:
    """作った依頼。 replayed: 前に作っていて、何も変えていない。"""

    request_id: int
    due_date: date
    debit_on: date
    generation: int
    expires_on: date
    count: int
    amount: int
    left_out: int
    files: tuple[str, ...] = ()
    replayed: bool = False


def _untold(_done: int, _total: int) -> None:
    """進み具合を知らせる先がない。"""


def make_request(
    order: DebitOrder, *, as_of: date, officer: str, progress: Callable[[int, int], None] = _untold
) -> DebitRun:
    """口座振替の依頼を作る。同じ納期・引落日の依頼があれば、それを答え、何も変えない。

    Make the request of one due date and debit day. To make it anew, cancel the former one first: the next has a higher
    generation, and the files of a cancelled request can no longer go out.

    要件: F06-04, F06-06, F06-08, F06-09
    """
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(%s)", [DEBIT_LOCK])
        terms = [order.kind, order.due_date, order.debit_on]
        live, cancelled = fetch_one(
            "SELECT max(request_id) FILTER (WHERE state <> '9'), count(*) FILTER (WHERE state = '9') FROM debit_request "
            "WHERE kind = %s AND due_date = %s AND debit_on = %s",
            terms,
        )
        if live:
            return _run(int(live), replayed=True)
        refuse_implausible(order, as_of=as_of)
        generation = int(cancelled) + 1
        command = claim_command(
            ":".join(["debit", *map(str, terms), str(generation)]), kind="make_debit_request", content=[order.source],
            purpose="口座振替の依頼", officer=officer,
        )  # fmt: skip
        recounted = select_debits(order, as_of=as_of, lock=True)
        progress(1, STEPS)
        _refuse_changed(order)
        reissue_last(recounted, as_of=as_of, officer=officer)
        request_id = _record(order, generation, command, officer)
        progress(2, STEPS)
        _write_files(request_id, order, generation)
        progress(3, STEPS)
        record("口座振替の依頼を作った", detail={"依頼番号": request_id, "世代": generation})
        progress(STEPS, STEPS)
        return _run(request_id, replayed=False)


def refuse_implausible(order: DebitOrder, *, as_of: date) -> None:
    """日付の打ち間違いを断る。前の年のファイルを作らせない。"""
    if order.debit_on <= as_of:
        raise DebitDayPassed(format_wareki(order.debit_on))
    far = timedelta(days=LONGEST_DAYS)
    if order.debit_on - as_of > far or order.debit_on - order.due_date > far:
        raise DebitDayTooFar(f"引落日 {format_wareki(order.debit_on)}、納期限 {format_wareki(order.due_date)}")
    if order.debit_on < order.due_date:
        raise DebitBeforeDue(f"引落日 {format_wareki(order.debit_on)}、納期限 {format_wareki(order.due_date)}")
    if not is_open_day(order.debit_on):
        raise DebitDayClosed(format_wareki(order.debit_on))


def cancel_request(request_id: int, *, on: date, reason: str) -> None:
    """依頼を取り消す。取り消した依頼のファイルは、もう渡せない。結果の届いた依頼は取り消せない。

    要件: F06-04
    """
    if not reason.strip():
        raise CancelNeedsReason
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(%s)", [DEBIT_LOCK])
        _run(request_id, replayed=True)
        if fetch_one("SELECT EXISTS (SELECT 1 FROM debit_result WHERE request_id = %s)", [request_id])[0]:
            raise AlreadyAnswered(str(request_id))
        run_sql(
            "UPDATE debit_request SET state = '9', cancel_reason = %s, cancelled_on = %s WHERE request_id = %s",
            [reason.strip(), on, request_id],
        )
        record("口座振替の依頼を取り消した", detail={"依頼番号": request_id})


def _refuse_changed(order: DebitOrder) -> None:
    now = fetch_one("SELECT count(*), coalesce(sum(amount), 0)::bigint FROM debit_candidate WHERE reason = ''")
    if not now[0]:
        raise NothingToDebit(format_wareki(order.due_date))
    if order.seen is not None and tuple(order.seen) != now:
        raise ChangedSincePreview(f"{order.seen[0]:,}件{order.seen[1]:,}円 → {now[0]:,}件{now[1]:,}円")


def _record(order: DebitOrder, generation: int, command: Claim, officer: str) -> int:
    """依頼、引落指図、除外を書く。文の数は、件数によらない。"""
    (request_id,) = fetch_one(
        "INSERT INTO debit_request (kind, due_date, debit_on, generation, expires_on, source_request_id, count, amount, "
        "left_out, state, officer, made_at, cancel_reason, command_id) "
        "SELECT %s, %s, %s, %s, %s, %s, count(*) FILTER (WHERE reason = ''), "
        "coalesce(sum(amount) FILTER (WHERE reason = ''), 0), count(*) FILTER (WHERE reason <> ''), '1', %s, now(), '', %s "
        "FROM debit_candidate RETURNING request_id",
        [order.kind, order.due_date, order.debit_on, generation, order.debit_on - timedelta(days=1), order.source, officer,
         command.command_id],
    )  # fmt: skip
    # 新規コード：その人のその税目で初めての引落しなら1、口座が変わって初めてなら2、ほかは0。
    run_sql(
        "WITH before AS (SELECT i.addressee_number, i.tax_item, bool_or(a.number_digest = c.number_digest) AS same "
        "FROM (SELECT DISTINCT addressee_number, tax_item, number_digest FROM debit_candidate WHERE reason = '') c "
        "JOIN debit_instruction i USING (addressee_number, tax_item) "
        "JOIN debit_request q ON q.request_id = i.request_id AND q.state <> '9' "
        "JOIN debit_account a ON a.addressee_number = i.addressee_number AND a.tax_item = i.tax_item "
        "AND a.debit_class = i.debit_class AND a.history_number = i.history_number GROUP BY 1, 2) "
        "INSERT INTO debit_instruction (addressee_number, charge_id, request_id, tax_item, debit_class, history_number, "
        "bank_code, branch_code, through_bank_code, amount, slip_number, new_code) "
        "SELECT c.addressee_number, c.charge_id, %s, c.tax_item, c.debit_class, c.history_number, c.bank_code, c.branch_code, "
        "c.through_bank_code, c.amount, c.slip_number, CASE WHEN b.same IS NULL THEN '1' WHEN b.same THEN '0' ELSE '2' END "
        "FROM debit_candidate c LEFT JOIN before b USING (addressee_number, tax_item) WHERE c.reason = ''",
        [request_id],
    )
    run_sql(
        "INSERT INTO debit_exclusion (addressee_number, charge_id, request_id, reason, stop_reason, unpaid) "
        "SELECT addressee_number, charge_id, %s, reason, CASE WHEN reason = '08' THEN stop_reason ELSE '' END, unpaid "
        "FROM debit_candidate WHERE reason <> ''",
        [request_id],
    )
    return int(request_id)


def _write_files(request_id: int, order: DebitOrder, generation: int) -> None:
    """金融機関ごとのファイルを作り、封をして置く。"""
    for facts in fetch_all(
        "SELECT DISTINCT ON (c.bank_code) c.bank_code, consignor_code, consignor_name, branch_code, account_type, "
        "account_number FROM debit_consignor c WHERE valid_from <= %s AND EXISTS (SELECT 1 FROM debit_instruction i "
        "WHERE i.request_id = %s AND i.through_bank_code = c.bank_code) ORDER BY c.bank_code, valid_from DESC",
        [order.debit_on, request_id],
    ):
        bank_code, consignor_code, consignor_name, branch_code, account_type, account_number = facts
        bank, branch = banks.bank(bank_code), banks.branch(bank_code, branch_code)
        batch = ZenginBatch(
            consignor_code=consignor_code, consignor_name=consignor_name, business_on=order.debit_on, bank_code=bank_code,
            branch_code=branch_code, account_type=account_type, account_number=account_number,
            bank_name=bank.kana if bank else "", branch_name=branch.kana if branch else "",
        )  # fmt: skip
        lines = _instructions(request_id, bank_code)
        content = write_request(batch, lines)
        name = (
            f"91-{bank_code}-{order.debit_on:%Y%m%d}-run{request_id:06d}-gen{generation}"
            f"-until{order.debit_on - timedelta(days=1):%Y%m%d}.txt"
        )
        run_sql(
            "INSERT INTO debit_request_file (request_id, bank_code, consignor_code, file_name, count, amount, sealed_content, "
            "sha256, times_sent) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0)",
            [request_id, bank_code, consignor_code, name, len(lines), sum(each.amount for each in lines),
             numbers.sealed_file(content, owner=f"{request_id}:{bank_code}"), hashlib.sha256(content).hexdigest()],
        )  # fmt: skip


def _instructions(request_id: int, through: str) -> list[DebitInstruction]:
    """一つの金融機関に渡す引落し。口座番号は、ここで初めて開く。並びは、店舗、期別の順。"""
    rows = fetch_all(
        "SELECT i.addressee_number, a.sealed_number, i.bank_code, i.branch_code, a.account_type, a.holder_kana, i.amount, "
        "i.slip_number, i.new_code FROM debit_instruction i JOIN debit_account a USING (addressee_number, tax_item, "
        "debit_class, history_number) WHERE i.request_id = %s AND i.through_bank_code = %s "
        "ORDER BY i.bank_code, i.branch_code, i.charge_id",
        [request_id, through],
    )
    opened = numbers.opened((owner, bytes(closed)) for owner, closed, *_ in rows)
    lines = []
    for account_number, (_, _, bank_code, branch_code, account_type, holder, amount, slip, new) in zip(
        opened, rows, strict=True
    ):
        bank, branch = banks.bank(bank_code), banks.branch(bank_code, branch_code)
        lines.append(
            DebitInstruction(
                bank_code=bank_code, branch_code=branch_code, account_type=account_type, account_number=account_number,
                holder_kana=holder, amount=Yen(amount), customer_number=matter_key(slip), new_code=new,
                bank_name=bank.kana if bank else "", branch_name=branch.kana if branch else "",
            )
        )  # fmt: skip
    return lines


def _run(request_id: int, *, replayed: bool) -> DebitRun:
    rows = fetch_all(
        "SELECT request_id, due_date, debit_on, generation, expires_on, count, amount, left_out, "
        "ARRAY(SELECT bank_code FROM debit_request_file f WHERE f.request_id = q.request_id ORDER BY 1) "
        "FROM debit_request q WHERE request_id = %s",
        [request_id],
    )
    if not rows:
        raise NoSuchRequest(str(request_id))
    request, due, day, generation, expires, count, amount, left_out, files = rows[0]
    return DebitRun(request, due, day, generation, expires, count, amount, left_out, tuple(files), replayed)
