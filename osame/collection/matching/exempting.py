"""免除期間を付け、取りやめ、触れた期別の割付けをあるべき姿にする。猶予・執行停止・期限の延長は、この扉だけを使う。

Writing a period and allocating anew are one act: a delinquency charge that was fixed before changes by a named reversal, and
what it took in of later receipts moves where the law puts it (desired state, ADR 0004).
"""

from collections.abc import Iterable
from datetime import date

from osame.collection.closing.queries import first_open_day
from osame.collection.exemptions.actions import Entered, Period, Source, draft_periods, withdraw_periods, write_periods
from osame.collection.ledger.posting import Claim, open_stage, post, touch_charges
from osame.collection.matching.allocation import expect_no_receipts, reallocate
from osame.collection.parameters.queries import allocation_order


def exempt(periods: Iterable[Period], source: Source, command: Claim, entered: Entered) -> int:
    """免除期間を付け、割り付け直し、付けた数を返す。取引の中で呼ぶ。

    要件: F15-03, F20-03, F15-06
    """
    draft_periods(periods)
    return exempt_drafted(source, command, entered)


def exempt_drafted(source: Source, command: Claim, entered: Entered) -> int:
    """一時表 `exemption_draft` に置いた免除期間を付け、割り付け直す。多くの期別を一度に扱う章が使う。

    要件: F15-03, F15-06
    """
    written = write_periods(source, command, entered)
    _settle("SELECT addressee_number, charge_id FROM exemption_draft", command, entered.as_of)
    return written


def end_exemptions(
    source: Source, command: Claim, entered: Entered, *, reason: str, last_on: date | None = None,
    charges: list[int] | None = None,
) -> int:  # fmt: skip
    """その行いの免除期間を取り消し（last_on があれば縮め）、割り付け直す。取り消した数を返す。

    要件: F15-07, F20-04
    """
    withdrawn = withdraw_periods(source, command, entered, reason=reason, last_on=last_on, charges=charges)
    _settle("SELECT addressee_number, charge_id FROM exemption_withdrawn", command, entered.as_of)
    return withdrawn


def _settle(keys: str, command: Claim, as_of: date) -> None:
    open_stage()
    expect_no_receipts()
    touch_charges(keys)
    reallocate(order=allocation_order(as_of=as_of), correction_on=max(as_of, first_open_day()))
    post(command)
