"""行の人の番号。宛名番号で頼まれたら、連携サーバーで団体内統合宛名番号に変え、答えは宛名番号に戻す。"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from osame.contracts.gateway import ADDRESSEE_NUMBER, UNIFIED_NUMBER
from osame.contracts.linkage import LinkageClient
from osame.gateway.inquiries.models import InformationInquiry
from osame.gateway.interfaces.rows import (
    ADDRESSEE,
    BUSINESS,
    KEY,
    UNIFIED,
    Caller,
    ItemUnreadable,
    NamedRow,
    Row,
    failed,
    need,
)
from osame.gateway.portal.models import PortalNotice
from osame.kernel.refusals import Refusal
from osame.platform.exchanges import calling

AFFAIR, LINKING = "information_network", "number_linkage"
USUAL_BUSINESS = "001"
CONVERTED_AT_ONCE = 1_000


HANDLES = (KEY, "記録番号", "照会番号", "自己情報の求めの番号")
"""人を名ざさず、行を指す項目。番号を戻せない行でも答える。"""
Act = Callable[[Sequence[Row], Caller], list[Row]]


class AddresseeNotConverted(Refusal):
    """宛名番号に対する団体内統合宛名番号がありません。番号と、付番の状況を確かめてください。"""


class UnifiedNotConverted(Refusal):
    """この業務の宛名番号に戻せない人の行なので、中身を渡しません。紐付けを確かめてください。"""


@dataclass(frozen=True, slots=True)
class Number:
    """行の人の番号。 addressee: 業務が宛名番号で頼んだときの、その番号。"""

    unified: str
    addressee: str = ""


def numbered(rows: Sequence[Row]) -> list[Number | Refusal]:
    """行ごとの番号。読めないか、変えられなければ、断り。"""
    told = [_told(row) for row in rows]
    found = _converted([each for each in told if isinstance(each, tuple)])
    return [
        (Number(found[each], each[1]) if each in found else AddresseeNotConverted(each[1]))
        if isinstance(each, tuple)
        else each
        for each in told
    ]


def _told(row: Row) -> Number | Refusal | tuple[str, str]:
    """行にある団体内統合宛名番号。宛名番号なら、（業務ID、宛名番号）。"""
    try:
        (scheme,) = need(row, "番号体系")
        if scheme == UNIFIED_NUMBER:
            return Number(need(row, "団体内統合宛名番号")[0])
        if scheme == ADDRESSEE_NUMBER:
            return row.get("業務ID") or USUAL_BUSINESS, need(row, "宛名番号")[0]
        return ItemUnreadable("番号体系")
    except Refusal as refusal:
        return refusal


def either_number(act: Act) -> Act:
    """団体内統合宛名番号の行いを、宛名番号（番号体系 01）でも頼めるようにする。

    The whole batch is converted in one question each way. A row whose number cannot be converted is an error of its own; the
    rest is carried out.

    要件: F34-04
    """

    def carried(rows: Sequence[Row], caller: Caller) -> list[Row]:
        if not any(row.get("番号体系") == ADDRESSEE_NUMBER for row in rows):
            return act(rows, caller)
        return _returned(act(_named(rows), caller))

    return carried


def _named(rows: Sequence[Row]) -> list[Row]:
    asked = [
        (row.get(BUSINESS) or USUAL_BUSINESS, row.get(ADDRESSEE, "").strip())
        if row.get("番号体系") == ADDRESSEE_NUMBER
        else None
        for row in rows
    ]
    found = _converted([each for each in asked if each and each[1]])
    named: list[Row] = []
    for row, each in zip(rows, asked, strict=True):
        if each is None:
            named.append(row)
            continue
        own = {name: value for name, value in row.items() if name != UNIFIED}  # 宛名番号だけが人を名ざす
        refusal = AddresseeNotConverted(each[1]) if each[1] and each not in found else None
        named.append(NamedRow(own, *each, found.get(each, ""), refusal))
    return named


def _returned(answers: list[Row]) -> list[Row]:
    """ほかの人の番号を、頼んだ業務の宛名番号に戻す。戻せない行は、中身を渡さない。"""
    asked = [(row[BUSINESS], row[UNIFIED]) if row.get(BUSINESS) and row.get(UNIFIED) else None for row in answers]
    found = _converted([each for each in asked if each], to_unified=False)
    return [_back(row, found.get(each)) if each else row for row, each in zip(answers, asked, strict=True)]


def _back(row: Row, addressee: str | None) -> Row:
    if addressee is None:
        return failed(UnifiedNotConverted(), **{name: row[name] for name in HANDLES if name in row})
    rest = {name: value for name, value in row.items() if name not in {UNIFIED, BUSINESS}}
    return {**rest, ADDRESSEE: addressee}


def _converted(numbers: Sequence[tuple[str, str]], *, to_unified: bool = True) -> dict[tuple[str, str], str]:
    """（業務ID、番号）から、もう一方の番号へ。変えられないものは入らない。"""
    if not numbers:
        return {}
    found: dict[tuple[str, str], str] = {}
    with calling.client("linkage") as client:
        linkage = LinkageClient(client, sender="gateway", errand=replace(calling.errand(), purpose=LINKING))
        for business in sorted({each[0] for each in numbers}):
            unique = list(dict.fromkeys(number for each, number in numbers if each == business))
            for at in range(0, len(unique), CONVERTED_AT_ONCE):
                part = unique[at : at + CONVERTED_AT_ONCE]
                answer = linkage.convert(part, affair=AFFAIR, business_id=business, to_unified=to_unified)
                found.update({(business, each.given): each.found for each in answer.converted if each.found})
    return found


def known_number(row: InformationInquiry | PortalNotice) -> Row:
    """業務が知っている番号で答える。宛名番号で頼まれたら、宛名番号で。"""
    if row.addressee_number:
        return {"宛名番号": str(row.addressee_number)}
    return {"団体内統合宛名番号": str(row.unified_addressee_number)}
