"""情報提供（IF_TKY）、情報提供等記録（IF_TKM）、符号（IF_FGU）などのインターフェイス。"""

import json
from collections.abc import Sequence

from osame.gateway.affair_rights.queries import Affairs, Deed, NoAffairRight, affairs_of
from osame.gateway.exchange_records import queries as records
from osame.gateway.exchange_records import recording
from osame.gateway.exchange_records.models import ExchangeRecord
from osame.gateway.interfaces.rows import (
    Caller,
    ItemUnreadable,
    Row,
    day,
    done,
    failed,
    flag,
    moment,
    need,
    officer_of,
    one_by_one,
)
from osame.gateway.provisions import releasing
from osame.gateway.provisions.answering import content_of
from osame.gateway.provisions.models import Provision
from osame.gateway.symbols import actions as symbols
from osame.gateway.symbols import queries as symbol_queries
from osame.gateway.trust.models import ListConfirmation, StoredAllowList


def _affairs(rows: Sequence[Row], caller: Caller, deed: Deed) -> Affairs:
    """行に名のある職員（なければ、頼んだ職員）の事務の権限。まとめて一度引く。"""
    return affairs_of(caller.system, [officer_of(row, caller).number for row in rows], deed, on=caller.at.date())


def _found(row: Row) -> Provision:
    return releasing.find(need(row, "照会番号")[0], row.get("照会者", ""))


def status(rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """情報提供の状況。照会番号がなければ、確認を待つものすべて。人も中身も答えない。

    要件: F35-03
    """

    def told(row: Row) -> Row | list[Row]:
        if row.get("照会番号"):
            return _status(_found(row))
        return [_status(each) for each in releasing.waiting()]

    return one_by_one(rows or [{}], told)


def _status(row: Provision) -> Row:
    return done(
        照会番号=str(row.inquiry_number), 照会者=str(row.inquirer), 提供ステータス=str(row.state),
        提供ステータス名=Provision.State(row.state).label, 理由=str(row.reason), 受領日時=moment(row.received_at),
        回答日時=moment(row.answered_at),
    )  # fmt: skip


def asked(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """届いた照会の内容。

    要件: F35-03, F35-09
    """
    held = _affairs(rows, caller, Deed.LOOK)

    def told(row: Row) -> Row:
        each = _found(row)
        held.refuse(officer_of(row, caller), str(each.affair), str(each.item))
        return done(
            照会番号=str(each.inquiry_number), 照会者=str(each.inquirer), 許可証番号=str(each.permit_number),
            事務コード=str(each.affair), 事務手続コード=str(each.procedure), 特定個人情報名コード=str(each.item),
            団体内統合宛名番号=str(each.unified_addressee_number),
        )  # fmt: skip

    return one_by_one(rows, told)


def provided(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """提供した（確認を待つものは、提供する予定の）内容。

    要件: F35-03, F35-09
    """
    held = _affairs(rows, caller, Deed.LOOK)

    def told(row: Row) -> Row:
        each = _found(row)
        held.refuse(officer_of(row, caller), str(each.affair), str(each.item))
        return done(照会番号=str(each.inquiry_number), 提供ステータス=str(each.state), 提供内容=content_of(each))

    return one_by_one(rows, told)


def write(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """提供する内容の登録（手動）。

    要件: F35-03, F35-09
    """

    def told(row: Row) -> Row:
        number, text = need(row, "照会番号", "提供内容")
        try:
            items = json.loads(text)
        except ValueError as failure:
            raise ItemUnreadable("提供内容") from failure
        if not isinstance(items, dict):
            raise ItemUnreadable("提供内容")
        releasing.write_content(_found(row).pk, items, by=officer_of(row, caller))
        return done(照会番号=number)

    return one_by_one(rows, told)


def release(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """提供の許可。ここでは起案だけが行われ、ほかの二人が決めてから送られる。

    要件: F35-03, F35-09
    """

    def told(row: Row) -> Row:
        number, reason = need(row, "照会番号", "理由")
        allow = row.get("許可", "1") == "1"
        proposal = releasing.propose_decision(_found(row).pk, release=allow, reason=reason, by=officer_of(row, caller))
        return done(照会番号=number, 起案番号=str(proposal))

    return one_by_one(rows, told)


def find_records(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """情報提供等記録の取得。見る権限のない事務の記録は、あることだけを答える。

    要件: F35-05, F35-09
    """
    held = _affairs(rows or [{}], caller, Deed.LOOK)

    def shown(row: Row, each: ExchangeRecord) -> Row:
        if held.allow(officer_of(row, caller), str(each.affair), str(each.item)):
            return _record(each)
        return failed(NoAffairRight(str(each.affair)), 記録番号=str(each.record_id))

    def told(row: Row) -> list[Row]:
        asked = records.Asked(
            row.get("団体内統合宛名番号", ""),
            day(row, "求めの開始日", required=False),
            day(row, "求めの終了日", required=False),
        )
        return [shown(row, each) for each in records.records(asked, size=10_000)]

    return one_by_one(rows or [{}], told)


def _record(row: ExchangeRecord) -> Row:
    return done(
        記録番号=str(row.record_id), 照会提供=str(row.direction), 照会番号=str(row.inquiry_number),
        照会者=str(row.inquirer), 照会者名=str(row.inquirer_name), 提供者=str(row.provider),
        提供者名=str(row.provider_name), 事務コード=str(row.affair), 事務手続コード=str(row.procedure),
        特定個人情報名コード=str(row.item), 項目="、".join(row.fields), 求めの日時=moment(row.requested_at),
        提供の日時=moment(row.provided_at), 結果=str(row.outcome), 結果のわけ=str(row.reason),
        不開示該当="1" if row.non_disclosure else "0", 団体内統合宛名番号=str(row.unified_addressee_number),
        訂正のわけ=str(row.correction_reason),
    )  # fmt: skip


def correct_records(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """情報提供等記録の更新。元の行は残る。

    要件: F35-05, F35-09
    """
    held = _affairs(rows, caller, Deed.CORRECT)

    def told(row: Row) -> Row:
        number, reason = need(row, "記録番号", "訂正のわけ")
        changes: dict[str, object] = {}
        if row.get("結果のわけ"):
            changes["reason"] = row["結果のわけ"]
        if row.get("不開示該当"):
            changes["non_disclosure"] = flag(row, "不開示該当")
        if not number.isdigit():
            raise ItemUnreadable("記録番号")
        found = records.one(int(number))
        held.refuse(officer_of(row, caller), str(found.affair), str(found.item))
        return done(記録番号=str(recording.correct(int(number), changes, reason=reason)), 訂正した記録=number)

    return one_by_one(rows, told)


def masters(_rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """マスター更新情報。

    要件: F35-08
    """
    newest = StoredAllowList.objects.order_by("-version").first()
    confirmed = ListConfirmation.objects.filter(pk=1).first()
    return [
        done(
            マスター="照会許可用照合リスト", 版=str(newest.version) if newest else "",
            発行日=moment(newest.issued_on) if newest else "",
            確認日時=moment(confirmed.confirmed_at) if confirmed else "",
        )
    ]  # fmt: skip


def symbol_orders(rows: Sequence[Row], _caller: Caller) -> list[Row]:
    """符号取得依頼ファイルの中身。処理通番と団体内統合宛名番号。

    要件: F35-01
    """
    orders = [
        done(処理通番=str(each.processing_number), 団体内統合宛名番号=str(each.unified_addressee_number))
        for each in symbol_queries.requested()
    ]
    return one_by_one(rows[:1] or [{}], lambda _: orders)


def send_symbol_orders(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """符号取得依頼内容の送信。未取得の人の依頼を、次の送受信で国の側へ送る。

    要件: F35-01
    """

    def told(row: Row) -> Row:
        (unified,) = need(row, "団体内統合宛名番号")
        symbols.request_again(unified, reason="住基システムからの依頼", at=caller.at)
        return done(団体内統合宛名番号=unified)

    return one_by_one(rows, told)
