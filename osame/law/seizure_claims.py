"""差押えについての請求。第三者と相続人の差押換えの請求、換価の申立て、それぞれの期限と、そのあとにできること。

Claims about a seizure: an exchange asked by a third party or an heir, and the request to realise the other asset.

条文: 国税徴収法第50条、第51条。
含まないもの: 換価の容易さの評価、所有権などの主張の真偽（呼ぶ側が事実として渡す）。
"""

from dataclasses import dataclass
from datetime import date

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import days_from, months_after
from osame.law.conditions import Condition, Conditions

_SALE_REQUEST_DAYS = 8
_SEIZE_MONTHS = 2


@dataclass(frozen=True, slots=True)
class OtherAsset:
    """請求した者が示した、代わりの財産。

    The asset that a claimant points to instead.

    根拠: 国税徴収法第50条第1項
    """

    net: Yen
    is_easily_realised: bool
    has_others_rights: bool


def may_exchange(
    other: OtherAsset | None, owed: Yen, *, has_right: bool, announced_on: date | None, as_of: date
) -> Conditions:
    """差押換えの請求が相当かを、条件ごとに。 `has_right` は、差押え前からの権利があるか。

    Whether a claim to seize something else instead is well founded.

    根拠: 国税徴収法第50条第1項・第2項
    例:
    >>> land = OtherAsset(Yen(900_000), is_easily_realised=True, has_others_rights=False)
    >>> may_exchange(land, Yen(500_000), has_right=True, announced_on=None, as_of=date(2026, 8, 3)).is_allowed
    True
    >>> may_exchange(None, Yen(500_000), has_right=True, announced_on=None, as_of=date(2026, 8, 3)).is_allowed
    False
    """
    told = f"見込み{other.net:,}円、滞納{owed:,}円" if other else "示されていない"
    article = "国税徴収法第50条第1項"
    items = (
        Condition("right", "差し押さえた財産に、差押え前からの権利がある", _yes(is_so=has_right), article, has_right),
        Condition(
            "in_time",
            "公売公告の日（随意契約なら売却の日）までの請求である",
            format_wareki(announced_on) if announced_on else "公告していない",
            article,
            announced_on is None or as_of <= announced_on,
        ),
        Condition(
            "easy",
            "換価の容易な、ほかの財産がある",
            _yes(is_so=other is not None and other.is_easily_realised),
            article,
            other is not None and other.is_easily_realised,
        ),
        Condition(
            "free",
            "その財産は、請求した者のほかの第三者の権利の目的でない",
            _yes(is_so=other is not None and not other.has_others_rights),
            article,
            other is not None and not other.has_others_rights,
        ),
        Condition(
            "whole", "その財産で、徴収金の全額を徴収できる", told, article, other is not None and other.net >= owed
        ),
    )
    return Conditions("差押換え", as_of, items)


def sale_request_due(notified_on: date) -> date:
    """相当と認めない旨の通知を受けた第三者が、代わりの財産の換価を申し立てることのできる最後の日。

    The last day to ask for the realisation of the other asset: the day on which seven days have passed since the notice.

    通知を受けた日から起算して7日を経過した日（初日を数える）。

    根拠: 国税徴収法第50条第3項
    例:
    >>> sale_request_due(date(2026, 8, 3))
    datetime.date(2026, 8, 10)
    """
    return days_from(notified_on, _SALE_REQUEST_DAYS)


def seize_other_by(asked_on: date) -> date:
    """換価の申立てを受けた団体が、代わりの財産を差し押さえ、換価に付すべき最後の日。過ぎれば、差押えを解除しなければならない。

    The last day to seize the other asset and put it up for realisation; after it the first seizure must be released.

    根拠: 国税徴収法第50条第4項
    例:
    >>> seize_other_by(date(2026, 8, 5))
    datetime.date(2026, 10, 5)
    """
    return months_after(asked_on, _SEIZE_MONTHS)


def _yes(*, is_so: bool) -> str:
    return "そのとおり" if is_so else "そうでない"
