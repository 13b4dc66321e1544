"""納付誓約の書式。計画、署名の受領、不履行の通知、取消し。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.demands.forms import PreviewedForm
from osame.collection.pledges.actions import (
    ChargeInAnotherPledge,
    PlanNeedsDecision,
    PledgeNeedsReason,
    PledgeNotSigned,
    SignedBeforePlan,
    SignedWhatIsNotThere,
)
from osame.collection.pledges.models import Acknowledgement
from osame.collection.pledges.offers import AnswerNeedsWords, NumberInOffer
from osame.collection.pledges.planning import BeyondAbility, FirstDayPassed, NothingToPledge
from osame.kernel.money import Yen
from osame.law.instalments import HouseholdBudget, PlanTooLong
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField

MOST_DEPENDANTS = 20


class ChargesField(forms.TypedMultipleChoiceField):
    """期別を選ぶ。値は期別番号。"""

    def __init__(self, **options: Any) -> None:
        super().__init__(coerce=int, widget=forms.CheckboxSelectMultiple, **options)


class PlanForm(PreviewedForm):
    """分割納付の計画。納付能力を聞き取れば、超える額を断る。"""

    charges = ChargesField(label="対象の期別")
    first_on = WarekiDateField(
        within_years=2, label="初回の納付予定日", help_text="2回目からは、毎月の同じ日です。閉庁日なら次の開庁日。"
    )
    amount = YenField(label="毎回の額")
    income = YenField(
        label="月の収入", required=False, help_text="聞き取れたときだけ。収入を入れると、納付可能額を計算します。"
    )
    taxes = YenField(label="源泉所得税・住民税・社会保険料", required=False)
    dependants = forms.IntegerField(
        label="生計を一にする親族の人数", required=False, min_value=0, max_value=MOST_DEPENDANTS
    )
    necessary = YenField(label="そのほか必要と認めた支出", required=False)
    reason = ReasonField(label="計画の理由")
    refusals = {
        NothingToPledge: "charges", FirstDayPassed: "first_on", BeyondAbility: "amount", PlanTooLong: "amount",
        PledgeNeedsReason: "reason",
    }  # fmt: skip

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charges"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = list(choices)

    @property
    def household(self) -> HouseholdBudget | None:
        """聞き取った収支。収入がなければ None。"""
        told = self.cleaned_data
        if not told.get("income"):
            return None
        return HouseholdBudget(
            Yen(told["income"]), Yen(told["taxes"] or 0), told["dependants"] or 0, Yen(told["necessary"] or 0)
        )


class SignForm(ActForm):
    """署名された誓約書の受領。"""

    charges = ChargesField(
        label="署名された期別", help_text="誓約書に載っていて、署名されたものだけの時効が更新されます。"
    )
    signed_on = WarekiDateField(within_years=1, label="署名の日")
    signed_by = forms.CharField(label="署名した者", max_length=60)
    authority = forms.ChoiceField(label="権限", choices=Acknowledgement.Authority.choices)
    refusals = {PledgeNotSigned: "signed_by", SignedBeforePlan: "signed_on", SignedWhatIsNotThere: "charges"}

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charges"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = list(choices)


class CancelForm(ActForm):
    """誓約の取消し。"""

    reason = ReasonField(label="取り消す理由")
    refusals = {PledgeNeedsReason: "reason"}


class NotifyForm(ActForm):
    """不履行の通知。"""


class AnswerForm(ActForm):
    """分納の申出への答え。"""

    decision = forms.ChoiceField(
        label="答え", choices=[("accept", "納付誓約書を送る"), ("decline", "認めない")], widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label="断る理由", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="断るときだけ。申出をした人に、このまま伝わります。",
    )  # fmt: skip
    refusals = {
        AnswerNeedsWords: "answer", NumberInOffer: "answer", PlanNeedsDecision: "decision", PlanTooLong: "decision",
        BeyondAbility: "decision", FirstDayPassed: "decision", NothingToPledge: "decision", ChargeInAnotherPledge: "decision",
    }  # fmt: skip


class AnswersForm(ActForm):
    """回答データの日。"""

    on = WarekiDateField(within_years=1, label="答えた日")
