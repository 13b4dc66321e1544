"""情報提供データベース管理のインターフェイス（IF_DBM）。副本、フラグ、提供先、公開終了日。"""

import json
from collections.abc import Callable, Sequence

from osame.gateway.copies import actions, queries
from osame.gateway.copies.actions import Copy, NoSuchCopy, NoSuchSetting
from osame.gateway.copies.models import CopyRecord
from osame.gateway.interfaces.rows import KEY, Caller, ItemUnreadable, Row, day, done, flag, moment, need, one_by_one
from osame.gateway.provisions.models import Provision
from osame.kernel.refusals import Refusal

Flagging = Callable[[Sequence[Row], Caller], list[Row]]


class CopyRefused(Refusal):
    """副本を登録できません。番号と中身を確かめてください。"""


def write(rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """副本の登録・更新。

    要件: F35-06
    """

    def told(row: Row) -> Row:
        key, unified, item, content = need(row, KEY, "団体内統合宛名番号", "特定個人情報名コード", "副本データ")
        _readable(content)
        published = day(row, "公開日")
        assert published
        copy = Copy(
            unified=unified, item=item, data_key=row.get("データセットのキー", ""), record_key=key, content=content,
            published_on=published, published_until=day(row, "公開終了日", required=False),
        )  # fmt: skip
        ((_, reason),) = actions.write([copy])
        if reason:
            raise CopyRefused(reason)
        return done()

    return one_by_one(rows, told)


def _readable(content: str) -> None:
    try:
        told = json.loads(content)
    except ValueError as failure:
        raise ItemUnreadable("副本データ") from failure
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise ItemUnreadable("副本データ")


def listed(rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """副本の一覧。

    要件: F35-06
    """

    def told(row: Row) -> list[Row]:
        found = queries.current(row.get("団体内統合宛名番号", ""), row.get("特定個人情報名コード", ""))
        return [_line(each) for each in found]

    return one_by_one(rows or [{}], told)


def _line(row: CopyRecord) -> Row:
    return done(
        団体内統合宛名番号=str(row.unified_addressee_number), 特定個人情報名コード=str(row.item),
        データセットのキー=str(row.data_key), 版番号=str(row.version), 公開日=moment(row.published_on),
        公開終了日=moment(row.published_until), 自動応答不可="0" if row.automatic_answer else "1",
        不開示該当="1" if row.non_disclosure else "0",
    )  # fmt: skip


def detail(rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """副本の詳細。

    要件: F35-06
    """

    def told(row: Row) -> list[Row]:
        unified, item = need(row, "団体内統合宛名番号", "特定個人情報名コード")
        found = queries.current(unified, item)
        if not found:
            raise NoSuchCopy(item)
        return [{**_line(each), "副本データ": actions.opened(each)} for each in found]

    return one_by_one(rows, told)


def search(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """照会条件による検索。その日に公開している写しだけを、照会されたときと同じに選ぶ。

    要件: F35-06
    """

    def told(row: Row) -> list[Row]:
        unified, item = need(row, "団体内統合宛名番号", "特定個人情報名コード")
        on = day(row, "基準日", required=False) or caller.at.date()
        return [_line(each) for each in queries.published(unified, item, on=on)]

    return one_by_one(rows, told)


def flagging(column: str, field: str, *, inverted: bool, of_item: bool) -> Flagging:
    """フラグの設定。 of_item: 特定個人情報ごとか、団体内統合宛名番号ごとか; inverted: 「1」が、列では偽か。"""
    names = ("団体内統合宛名番号", "特定個人情報名コード") if of_item else ("団体内統合宛名番号",)
    setting: Callable[..., object] = actions.flag_item if of_item else actions.flag_person

    def act(rows: Sequence[Row], _caller: Caller) -> list[Row]:
        def told(row: Row) -> Row:
            numbers = need(row, *names)
            setting(*numbers, **{field: flag(row, column) != inverted})
            return done(団体内統合宛名番号=numbers[0])

        return one_by_one(rows, told)

    return act


def person_flags(rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """団体内統合宛名番号ごとのフラグの確認。

    要件: F35-06
    """

    def told(row: Row) -> Row:
        (unified,) = need(row, "団体内統合宛名番号")
        found = queries.person_flags(unified)
        return done(
            団体内統合宛名番号=unified,
            自動応答不可="0" if found.automatic else "1",
            不開示該当="1" if found.hidden else "0",
        )

    return one_by_one(rows, told)


def recipients(rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """提供先の取得。その人の情報を、いつ、どの機関に提供したか。

    要件: F35-06, F36-12
    """

    def told(row: Row) -> list[Row]:
        (unified,) = need(row, "団体内統合宛名番号")
        found = Provision.objects.filter(unified_addressee_number=unified, state="2").order_by("provision_id")
        return [
            done(照会者=str(each.inquirer), 特定個人情報名コード=str(each.item), 提供の日時=moment(each.answered_at))
            for each in found
        ]

    return one_by_one(rows, told)


def end_publication(rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """公開終了日の一括設定。

    要件: F35-06
    """

    def told(row: Row) -> Row:
        (item,) = need(row, "特定個人情報名コード")
        until = day(row, "公開終了日")
        assert until
        made = actions.end_publication(item, until=until)
        return done(設定番号=str(made.pk), 件数=str(made.changed))

    return one_by_one(rows, told)


def cancel_end(rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """公開終了日の一括設定の取消し。

    要件: F35-06
    """
    return one_by_one(rows, lambda row: done(件数=str(actions.cancel_end(_number(row)))))


def _number(row: Row) -> int:
    (number,) = need(row, "設定番号")
    if not number.isdigit():
        raise ItemUnreadable("設定番号")
    return int(number)


def end_result(rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """公開終了日の一括設定の結果。

    要件: F35-06
    """

    def told(row: Row) -> Row:
        found = queries.setting(_number(row))
        if found is None:
            raise NoSuchSetting
        return done(
            設定番号=str(found.pk), 特定個人情報名コード=str(found.item), 公開終了日=moment(found.published_until),
            件数=str(found.changed), 取消="1" if found.cancelled_at else "0",
        )  # fmt: skip

    return one_by_one(rows, told)


def detail_flags(rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """特定個人情報ごとのフラグの確認。中身は答えない。

    要件: F35-06
    """

    def told(row: Row) -> list[Row]:
        unified, item = need(row, "団体内統合宛名番号", "特定個人情報名コード")
        return [_line(each) for each in queries.current(unified, item)]

    return one_by_one(rows, told)
