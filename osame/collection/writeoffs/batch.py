"""消滅の記録。消滅した期別を見つけ、督促と催告を止め、納付書を無効にし、不納欠損の候補にする。

The nightly act. What is extinct follows from events, so a row here is only the record that SQL guards and the allocation lean on;
when a late payment shows that the charge was alive after all, the record is withdrawn by name.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.arrears.prescribing import ChargeKey
from osame.collection.closing.queries import first_open_day
from osame.collection.demands.models import DemandStop
from osame.collection.ledger.posting import Claim, claim_command, open_stage, post, touch_charges
from osame.collection.matching.allocation import expect_no_receipts, reallocate
from osame.collection.parameters.queries import allocation_order
from osame.collection.payment_slips.actions import void_slip
from osame.collection.payment_slips.queries import unused_slips
from osame.collection.writeoffs.queries import CAUSES, Owing, owing_of, suspects
from osame.kernel.dates import format_wareki
from osame.platform.audit.recording import record
from osame.platform.database import copy_rows, fetch_all, run_sql

STOP_NOTE = "納税義務の消滅"
VOID_REASON = "納税義務が消滅した"
DRAFT = """
CREATE TEMP TABLE extinct_draft (addressee_number varchar(15), charge_id bigint, extinguished_on date, cause text, steps text)
ON COMMIT DROP
"""
LIVE = """
SELECT addressee_number, charge_id, extinguished_on FROM charge_extinction
WHERE addressee_number = ANY (%s) AND withdrawn_on IS NULL
"""
WITHDRAW = """
UPDATE charge_extinction x SET withdrawn_on = %(on)s, withdraw_reason = %(why)s
FROM extinct_gone g WHERE g.addressee_number = x.addressee_number AND g.charge_id = x.charge_id AND x.withdrawn_on IS NULL
"""
STOP = """
INSERT INTO demand_stop (addressee_number, charge_id, tax_item, starts_on, reason, note, officer)
SELECT addressee_number, charge_id, '', extinguished_on, %s, %s, %s FROM extinct_draft
"""
RELEASE = """
UPDATE demand_stop s SET released_on = %(on)s FROM extinct_gone g
WHERE g.addressee_number = s.addressee_number AND g.charge_id = s.charge_id AND s.note = %(note)s AND s.released_on IS NULL
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """夜の見回りの結果。"""

    found: int
    withdrawn: int
    voided: int


def record_extinctions(*, as_of: date, officer: str) -> Recorded:
    """消滅した期別を記録する。もう一度行っても、増えた分だけ。消滅していなかったと分かったものは、記録を取り下げる。

    要件: F21-01, F21-04, F20-05
    """
    done = [record_extinctions_of(whose, as_of=as_of, officer=officer) for whose in _whose(as_of)]
    result = Recorded(
        sum(each.found for each in done), sum(each.withdrawn for each in done), sum(each.voided for each in done)
    )
    record("納税義務の消滅を記録した", detail={"記録": result.found, "取下げ": result.withdrawn, "無効": result.voided})
    return result


def _whose(as_of: date) -> list[list[str]]:
    """調べる人。消滅しているかもしれない人と、消滅の記録のある人。"""
    found = list(suspects(as_of=as_of))
    known = {who for some in found for who in some}
    recorded = fetch_all("SELECT DISTINCT addressee_number FROM charge_extinction WHERE withdrawn_on IS NULL")
    if rest := [str(row[0]) for row in recorded if row[0] not in known]:
        found.append(rest)
    return found


def record_extinctions_of(whose: list[str], *, as_of: date, officer: str) -> Recorded:
    """その人たちの、消滅した期別を記録する。決まった数の SQL で。

    要件: F21-04
    """
    with transaction.atomic():
        owing = owing_of(whose, as_of=as_of)
        extinct = {each.key: each for each in owing if each.expiry.is_extinct}
        held = {(who, charge): on for who, charge, on in fetch_all(LIVE, [whose])}
        balance = {each.key for each in owing}
        gone = [key for key, on in held.items() if _differs(key, on, extinct, balance)]
        new = [each for key, each in extinct.items() if key not in held or key in gone]
        if not new and not gone:
            return Recorded(0, 0, 0)
        _stage(new, gone)
        run_sql(WITHDRAW, {"on": as_of, "why": f"{format_wareki(as_of)}の出来事では消滅していない"})
        run_sql(RELEASE, {"on": as_of, "note": STOP_NOTE})
        command = claim_command(
            f"extinctions:{as_of.isoformat()}:{whose[0]}:{len(new)}:{len(gone)}:{_latest()}", kind="record_extinctions",
            content=[whose[0], whose[-1]], purpose="納税義務の消滅の記録", officer=officer,
        )  # fmt: skip
        run_sql(
            "INSERT INTO charge_extinction (addressee_number, extinction_id, charge_id, extinguished_on, cause, steps, found_on, "
            "withdraw_reason, command_id) SELECT addressee_number, nextval('charge_extinction_number'), charge_id, "
            "extinguished_on, cause, steps, %s, '', %s FROM extinct_draft",
            [as_of, command.command_id],
        )
        run_sql(STOP, [DemandStop.Reason.OTHER, STOP_NOTE, officer])
        _settle(command, as_of)
        return Recorded(len(new), len(gone), _void(new, as_of, officer))


def _differs(key: ChargeKey, on: date, extinct: dict[ChargeKey, Owing], balance: set[ChargeKey]) -> bool:
    """記録が、いまの出来事と違うか。残高がなくなった（欠損した、完納した）ものは、そのまま残す。"""
    return key in balance and (key not in extinct or extinct[key].expiry.extinguished_on != on)


def _stage(new: list[Owing], gone: list[ChargeKey]) -> None:
    for table in ("extinct_draft", "extinct_gone"):
        run_sql(f"DROP TABLE IF EXISTS pg_temp.{table}")
    run_sql(DRAFT)
    run_sql("CREATE TEMP TABLE extinct_gone (addressee_number varchar(15), charge_id bigint) ON COMMIT DROP")
    rows = (
        (*each.key, each.expiry.extinction.on, CAUSES[each.expiry.extinction.cause].value, "\n".join(each.expiry.steps))
        for each in new
        if each.expiry.extinction
    )
    copy_rows("extinct_draft", ("addressee_number", "charge_id", "extinguished_on", "cause", "steps"), rows)
    copy_rows("extinct_gone", ("addressee_number", "charge_id"), gone)


def _settle(command: Claim, as_of: date) -> None:
    """消滅した後の納付を過誤納とし、消滅していなかったと分かった期別の割付けを元に戻す。"""
    open_stage()
    expect_no_receipts()
    touch_charges(
        "SELECT addressee_number, charge_id FROM extinct_draft UNION SELECT addressee_number, charge_id FROM extinct_gone"
    )
    reallocate(order=allocation_order(as_of=as_of), correction_on=max(as_of, first_open_day()))
    post(command)


def _void(new: list[Owing], as_of: date, officer: str) -> int:
    """使われていない納付書を無効にする。"""
    voided: set[int] = set()
    for each in new:
        for slip in unused_slips(each.addressee_number, [each.charge_id], as_of=as_of):
            if slip.slip_number not in voided:
                void_slip(slip.slip_number, reason=VOID_REASON, as_of=as_of, officer=officer)
                voided.add(slip.slip_number)
    return len(voided)


def _latest() -> int:
    return int(fetch_all("SELECT coalesce(max(extinction_id), 0) FROM charge_extinction")[0][0])
