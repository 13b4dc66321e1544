"""歳出からの支払を振り込む。口座の分かったものを集め、一度の決裁で一つの総合振込ファイルにする。組戻しは支払待ちに戻す。

A run gathers what is decided and has an account, is approved once by its total, count and ten largest, and becomes one file once.
No journal of receipts moves: the money leaves by the budget.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from osame.collection.outlays.debit_payees import debit_account_of
from osame.collection.outlays.deciding import locked_outlay
from osame.collection.outlays.files import seal_file
from osame.collection.outlays.models import Outlay, OutlayRun
from osame.collection.parameters.calendar import is_open_day
from osame.collection.refunds.accounts import LABEL, Account, Registration, end_account, is_same_name, register_account
from osame.collection.refunds.models import PayeeAccount
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, fetch_all, fetch_one, run_sql

State = Outlay.State
TOP = 10
LINES = f"""
SELECT o.addressee_number, o.outlay_id, o.kind, coalesce(d.name, ''), o.amount + o.interest, o.account_id, {LABEL}
FROM outlay o JOIN payee_account a ON a.addressee_number = o.addressee_number AND a.account_id = o.account_id
LEFT JOIN addressee d ON d.addressee_number = o.addressee_number
"""


class HolderIsAnother(Refusal):
    """口座の名義が、受取人と違います。本人の口座を届け出てもらってください。"""


class NothingToPayOut(Refusal):
    """口座の分かった支払待ちの支払がありません。口座を登録してから、起案してください。"""


class OutlayDayClosed(Refusal):
    """振込指定日は、明日より後の、金融機関の営業日でなければなりません。日付を確かめてください。"""


class OutlayRunUnknown(Refusal):
    """その支払の回はありません。番号を確かめてください。"""


class OutlayRunOver(Refusal):
    """この支払の回は、指図を終えたか、取り下げています。一つの回から、二度目の指図は作れません。新しい回を起案してください。"""


class OutlayRunChanged(Refusal):
    """起案の後に、支払先か額が変わりました。払わずに止めました。取り下げて、起案し直してください。"""


class OutlayRunNotDecided(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


@dataclass(frozen=True, slots=True)
class PayLine:
    """支払一件。 account: 末尾三桁だけの口座。"""

    addressee_number: str
    outlay_id: int
    kind: str
    name: str
    amount: int
    account_id: int
    account: str

    @property
    def kind_name(self) -> str:
        """種類。"""
        return str(Outlay.Kind(self.kind).label)


def set_account(key: tuple[str, int], account: Account, *, consented: bool, as_of: date, officer: str) -> None:
    """支払先の口座を登録する。

    要件: F05-04, F05-13
    """
    with transaction.atomic():
        outlay = locked_outlay(key, State.DECIDED)
        _refuse_other_holder(key[0], account.holder_kana)
        how = Registration(PayeeAccount.Source.CLAIM, own=True, consented=consented)
        outlay.account_id = register_account(key[0], account, how, as_of=as_of, officer=officer)
        outlay.save(update_fields=["account_id"])
        record("支払先の口座を登録した", subjects=[key[0]], fields=["口座番号"], detail={"支払決定番号": key[1]})


def take_debit_account(key: tuple[str, int], *, as_of: date, officer: str) -> None:
    """本人の同意により、税目の振替口座を支払先にする。口座を開いた目的と、支払決定番号を記録に残す。

    要件: F05-04, F06-08, F06-11
    """
    with transaction.atomic():
        outlay = locked_outlay(key, State.DECIDED)
        account = debit_account_of(key[0], outlay.tax_item, case=f"支払決定{key[1]}", as_of=as_of)
        _refuse_other_holder(key[0], account.holder_kana)
        how = Registration(PayeeAccount.Source.DIRECT_DEBIT, own=True, consented=False)
        outlay.account_id = register_account(key[0], account, how, as_of=as_of, officer=officer)
        outlay.save(update_fields=["account_id"])
        record("振替口座を支払先にした", subjects=[key[0]], fields=["口座番号"], detail={"支払決定番号": key[1]})


def ready_lines() -> tuple[PayLine, ...]:
    """口座の分かった支払待ち。次の支払の回に入る。

    要件: F05-13
    """
    return tuple(
        PayLine(*row)
        for row in fetch_all(
            f"{LINES} WHERE o.state = '1' AND o.amount > 0 AND a.ended_on IS NULL ORDER BY o.outlay_id"
        )
    )


def lines_of(run_id: int) -> tuple[PayLine, ...]:
    """支払の回の内訳。"""
    return tuple(PayLine(*row) for row in fetch_all(f"{LINES} WHERE o.run_id = %s ORDER BY o.outlay_id", [run_id]))


def propose_run(*, transfer_on: date, reason: str, as_of: date, officer: str) -> tuple[int, int]:
    """支払待ちを集め、支払を起案する。（回の番号、起案番号）を返す。

    要件: F05-13, F06-08, F29-02
    """
    if transfer_on <= as_of or not is_open_day(transfer_on):
        raise OutlayDayClosed(format_wareki(transfer_on))
    with transaction.atomic():
        fetch_all("SELECT 1 FROM outlay WHERE state = '1' ORDER BY outlay_id FOR UPDATE")
        ready = ready_lines()
        if not ready:
            raise NothingToPayOut
        (run_id,) = fetch_one("SELECT nextval('outlay_run_number')")
        total = sum(each.amount for each in ready)
        OutlayRun.objects.create(
            run_id=run_id, transfer_on=transfer_on, payments=len(ready), total=total, digest=digest_of(ready), officer=officer,
        )  # fmt: skip
        run_sql(
            "UPDATE outlay SET state = '2', run_id = %s WHERE (addressee_number, outlay_id) IN (SELECT * FROM unnest(%s::text[], "
            "%s::bigint[]))",
            [run_id, [each.addressee_number for each in ready], [each.outlay_id for each in ready]],
        )
        largest = sorted(ready, key=lambda each: (-each.amount, each.outlay_id))[:TOP]
        content = {
            "run": int(run_id), "transfer_on": transfer_on.isoformat(), "payments": len(ready), "total": total,
            "digest": digest_of(ready), "largest": [[each.outlay_id, each.name, each.account, each.amount] for each in largest],
        }  # fmt: skip
        subjects = sorted({each.addressee_number for each in ready})
        proposal = propose(HighRiskAct.OUTLAY_PAYMENT, content=content, reason=reason, subjects=subjects)
        OutlayRun.objects.filter(run_id=run_id).update(proposal_id=proposal)
        return int(run_id), proposal


@executes(HighRiskAct.OUTLAY_PAYMENT)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された支払の回を指図する。総合振込のファイルを一つ凍らせる。一度だけ。

    要件: F05-13, F06-08
    """
    with transaction.atomic():
        decided_proposal(HighRiskAct.OUTLAY_PAYMENT, content, OutlayRunNotDecided)
        run = _locked(int(content["run"]))
        if run.transfer_on <= day_of_transaction():
            raise OutlayDayClosed(format_wareki(run.transfer_on))
        fetch_all("SELECT 1 FROM outlay WHERE run_id = %s ORDER BY outlay_id FOR UPDATE", [run.run_id])
        lines = lines_of(run.run_id)
        if digest_of(lines) != run.digest:
            raise OutlayRunChanged(str(run.run_id))
        sealed, sha256 = seal_file(run.run_id, run.transfer_on, as_of=day_of_transaction())
        run_sql(
            "UPDATE outlay SET state = '3', paid_out_on = %s WHERE run_id = %s AND state = '2'",
            [run.transfer_on, run.run_id],
        )
        OutlayRun.objects.filter(run_id=run.run_id).update(
            state=OutlayRun.State.INSTRUCTED, sealed_file=sealed, file_sha256=sha256, instructed_at=Now()
        )
        record(
            "歳出からの支払を指図した", subjects=sorted({e.addressee_number for e in lines}), detail={"回": run.run_id}
        )
    return f"{run.payments:,}件、{run.total:,}円を、{format_wareki(run.transfer_on)}の振込として指図しました"


@describes(HighRiskAct.OUTLAY_PAYMENT)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """支払の起案を、人が読める形にする。"""
    return [
        ("回の番号", str(content["run"])), ("振込指定日", format_wareki(date.fromisoformat(content["transfer_on"]))),
        ("件数", f"{content['payments']:,}件"), ("合計", f"{content['total']:,}円"),
        *((f"大きいもの{place}", f"{amount:,}円　{name}　{account}")
          for place, (_, name, account, amount) in enumerate(content["largest"], start=1)),
    ]  # fmt: skip


def withdraw_run(run_id: int, *, officer: str) -> None:
    """まだ指図していない支払の回を取り下げる。支払は、支払待ちに戻る。

    要件: F05-13
    """
    with transaction.atomic():
        run = _locked(run_id)
        run_sql("UPDATE outlay SET state = '1', run_id = NULL WHERE run_id = %s AND state = '2'", [run_id])
        run.state = OutlayRun.State.WITHDRAWN
        run.save(update_fields=["state"])
        record("歳出からの支払の回を取り下げた", detail={"回": run_id, "職員": officer})


def record_turned_back(key: tuple[str, int], *, reason: str, as_of: date, officer: str) -> None:
    """組戻し・入金不能を記録する。口座を終わらせ、支払待ちに戻す。支払った日と回は、組戻しの理由とともに残す。

    要件: F05-13, F06-08
    """
    with transaction.atomic():
        outlay = locked_outlay(key, State.PAID)
        if outlay.account_id is not None:
            end_account(key[0], outlay.account_id, reason=f"組戻し：{reason}", as_of=as_of)
        paid_on = format_wareki(outlay.paid_out_on) if outlay.paid_out_on else "日の分からない"
        told = f"組戻し（{paid_on}の支払、回{outlay.run_id}）：{reason.strip()}"
        outlay.note = "、".join(each for each in (outlay.note, told) if each)
        outlay.state, outlay.run_id, outlay.account_id, outlay.paid_out_on = State.DECIDED, None, None, None
        outlay.save(update_fields=["state", "run_id", "account_id", "paid_out_on", "note"])
        record("支払が組戻しになった", subjects=[key[0]], detail={"支払決定番号": key[1], "職員": officer})


def _refuse_other_holder(addressee_number: str, holder_kana: str) -> None:
    rows = fetch_all("SELECT kana FROM addressee WHERE addressee_number = %s", [addressee_number])
    if not rows or not is_same_name(holder_kana, str(rows[0][0])):
        raise HolderIsAnother(holder_kana)


def digest_of(lines: Sequence[PayLine]) -> str:
    """内訳のハッシュ。誰に、どの口座で、いくら。"""
    rows = [[each.addressee_number, each.outlay_id, each.account_id, each.amount] for each in lines]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _locked(run_id: int) -> OutlayRun:
    run = OutlayRun.objects.select_for_update().filter(run_id=run_id).first()
    if run is None:
        raise OutlayRunUnknown(str(run_id))
    if run.state != OutlayRun.State.PROPOSED:
        raise OutlayRunOver(str(run_id))
    return run
