"""戻った納税通知書。課税の側から知らされ、送達されるまで、その通知書の期別の督促を止める。

A tax notice that came back was never served, so nothing may be demanded on it: every charge of the notice is stopped until the taxing
side tells how it was served. The changed due date comes by a determination; here it is only compared with the ledger.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction

from osame.collection.demands.models import DemandStop
from osame.collection.demands.stops import StopRequest, release_stop, stop_demand
from osame.collection.ledger.posting import claim_command
from osame.collection.returns.models import ReturnedLetter, ReturnedNotice
from osame.formats import returned_notice_csv
from osame.formats.reports import LineProblem
from osame.formats.returned_notice_csv import PROFILE, ReturnedNoticeRow
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one
from osame.platform.imports import registry
from osame.platform.imports.registry import ImportResult
from osame.platform.imports.whole_files import receive_each, settle_rows, take_whole

State = ReturnedNotice.State
NOTE = "納税通知書の返戻（{}、通知書番号{}）。送達されるまで督促しない"
LEAST_DAYS = 10
LISTED = """
SELECT n.notice_return_id, n.addressee_number, coalesce(a.name, ''), coalesce(i.name, n.tax_item), n.levy_year, n.notice_number,
       n.sent_on, n.returned_on, n.cause, n.state, n.served_on, n.new_due_date,
       ARRAY(SELECT DISTINCT c.due_date FROM charge c WHERE (c.addressee_number, c.tax_item, c.levy_year, c.notice_number)
             = (n.addressee_number, n.tax_item, n.levy_year, n.notice_number) AND c.principal_tax > 0 ORDER BY 1),
       EXISTS (SELECT FROM demand d JOIN charge c USING (charge_id, addressee_number) WHERE d.cancelled_on IS NULL
             AND (c.addressee_number, c.tax_item, c.levy_year, c.notice_number)
             = (n.addressee_number, n.tax_item, n.levy_year, n.notice_number) AND d.issued_on >= n.sent_on)
FROM returned_notice n LEFT JOIN addressee a USING (addressee_number)
LEFT JOIN LATERAL (SELECT name FROM tax_item t WHERE t.tax_item = n.tax_item ORDER BY t.valid_from DESC LIMIT 1) i ON true
ORDER BY n.state = '1' DESC, n.returned_on DESC, n.notice_return_id DESC LIMIT %s
"""


class NoticeNotLevied(Refusal):
    """この通知書番号の調定がありません。調定を取り込んでから、この行を取り込み直してください。"""


class NoticeToldOtherwise(Refusal):
    """この返戻は、前に違う内容で知らされ、済んでいます。課税の側に、正しい内容を確かめてください。"""


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """戻った納税通知書一通。 due_dates: いまの元帳の納期限; demanded: 戻った通知書の期別に、取り消していない督促がある。"""

    notice_return_id: int
    addressee_number: str
    name: str
    tax_item_name: str
    levy_year: int
    notice_number: str
    sent_on: date
    returned_on: date
    cause: str
    state: str
    served_on: date | None
    new_due_date: date | None
    due_dates: tuple[date, ...]
    demanded: bool

    @property
    def cause_name(self) -> str:
        """返戻の事由。"""
        return str(ReturnedLetter.Cause(self.cause).label)

    @property
    def state_name(self) -> str:
        """いまの状況。"""
        return str(State(self.state).label)

    @property
    def cautions(self) -> tuple[str, ...]:
        """職員が確かめること。

        根拠: 地方税法第319条の2第3項、第364条第9項（納税通知書は、遅くとも納期限前10日までに交付しなければならない）
        """
        told = []
        if self.demanded and self.state != State.CANCELLED:
            told.append("督促を発しています。送達の前の督促なら、取り消してください")
        if self.new_due_date and self.new_due_date not in self.due_dates:
            told.append(f"調定の異動（納期限 {format_wareki(self.new_due_date)}）が届いていません")
        last = self.new_due_date or max(self.due_dates, default=None)
        if self.served_on and last and last < self.served_on + timedelta(days=LEAST_DAYS):
            told.append("送達が納期限前10日に間に合っていません。納期限の変更を、課税の側に確かめてください")
        return tuple(told)


def import_notices(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """戻った納税通知書のファイルを取り込む。

    要件: F09-06
    """
    arrival = registry.arrive(path, profile=PROFILE, officer=officer)

    def take(read: list[ReturnedNoticeRow | LineProblem]) -> ImportResult:
        file_id = registry.register(arrival, business_on=as_of)
        claim_command(
            f"import:{arrival.content_hash}", kind="import_returned_notices", content=[PROFILE], purpose="納税通知書の返戻",
            officer=officer,
        )  # fmt: skip
        rejected = receive_each(read, lambda row: receive(row, as_of=as_of, officer=officer))
        return settle_rows(file_id, arrival, len(read), rejected)

    return take_whole(arrival, path, returned_notice_csv.read_lines, take)


def receive(row: ReturnedNoticeRow, *, as_of: date, officer: str) -> int:
    """一通を受け付け、番号を返す。戻っていれば督促を止め、送達されていれば解く。同じ内容なら、何も変えない。

    要件: F09-06, F08-02
    """
    with transaction.atomic():
        charges = _charges(row)
        if not charges:
            raise NoticeNotLevied(row.notice_number)
        found = ReturnedNotice.objects.select_for_update().filter(
            addressee_number=row.addressee_number, tax_item=row.tax_item, levy_year=row.levy_year,
            notice_number=row.notice_number, returned_on=row.returned_on,
        ).first()  # fmt: skip
        if found is None:
            found = _opened(row)
        elif _told_before(found) == _told_now(row):
            return int(found.notice_return_id)
        elif found.state != State.SEARCHING or (found.sent_on, found.cause) != (row.sent_on, row.cause):
            raise NoticeToldOtherwise(f"通知書番号{row.notice_number}、{State(found.state).label}")
        note = NOTE.format(format_wareki(row.returned_on), row.notice_number)
        if row.state == State.SEARCHING:
            for charge in charges:
                stop_demand(
                    StopRequest(
                        row.addressee_number, DemandStop.Reason.RETURNED_MAIL, note, max(as_of, row.returned_on), None, charge
                    ),
                    officer=officer,
                )  # fmt: skip
        else:
            for stop, starts_on in _stops(row.addressee_number, note):
                release_stop(stop, as_of=max(as_of, starts_on), officer=officer)
        ReturnedNotice.objects.filter(
            addressee_number=row.addressee_number, notice_return_id=found.notice_return_id
        ).update(
            state=row.state, served_on=row.served_on, new_due_date=row.new_due_date, told_on=as_of, told_to=officer
        )
        record(
            "納税通知書の返戻を受け付けた", subjects=[row.addressee_number], fields=["返戻"],
            detail={"通知書番号": row.notice_number, "状況": State(row.state).label},
        )  # fmt: skip
        return int(found.notice_return_id)


def returned_notices(*, limit: int = 300) -> tuple[NoticeLine, ...]:
    """戻った納税通知書。調査中のものから。

    要件: F09-06
    """
    rows = ((*row[:12], tuple(row[12]), row[13]) for row in fetch_all(LISTED, [limit]))
    return tuple(NoticeLine(*row) for row in rows)


def _opened(row: ReturnedNoticeRow) -> ReturnedNotice:
    (number,) = fetch_one("SELECT nextval('notice_return_number')")
    return ReturnedNotice.objects.create(
        addressee_number=row.addressee_number, notice_return_id=number, tax_item=row.tax_item, levy_year=row.levy_year,
        notice_number=row.notice_number, sent_on=row.sent_on, returned_on=row.returned_on, cause=row.cause,
        state=State.SEARCHING,
    )  # fmt: skip


def _charges(row: ReturnedNoticeRow) -> list[int]:
    rows = fetch_all(
        "SELECT charge_id FROM charge WHERE (addressee_number, tax_item, levy_year, notice_number) = (%s, %s, %s, %s) ORDER BY 1",
        [row.addressee_number, row.tax_item, row.levy_year, row.notice_number],
    )
    return [int(each) for (each,) in rows]


def _stops(addressee_number: str, note: str) -> list[tuple[int, date]]:
    rows = fetch_all(
        "SELECT stop_id, starts_on FROM demand_stop WHERE addressee_number = %s AND reason = %s AND note = %s "
        "AND released_on IS NULL ORDER BY stop_id",
        [addressee_number, DemandStop.Reason.RETURNED_MAIL, note],
    )
    return [(int(number), starts_on) for number, starts_on in rows]


def _told_before(found: ReturnedNotice) -> tuple[object, ...]:
    told = found.told_on is not None
    return (told, found.sent_on, found.cause, found.state, found.served_on, found.new_due_date)


def _told_now(row: ReturnedNoticeRow) -> tuple[object, ...]:
    return (True, row.sent_on, row.cause, row.state, row.served_on, row.new_due_date)
