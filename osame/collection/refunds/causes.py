"""発生事由と、還付加算金の起算の根拠。事由ごとに、選べる根拠が決まっている。

Which item of article 17-4 governs which cause of overpayment. The first of each row is what is assumed until an officer
has found otherwise.
"""

from dataclasses import dataclass
from datetime import date

from osame.collection.overpayments.models import Overpayment
from osame.collection.refunds.models import OverpaymentFinding
from osame.kernel.refusals import Refusal
from osame.law.refund_interest import OverpaymentCause, OverpaymentFacts

Cause = Overpayment.Cause
Ground = OverpaymentFinding.Ground

GROUNDS: dict[Cause, tuple[Ground, ...]] = {
    Cause.DECREASE: (Ground.REDUCED_ASSESSMENT, Ground.INCOME_TAX_CHANGED, Ground.CORRECTION_WITHOUT_REQUEST),
    Cause.DOUBLE_PAYMENT: (Ground.OTHER_OVERPAYMENT,),
    Cause.EXCESS: (Ground.OTHER_OVERPAYMENT,),
    Cause.MISDIRECTED: (Ground.OTHER_OVERPAYMENT,),
    Cause.PENSION_EXCESS: (Ground.OTHER_OVERPAYMENT, Ground.REDUCED_ASSESSMENT, Ground.INCOME_TAX_CHANGED),
    Cause.RETIREMENT: (Ground.OTHER_OVERPAYMENT, Ground.REDUCED_ASSESSMENT),
    Cause.DECLARED_EXCESS: (Ground.OTHER_OVERPAYMENT, Ground.CORRECTION_WITHOUT_REQUEST),
    Cause.REQUESTED_CORRECTION: (Ground.REQUESTED_CORRECTION,),
    Cause.REDUCED_CHARGE: (Ground.OTHER_OVERPAYMENT,),
    Cause.APPROPRIATION_CANCELLED: tuple(Ground),
    Cause.DISPOSITION_CANCELLED: (Ground.REDUCED_ASSESSMENT,),
    Cause.JUDGMENT: (Ground.REDUCED_ASSESSMENT,),
    Cause.OTHER: tuple(Ground),
}
LAW = {
    Ground.REDUCED_ASSESSMENT: OverpaymentCause.REDUCED_ASSESSMENT,
    Ground.REQUESTED_CORRECTION: OverpaymentCause.REQUESTED_CORRECTION,
    Ground.INCOME_TAX_CHANGED: OverpaymentCause.INCOME_TAX_CHANGED,
    Ground.OTHER_OVERPAYMENT: OverpaymentCause.DOUBLE_PAYMENT,
    Ground.CORRECTION_WITHOUT_REQUEST: OverpaymentCause.CORRECTION_WITHOUT_REQUEST,
}


class GroundDoesNotFit(Refusal):
    """この発生事由では、その起算の根拠は選べません。発生事由か、起算の根拠を選び直してください。"""


class FindingLacksDay(Refusal):
    """起算日を決める日が足りません。更正の請求の日、更正の日、所得税の更正の通知の日のうち、要るものを入力してください。"""


@dataclass(frozen=True, slots=True)
class Found:
    """認定した発生事由と、起算日を決める日。"""

    cause: Cause
    ground: Ground
    requested_on: date | None = None
    corrected_on: date | None = None
    income_tax_noticed_on: date | None = None

    def facts(self, paid_on: date) -> OverpaymentFacts:
        """法に尋ねるときの事実。"""
        return OverpaymentFacts(
            LAW[self.ground], paid_on, self.requested_on, self.corrected_on, self.income_tax_noticed_on
        )


def refuse_unfit(found: Found) -> None:
    """事由と根拠が合わないもの、日の足りないものを断る。"""
    if found.ground not in GROUNDS[found.cause]:
        raise GroundDoesNotFit(f"{found.cause.label}、{found.ground.label}")
    needed = {
        Ground.REQUESTED_CORRECTION: (found.requested_on, found.corrected_on),
        Ground.INCOME_TAX_CHANGED: (found.income_tax_noticed_on,),
        Ground.CORRECTION_WITHOUT_REQUEST: (found.corrected_on,),
    }
    if None in needed.get(found.ground, ()):
        raise FindingLacksDay(str(found.ground.label))


def assumed(cause: Cause, *, declared: bool, corrected_on: date | None) -> Found:
    """認定のないときに使う根拠。申告する税の減額は、請求によらない更正とみる。"""
    if cause is Cause.DECREASE and declared and corrected_on is not None:
        return Found(cause, Ground.CORRECTION_WITHOUT_REQUEST, corrected_on=corrected_on)
    return Found(cause, GROUNDS[cause][0], corrected_on=corrected_on)
