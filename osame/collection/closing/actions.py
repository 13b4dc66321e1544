"""日締め。差異のない日だけを、古い順に締める。

Close a day: only in order, only complete, only when the bank says the same. What arrives for a closed day afterwards is
accounted on the next open day.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.closing.importing import BankTotal
from osame.collection.closing.queries import (
    DaySheet,
    day_sheet,
    earlier_open_days,
    first_open_day,
    last_closing,
    missing_files,
)
from osame.collection.ledger.digest import seal_journal
from osame.collection.ledger.posting import claim_command
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all, run_sql
from osame.platform.imports import registry


class DayHasDifference(Refusal):
    """公金日計と消込額に差異があるため、締められません。差異のあるチャネルの入金を調べ、正してから締めてください。"""


class DayHasMissingFile(Refusal):
    """その日に届くはずのファイルが届いていないため、締められません。取り込むか、不着を認めてから締めてください。"""


class EarlierDayIsOpen(Refusal):
    """前の日が締まっていないため、締められません。古い日から順に締めてください。"""


class DayAlreadyBehind(Refusal):
    """この日より後の日を締めているため、締められません。この日の入金は、次に締める日の数に入ります。その日を締めてください。"""


class DayNotYetOver(Refusal):
    """まだ終わっていない日は、締められません。翌日以後に締めてください。"""


class OnlyLastClosedDayReopens(Refusal):
    """締めを解けるのは、最後に締めた日だけです。後の日から順に解いてください。"""


class DayIsClosed(Refusal):
    """締めた日の公金日計は、変えられません。先に締めを解いてください。"""


class TotalNeedsReason(Refusal):
    """公金日計を手で入力する理由がありません。誰から何を受け取って直すのかを入力してください。"""


class NoReopeningAsked(Refusal):
    """締めの解除は申し出られていないか、既に済んでいます。画面を開き直してください。"""


class ReopeningNeedsTwoOfficers(Refusal):
    """締めを解くには、申し出た者と別の職員の承認が要ります。別の職員が承認してください。"""


class ReopeningNeedsReason(Refusal):
    """締めを解く理由がありません。理由を入力してください。"""


@dataclass(frozen=True, slots=True)
class ClosingResult:
    """締めの結果。`replayed` なら、前に締めていて、何も変えていない。"""

    business_on: date
    receipts: int
    amount: int
    difference: int
    journal_seal: str
    closed: bool
    replayed: bool = False


def close_day(business_on: date, *, as_of: date, officer: str) -> ClosingResult:
    """その日を本締めする。

    Close one accounting day for good. Refused while any channel differs from the bank, an expected file of the day is
    missing, or an earlier day with receipts is open. Closing again changes nothing and answers the same.

    要件: F04-10
    """
    if business_on > as_of:
        raise DayNotYetOver(format_wareki(business_on))
    with transaction.atomic():
        registry.take_turn()  # 締める間、取込みは待つ
        if closed := _closed(business_on):
            return closed
        sheet = day_sheet(business_on)
        for obstacle in obstacles(sheet, as_of=as_of):
            raise obstacle
        last_day, last_seal = last_closing()
        seal = seal_journal(last_seal, after=last_day, through=business_on)
        reopenings = _reopenings(business_on)
        claim_command(
            f"close-day:{business_on.isoformat()}:{reopenings}",
            kind="close_day",
            content=[business_on, sheet.receipts, sheet.amount, seal],
            purpose="日締め",
            officer=officer,
        )
        _record(sheet, state="2", seal=seal, officer=officer)
        return ClosingResult(business_on, sheet.receipts, sheet.amount, 0, seal, closed=True)


def close_day_provisionally(business_on: date, *, as_of: date, officer: str) -> ClosingResult:
    """その日を仮締めする。差異があってもよく、後で本締めできる。

    Note the state of a day with its difference. Nothing is locked; a closed day stays closed.

    要件: F04-10
    """
    if business_on > as_of:
        raise DayNotYetOver(format_wareki(business_on))
    with transaction.atomic():
        registry.take_turn()
        if closed := _closed(business_on):
            return closed
        if business_on < first_open_day():
            raise DayAlreadyBehind(format_wareki(business_on))
        sheet = day_sheet(business_on)
        _record(sheet, state="1", seal="", officer=officer)
        return ClosingResult(business_on, sheet.receipts, sheet.amount, sheet.difference, "", closed=False)


def reopen_day(business_on: date, *, officer: str, approver: str, reason: str) -> None:
    """最後に本締めした日の締めを解く。申し出た者と別の職員の承認が要る。

    Undo the closing of the last closed day. Two different officers; the reason stays on the day and in the journal of
    commands.

    要件: F04-10
    """
    if not officer.strip() or not approver.strip() or officer.strip() == approver.strip():
        raise ReopeningNeedsTwoOfficers(f"申し出た者 {officer}、承認した者 {approver}")
    if not reason.strip():
        raise ReopeningNeedsReason(format_wareki(business_on))
    with transaction.atomic():
        registry.take_turn()
        last = fetch_all("SELECT max(business_on) FROM daily_closing WHERE state = '2'")[0][0]
        if last != business_on:
            raise OnlyLastClosedDayReopens(f"最後に締めた日 {format_wareki(last) if last else 'なし'}")
        claim_command(
            f"reopen-day:{business_on.isoformat()}:{_reopenings(business_on)}",
            kind="reopen_day",
            content=[business_on, officer, approver, reason],
            purpose=reason,
            officer=officer,
        )
        run_sql(
            "UPDATE daily_closing SET state = '1', reopenings = reopenings + 1, reopened_by = %s, "
            "reopen_approved_by = %s, reopen_reason = %s, reopen_asked_by = '', reopen_asked_at = NULL, "
            "reopen_asked_reason = '' WHERE business_on = %s",
            [officer.strip(), approver.strip(), reason.strip(), business_on],
        )


def ask_reopening(business_on: date, *, officer: str, reason: str) -> None:
    """最後に本締めした日の締めを解くよう、申し出る。解くのは、別の職員である。

    Ask that the last closed day be reopened. Asking again replaces who asked and why.

    要件: F04-10
    """
    if not reason.strip():
        raise ReopeningNeedsReason(format_wareki(business_on))
    with transaction.atomic():
        if last_closing()[0] != business_on:
            raise OnlyLastClosedDayReopens(format_wareki(business_on))
        run_sql(
            "UPDATE daily_closing SET reopen_asked_by = %s, reopen_asked_at = now(), reopen_asked_reason = %s "
            "WHERE business_on = %s AND state = '2'",
            [officer, reason.strip(), business_on],
        )


def approve_reopening(business_on: date, *, officer: str) -> None:
    """申し出られた締めの解除を認め、締めを解く。申し出た者は認められない。

    Approve what another officer asked, and reopen the day.

    要件: F04-10
    """
    with transaction.atomic():
        asked = fetch_all(
            "SELECT reopen_asked_by, reopen_asked_reason FROM daily_closing WHERE business_on = %s AND state = '2' "
            "AND reopen_asked_by <> '' FOR UPDATE",
            [business_on],
        )
        if not asked:
            raise NoReopeningAsked(format_wareki(business_on))
        reopen_day(business_on, officer=asked[0][0], approver=officer, reason=asked[0][1])


def enter_bank_total(total: BankTotal, *, reason: str, as_of: date, officer: str) -> None:
    """公金日計の一行を、手で入力する（指定金融機関の訂正を、ファイルを待たずに受ける）。

    Key one total of the bank by hand, with a reason. A closed day refuses; a later file replaces what was keyed.

    要件: F04-10
    """
    if not reason.strip():
        raise TotalNeedsReason(format_wareki(total.business_on))
    if total.business_on > as_of:
        raise DayNotYetOver(format_wareki(total.business_on))
    with transaction.atomic():
        registry.take_turn()
        if total.business_on < first_open_day():
            raise DayIsClosed(format_wareki(total.business_on))
        run_sql(
            "INSERT INTO bank_day_total (business_on, channel, receipts, amount, intake_file_id, entered_by, "
            "entered_reason) VALUES (%s, %s, %s, %s, 0, %s, %s) ON CONFLICT (business_on, channel) DO UPDATE "
            "SET receipts = excluded.receipts, amount = excluded.amount, intake_file_id = 0, "
            "entered_by = excluded.entered_by, entered_reason = excluded.entered_reason",
            [total.business_on, total.channel, total.receipts, total.amount, officer, reason.strip()],
        )


def _closed(business_on: date) -> ClosingResult | None:
    """前に本締めしていれば、その結果。"""
    rows = fetch_all(
        "SELECT receipts, amount, difference, journal_seal FROM daily_closing WHERE business_on = %s AND state = '2'",
        [business_on],
    )
    if not rows:
        return None
    receipts, amount, difference, seal = rows[0]
    return ClosingResult(business_on, receipts, amount, difference, seal, closed=True, replayed=True)


def _reopenings(business_on: date) -> int:
    rows = fetch_all("SELECT reopenings FROM daily_closing WHERE business_on = %s", [business_on])
    return int(rows[0][0]) if rows else 0


def obstacles(sheet: DaySheet, *, as_of: date) -> tuple[Refusal, ...]:
    """その日を締められない理由の、すべて。空なら締められる。

    要件: F04-10
    """
    opened, business_on = first_open_day(), sheet.business_on
    found: list[Refusal] = []
    if business_on > as_of:
        found.append(DayNotYetOver(format_wareki(business_on)))
    if business_on < opened:
        found.append(DayAlreadyBehind(format_wareki(business_on)))
    if earlier := earlier_open_days(business_on, since=opened):
        found.append(EarlierDayIsOpen("、".join(map(format_wareki, earlier))))
    if missing := missing_files(first=business_on, through=business_on):
        found.append(DayHasMissingFile("、".join(f"{each.sender} {each.profile}" for each in missing)))
    if not sheet.agrees:
        found.append(
            DayHasDifference(
                "、".join(
                    f"{each.name} 消込{each.receipts:,}件{each.amount:,}円・"
                    f"日計{each.bank_receipts:,}件{each.bank_amount:,}円・差異{each.difference:,}円"
                    for each in sheet.channels
                    if not each.agrees
                )
            )
        )
    return tuple(found)


def _record(sheet: DaySheet, *, state: str, seal: str, officer: str) -> None:
    run_sql(
        "INSERT INTO daily_closing (business_on, state, receipts, amount, difference, journal_seal, officer, "
        "closed_at, reopenings, reopened_by, reopen_approved_by, reopen_reason) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, now(), 0, '', '', '') "
        "ON CONFLICT (business_on) DO UPDATE SET state = excluded.state, receipts = excluded.receipts, "
        "amount = excluded.amount, difference = excluded.difference, journal_seal = excluded.journal_seal, "
        "officer = excluded.officer, closed_at = excluded.closed_at",
        [sheet.business_on, state, sheet.receipts, sheet.amount, sheet.difference, seal, officer],
    )
