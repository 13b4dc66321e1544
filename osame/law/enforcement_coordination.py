"""滞納処分と強制執行等が同じ財産に競合したとき、どちらが手続を進め、もう一方は何ができるか。

When a tax seizure and a civil enforcement compete for one asset: which of them goes on, and what is left to the other.

条文: 滞納処分と強制執行等との手続の調整に関する法律（滞調法）。金銭債権と、不動産・動産などに分けて答える。
含まないもの: 仮処分、船舶などの特則、供託金の配当の計算（`distribution.py`）。条番号のうち基本通達の目次で確かめたものだけを挙げる。
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.law.arrears_facts import AssetKind
from osame.law.seizure_conditions import WHOLE_CLAIMS


class EnforcementKind(Enum):
    """競合する執行の種類。

    What competes with the seizure.

    根拠: 滞納処分と強制執行等との手続の調整に関する法律第1条
    """

    ENFORCEMENT = "強制執行"
    PROVISIONAL = "仮差押え"
    SECURITY = "担保権の実行"


@dataclass(frozen=True, slots=True)
class Competition:
    """競合の事実。 `seized_on` は滞納処分の、`begun_on` は執行の差押えの効力の日。`continuation_on` は続行の決定の日。

    The facts of a competition.

    根拠: 滞納処分と強制執行等との手続の調整に関する法律第3条
    """

    asset: AssetKind
    kind: EnforcementKind
    seized_on: date | None
    begun_on: date
    continuation_on: date | None = None


@dataclass(frozen=True, slots=True)
class CompetitionAnswer:
    """先に進む側と、できること、しなければならないこと。

    Who goes on and what each side may or must do.

    根拠: 滞納処分と強制執行等との手続の調整に関する法律第4条
    """

    is_ours_first: bool
    may_realise: bool
    duties: tuple[str, ...]
    steps: tuple[str, ...]
    basis: tuple[str, ...]


def who_goes_on(facts: Competition) -> CompetitionAnswer:
    """競合した二つの手続の、先後と、そのあとの進め方。

    Which procedure goes on. A decision to continue turns the order round: the other side counts as the first.

    根拠: 滞納処分と強制執行等との手続の調整に関する法律第4条、第10条、第13条、第20条の5、第20条の6、第25条から第27条まで、第33条、
    第36条の3、第36条の6、第36条の10、第36条の11
    解釈: 仮差押えは、滞納処分の執行を妨げない（国税徴収法第140条）。同じ日の先後は、滞納処分を後とする（呼ぶ側が時刻で改める）。
    例:
    >>> told = Competition(AssetKind.DEPOSIT, EnforcementKind.ENFORCEMENT, date(2026, 8, 3), date(2026, 8, 10))
    >>> who_goes_on(told).is_ours_first, who_goes_on(told).may_realise
    (True, True)
    >>> later = Competition(AssetKind.REAL_ESTATE, EnforcementKind.SECURITY, date(2026, 8, 12), date(2026, 8, 10))
    >>> who_goes_on(later).may_realise
    False
    """
    claim = facts.asset in WHOLE_CLAIMS
    is_first = facts.seized_on is not None and facts.seized_on < facts.begun_on
    said = format_wareki(facts.seized_on) if facts.seized_on else "まだ"
    steps = [f"滞納処分の差押え {said}、{facts.kind.value}の差押え {format_wareki(facts.begun_on)}"]
    if facts.kind is EnforcementKind.PROVISIONAL:
        steps.append("仮差押えがあっても、滞納処分は進む")
        return CompetitionAnswer(
            is_first, may_realise=True, duties=(_REST,), steps=tuple(steps), basis=("国税徴収法第140条",)
        )
    turned = facts.continuation_on is not None
    if turned:
        assert facts.continuation_on is not None
        steps.append(f"{format_wareki(facts.continuation_on)}の続行の決定により、先後が入れ替わった")
    if is_first is not turned:
        steps.append("滞納処分が先に進む。執行は、差押えの解除か続行の決定まで進まない")
        duties, basis = (_OURS_CLAIM, _OURS_CLAIM_BASIS) if claim else (_OURS_OTHER, _OURS_OTHER_BASIS)
        return CompetitionAnswer(is_first, may_realise=True, duties=duties, steps=tuple(steps), basis=basis)
    steps.append(f"{facts.kind.value}が先に進む。滞納処分は、続行承認の決定がなければ取立て・換価をしない")
    duties, basis = (_THEIRS_CLAIM, _THEIRS_CLAIM_BASIS) if claim else (_THEIRS_OTHER, _THEIRS_OTHER_BASIS)
    return CompetitionAnswer(is_first, may_realise=False, duties=duties, steps=tuple(steps), basis=basis)


_LAW = "滞納処分と強制執行等との手続の調整に関する法律"
_REST = "残余金は、執行裁判所または執行官に交付する"
_OURS_CLAIM: tuple[str, ...] = (
    "第三債務者が供託したときは、事情届を受け、執行裁判所に通知する",
    "差押えに係る徴収金を取り立て、残りは執行に委ねる",
    "差押えを解除したときは、執行裁判所に通知する",
)
_OURS_CLAIM_BASIS: tuple[str, ...] = (f"{_LAW}第20条の5", f"{_LAW}第20条の6")
_OURS_OTHER: tuple[str, ...] = (
    "換価の残余金は、執行裁判所または執行官に交付する",
    "差押えを解除したときは、執行裁判所または執行官に通知する",
)
_OURS_OTHER_BASIS: tuple[str, ...] = (f"{_LAW}第4条", f"{_LAW}第13条")
_THEIRS_CLAIM: tuple[str, ...] = (
    "滞納処分による差押えをした旨を、執行裁判所に通知する（供託されれば、差押えの時に交付要求があったものとみなされる）",
    "第三債務者の供託の事情届は、執行裁判所に出される。取立てはしない",
    "執行が中止・停止されたときは、続行承認の決定を請求できる",
)
_THEIRS_CLAIM_BASIS: tuple[str, ...] = (
    f"{_LAW}第36条の3第2項",
    f"{_LAW}第36条の6",
    f"{_LAW}第36条の10",
    f"{_LAW}第36条の11",
)
_THEIRS_OTHER: tuple[str, ...] = (
    "執行裁判所または執行官に交付要求をする",
    "執行が中止・停止されたときは、続行承認の決定を請求できる",
)
_THEIRS_OTHER_BASIS: tuple[str, ...] = ("国税徴収法第82条第1項", f"{_LAW}第25条", f"{_LAW}第26条", f"{_LAW}第33条")
