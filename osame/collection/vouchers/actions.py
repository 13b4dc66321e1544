"""財務伝票の行い。作る、別の職員が照合する、取り下げる。

A run freezes what no run has told yet. It is not made while the ledger and the payments disagree by one yen, it is compared once
more by another officer, and only then may it leave.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.vouchers.models import VoucherRun
from osame.collection.vouchers.movements import LEDGER, LINES, MOVEMENTS, PARTS, SPLIT, TOLD, WAITING, digest_of
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql

MAKING = 7_140_231  # 同じ支払を、同時に二つの束に入れない


class NothingToTell(Refusal):
    """その日までに、まだ渡していない支払も戻りもありません。支払の記録を確かめてください。"""


class LedgerDisagrees(Refusal):
    """元帳の支払と、渡したもの・これから渡すものの合計が合いません。作らずに止めました。元帳の検証をして、合わない支払を見つけてください。"""


class DayNotOver(Refusal):
    """対象の末日がまだ終わっていません。きょうより前の日を指定してください。"""


class VoucherRunUnknown(Refusal):
    """その番号の財務伝票の束はありません。一覧で番号を確かめてください。"""


class VoucherRunOver(Refusal):
    """この束は、照合を終えたか、取り下げています。束の画面を開き直して、状態を確かめてください。"""


class CheckedByMaker(Refusal):
    """束を作った職員は、照合できません。別の職員に照合を頼んでください。"""


class TotalsDiffer(Refusal):
    """照合した件数か金額が、束と合いません。財務の控えと束の画面を見比べ、合わない行を見つけてください。"""


class WithdrawalNeedsReason(Refusal):
    """取り下げる理由がありません。理由を入力してください。"""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """ある日までの突合せ。 ledger: 元帳の支払; told: 渡した束; waiting: まだ渡していないもの; movements: その件数。"""

    ledger: int
    told: int
    waiting: int
    movements: int

    @property
    def agrees(self) -> bool:
        """一円まで合うか。"""
        return self.ledger == self.told + self.waiting


def reconcile(*, through: date) -> Reconciled:
    """元帳の支払と、渡した束とこれから渡すものを突き合わせる。何も変えない。

    要件: F05-09
    """
    with transaction.atomic():
        return _reconciled(through)


def make_run(*, through: date, as_of: date, officer: str) -> int:
    """ある日までの、まだ渡していない支払と戻りを、会計年度・科目ごとにまとめて束にする。束の番号を返す。

    要件: F05-09
    """
    if through >= as_of:
        raise DayNotOver(format_wareki(through))
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(%s)", [MAKING])
        found = _reconciled(through)
        if not found.movements:
            raise NothingToTell(format_wareki(through))
        if not found.agrees:
            raise LedgerDisagrees(f"元帳{found.ledger:,}円、渡した{found.told:,}円、これから{found.waiting:,}円")
        run_sql(SPLIT)
        (run_id,) = fetch_one("SELECT nextval('voucher_run_number')")
        run_sql(LINES, {"run": run_id})
        run_sql(PARTS, {"run": run_id})
        lines, paid, returned = fetch_one(
            "SELECT count(*), coalesce(sum(amount) FILTER (WHERE movement = '1'), 0)::bigint, "
            "coalesce(sum(amount) FILTER (WHERE movement <> '1'), 0)::bigint FROM voucher_line WHERE run_id = %s",
            [run_id],
        )
        if paid - returned != found.waiting:
            raise LedgerDisagrees(f"束 {paid - returned:,}円、これから{found.waiting:,}円")
        VoucherRun.objects.create(
            run_id=run_id, through_on=through, lines=lines, paid=paid, returned=returned, digest=digest_of(int(run_id)),
            made_on=as_of, made_by=officer,
        )  # fmt: skip
        record("財務伝票の束を作った", detail={"束": int(run_id), "支払": paid, "戻り": returned})
    return int(run_id)


def check_run(run_id: int, *, paid: int, returned: int, as_of: date, officer: str) -> None:
    """別の職員が、控えで数えた支払と戻りの合計を、束と照合する。合わなければ断る。

    要件: F05-09, F29-02
    """
    with transaction.atomic():
        run = _locked(run_id, VoucherRun.State.MADE)
        if officer == run.made_by:
            raise CheckedByMaker(officer)
        if (paid, returned) != (run.paid, run.returned) or digest_of(run_id) != run.digest:
            raise TotalsDiffer(f"束の支払{run.paid:,}円・戻り{run.returned:,}円")
        run.state, run.checked_on, run.checked_by = VoucherRun.State.CHECKED, as_of, officer
        run.save(update_fields=["state", "checked_on", "checked_by"])
        record("財務伝票の束を照合した", detail={"束": run_id})


def withdraw_run(run_id: int, *, reason: str, officer: str) -> None:
    """まだ渡していない束を取り下げる。支払は、次の束に入る。

    要件: F05-09
    """
    if not reason.strip():
        raise WithdrawalNeedsReason(str(run_id))
    with transaction.atomic():
        run = _locked(run_id, VoucherRun.State.MADE)
        run.state, run.withdraw_reason = VoucherRun.State.WITHDRAWN, reason.strip()
        run.save(update_fields=["state", "withdraw_reason"])
        run_sql("UPDATE voucher_part SET withdrawn = true WHERE run_id = %s", [run_id])
        record("財務伝票の束を取り下げた", detail={"束": run_id, "理由": reason.strip(), "職員": officer})


def _reconciled(through: date) -> Reconciled:
    """取引の中で、動きを一時表に集め、合計を数える。"""
    run_sql("DROP TABLE IF EXISTS pg_temp.voucher_movement")
    run_sql("DROP TABLE IF EXISTS pg_temp.voucher_split")
    terms = {"through": through}
    run_sql(MOVEMENTS, terms)
    (ledger,), (told,) = fetch_one(LEDGER, terms), fetch_one(TOLD, terms)
    waiting, movements = fetch_one(WAITING)
    return Reconciled(int(ledger), int(told), int(waiting), int(movements))


def _locked(run_id: int, state: VoucherRun.State) -> VoucherRun:
    run = VoucherRun.objects.select_for_update().filter(run_id=run_id).first()
    if run is None:
        raise VoucherRunUnknown(str(run_id))
    if run.state != state:
        raise VoucherRunOver(str(run.get_state_display()))
    return run
