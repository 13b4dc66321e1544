"""日締めの照会。収納日計、届いていないファイル、締められる日。

A day of ours beside the bank's day. Money that the bank moved is compared channel by channel; transfers between our own
charges (充当・組替え) are shown and left out of the comparison.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from osame.collection.ledger.digest import seal_journal
from osame.formats.reports import Channel
from osame.platform.database import fetch_all, fetch_one

BEGINNING = date(1900, 1, 1)
CHANNEL_NAMES = {
    Channel.BANK: "金融機関窓口",
    Channel.DIRECT_DEBIT: "口座振替",
    Channel.CONVENIENCE_STORE: "コンビニ",
    Channel.ELTAX: "eLTAX",
    Channel.COUNTER: "窓口現金",
    Channel.PENSION: "年金特徴",
    Channel.APPROPRIATION: "充当",
    Channel.DISTRIBUTION: "配当",
    Channel.DEPOSIT_PAYOUT: "供託払渡",
    Channel.REALLOCATION: "組替え",
    Channel.ENTRUSTED: "委託納付",
    Channel.SECURITY: "証券",
}
INTERNAL_CHANNELS = frozenset({Channel.APPROPRIATION, Channel.REALLOCATION, Channel.ENTRUSTED})
"""銀行では金が動かないもの。"""

# 会計日ごとの動き。収納、仮受のままの入金、取消し。組替えは銀行では動かないので、組替先と同じ「組替え」から引く。
# 誤消込の取消しは元のチャネルから引く。入れ直さないかぎり、銀行にあって元帳にない金として差異に残る。
MOVES = """
SELECT r.channel, c.tax_item, r.carried_over, 1 AS receipts, r.amount, r.accounted_on AS business_on
FROM receipt r JOIN charge c USING (charge_id, addressee_number)
WHERE r.accounted_on BETWEEN %(first)s AND %(through)s
UNION ALL
SELECT h.channel, '', false, 1, h.amount, h.accounted_on
FROM held_receipt h WHERE h.state IN ('1', '3') AND h.accounted_on BETWEEN %(first)s AND %(through)s
UNION ALL
SELECT CASE WHEN x.reason = '2' THEN '18' ELSE r.channel END, c.tax_item, r.carried_over, -1, -r.amount,
       x.cancelled_on
FROM receipt_cancellation x
JOIN receipt r USING (charge_id, receipt_key, addressee_number)
JOIN charge c USING (charge_id, addressee_number)
WHERE x.cancelled_on BETWEEN %(first)s AND %(through)s
"""


@dataclass(frozen=True, slots=True)
class DayLine:
    """収納日計の一行。税目が空の行は、まだ期別の分からない入金。"""

    channel: Channel
    tax_item: str
    tax_item_name: str
    carried_over: bool
    receipts: int
    amount: int

    @property
    def channel_name(self) -> str:
        """チャネルの名。"""
        return CHANNEL_NAMES[self.channel]


@dataclass(frozen=True, slots=True)
class ChannelComparison:
    """一つのチャネルの、消込額と公金日計。差異は、消込額から公金日計を引いたもの。"""

    channel: Channel
    receipts: int
    amount: int
    bank_receipts: int
    bank_amount: int

    @property
    def name(self) -> str:
        """チャネルの名。"""
        return CHANNEL_NAMES[self.channel]

    @property
    def difference(self) -> int:
        """金額の差異。"""
        return self.amount - self.bank_amount

    @property
    def agrees(self) -> bool:
        """件数も金額も一致する。"""
        return self.difference == 0 and self.receipts == self.bank_receipts


@dataclass(frozen=True, slots=True)
class DaySheet:
    """収納日計表（R-026 相当）。内部の振替は `internal` にあり、公金日計とは比べない。"""

    business_on: date
    lines: tuple[DayLine, ...]
    channels: tuple[ChannelComparison, ...]
    internal: tuple[ChannelComparison, ...]

    @property
    def receipts(self) -> int:
        """銀行で動いた件数。"""
        return sum(each.receipts for each in self.channels)

    @property
    def amount(self) -> int:
        """銀行で動いた金額。"""
        return sum(each.amount for each in self.channels)

    @property
    def bank_receipts(self) -> int:
        """公金日計の件数。"""
        return sum(each.bank_receipts for each in self.channels)

    @property
    def bank_amount(self) -> int:
        """公金日計の金額。"""
        return sum(each.bank_amount for each in self.channels)

    @property
    def difference(self) -> int:
        """差異の大きさの合計。互いに打ち消さないように、絶対値で足す。"""
        return sum(abs(each.difference) for each in self.channels)

    @property
    def agrees(self) -> bool:
        """すべてのチャネルが一致する。"""
        return all(each.agrees for each in self.channels)


@dataclass(frozen=True, slots=True)
class MissingFile:
    """届くはずの日に、届いていないファイル。"""

    profile: str
    business_on: date
    sender: str


def first_open_day() -> date:
    """記帳できる最初の会計日。最後に本締めした日の翌日。"""
    (closed,) = fetch_one("SELECT max(business_on) FROM daily_closing WHERE state = '2'")
    return closed + timedelta(days=1) if closed else BEGINNING


def last_closing() -> tuple[date, str]:
    """最後に本締めした日と、その封印。まだなければ、始まりの日と空の封印。"""
    rows = fetch_all(
        "SELECT business_on, journal_seal FROM daily_closing WHERE state = '2' ORDER BY business_on DESC LIMIT 1"
    )
    return (rows[0][0], str(rows[0][1])) if rows else (BEGINNING, "")


def broken_seals() -> list[date]:
    """封印を仕訳から計算し直し、合わない会計日を並べる。締めた日の仕訳が、後から変わっていないことを確かめる。"""
    broken, day, seal = [], BEGINNING, ""
    closings = fetch_all("SELECT business_on, journal_seal FROM daily_closing WHERE state = '2' ORDER BY business_on")
    for business_on, recorded in closings:
        seal = seal_journal(seal, after=day, through=business_on)
        if seal != recorded:
            broken.append(business_on)
        day, seal = business_on, str(recorded)
    return broken


def missing_files(*, first: date = BEGINNING, through: date) -> tuple[MissingFile, ...]:
    """その期間に届くはずで、取り込まれておらず、不着も認められていないファイル。"""
    rows = fetch_all(
        "SELECT e.profile, e.business_on, e.sender FROM expected_file e WHERE e.business_on BETWEEN %s AND %s "
        "AND (e.waived_by = '' OR e.waived_reason = '') AND NOT EXISTS (SELECT 1 FROM intake_file f "
        "WHERE f.profile = e.profile AND f.business_on = e.business_on AND f.state = '1') "
        "ORDER BY e.business_on, e.profile",
        [first, through],
    )
    return tuple(MissingFile(*row) for row in rows)


def day_sheet(business_on: date) -> DaySheet:
    """その日の収納日計を、税目・現滞・チャネルごとに公金日計と並べる。

    Our receipts of one accounting day beside the bank's totals.

    要件: F04-10
    """
    rows = fetch_all(
        f"SELECT m.channel, m.tax_item, coalesce(i.name, '不明入金'), m.carried_over, sum(m.receipts), "
        f"sum(m.amount)::bigint FROM ({MOVES}) m LEFT JOIN (SELECT DISTINCT ON (tax_item) tax_item, name FROM tax_item "
        "WHERE valid_from <= %(through)s ORDER BY tax_item, valid_from DESC) i USING (tax_item) "
        "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 4",
        {"first": business_on, "through": business_on},
    )
    lines = tuple(DayLine(Channel(row[0]), *row[1:]) for row in rows)
    bank = {
        Channel(channel): (int(receipts), int(amount))
        for channel, receipts, amount in fetch_all(
            "SELECT channel, receipts, amount FROM bank_day_total WHERE business_on = %s", [business_on]
        )
    }
    compared = [
        ChannelComparison(
            channel,
            sum(line.receipts for line in lines if line.channel is channel),
            sum(line.amount for line in lines if line.channel is channel),
            *bank.get(channel, (0, 0)),
        )
        for channel in sorted({line.channel for line in lines} | set(bank))
    ]
    return DaySheet(
        business_on,
        lines,
        tuple(each for each in compared if each.channel not in INTERNAL_CHANNELS),
        tuple(each for each in compared if each.channel in INTERNAL_CHANNELS),
    )


def earlier_open_days(business_on: date, *, since: date) -> tuple[date, ...]:
    """その日より前で、入金があるのに締めていない日（古い順に五つまで）。"""
    if since >= business_on:
        return ()
    rows = fetch_all(
        f"SELECT DISTINCT m.business_on FROM ({MOVES}) m ORDER BY 1 LIMIT 5",
        {"first": since, "through": business_on - timedelta(days=1)},
    )
    return tuple(row[0] for row in rows)
