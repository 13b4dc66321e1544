"""情報照会のインターフェイス（IF_SKI）。登録、状況、内容、結果、取りやめ。"""

from collections.abc import Sequence

from osame.gateway.inquiries import actions, queries
from osame.gateway.inquiries.actions import Order, State
from osame.gateway.inquiries.models import InformationInquiry
from osame.gateway.interfaces.numbering import Number, known_number, numbered
from osame.gateway.interfaces.rows import KEY, Caller, Row, done, failed, moment, need, officer_of, one_by_one
from osame.kernel.refusals import Refusal


def register(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """照会内容の登録。宛名番号は、連携サーバーで団体内統合宛名番号に変える。変えられない行は、エラーにして除く。

    要件: F35-02, F35-04, F35-12
    """
    orders = [order_of(row, number, caller) for row, number in zip(rows, numbered(rows), strict=True)]
    ready = [each for each in orders if isinstance(each, Order)]
    taken = iter(actions.register(ready, system=caller.system, at=caller.at))
    return [
        failed(each, **{KEY: row.get(KEY, "")}) if isinstance(each, Refusal) else _told(next(taken))
        for each, row in zip(orders, rows, strict=True)
    ]


def order_of(row: Row, number: Number | Refusal, caller: Caller) -> Order | Refusal:
    """行の、照会の内容。足りなければ、断りを返す。"""
    try:
        key, affair, procedure, provider, item, case = need(
            row, KEY, "事務コード", "事務手続コード", "情報提供者機関コード", "特定個人情報名コード", "受付番号"
        )
    except Refusal as refusal:
        return refusal
    if isinstance(number, Refusal):
        return number
    officer = officer_of(row, caller)
    return Order(
        record_key=key, unified=number.unified, addressee=number.addressee, case=case, department=officer.department,
        officer=officer.number, affair=affair, procedure=procedure, provider=provider, item=item,
        period_from=row.get("照会開始日", ""), period_through=row.get("照会終了日", ""),
        non_disclosure=row.get("照会側不開示", "0") == "1",
    )  # fmt: skip


def _told(taken: actions.Taken) -> Row:
    base = {KEY: taken.record_key, "照会番号": taken.inquiry_number, "照会ステータス": taken.state}
    if taken.state in {State.REFUSED, State.FAILED, State.CANCELLED}:
        return {"処理結果": taken.code or "E", "処理結果メッセージ": taken.reason, **base}
    return done(**base)


def status(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """照会状況。

    要件: F35-02
    """
    found = queries.of_system([row.get(KEY, "") for row in rows], caller.system)
    return one_by_one(rows, lambda row: _status(_one(row, found)))


def _one(row: Row, found: dict[str, InformationInquiry]) -> InformationInquiry:
    (key,) = need(row, KEY)
    if key not in found:
        raise actions.NoSuchInquiry(key)
    return found[key]


def _status(row: InformationInquiry) -> Row:
    return done(
        照会番号=str(row.inquiry_number), 照会ステータス=str(row.state), 照会ステータス名=State(row.state).label,
        回答の区分=str(row.outcome), 照会処理結果メッセージ=str(row.reason), 登録日時=moment(row.registered_at),
        終了日時=moment(row.ended_at),
    )  # fmt: skip


def content(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """照会内容。

    要件: F35-02
    """
    found = queries.of_system([row.get(KEY, "") for row in rows], caller.system)

    def told(row: Row) -> Row:
        each = _one(row, found)
        return done(
            照会番号=str(each.inquiry_number), 受付番号=str(each.case_number), 部署=str(each.department),
            職員=str(each.officer), 事務コード=str(each.affair), 事務手続コード=str(each.procedure),
            情報提供者機関コード=str(each.provider), 特定個人情報名コード=str(each.item),
            照会開始日=str(each.period_from), 照会終了日=str(each.period_through),
            **known_number(each),
        )  # fmt: skip

    return one_by_one(rows, told)


def result(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """照会結果。引き渡したことを記す。

    要件: F35-02
    """
    found = queries.of_system([row.get(KEY, "") for row in rows], caller.system)
    handed: list[InformationInquiry] = []

    def told(row: Row) -> Row:
        each = queries.result(found.get(row.get(KEY, "")), case=row.get("受付番号", ""))
        if each.inquiry.state in queries.ENDED_WITHOUT_ANSWER:
            code = str(each.inquiry.code or "E")
            return {"処理結果": code, "処理結果メッセージ": str(each.inquiry.reason), **_ended(each.inquiry)}
        handed.append(each.inquiry)
        return done(**_ended(each.inquiry), **each.items)

    answers = one_by_one(rows, told)
    if handed:
        actions.delivered(handed, at=caller.at)
    return answers


def _ended(row: InformationInquiry) -> Row:
    return {
        "照会番号": str(row.inquiry_number), "照会ステータス": str(row.state), "回答の区分": str(row.outcome),
        **known_number(row),
    }  # fmt: skip


def cancel(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """照会の取りやめ。

    要件: F35-02
    """

    def told(row: Row) -> Row:
        (key,) = need(row, KEY)
        state = actions.cancel(key, system=caller.system, reason=row.get("理由", ""), at=caller.at)
        if state != State.CANCELLED:
            return {
                "処理結果": "TooLate",
                "処理結果メッセージ": "結果が先に届いたため、取りやめられません。",
                "照会ステータス": state,
            }
        return done(照会ステータス=state)

    return one_by_one(rows, told)


def cancel_result(rows: Sequence[Row], caller: Caller) -> list[Row]:
    """照会の取りやめの結果。

    要件: F35-02
    """
    found = queries.of_system([row.get(KEY, "") for row in rows], caller.system)
    asked = queries.cancellations([str(each.inquiry_number) for each in found.values()])

    def told(row: Row) -> Row:
        each = _one(row, found)
        cancellation = asked.get(str(each.inquiry_number))
        if cancellation is None:
            return done(取りやめ="", 照会ステータス=str(each.state))
        return done(
            取りやめ="1" if cancellation.cancelled else "0", 理由=str(cancellation.reason),
            照会ステータス=str(each.state),
        )  # fmt: skip

    return one_by_one(rows, told)
