"""日締めの画面の照会。一月の日々、一日の内訳、締めと封印。

What the pages of closing show: the days of a month with their state, and for one day which files make up our figure.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from osame.collection.closing.queries import (
    CHANNEL_NAMES,
    INTERNAL_CHANNELS,
    MOVES,
    missing_files,
)
from osame.collection.ledger.digest import seal_journal
from osame.formats.reports import Channel
from osame.kernel.periods import month_end
from osame.platform.database import fetch_all

NAME = "coalesce((SELECT name FROM staff_account s WHERE s.staff_number = {0}), {0})"


@dataclass(frozen=True, slots=True)
class DaySummary:
    """一日の要約。 state: 締めの状態（なければ空）; missing: 届いていないファイルの数。"""

    business_on: date
    state: str
    receipts: int
    amount: int
    bank_amount: int
    agrees: bool
    missing: int

    @property
    def difference(self) -> int:
        """消込額から公金日計を引いたもの。"""
        return self.amount - self.bank_amount

    @property
    def is_empty(self) -> bool:
        """入金も公金日計もない日か。"""
        return not (self.receipts or self.amount or self.bank_amount or self.missing or self.state)

    @property
    def standing(self) -> tuple[str, str]:
        """（知らせの種類、言葉）。"""
        if self.state == "2":
            return "success", "本締"
        if self.is_empty:
            return "", "入金なし"
        if self.missing:
            return "warning", f"未着{self.missing}件"
        if not self.agrees:
            return "error", "差異あり"
        return "info", "締められます"


def month_days(first: date, *, through: date) -> list[DaySummary]:
    """その月の日々を、`through` まで、新しい順に（F04-10）。"""
    last = min(month_end(first), through)
    ours: dict[tuple[date, Channel], tuple[int, int]] = {
        (day, Channel(channel)): (int(receipts), int(amount))
        for day, channel, receipts, amount in fetch_all(
            f"SELECT m.business_on, m.channel, sum(m.receipts), sum(m.amount)::bigint FROM ({MOVES}) m GROUP BY 1, 2",
            {"first": first, "through": last},
        )
    }
    between = "WHERE business_on BETWEEN %s AND %s"
    bank: dict[tuple[date, Channel], tuple[int, int]] = {
        (day, Channel(channel)): (receipts, amount)
        for day, channel, receipts, amount in fetch_all(
            f"SELECT business_on, channel, receipts, amount FROM bank_day_total {between}", [first, last]
        )
    }
    states = dict(fetch_all(f"SELECT business_on, state FROM daily_closing {between}", [first, last]))
    missing: dict[date, int] = defaultdict(int)
    for each in missing_files(first=first, through=last):
        missing[each.business_on] += 1
    days = [last - timedelta(days=ago) for ago in range((last - first).days + 1)]
    return [_summary(day, ours, bank, states.get(day, ""), missing[day]) for day in days]


def _summary(
    day: date,
    ours: dict[tuple[date, Channel], tuple[int, int]],
    bank: dict[tuple[date, Channel], tuple[int, int]],
    state: str,
    missing: int,
) -> DaySummary:
    moved = [channel for channel in Channel if channel not in INTERNAL_CHANNELS]
    pairs = [(ours.get((day, channel), (0, 0)), bank.get((day, channel), (0, 0))) for channel in moved]
    return DaySummary(
        day,
        state,
        sum(mine[0] for mine, _ in pairs),
        sum(mine[1] for mine, _ in pairs),
        sum(theirs[1] for _, theirs in pairs),
        all(mine == theirs for mine, theirs in pairs),
        missing,
    )


@dataclass(frozen=True, slots=True)
class Source:
    """その日の数字の出どころ。 kind: 収納、不明入金、取消し。"""

    channel: Channel
    kind: str
    file_id: int
    file_name: str
    receipts: int
    amount: int

    @property
    def name(self) -> str:
        """チャネルの名。"""
        return CHANNEL_NAMES[self.channel]


def sources(business_on: date) -> list[Source]:
    """その日の消込額を、チャネル・種類・取込ファイルごとに分ける（F04-10）。"""
    rows = fetch_all(
        """
        SELECT m.channel, m.kind, m.intake_file_id, coalesce(f.file_name, ''), sum(m.receipts), sum(m.amount)::bigint
        FROM (
            SELECT channel, '1収納' AS kind, intake_file_id, 1 AS receipts, amount FROM receipt WHERE accounted_on = %(on)s
            UNION ALL
            SELECT channel, '2不明入金', intake_file_id, 1, amount FROM held_receipt
            WHERE accounted_on = %(on)s AND state IN ('1', '3')
            UNION ALL
            SELECT CASE WHEN x.reason = '2' THEN '18' ELSE r.channel END, '3取消し', r.intake_file_id, -1, -r.amount
            FROM receipt_cancellation x JOIN receipt r USING (charge_id, receipt_key, addressee_number)
            WHERE x.cancelled_on = %(on)s
        ) m LEFT JOIN intake_file f USING (intake_file_id)
        GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3
        """,
        {"on": business_on},
    )
    return [Source(Channel(row[0]), row[1][1:], row[2], row[3], int(row[4]), row[5]) for row in rows]


@dataclass(frozen=True, slots=True)
class EnteredTotal:
    """公金日計の一行の出どころ。手で入力したものには、誰がなぜ。"""

    channel: Channel
    receipts: int
    amount: int
    file_id: int
    file_name: str
    entered_by: str
    reason: str

    @property
    def name(self) -> str:
        """チャネルの名。"""
        return CHANNEL_NAMES[self.channel]


def bank_totals(business_on: date) -> list[EnteredTotal]:
    """その日の公金日計の、出どころ。"""
    rows = fetch_all(
        f"SELECT b.channel, b.receipts, b.amount, b.intake_file_id, coalesce(f.file_name, ''), "
        f"{NAME.format('b.entered_by')}, b.entered_reason FROM bank_day_total b LEFT JOIN intake_file f "
        "USING (intake_file_id) WHERE b.business_on = %s ORDER BY b.channel",
        [business_on],
    )
    return [EnteredTotal(Channel(row[0]), *row[1:]) for row in rows]


@dataclass(frozen=True, slots=True)
class Closing:
    """一日の締め。 sound: 封印が、いまの仕訳に合うか（締めていなければ None）。"""

    business_on: date
    state: str
    receipts: int
    amount: int
    difference: int
    seal: str
    officer: str
    closed_at: datetime
    reopenings: int
    asked_by: str
    asked_by_name: str
    asked_at: datetime | None
    asked_reason: str
    reopened_by: str
    approved_by: str
    reopen_reason: str
    sound: bool | None = None

    @property
    def is_closed(self) -> bool:
        """本締めしているか。"""
        return self.state == "2"


CLOSING = (
    f"SELECT d.business_on, d.state, d.receipts, d.amount, d.difference, d.journal_seal, {NAME.format('d.officer')}, "
    f"d.closed_at, d.reopenings, d.reopen_asked_by, {NAME.format('d.reopen_asked_by')}, d.reopen_asked_at, "
    f"d.reopen_asked_reason, {NAME.format('d.reopened_by')}, {NAME.format('d.reopen_approved_by')}, d.reopen_reason "
    "FROM daily_closing d"
)


def closing_of(business_on: date) -> Closing | None:
    """その日の締め。仮締めも本締めもしていなければ None。"""
    rows = fetch_all(f"{CLOSING} WHERE d.business_on = %s", [business_on])
    return Closing(*rows[0]) if rows else None


def sealed_days(first: date) -> list[Closing]:
    """その月に締めた日の封印を計算し直して、合うかどうかを添える（F29-08）。"""
    rows = fetch_all(
        f"{CLOSING} WHERE d.state = '2' AND d.business_on BETWEEN %s AND %s ORDER BY d.business_on",
        [first, month_end(first)],
    )
    before = fetch_all(
        "SELECT business_on, journal_seal FROM daily_closing WHERE state = '2' AND business_on < %s "
        "ORDER BY business_on DESC LIMIT 1",
        [first],
    )
    last, seal = before[0] if before else (date(1900, 1, 1), "")
    found: list[Closing] = []
    for row in rows:
        closing = Closing(*row)
        again = seal_journal(seal, after=last, through=closing.business_on)
        found.append(Closing(*(*row, again == closing.seal)))
        last, seal = closing.business_on, closing.seal
    return found
