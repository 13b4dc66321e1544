"""請求、訂正、競合、転換、履行の催告、免責の書式。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.assets.models import CompetingEnforcement
from osame.collection.dispositions.claims import (
    CORRECTABLE,
    ClaimantNeeded,
    ClaimDecided,
    CourtNeeded,
    DecisionReasonNeeded,
    GroundsNeeded,
    NoNoticeToAnswer,
    NothingChanged,
    NotReduced,
    SaleAskedTooLate,
)
from osame.collection.dispositions.collecting import NobodyToCall, NoEffectYet, NotOverdueYet
from osame.collection.dispositions.models import SeizureClaim
from osame.collection.dispositions.releasing import NotParticipatingYet
from osame.law.conditions import ConditionNotMet
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField


class PartyForm(ActForm):
    """市の外の者と、財産を選ぶ書式。"""

    def __init__(
        self, *args: Any, parties: Sequence[tuple[int, str]], assets: Sequence[tuple[int, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, told in (("party", parties), ("other_asset", [("", "示されていない"), *assets])):
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                field.choices = list(told)


class ClaimForm(PartyForm):
    """請求を受ける。"""

    kind = forms.TypedChoiceField(label="請求の種類", choices=SeizureClaim.Kind.choices, coerce=SeizureClaim.Kind)
    party = forms.TypedChoiceField(label="請求した者（照会先）", coerce=int)
    claimed_on = WarekiDateField(within_years=1, label="請求を受けた日")
    other_asset = forms.TypedChoiceField(label="示された代わりの財産", coerce=int, empty_value=None, required=False)
    claim_text = forms.CharField(label="請求の理由と資料", max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    refusals = {GroundsNeeded: "claim_text", ClaimantNeeded: "party"}


class ClaimDecisionForm(ActForm):
    """請求への答え。"""

    answer = forms.ChoiceField(label="答え", choices=[("no", "相当と認めない"), ("yes", "相当と認める")])
    reason = ReasonField(label="理由（請求した者に示す）")
    refusals = {DecisionReasonNeeded: "reason", ConditionNotMet: "answer", ClaimDecided: "answer"}


class ClaimDayForm(ActForm):
    """請求についての日。"""

    notified_on = WarekiDateField(within_years=1, label="答えの通知が届いた日", required=False)
    sale_asked_on = WarekiDateField(within_years=1, label="換価の申立てを受けた日", required=False)
    refusals = {NoNoticeToAnswer: "notified_on", SaleAskedTooLate: "sale_asked_on"}


class CorrectionForm(ActForm):
    """調書の訂正。"""

    item = forms.ChoiceField(label="訂正する項目", choices=list(CORRECTABLE.items()))
    after = forms.CharField(label="訂正した記載", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    reason = ReasonField(label="訂正の理由")
    refusals = {NothingChanged: "after"}


class ReductionForm(ActForm):
    """減額による表示の変更。"""

    reason = ReasonField(label="変更の理由", initial="減額または一部の納付による")
    refusals = {NotReduced: "reason", NothingChanged: "reason"}


class EnforcementForm(PartyForm):
    """競合する強制執行など。"""

    kind = forms.TypedChoiceField(
        label="執行の種類", choices=CompetingEnforcement.Kind.choices, coerce=CompetingEnforcement.Kind
    )
    party = forms.TypedChoiceField(label="執行裁判所・執行官（照会先）", coerce=int)
    case_number = forms.CharField(label="事件番号", max_length=80)
    begun_on = WarekiDateField(within_years=10, label="執行の差押えの効力の日")
    noticed_on = WarekiDateField(within_years=2, label="事情届・通知を受けた日", required=False)
    deposited = YenField(label="供託された額", least=0, required=False)
    note = forms.CharField(label="説明", max_length=200, required=False)
    refusals = {CourtNeeded: "case_number"}


class EnforcementDayForm(ActForm):
    """続行の決定と、執行の終わり。"""

    continuation_on = WarekiDateField(within_years=2, label="続行（続行承認）の決定の日", required=False)
    ended_on = WarekiDateField(within_years=2, label="執行の終わった日（取下げ・取消しを含む）", required=False)


class TakeOverForm(ActForm):
    """参加差押えの転換。"""

    released_on = WarekiDateField(within_years=2, label="先の差押えが解除された日")
    refusals = {NotParticipatingYet: "released_on"}


class CallForm(ActForm):
    """履行の催告。"""

    by = WarekiDateField(within_years=1, label="催告の期限")
    refusals = {NotOverdueYet: "by", NobodyToCall: "by", NoEffectYet: "by"}
