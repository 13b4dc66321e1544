"""滞納整理の手続と、その許された移り方。表は一つで、行ごとに条文を持つ。

The procedures of arrears and the transitions that the law allows: one table, each row with its article.

表の本文は `disposition_tables.py` にある。手続どうしの妨げ（猶予の間は差し押さえない、など）も一つの表にする。日と事実による条件は `seizure_conditions.py` などが判定する。
含まないもの: 決裁の段階（起案、決裁）、書面、登記。猶予の手続の条番号（第15条の2から第15条の6の3まで）は本文を確認していない。
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from osame.kernel.refusals import Refusal
from osame.law.disposition_tables import BLOCKING_TABLE, TABLE


class TransitionNotAllowed(Refusal):
    """いまの段階から、その行いはできません。手続の段階を確かめてください。

    根拠: 地方税法第331条、国税徴収法第47条から第129条まで
    """


class Procedure(Enum):
    """滞納整理の手続。期別・財産・人ごとに、それぞれの段階を持つ。

    The procedures of arrears, each with its own stage.

    PRESERVATION は保全担保の提供命令と保全差押金額の決定、SECURED_PROPERTY は譲渡担保権者と物上保証人、ENCUMBERED_TRANSFER は譲渡された財産の
    質権者・抵当権者の受ける配当からの徴収。

    BAN と HALT は、更生手続などで滞納処分が禁止・中止された期間（期別ごと。共益債権には及ばない）。

    根拠: 地方税法第9条から第18条まで、第329条、第331条
    """

    DEMAND = "督促"
    PLEDGE = "納付誓約"
    COLLECTION_GRACE = "徴収猶予"
    REALIZATION_GRACE = "換価の猶予"
    SEIZURE = "差押え"
    PARTICIPATING_SEIZURE = "参加差押え"
    DISTRIBUTION_REQUEST = "交付要求"
    REALIZATION_DECISION = "換価執行決定"
    SUSPENSION = "執行停止"
    OBLIGATION = "納税義務"
    SUCCESSION = "納税義務の承継"
    SECONDARY_LIABILITY = "第二次納税義務"
    ADVANCE_COLLECTION = "繰上徴収"
    PRESERVATION = "保全の決定"
    PRESERVATION_SEIZURE = "保全差押え"
    JOINT_LIABILITY = "連帯納税義務"
    GUARANTEE = "保証人の義務"
    SECURED_PROPERTY = "担保財産の責任"
    ENCUMBERED_TRANSFER = "担保権者からの徴収"
    BANKRUPTCY = "破産手続"
    REHABILITATION = "再生手続"
    REORGANIZATION = "更生手続"
    BAN = "滞納処分の禁止"
    HALT = "滞納処分の中止"


class ProcedureStage(Enum):
    """手続の段階。

    The stage of a procedure. NONE is where each begins.

    根拠: 地方税法第331条
    """

    NONE = "なし"
    APPLIED = "申請中"
    IN_FORCE = "効力がある"
    DEFAULTED = "不履行"
    RETURNED = "返戻"
    SERVED = "送達済み"
    COLLECTING = "取立て・換価中"
    SOLD = "換価済み"
    DISTRIBUTED = "配当済み"
    RELEASED = "解除"
    CANCELLED = "取消し"
    REFUSED = "不許可"
    COMPLETED = "完了"
    CONVERTED = "差押えに転換"
    OWED = "納付の義務がある"
    EXTINGUISHED = "消滅"
    WRITTEN_OFF = "不納欠損"
    PAID = "完納"


class ProcedureAct(Enum):
    """手続を進める行い。

    What moves a procedure on.

    根拠: 地方税法第331条
    """

    ISSUE = "発する"
    RETURN = "返戻される"
    SERVE = "送達する"
    APPLY = "申請する"
    GRANT = "許可する"
    DECIDE = "職権でする"
    REFUSE = "許可しない"
    WITHDRAW = "取り下げる"
    EXTEND = "延長する"
    END = "終わる"
    DEFAULT = "履行しない"
    RENEW = "立て直す"
    CANCEL = "取り消す"
    SEIZE = "差し押さえる"
    COLLECT = "取り立てる"
    SELL = "売却する"
    DISTRIBUTE = "配当する"
    RELEASE = "解除する"
    TAKE_OVER = "先の差押えが解除される"
    PAY = "完納する"
    EXTINGUISH = "消滅する"
    WRITE_OFF = "不納欠損とする"
    NOTIFY = "告知する"
    OPEN = "開始する"
    REVERSE = "欠損を戻す"


@dataclass(frozen=True, slots=True)
class Transition:
    """許された移り方一つ。

    One allowed transition with its article.

    根拠: 地方税法第331条
    """

    procedure: Procedure
    source: ProcedureStage
    act: ProcedureAct
    target: ProcedureStage
    article: str


@dataclass(frozen=True, slots=True)
class Blocking:
    """ある手続がその段階にある間、できない行い。

    While `while_procedure` is at `while_stage`, `act` of `procedure` may not be done.

    根拠: 地方税法第15条の2の3第1項
    """

    while_procedure: Procedure
    while_stage: ProcedureStage
    procedure: Procedure
    act: ProcedureAct
    article: str


_SEPARATE_ACTS = frozenset((
    ProcedureAct.WRITE_OFF, ProcedureAct.REVERSE, ProcedureAct.RELEASE, ProcedureAct.END, ProcedureAct.CANCEL,
    ProcedureAct.EXTINGUISH,
))  # fmt: skip
"""納税義務が消滅した後もできる行い。消滅した期別の手続を片付けるものに限る。"""


def _transitions(text: str) -> tuple[Transition, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return tuple(
        Transition(Procedure(procedure), ProcedureStage(source), ProcedureAct(act), ProcedureStage(target), article)
        for procedure, source, act, target, article in rows
    )


def _blockings(text: str) -> tuple[Blocking, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return tuple(
        Blocking(Procedure(held), ProcedureStage(stage), Procedure(procedure), ProcedureAct(act), article)
        for held, stage, procedure, act, article in rows
    )


TRANSITIONS = _transitions(TABLE)
"""許された移り方のすべて。"""
BLOCKINGS = _blockings(BLOCKING_TABLE)
"""手続どうしの妨げのすべて。"""
_BY_KEY = {(each.procedure, each.source, each.act): each for each in TRANSITIONS}


def transition(procedure: Procedure, source: ProcedureStage, act: ProcedureAct) -> Transition:
    """手続を一段進める。表にない移り方は断る。

    The transition for an act, or a refusal when the table has none.

    根拠: 地方税法第331条、国税徴収法第47条から第129条まで
    例:
    >>> transition(Procedure.SEIZURE, ProcedureStage.IN_FORCE, ProcedureAct.RELEASE).target.value
    '解除'
    """
    try:
        return _BY_KEY[procedure, source, act]
    except KeyError:
        raise TransitionNotAllowed(f"{procedure.value}が「{source.value}」のとき「{act.value}」") from None


def acts_from(procedure: Procedure, source: ProcedureStage) -> tuple[ProcedureAct, ...]:
    """いまの段階からできる行い。

    The acts that the table allows from a stage.

    根拠: 地方税法第331条
    例:
    >>> [each.value for each in acts_from(Procedure.SUSPENSION, ProcedureStage.IN_FORCE)]
    ['取り消す', '完納する', '消滅する']
    """
    return tuple(each.act for each in TRANSITIONS if (each.procedure, each.source) == (procedure, source))


def blocked_by(
    stages: Mapping[Procedure, Collection[ProcedureStage]], procedure: Procedure, act: ProcedureAct
) -> tuple[str, ...]:
    """ほかの手続の段階によって、その行いが妨げられる理由。なければ空。

    Why the stages of other procedures forbid an act, with articles. After extinction only the clearing up is left.

    `stages` は、同じ期別（破産は同じ人）の手続ごとの、いまの段階の集まり。

    根拠: 地方税法第15条の2の3第1項、第15条の7第1項・第4項、第18条第1項、破産法第43条第1項、会社更生法第50条第2項
    例:
    >>> blocked_by({Procedure.SUSPENSION: [ProcedureStage.IN_FORCE]}, Procedure.SEIZURE, ProcedureAct.SEIZE)
    ('執行停止が「効力がある」間は、差押えをすることができない（地方税法第15条の7第1項）',)
    >>> blocked_by({Procedure.OBLIGATION: [ProcedureStage.EXTINGUISHED]}, Procedure.SEIZURE, ProcedureAct.RELEASE)
    ()
    """
    found = [
        f"{each.while_procedure.value}が「{each.while_stage.value}」間は、{_banned(each)}（{each.article}）"
        for each in BLOCKINGS
        if (each.procedure, each.act) == (procedure, act) and each.while_stage in stages.get(each.while_procedure, ())
    ]
    is_gone = {ProcedureStage.EXTINGUISHED, ProcedureStage.WRITTEN_OFF} & set(stages.get(Procedure.OBLIGATION, ()))
    if is_gone and act not in _SEPARATE_ACTS:
        found.append(f"納税義務が消滅している（{_EXTINCTION}）")
    return tuple(found)


_EXTINCTION = "地方税法第18条第1項、地方税法第15条の7第4項・第5項"


def _banned(each: Blocking) -> str:
    if each.act in {ProcedureAct.SEIZE, ProcedureAct.DECIDE}:
        return f"{each.procedure.value}をすることができない"
    return f"{each.procedure.value}について「{each.act.value}」ことができない"
