"""届いた収納ファイルの入口。様式の一覧と、どの様式にも共通する読み方。

The door for inbound payment files: a registry of profiles, and `read`, which never raises and never half-reads: a
file is refused whole, or every data line of it is a record or a problem.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from osame.formats import bank_notice, convenience_store, eltax, zengin_debit
from osame.formats.layout import STATUSES, Layout, LayoutError, load_layout
from osame.formats.refusals import MAX_BYTES, RefusalError, guard_size, refused
from osame.formats.reports import Channel, ReportFile

Reader = Callable[[bytes, int], ReportFile]
HEADING = "form_id version business_on sequence"
NOTICE = {
    "1": f"{HEADING} bank_code",
    "2": "notice_id stage bank_code branch_code paid_on received_on amount principal fee charge upper_line"
    " lower_line matter_key tax_item levy_year notice_number installment_term payer_kana",
    "8": "count total",
}
FIELDS_READ: dict[tuple[Channel, str], dict[str, str]] = {
    (Channel.DIRECT_DEBIT, "fixed"): {
        "1": "format_code code_class consignor_code consignor_name business_day bank_code bank_name branch_code"
        " branch_name account_type account_number",
        "2": "bank_code branch_code account_type account_number holder_kana amount customer_number result_code",
        "8": "count total paid_count paid_total unpaid_count unpaid_total",
    },
    (Channel.CONVENIENCE_STORE, "fixed"): {
        "1": "record_class",
        "2": "kind paid_on paid_at barcode store_code payout_on",
        "8": "count total",
    },
    (Channel.CONVENIENCE_STORE, "csv"): {
        "2": "kind paid_on paid_at barcode amount chain_code store_code payout_on made_on",
    },
    (Channel.ELTAX, "csv"): {
        "1": f"{HEADING} agency_number",
        "2": "agency_number matter_key amount paid_at collected_on payout_on bank_code branch_code stage"
        " transaction_id",
        "8": "count total",
    },
    (Channel.BANK, "csv"): NOTICE,
    (Channel.PENSION, "csv"): NOTICE,
}
"""読み手が使う項目。様式を直しても、これらの識別名は変えられない。"""


@dataclass(frozen=True, slots=True)
class Profile:
    """収納ファイルの様式。"""

    key: str
    channel: Channel
    name: str
    status: str  # published / reconstructed / ours
    reader: Reader  # (データ, 取引日の暦年)

    @property
    def status_name(self) -> str:
        """公開仕様・推定・独自の別。"""
        return STATUSES[self.status]


def profile_of(layout: Layout) -> Profile:
    """様式の定義から入口の様式を作る。市が直したTOMLもここを通り、読み手の使う項目がなければ断る。"""
    require_fields(layout)
    return Profile(layout.key, layout.channel, layout.name, layout.status, reader_of(layout))


def require_fields(layout: Layout) -> None:
    """読み手が名前で引く項目がそろっているかを確かめる。"""
    known = FIELDS_READ.get((layout.channel, layout.form))
    if known is None:
        raise LayoutError(f"チャネル{layout.channel.value}の {layout.form} を読む手立てがありません。")
    for kind, names in known.items():
        if kind not in layout.records:
            raise LayoutError(f"様式「{layout.key}」にレコード区分{kind}の定義がありません。")
        for name in names.split():
            layout.records[kind].field(name)


def reader_of(layout: Layout) -> Reader:
    """様式に合う読み手。"""
    if layout.channel is Channel.DIRECT_DEBIT:
        return lambda data, year: zengin_debit.read_result(data, business_year=year, profile=layout)
    if layout.channel is Channel.ELTAX:
        return lambda data, _: eltax.read(data, profile=layout)
    if layout.channel in {Channel.BANK, Channel.PENSION}:
        return lambda data, _: bank_notice.read(data, profile=layout)
    return lambda data, _: convenience_store.read(data, profile=layout)


KEYS = (
    "bank_notice_v0", "pension_notice_v0", "zengin_91", "mizuho_factor_120", "mufg_factor_120", "dsk_csv", "eltax_keshikomi_v0",
)  # fmt: skip
PROFILES: dict[str, Profile] = {key: profile_of(load_layout(key)) for key in KEYS}
"""受け付ける様式。"""


def read(profile: str | Profile, data: bytes, *, business_year: int) -> ReportFile:
    """収納ファイルを読む。`business_year` は取引日の属する暦年（全銀は月日しか持たない）。"""
    found = profile if isinstance(profile, Profile) else PROFILES[profile]
    return found.reader(data, business_year)


def read_stream(profile: str | Profile, stream: BinaryIO, *, business_year: int) -> ReportFile:
    """上限より一バイト多くまでしか読み込まずに読む。巨大なファイルは中身を見ずに断る。"""
    found = profile if isinstance(profile, Profile) else PROFILES[profile]
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        try:
            guard_size(len(data))
        except RefusalError as refusal:
            return refused(found.channel, found.key, refusal)
    return found.reader(data, business_year)
