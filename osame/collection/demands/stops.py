"""督促停止の登録と解除、督促の門の認容。

Stops and waivers: who decided, and why, is never empty.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.demands.gate import Cause, GateFinding
from osame.collection.demands.models import DemandStop
from osame.collection.ledger.posting import claim_command
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all, fetch_one, run_sql


class StopNeedsReason(Refusal):
    """督促を停止する理由の説明がありません。理由と、その元になった決定や申出を入力してください。"""


class StopPeriodInverted(Refusal):
    """停止の末日が停止日より前です。期間を確かめてください。"""


class AddresseeNotKnown(Refusal):
    """この宛名は登録されていません。宛名番号を確かめてください。"""


class ChargeNotOfAddressee(Refusal):
    """この期別は、その宛名のものではありません。期別を確かめてください。"""


class StopNotFound(Refusal):
    """解除する督促停止がありません。督促停止管理番号を確かめてください。"""


class WaiverNeedsNameAndReason(Refusal):
    """門を認容するには、認めた者の名前と理由が要ります。両方を入力してください。"""


class FindingNotFound(Refusal):
    """門は、その事柄を挙げていません。「osame demand gate」で対象を確かめてください。"""


@dataclass(frozen=True, slots=True)
class StopRequest:
    """督促停止の内容。`charge_id` も税目も空なら、その宛名のすべての期別を止める。"""

    addressee_number: str
    reason: DemandStop.Reason
    note: str
    starts_on: date
    ends_through: date | None = None
    charge_id: int | None = None
    tax_item: str = ""


def stop_demand(request: StopRequest, *, officer: str) -> int:
    """督促を停止する。理由のない停止はできない。

    Stop demands for an addressee, one tax item or one charge over a period. Returns the number of the stop; the same
    request again answers with the same number.

    要件: F08-02
    """
    if not request.note.strip():
        raise StopNeedsReason(request.reason.label)
    if request.ends_through and request.ends_through < request.starts_on:
        raise StopPeriodInverted(f"{format_wareki(request.starts_on)}～{format_wareki(request.ends_through)}")
    scope = f"{request.addressee_number}:{request.charge_id or ''}:{request.tax_item}"
    with transaction.atomic():
        _refuse_unknown(request)
        command = claim_command(
            f"demand-stop:{scope}:{request.starts_on.isoformat()}:{request.reason}",
            kind="stop_demand",
            content=[request.note.strip(), request.ends_through],
            purpose=request.note.strip(),
            officer=officer,
        )
        if not command.replayed:
            run_sql(
                "INSERT INTO demand_stop (addressee_number, charge_id, tax_item, starts_on, ends_through, reason, "
                "note, officer, command_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    request.addressee_number, request.charge_id, request.tax_item, request.starts_on,
                    request.ends_through, request.reason, request.note.strip(), officer, command.command_id,
                ],
            )  # fmt: skip
        (stop_id,) = fetch_one("SELECT stop_id FROM demand_stop WHERE command_id = %s", [command.command_id])
        return int(stop_id)


def release_stop(stop_id: int, *, as_of: date, officer: str) -> date:
    """督促停止を解除する。解除した日から、また督促の対象になる。

    Release a stop as of a day and return the day of release. Releasing again changes nothing and answers the first day.

    要件: F08-02
    """
    with transaction.atomic():
        rows = fetch_all("SELECT starts_on, released_on FROM demand_stop WHERE stop_id = %s FOR UPDATE", [stop_id])
        if not rows:
            raise StopNotFound(str(stop_id))
        starts_on, released_on = rows[0]
        if released_on:
            return date.fromisoformat(released_on.isoformat())
        if as_of < starts_on:
            raise StopPeriodInverted(f"停止日 {format_wareki(starts_on)}、解除日 {format_wareki(as_of)}")
        claim_command(
            f"demand-stop-release:{stop_id}",
            kind="release_stop",
            content=[stop_id, as_of],
            purpose="督促停止の解除",
            officer=officer,
        )
        run_sql("UPDATE demand_stop SET released_on = %s WHERE stop_id = %s", [as_of, stop_id])
        return as_of


def waive(finding: GateFinding, *, as_of: date, waived_by: str, reason: str) -> None:
    """門が挙げた事柄を、名前と理由を付けて認める。

    Accept one finding of the gate. A missing file is waived on its own row of the calendar, everything else in the list
    of waivers.

    要件: F08-01
    """
    if not waived_by.strip() or not reason.strip():
        raise WaiverNeedsNameAndReason(finding.what)
    with transaction.atomic():
        if finding.cause == Cause.MISSING:
            run_sql(
                "UPDATE expected_file SET waived_by = %s, waived_reason = %s "
                "WHERE profile || ':' || to_char(business_on, 'YYYY-MM-DD') = %s",
                [waived_by.strip(), reason.strip(), finding.subject],
            )
        else:
            run_sql(
                "INSERT INTO gate_waiver (cause, subject, waived_by, reason, waived_on) VALUES (%s, %s, %s, %s, %s) "
                "ON CONFLICT (cause, subject) DO NOTHING",
                [finding.cause, finding.subject, waived_by.strip(), reason.strip(), as_of],
            )


def _refuse_unknown(request: StopRequest) -> None:
    if not fetch_all("SELECT 1 FROM addressee WHERE addressee_number = %s", [request.addressee_number]):
        raise AddresseeNotKnown(request.addressee_number)
    if request.charge_id is not None and not fetch_all(
        "SELECT 1 FROM charge WHERE addressee_number = %s AND charge_id = %s",
        [request.addressee_number, request.charge_id],
    ):
        raise ChargeNotOfAddressee(f"期別 {request.charge_id}")
