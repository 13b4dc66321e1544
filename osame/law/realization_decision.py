"""参加差押えをした者が、先に差し押さえた行政機関の同意を得て、自ら換価してよいか（換価執行決定）、取り消さなければならないか。

Whether the holder of a participating seizure may sell with the consent of the first seizing agency, and when that decision ends.

条文: 国税徴収法第87条第3項、第89条の2、第89条の3、国税徴収法施行令第42条の3。地方税は、国税徴収法に規定する滞納処分の例による
（地方税法第331条第6項ほか）。
含まないもの: 換価同意行政機関等の側の手続（同意してよいかの判断、書類の引渡し）、取消し後の換価の続行（第89条の4）。
"""

from dataclasses import dataclass
from datetime import date

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.law.arrears_facts import AssetFacts, AssetKind
from osame.law.conditions import Condition, Conditions, Grounds
from osame.law.rounding import NOTHING

_DECISION = "国税徴収法第89条の2第1項"
_AUCTIONS_WITHOUT_BID = 3


@dataclass(frozen=True, slots=True)
class RealizationFacts:
    """換価執行決定をすることができるかを判定するための事実。

    What a decision to realize is judged on.

    `called_on` は換価の催告をした日、`consented_on` は差押えをした行政機関等が同意した日。 `is_enforced` は、強制執行または担保権の実行としての
    競売が開始されているか。 `realizable` は、換価の制限（猶予、執行停止など）の条件。

    根拠: 国税徴収法第89条の2第1項
    """

    asset: AssetFacts
    is_participating: bool
    called_on: date | None
    consented_on: date | None
    is_enforced: bool
    realizable: Conditions


@dataclass(frozen=True, slots=True)
class RevocationFacts:
    """換価執行決定を取り消すかを判定するための事実。

    What the revocation of the decision is judged on.

    `owed` は参加差押えに係る徴収金の残り。 `is_seizure_released` は換価同意行政機関等の差押えが解除されたか。 `is_replaced` は、その行政機関等の
    参加差押えに差押えの効力が生じ、換価を続けるのに妨げがないか（施行令第42条の3第1項）。

    根拠: 国税徴収法第89条の3
    """

    asset: AssetFacts
    owed: Yen
    is_participation_released: bool = False
    is_seizure_released: bool = False
    is_replaced: bool = False
    is_hardship: bool = False
    is_excessive: bool = False
    substitute_value: Yen = NOTHING
    auctions_without_bid: int = 0
    is_in_grace: bool = False


def may_decide_realization(facts: RealizationFacts, *, as_of: date) -> Conditions:
    """換価執行決定をすることができるかを、条件ごとに判定する。

    Whether the holder of a participating seizure may decide to realize the property itself.

    根拠: 国税徴収法第87条第3項、第89条の2第1項、国税徴収法基本通達第89条の2関係5
    解釈: 催告をした日の翌日以後、なお公売公告などがないことを「換価に付されないとき」とする。先に参加差押えをしたほかの行政機関等の同意は要らない
        （基本通達第89条の2関係1）。仮差押えは妨げない（同関係3）。無剰余なら決定しない（同関係5）。
    例:
    >>> land = AssetFacts(AssetKind.REAL_ESTATE, Yen(5_000_000), prior_claims=Yen(1_000_000))
    >>> facts = RealizationFacts(land, True, date(2026, 4, 1), date(2026, 5, 10), False, Conditions("換価", date(2026, 5, 20), ()))
    >>> may_decide_realization(facts, as_of=date(2026, 5, 20)).is_allowed
    True
    """
    asset, called, consented = facts.asset, facts.called_on, facts.consented_on
    worth = f"評価{asset.value:,}円、先立つ債権と滞納処分費{asset.prior_claims + asset.disposition_cost:,}円"
    items = (
        Condition(
            "participating", "参加差押えの効力がある", "ある" if facts.is_participating else "ない", "国税徴収法第86条第1項",
            facts.is_participating,
        ),
        Condition(
            "real_estate", "参加差押えに係る財産が不動産である", asset.kind.value, _DECISION, asset.kind is AssetKind.REAL_ESTATE
        ),
        Condition(
            "called", "換価の催告をしても、なお換価に付されない", f"{format_wareki(called)}に催告" if called else "催告していない",
            "国税徴収法第87条第3項、国税徴収法第89条の2第1項", called is not None and called < as_of,
        ),
        Condition(
            "consented", "差押えをした行政機関等が同意している", f"{format_wareki(consented)}に同意" if consented else "同意がない",
            _DECISION, consented is not None and consented <= as_of,
        ),
        Condition(
            "not_enforced", "強制執行または担保権の実行としての競売が開始されていない",
            "開始されている" if facts.is_enforced else "開始されていない", "国税徴収法第89条の2第1項ただし書", not facts.is_enforced,
        ),
        Condition(
            "surplus", "財産の価額が、参加差押えに係る徴収金に先立つ債権を超える見込みがある", worth,
            "国税徴収法基本通達第89条の2関係5", asset.net > 0,
        ),
        *facts.realizable.items,
    )  # fmt: skip
    return Conditions("換価執行決定", as_of, items)


def revocation_grounds(facts: RevocationFacts, *, as_of: date) -> Grounds:
    """換価執行決定を取り消さなければならないか、取り消すことができるかを、事由ごとに判定する。

    The grounds on which the decision must, or may, be revoked.

    根拠: 国税徴収法第89条の3第1項・第2項、国税徴収法施行令第42条の3
    解釈: 換価同意行政機関等の差押えが解除されても、その行政機関等の参加差押えに差押えの効力が生じ、施行令第42条の3第1項各号に当たらなければ、
        取り消さない。「著しく超過」は、職員が認める。
    例:
    >>> land = AssetFacts(AssetKind.REAL_ESTATE, Yen(5_000_000), prior_claims=Yen(1_000_000))
    >>> found = revocation_grounds(RevocationFacts(land, Yen(3_000_000), is_seizure_released=True), as_of=date(2026, 6, 1))
    >>> found.is_required, found.basis
    (True, ('国税徴収法第89条の3第1項第2号',))
    """
    asset, duty, option = facts.asset, "国税徴収法第89条の3第1項", "国税徴収法第89条の3第2項"
    worth = f"評価{asset.value:,}円、先立つ債権と滞納処分費{asset.prior_claims + asset.disposition_cost:,}円"
    gone = facts.is_seizure_released and not facts.is_replaced
    return Grounds("換価執行決定の取消し", as_of, (
        _ground("released", "参加差押えを解除した", facts.is_participation_released, f"{duty}第1号"),
        _ground("seizure_released", "換価同意行政機関等の差押えが解除された", gone, f"{duty}第2号"),
        Condition("useless", "先立つ債権を超える見込みがなくなった", worth, f"{duty}第3号", asset.net == 0),
        _ground(
            "hardship", "換価の執行により、生活を著しく窮迫させるおそれがある", facts.is_hardship,
            f"{duty}第4号、国税徴収法施行令第42条の3第2項",
        ),
        _ground(
            "excess", "価額が、徴収金と先立つ債権の額を著しく超過すると認める", facts.is_excessive, f"{option}第1号", is_duty=False
        ),
        Condition(
            "substitute", "適当な財産の提供があり、それを差し押さえた",
            f"提供された財産{facts.substitute_value:,}円、残り{facts.owed:,}円", f"{option}第2号",
            facts.substitute_value >= facts.owed > 0, is_binding=False,
        ),
        Condition(
            "no_bid", f"{_AUCTIONS_WITHOUT_BID}回公売に付しても入札がなく、売却の見込みがない",
            f"{facts.auctions_without_bid}回", f"{option}第3号", facts.auctions_without_bid >= _AUCTIONS_WITHOUT_BID,
            is_binding=False,
        ),
        _ground(
            "grace", "徴収の猶予または換価の猶予をした", facts.is_in_grace,
            f"{option}第4号、国税徴収法施行令第42条の3第3項", is_duty=False,
        ),
    ))  # fmt: skip


def _ground(key: str, text: str, has: bool, article: str, *, is_duty: bool = True) -> Condition:
    return Condition(key, text, "該当する" if has else "該当しない", article, has, is_duty)
