"""自己情報提供（IF_JTK）とお知らせ（IF_OSR）のインターフェイス。"""

import json
from collections.abc import Callable, Iterator, Sequence

from osame.gateway.affair_rights.queries import Deed, affairs_of
from osame.gateway.interfaces.numbering import Number, known_number, numbered
from osame.gateway.interfaces.rows import KEY, Caller, Row, day, done, moment, need, officer_of, one_by_one
from osame.gateway.portal import notifying, providing
from osame.gateway.portal.models import PortalNotice, SelfProvision
from osame.gateway.portal.notifying import Notice
from osame.gateway.portal.queries import self_provisions
from osame.kernel.refusals import Refusal

REQUEST = "自己情報の求めの番号"


def self_status(rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """自己情報提供の状況。求めの番号がなければ、受領日の間のすべて。人も中身も答えない。

    要件: F35-11
    """

    def told(row: Row) -> list[Row]:
        if row.get(REQUEST):
            return [_self_status(providing.find(row[REQUEST]))]
        since, through = day(row, "受領の開始日", required=False), day(row, "受領の終了日", required=False)
        return [_self_status(each) for each in self_provisions(since=since, through=through)]

    return one_by_one(rows or [{}], told)


def _self_status(row: SelfProvision) -> Row:
    return done(**{
        REQUEST: str(row.request_number), "特定個人情報名コード": str(row.item), "提供ステータス": str(row.state),
        "提供ステータス名": SelfProvision.State(row.state).label, "理由": str(row.reason),
        "受領日時": moment(row.received_at),
    })  # fmt: skip


def self_content(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """自己情報として答えた内容。見る権限のある職員にだけ。

    要件: F35-11, F35-09
    """
    officers = [officer_of(row, caller).number for row in rows]
    held = affairs_of(caller.system, officers, Deed.LOOK, on=caller.at.date())

    def told(row: Row) -> Row:
        found = providing.find(need(row, REQUEST)[0])
        held.refuse(officer_of(row, caller), str(found.affair), str(found.item))
        content = json.dumps(providing.items_of(found), ensure_ascii=False)
        return {**_self_status(found), "団体内統合宛名番号": str(found.unified_addressee_number), "提供内容": content}

    return one_by_one(rows, told)


def post_notices(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """お知らせの送信要求。

    要件: F35-11, F35-09
    """
    numbers: Iterator[Number | Refusal] = iter(numbered(rows))

    def told(row: Row) -> Row:
        number = next(numbers)
        key, affair, title, text = need(row, KEY, "事務コード", "件名", "本文")
        if isinstance(number, Refusal):
            raise number
        through = day(row, "掲載の最終日")
        assert through
        notice = Notice(
            record_key=key, affair=affair, item=row.get("特定個人情報名コード", ""), addressee=number.addressee,
            unified=number.unified, title=title, text=text, shown_through=through,
        )  # fmt: skip
        return _notice(notifying.register(notice, by=officer_of(row, caller), at=caller.at))

    return one_by_one(rows, told)


def notice_status(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """お知らせの状況確認。

    要件: F35-11
    """
    return _each_notice(rows, lambda key: notifying.of_system(key, caller.system))


def cancel_notices(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """お知らせの取消要求。

    要件: F35-11
    """
    return _each_notice(rows, lambda key: notifying.cancel(key, system=caller.system, at=caller.at))


def _each_notice(rows: Sequence[Row], act: Callable[[str], PortalNotice]) -> list[Row]:
    return one_by_one(rows, lambda row: _notice(act(need(row, KEY)[0])))


def _notice(row: PortalNotice) -> Row:
    return done(
        お知らせ番号=str(row.portal_notice_number), お知らせステータス=str(row.state),
        お知らせステータス名=PortalNotice.State(row.state).label, 理由=str(row.reason), 登録日時=moment(row.registered_at),
        変更日時=moment(row.changed_at), **known_number(row),
    )  # fmt: skip
