"""外部から届く収納ファイルの、どの様式にも共通する読み取り結果。

What every inbound payment file becomes, whatever its bytes: records, problems by line, and the control totals that
the sender declared. Codecs are pure; they never decide what is done with a record.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from osame.kernel.money import Yen


class Channel(StrEnum):
    """納付チャネル。 Payment channels (code list C-03)."""

    BANK = "01"
    DIRECT_DEBIT = "03"
    CONVENIENCE_STORE = "04"
    ELTAX = "05"
    COUNTER = "10"
    PENSION = "12"  # 年金特徴
    APPROPRIATION = "14"
    DISTRIBUTION = "15"
    DEPOSIT_PAYOUT = "16"
    REALLOCATION = "18"
    ENTRUSTED = "19"  # 委託納付（控除不足額の充当）
    SECURITY = "20"


class ReportStage(StrEnum):
    """速報・確報・取消。 A preliminary report may be confirmed or cancelled; only a final one is money."""

    PRELIMINARY = "1"
    FINAL = "2"
    CANCELLATION = "3"
    UNPAID = "9"  # 口座振替の振替不能。金は動いていない。


@dataclass(frozen=True, slots=True)
class ChargeReference:
    """納付書番号がない済通などが示す期別の自然キー（一部）。"""

    tax_item: str
    levy_year: int
    notice_number: str
    installment_term: int


@dataclass(frozen=True, slots=True)
class PaymentReport:
    """収納データの一行。

    One payment as the channel reports it. `natural_key` identifies the payment itself (not the line or the file), so
    the same payment told twice has the same key: it is built from channel, slip, outlet, time and amount.
    """

    line_number: int
    raw: bytes
    stage: ReportStage
    natural_key: str
    amount: Yen
    paid_on: date  # 領収日
    received_on: date | None  # 収入日（振込日）。速報では未定。
    slip_number: int | None  # 納付書番号（15桁以内）
    charge_reference: ChargeReference | None = None
    outlet: str = ""  # 店舗・金融機関店舗
    paid_at: str = ""  # HHMM
    declared_principal: Yen | None = None  # 済通が本税・手数料・延滞金の別を示すとき
    declared_fee: Yen | None = None
    declared_charge: Yen | None = None
    result_code: str = ""  # 口座振替の結果コード
    payer_kana: str = ""


@dataclass(frozen=True, slots=True)
class LineProblem:
    """読めなかった行。何が、何行目で、どうすればよいか。

    A line that could not be read: kept whole, with a reason an officer can act on. `line_number` counts from 1;
    0 means the file as a whole.
    """

    line_number: int
    reason: str
    raw: bytes = b""
    amount: Yen | None = None  # 金額だけは読めたとき


@dataclass(frozen=True, slots=True)
class ReportFile:
    """収納ファイル一つの読み取り結果。

    `refusal` is set when the file as a whole cannot be taken (wrong length, no trailer, totals that contradict the
    rows): nothing of it may be posted. Otherwise `records` + `problems` = `declared_count` data lines.
    """

    channel: Channel
    profile: str
    business_on: date | None = None  # ファイルが示す処理日・引落日
    sequence_key: str = ""  # 同じ送り手・同じ日の通番。欠番の検知に使う。
    declared_count: int | None = None
    declared_total: Yen | None = None
    records: tuple[PaymentReport, ...] = ()
    problems: tuple[LineProblem, ...] = field(default=())
    refusal: LineProblem | None = None
