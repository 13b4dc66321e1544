"""届いた収納ファイルの入口。様式の一覧と、どの様式にも共通する読み方。

The door for inbound payment files: a registry of profiles, and `read`, which never raises and never half-reads: a
file is refused whole, or every data line of it is a record or a problem.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from osame.formats import bank_notice, convenience_store, eltax, zengin_debit
from osame.formats.layout import STATUSES, Layout, load_layout
from osame.formats.refusals import MAX_BYTES, RefusalError, guard_size, refused
from osame.formats.reports import Channel, ReportFile

Reader = Callable[[bytes, int], ReportFile]


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
    """様式の定義から入口の様式を作る。市が直したTOMLもここを通る。"""
    return Profile(layout.key, layout.channel, layout.name, layout.status, reader_of(layout))


def reader_of(layout: Layout) -> Reader:
    """様式に合う読み手。"""
    if layout.channel is Channel.DIRECT_DEBIT:
        return lambda data, year: zengin_debit.read_result(data, business_year=year, profile=layout)
    if layout.channel is Channel.ELTAX:
        return lambda data, _: eltax.read(data, profile=layout)
    if layout.channel is Channel.BANK:
        return lambda data, _: bank_notice.read(data, profile=layout)
    return lambda data, _: convenience_store.read(data, profile=layout)


KEYS = ("bank_notice_v0", "zengin_91", "mizuho_factor_120", "mufg_factor_120", "dsk_csv", "eltax_keshikomi_v0")
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
