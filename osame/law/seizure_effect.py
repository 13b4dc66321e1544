"""差押えの効力はいつ生じるか。財産の種類ごとに、送達・占有・登記の日から求める。

When a seizure takes effect: by possession, by service on the third-party obligor, or by service and registration.

条文: 国税徴収法第56条、第62条、第62条の2、第68条、第71条、第72条、第73条、第73条の2、第87条。
含まないもの: 特許権・著作権などで登録が効力の要件となるもの（登録の日を `registered_on` だけに渡す）。
"""

from dataclasses import dataclass
from datetime import date

from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetKind
from osame.law.seizure_conditions import WHOLE_CLAIMS


class NotSuchAsset(Refusal):
    """その種類の財産には、この手続はありません。財産の種類を確かめてください。

    根拠: 国税徴収法第86条第1項
    """


@dataclass(frozen=True, slots=True)
class SeizureService:
    """差押えの手続がされた日。まだのものは None。

    The days on which the parts of a seizure were done.

    根拠: 国税徴収法第56条、第62条、第68条
    """

    possessed_on: date | None = None
    third_party_served_on: date | None = None
    taxpayer_served_on: date | None = None
    registered_on: date | None = None


@dataclass(frozen=True, slots=True)
class SeizureEffect:
    """効力の生じた日（まだなら None）と、その説明。

    The day a seizure took effect, None while what it needs has not been done.

    根拠: 国税徴収法第62条第3項
    """

    on: date | None
    steps: tuple[str, ...]
    basis: tuple[str, ...]


_WITH_REGISTER = {
    AssetKind.REAL_ESTATE: "国税徴収法第68条第2項・第4項",
    AssetKind.VEHICLE: "国税徴収法第71条第1項",
    AssetKind.INTANGIBLE: "国税徴収法第72条第2項・第4項",
}
_BY_THIRD_PARTY = {
    AssetKind.INTANGIBLE_CLAIM: ("第三債務者等", "国税徴収法第73条第2項"),
    AssetKind.BOOK_ENTRY_SECURITIES: ("振替機関等", "国税徴収法第73条の2第3項"),
    AssetKind.ELECTRONIC_CLAIM: ("電子債権記録機関", "国税徴収法第62条の2第3項"),
}


def seizure_takes_effect(kind: AssetKind, service: SeizureService) -> SeizureEffect:
    """差押えの効力が生じた日を、財産の種類ごとに求める。

    The day a seizure of this kind of asset took effect.

    債権は通知書が第三債務者に送達された時、不動産は差押書が滞納者に送達された時（登記が先なら登記の時）、動産は占有した時。

    根拠: 国税徴収法第56条第2項、第62条第3項、第62条の2第3項、第68条第2項・第4項、第71条第1項、第72条、第73条第2項、第73条の2第3項
    例:
    >>> seizure_takes_effect(AssetKind.DEPOSIT, SeizureService(third_party_served_on=date(2026, 8, 3))).on
    datetime.date(2026, 8, 3)
    >>> both = SeizureService(taxpayer_served_on=date(2026, 8, 5), registered_on=date(2026, 8, 4))
    >>> seizure_takes_effect(AssetKind.REAL_ESTATE, both).on
    datetime.date(2026, 8, 4)
    """
    if kind is AssetKind.MOVABLE:
        return _effect(service.possessed_on, "徴収職員が占有した日", "国税徴収法第56条第2項")
    if kind in WHOLE_CLAIMS:
        return _effect(
            service.third_party_served_on, "債権差押通知書が第三債務者に送達された日", "国税徴収法第62条第3項"
        )
    if kind in _BY_THIRD_PARTY:
        whom, article = _BY_THIRD_PARTY[kind]
        return _effect(service.third_party_served_on, f"差押通知書が{whom}に送達された日", article)
    served, registered = service.taxpayer_served_on, service.registered_on
    if registered is not None and (served is None or registered < served):
        return _effect(registered, "送達より先に差押えの登記がされた日", _WITH_REGISTER[kind])
    return _effect(served, "差押書が滞納者に送達された日", _WITH_REGISTER[kind])


def participation_takes_effect(kind: AssetKind, service: SeizureService) -> SeizureEffect:
    """先の差押えが解除されたとき、参加差押えがさかのぼって差押えの効力を生じる日。

    The day back to which a participating seizure counts as a seizure once the one before it is released.

    動産は参加差押書が先の団体に交付された日（`third_party_served_on`）、
    不動産などは参加差押通知書が滞納者に送達された日（登記が先なら登記の日）。

    根拠: 国税徴収法第87条第1項
    例:
    >>> given = SeizureService(third_party_served_on=date(2026, 8, 3))
    >>> participation_takes_effect(AssetKind.MOVABLE, given).on
    datetime.date(2026, 8, 3)
    """
    article = "国税徴収法第87条第1項"
    if kind is AssetKind.MOVABLE:
        return _effect(service.third_party_served_on, "参加差押書が先の行政機関等に交付された日", article)
    if kind not in {AssetKind.REAL_ESTATE, AssetKind.VEHICLE}:
        raise NotSuchAsset(kind.value)
    days = [day for day in (service.taxpayer_served_on, service.registered_on) if day is not None]
    return _effect(min(days, default=None), "参加差押通知書の送達または登記の早い日", article)


def _effect(on: date | None, words: str, article: str) -> SeizureEffect:
    said = format_wareki(on) if on else "まだされていない"
    return SeizureEffect(on, (f"{words} {said}",), (article,))
