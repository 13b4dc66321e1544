"""マイナポータル（模擬）との伝文。自己情報の求めと答え、お知らせの掲載・取消し・状況。

Bodies of envelopes (`contracts.envelopes`) between a body's gateway and the stand-in of マイナポータル. No public layout exists: these are
ours (docs/protocols/gateway.md). A person is named by the symbol of that body alone, which nobody else can use.
"""

from dataclasses import dataclass
from datetime import date, datetime

MY_PORTAL = "0000000000000003"
"""模擬のマイナポータルの機関コード。"""
SELF_AFFAIR = "JTK"
"""自己情報提供を行うかを定めるときの、事務コードに代わる印（当方のもの）。"""
SELF_REQUEST, SELF_ANSWER = "self.request", "self.answer"
NOTICE_POST, NOTICE_CANCEL, NOTICE_STATE = "notice.post", "notice.cancel", "notice.state"
POSTED, READ, CANCELLED, NOBODY = "posted", "read", "cancelled", "nobody"
"""お知らせの状況：掲載した、読まれた、取り消した、その人がいない。"""


@dataclass(frozen=True, slots=True)
class SelfRequest:
    """自己情報の求め。本人が、自分の情報を求める。 symbol: 求める先の団体の符号。"""

    request_number: str
    symbol: str
    item: str


@dataclass(frozen=True, slots=True)
class SelfAnswer:
    """自己情報の答え。 outcome: 提供・該当なし・拒否（`national`）。"""

    request_number: str
    outcome: str
    reason: str
    items: dict[str, str]
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class NoticePost:
    """お知らせの掲載。"""

    portal_notice_number: str
    symbol: str
    title: str
    text: str
    shown_through: date


@dataclass(frozen=True, slots=True)
class NoticeCancel:
    """お知らせの取消し。"""

    portal_notice_number: str


@dataclass(frozen=True, slots=True)
class NoticeState:
    """お知らせの状況。"""

    portal_notice_number: str
    state: str
