"""督促の一括実行。門を確かめ、期別を鎖錠し、抽出し直し、督促と手数料を一つの取引で記帳する。

A demand run as a fixed number of SQL statements in one transaction: a process killed half-way leaves nothing, the same
run again changes nothing, and two runs at once never demand one charge twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from osame.collection.closing.queries import first_open_day
from osame.collection.demands.gate import require_open_gate
from osame.collection.demands.selection import designated_due_date, list_due, select_candidates
from osame.collection.ledger.posting import Claim, claim_command, open_stage, post
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.demand import seizable_from
from osame.platform.database import fetch_all, fetch_one, run_sql

DEMAND_LOCK = 7_140_002  # 督促の実行は一つずつ
PLAUSIBLE_DAYS = 366
STEPS = 3  # 門、抽出、記帳


class CutOffAfterIssue(Refusal):
    """収納の締切日が発付日より後です。日付を確かめてください。"""


class ImplausibleIssueDate(Refusal):
    """発付日が、取込みや前の督促の日付から1年を超えて離れています。年の打ち間違いを確認してください。"""


class ChangedSincePreview(Refusal):
    """見本を見た後に、督促の対象が変わりました。見本を開き直し、通数と金額を確かめてから実行してください。"""


class EarlierThanLastRun(Refusal):
    """発付日が、前に実行した督促より前です。日付を確かめてください。"""


@dataclass(frozen=True, slots=True)
class DemandOrder:
    """督促の依頼。 terms: 対象の期別（税目-賦課年度-期別。空なら、すべて）; seen: 見本で見た（通数、期別数、税額）。"""

    as_of: date
    cut_off: date
    terms: tuple[str, ...] = ()
    seen: tuple[int, int, int] | None = None

    @property
    def key(self) -> str:
        """同じ依頼の冪等キー。誰が何度頼んでも、実行は一つ。"""
        return ":".join(["demand", self.as_of.isoformat(), *([",".join(sorted(self.terms))] if self.terms else [])])


@dataclass(frozen=True, slots=True)
class DemandRunResult:
    """督促の実行の結果。`replayed` なら、前に済んでいて、何も変えていない。"""

    run_id: int
    issued_on: date
    cut_off: date
    letters: int
    charges: int
    principal_tax: int
    demand_fee: int
    left_out: int
    designated_due_date: date
    seizable_from: date
    replayed: bool = False


def run_demands(*, as_of: date, cut_off: date, officer: str, key: str | None = None) -> DemandRunResult:
    """督促する。締切日までの入金がすべて元帳にあることを確かめてから、未納の期別ごとに一度だけ督促する。

    Issue demands on `as_of` for money received up to `cut_off`. The gate must be open. The selection is made again
    under lock; every left-out charge is recorded with its reason.

    要件: F08-01, F08-03, F08-04, F08-05, F02-03, F02-04
    """
    return carry_out(DemandOrder(as_of, cut_off), officer=officer, key=key)


def _untold(_done: int, _total: int) -> None:
    """進み具合を知らせる先がない。"""


def carry_out(
    order: DemandOrder, *, officer: str, key: str | None = None, progress: Callable[[int, int], None] = _untold
) -> DemandRunResult:
    """依頼のとおりに督促する。見本で見た数と違えば、何もせずに断る。

    The same order again — pressed twice, or by two officers at once — answers with the one run.

    要件: F08-01, F08-03, F08-04, F08-05
    """
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(%s)", [DEMAND_LOCK])
        command = claim_command(
            key or order.key,
            kind="run_demands",
            content=[order.as_of, order.cut_off],
            purpose="督促",
            officer=officer,
        )
        if command.replayed:
            return _earlier_result(command)
        refuse_implausible(order.as_of, order.cut_off)
        require_open_gate(cut_off=order.cut_off)
        progress(1, STEPS)
        list_due(as_of=order.as_of, terms=order.terms, lock=True)
        select_candidates(as_of=order.as_of)
        _refuse_changed(order)
        progress(2, STEPS)
        result = _record(command, order, officer)
        progress(STEPS, STEPS)
        return result


def refuse_implausible(as_of: date, cut_off: date) -> None:
    """日付の打ち間違いを断る。時計は見ず、元帳が知っている日付と比べる。"""
    if cut_off > as_of:
        raise CutOffAfterIssue(f"締切日 {format_wareki(cut_off)}、発付日 {format_wareki(as_of)}")
    last_run, last_file = fetch_one(
        "SELECT (SELECT max(issued_on) FROM demand_run), (SELECT max(business_on) FROM intake_file WHERE state = '1')"
    )
    if last_run and as_of < last_run:
        raise EarlierThanLastRun(f"前の督促 {format_wareki(last_run)}、発付日 {format_wareki(as_of)}")
    known = max((day for day in (last_run, last_file) if day), default=None)
    if known and abs(as_of - known) > timedelta(days=PLAUSIBLE_DAYS):
        raise ImplausibleIssueDate(f"発付日 {format_wareki(as_of)}、最後の記録 {format_wareki(known)}")


def _record(command: Claim, order: DemandOrder, officer: str) -> DemandRunResult:
    """督促、除外、手数料を書き、実行の記録を残す。"""
    as_of = order.as_of
    designated = designated_due_date(as_of)
    seizable = seizable_from(as_of)
    (run_id,) = fetch_one(
        "INSERT INTO demand_run (issued_on, cut_off, terms, letters, charges, amount, demand_fee, officer, command_id) "
        "SELECT %s, %s, %s, coalesce(max(letter_number), 0), count(*), coalesce(sum(principal_tax), 0), "
        "coalesce(sum(demand_fee), 0), %s, %s FROM demand_candidate WHERE reason = '' RETURNING run_id",
        [as_of, order.cut_off, sorted(order.terms), officer, command.command_id],
    )
    run_sql(
        "INSERT INTO demand (charge_id, run_id, addressee_number, issued_on, designated_due_date, seizable_from, "
        "letter_number, principal_tax, demand_fee, cancel_reason) SELECT charge_id, %s, addressee_number, %s, %s, %s, "
        "letter_number, principal_tax, demand_fee, '' FROM demand_candidate WHERE reason = '' "
        "ORDER BY letter_number, charge_id",
        [run_id, as_of, designated, seizable],
    )
    run_sql(
        "INSERT INTO demand_destination (run_id, letter_number, addressee_number, receiver_number, agent_kind, "
        "postal_code, address, address_detail, mailing_name, protected) "
        "SELECT DISTINCT ON (letter_number) %s, letter_number, addressee_number, w.receiver_number, w.agent_kind, "
        "w.postal_code, w.address, w.address_detail, w.mailing_name, w.protected "
        "FROM demand_candidate JOIN destination w USING (addressee_number, tax_item) WHERE reason = '' "
        "ORDER BY letter_number",
        [run_id],
    )
    run_sql(
        "INSERT INTO demand_exclusion (charge_id, run_id, addressee_number, reason, stop_reason, unpaid, in_flight) "
        "SELECT charge_id, %s, addressee_number, reason, CASE WHEN reason = '03' THEN stop_reason ELSE '' END, unpaid, "
        "in_flight FROM demand_candidate WHERE reason <> ''",
        [run_id],
    )
    open_stage()
    run_sql(
        "INSERT INTO posting SELECT charge_id, addressee_number, demand_fee, 3, 1, 6, %s, %s, NULL, NULL "
        "FROM demand_candidate WHERE reason = '' AND demand_fee > 0",
        [as_of, max(as_of, first_open_day())],
    )
    post(command)
    return _result("run_id", run_id, replayed=False)


def _refuse_changed(order: DemandOrder) -> None:
    """見本で見た通数・期別数・税額と、いま作るものを比べる。"""
    now = fetch_one(
        "SELECT coalesce(max(letter_number), 0), count(*), coalesce(sum(principal_tax), 0)::bigint "
        "FROM demand_candidate WHERE reason = ''"
    )
    if order.seen is not None and tuple(order.seen) != now:
        (letters, _, amount), (letters_now, _, amount_now) = order.seen, now
        raise ChangedSincePreview(f"{letters:,}通{amount:,}円 → {letters_now:,}通{amount_now:,}円")


def _earlier_result(command: Claim) -> DemandRunResult:
    return _result("command_id", command.command_id, replayed=True)


def _result(column: str, value: int, *, replayed: bool) -> DemandRunResult:
    """記録から結果を作る。初めての実行でも、二度目でも、同じ記録から。"""
    rows = fetch_all(
        "SELECT run_id, issued_on, cut_off, letters, charges, amount, demand_fee, "
        "(SELECT count(*) FROM demand_exclusion x WHERE x.run_id = demand_run.run_id) "
        f"FROM demand_run WHERE {column} = %s",
        [value],
    )
    run, issued_on, cut_off, letters, charges, principal_tax, demand_fee, left_out = rows[0]
    return DemandRunResult(
        run_id=run,
        issued_on=issued_on,
        cut_off=cut_off,
        letters=letters,
        charges=charges,
        principal_tax=principal_tax,
        demand_fee=demand_fee,
        left_out=left_out,
        designated_due_date=designated_due_date(issued_on),
        seizable_from=seizable_from(issued_on),
        replayed=replayed,
    )
