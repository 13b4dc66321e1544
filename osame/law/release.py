"""差押えを解除しなければならないか、解除することができるか。

Whether a seizure must, or may, be released.

条文: 国税徴収法第79条、地方税法第15条の7第3項、第15条の2の3第2項、第15条の5の3第1項。
含まないもの: 差押換えの請求（国税徴収法第50条）の審査。
"""

from dataclasses import dataclass
from datetime import date

from osame.kernel.money import Yen
from osame.law.arrears_facts import AssetFacts
from osame.law.conditions import Condition, Grounds
from osame.law.rounding import NOTHING

_AUCTIONS_WITHOUT_BID = 3


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """解除を判定するための事実。

    The facts that a release is judged on.

    `owed` は差押えに係る徴収金の残り。`is_hardship_suspended` は生活の窮迫（第2号）による執行停止をしたか。

    根拠: 国税徴収法第79条
    """

    owed: Yen
    asset: AssetFacts
    is_hardship_suspended: bool = False
    is_unlawful: bool = False
    is_third_partys: bool = False
    substitute_value: Yen = NOTHING
    auctions_without_bid: int = 0
    is_in_collection_grace: bool = False
    is_in_realization_grace: bool = False


def release_grounds(facts: ReleaseFacts, *, as_of: date) -> Grounds:
    """解除の事由を一つずつ判定する。

    Each ground of release, the duties first.

    根拠: 国税徴収法第79条第1項・第2項、地方税法第15条の7第3項、地方税法第15条の2の3第2項、地方税法第15条の5の3第1項
    解釈: 「著しく超過」は、ほかの差押財産だけで徴収金に足りることとする。
    例:
    >>> from osame.law.arrears_facts import AssetKind
    >>> land = AssetFacts(AssetKind.REAL_ESTATE, Yen(900_000), prior_claims=Yen(1_000_000))
    >>> found = release_grounds(ReleaseFacts(Yen(50_000), land), as_of=date(2026, 10, 1))
    >>> found.is_required, found.basis
    (True, ('国税徴収法第79条第1項第2号',))
    """
    asset, owed = facts.asset, facts.owed
    worth = f"評価{asset.value:,}円、優先する債権と滞納処分費{asset.prior_claims + asset.disposition_cost:,}円"
    duties = (
        Condition(
            "settled",
            "納付、充当、取消しなどで全額が消滅した",
            f"残り{owed:,}円",
            "国税徴収法第79条第1項第1号",
            owed == 0,
        ),
        Condition("useless", "残余を得る見込みがなくなった", worth, "国税徴収法第79条第1項第2号", asset.net == 0),
        _yes("hardship", "生活の窮迫による執行停止をした", facts.is_hardship_suspended, "地方税法第15条の7第3項"),
        _yes("unlawful", "差押えが違法であった", facts.is_unlawful, "国税徴収法第79条第1項"),
        _yes("not_owned", "滞納者の財産でなかった", facts.is_third_partys, "国税徴収法第79条第1項"),
    )
    return Grounds("差押えの解除", as_of, (*duties, *_options(facts)))


def _options(facts: ReleaseFacts) -> tuple[Condition, ...]:
    """することができる解除の事由。"""
    asset, owed = facts.asset, facts.owed
    return (
        Condition(
            "excess",
            "ほかの差押財産だけで足りる",
            f"ほかの差押財産{asset.other_seized_value:,}円、残り{owed:,}円",
            "国税徴収法第79条第2項第1号",
            asset.other_seized_value >= owed > 0,
            is_binding=False,
        ),
        Condition(
            "substitute",
            "適当な財産の提供があり、それを差し押さえた",
            f"提供された財産{facts.substitute_value:,}円、残り{owed:,}円",
            "国税徴収法第79条第2項第2号",
            facts.substitute_value >= owed > 0,
            is_binding=False,
        ),
        Condition(
            "no_bid",
            f"{_AUCTIONS_WITHOUT_BID}回公売に付しても入札がなく、売却の見込みがない",
            f"{facts.auctions_without_bid}回",
            "国税徴収法第79条第2項第3号",
            facts.auctions_without_bid >= _AUCTIONS_WITHOUT_BID,
            is_binding=False,
        ),
        _yes(
            "grace",
            "徴収猶予をし、申請がある",
            facts.is_in_collection_grace,
            "地方税法第15条の2の3第2項",
            is_duty=False,
        ),
        _yes(
            "realization_grace",
            "換価の猶予をし、事業の継続または生活の維持に要る",
            facts.is_in_realization_grace,
            "地方税法第15条の5の3第1項",
            is_duty=False,
        ),
    )


def _yes(key: str, text: str, has: bool, article: str, *, is_duty: bool = True) -> Condition:
    return Condition(key, text, "該当する" if has else "該当しない", article, has, is_duty)
