"""インターフェイスの目録。公開された83の番号ごとに、何を行うか。

The ids and names are public (共通機能標準仕様書 第2.1版 表2-1〜2-5); what a row holds is a profile of ours. The last digit says how
an interface is used: register or ask (1), get (2), put a file (3), get a file (4), send (5).
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from osame.gateway.interfaces import copying, inquiring, portal, providing
from osame.gateway.interfaces.numbering import Act, either_number
from osame.gateway.interfaces.status import system_status
from osame.kernel.refusals import Refusal


class NoSuchInterface(Refusal):
    """そのインターフェイス番号はありません。番号を確かめてください。"""


class Way(StrEnum):
    """使い方。"""

    ONLINE = "online"
    MAKE_FILE = "make"
    PUT_FILE = "put"
    GET_FILE = "get"


@dataclass(frozen=True, slots=True)
class Operation:
    """行い。 functions: 結び付く機能コード。"""

    code: str
    function: str
    act: Act


SELF, NOTICES = "gateway.portal.provisions", "gateway.portal.notices"
REQUEST, PROVIDE, RECORDS = "gateway.inquiries.request", "gateway.provisions.manage", "gateway.records.exchange"
COPIES, TRUST, SYMBOLS, STATUS = "gateway.copies.write", "gateway.trust.masters", "gateway.symbols.order", "gateway.administration.status"  # fmt: skip
OPERATIONS: dict[str, Operation] = {
    each.code: each
    for each in (
        Operation("照会登録", REQUEST, inquiring.register),
        Operation("照会状況", REQUEST, inquiring.status),
        Operation("照会内容", REQUEST, inquiring.content),
        Operation("照会結果", REQUEST, inquiring.result),
        Operation("取りやめ", REQUEST, inquiring.cancel),
        Operation("取りやめ結果", REQUEST, inquiring.cancel_result),
        Operation("提供状況", PROVIDE, providing.status),
        Operation("提供側照会内容", PROVIDE, either_number(providing.asked)),
        Operation("提供内容", PROVIDE, providing.provided),
        Operation("提供内容登録", PROVIDE, providing.write),
        Operation("提供許可", PROVIDE, providing.release),
        Operation("記録取得", RECORDS, either_number(providing.find_records)),
        Operation("記録更新", RECORDS, providing.correct_records),
        Operation("副本登録", COPIES, either_number(copying.write)),
        Operation("副本一覧", COPIES, either_number(copying.listed)),
        Operation("副本詳細", COPIES, either_number(copying.detail)),
        Operation("副本検索", COPIES, either_number(copying.search)),
        Operation(
            "自動応答不可（情報）",
            COPIES,
            either_number(copying.flagging("自動応答不可", "automatic_answer", inverted=True, of_item=True)),
        ),
        Operation(
            "自動応答不可（人）",
            COPIES,
            either_number(copying.flagging("自動応答不可", "automatic_answer", inverted=True, of_item=False)),
        ),
        Operation(
            "不開示該当（情報）",
            COPIES,
            either_number(copying.flagging("不開示該当", "non_disclosure", inverted=False, of_item=True)),
        ),
        Operation(
            "不開示該当（人）",
            COPIES,
            either_number(copying.flagging("不開示該当", "non_disclosure", inverted=False, of_item=False)),
        ),
        Operation("提供先", COPIES, either_number(copying.recipients)),
        Operation("人のフラグ", COPIES, either_number(copying.person_flags)),
        Operation("情報のフラグ", COPIES, either_number(copying.detail_flags)),
        Operation("公開終了", COPIES, copying.end_publication),
        Operation("公開終了取消", COPIES, copying.cancel_end),
        Operation("公開終了結果", COPIES, copying.end_result),
        Operation("マスター", TRUST, providing.masters),
        Operation("稼動状態", STATUS, system_status),
        Operation("自己情報提供状況", SELF, portal.self_status),
        Operation("自己情報提供内容", SELF, either_number(portal.self_content)),
        Operation("お知らせ送信", NOTICES, portal.post_notices),
        Operation("お知らせ状況", NOTICES, portal.notice_status),
        Operation("お知らせ取消", NOTICES, portal.cancel_notices),
        Operation("符号取得依頼", SYMBOLS, either_number(providing.symbol_orders)),
        Operation("符号取得送信", SYMBOLS, either_number(providing.send_symbol_orders)),
    )
}


@dataclass(frozen=True, slots=True)
class Interface:
    """インターフェイス。結果のファイルは、「・」で並べたどの行いのものも取れる。"""

    code: str
    group: str
    name: str
    way: Way
    operation: str

    @property
    def function(self) -> str:
        """結び付く機能コード。"""
        return OPERATIONS[self.operations[0]].function

    @property
    def operations(self) -> list[str]:
        """行いの番号。"""
        return self.operation.split("・")


@cache
def catalogue() -> tuple[Interface, ...]:
    """83の番号のすべて。"""
    text = resources.files(__package__).joinpath("interfaces.csv").read_text(encoding="utf-8")
    return tuple(
        Interface(row["番号"], row["区分"], row["名"], Way(row["使い方"]), row["行い"])
        for row in csv.DictReader(text.splitlines())
    )


def find(code: str) -> Interface:
    """番号から引く。"""
    found = next((each for each in catalogue() if each.code == code), None)
    if found is None:
        raise NoSuchInterface(code)
    return found
