"""行の人の番号。宛名番号で頼まれたら、連携サーバーで団体内統合宛名番号に変える。"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from osame.contracts.gateway import ADDRESSEE_NUMBER, UNIFIED_NUMBER
from osame.contracts.linkage import LinkageClient
from osame.gateway.inquiries.models import InformationInquiry
from osame.gateway.interfaces.rows import ItemUnreadable, Row, need
from osame.gateway.portal.models import PortalNotice
from osame.kernel.refusals import Refusal
from osame.platform.exchanges import calling

AFFAIR, LINKING = "information_network", "number_linkage"
USUAL_BUSINESS = "001"
CONVERTED_AT_ONCE = 1_000


class AddresseeNotConverted(Refusal):
    """宛名番号に対する団体内統合宛名番号がありません。番号と、付番の状況を確かめてください。"""


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


def _converted(numbers: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """（業務ID、宛名番号）から団体内統合宛名番号へ。変えられないものは入らない。"""
    if not numbers:
        return {}
    found: dict[tuple[str, str], str] = {}
    with calling.client("linkage") as client:
        linkage = LinkageClient(client, sender="gateway", errand=replace(calling.errand(), purpose=LINKING))
        for business in sorted({each[0] for each in numbers}):
            unique = list(dict.fromkeys(number for each, number in numbers if each == business))
            for at in range(0, len(unique), CONVERTED_AT_ONCE):
                part = unique[at : at + CONVERTED_AT_ONCE]
                answer = linkage.convert(part, affair=AFFAIR, business_id=business, to_unified=True)
                found.update({(business, each.given): each.found for each in answer.converted if each.found})
    return found


def known_number(row: InformationInquiry | PortalNotice) -> Row:
    """業務が知っている番号で答える。宛名番号で頼まれたら、宛名番号で。"""
    if row.addressee_number:
        return {"宛名番号": str(row.addressee_number)}
    return {"団体内統合宛名番号": str(row.unified_addressee_number)}
