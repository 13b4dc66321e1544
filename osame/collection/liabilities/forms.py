"""連帯・第二次納税義務・保証・担保財産の責任の書式。告知の起案、取消し、催告。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.liabilities.deciding import (
    DueDatePassed,
    LiabilityCancelNeedsReason,
    LiabilityNeedsFacts,
)
from osame.collection.liabilities.measuring import (
    DisposalDayNeeded,
    LiabilityOfNothing,
    Measure,
    NothingWithinLimit,
    ObligorUnknown,
)
from osame.collection.liabilities.models import Liability
from osame.law.secondary_liability import NoShares
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField

EMPTY = [("", "選んでください")]
NEAR_YEARS = 15
AMOUNTS = ("value", "paid", "assets", "liabilities")


class LiabilityForm(ActForm):
    """告知の起案。"""

    kind = forms.ChoiceField(label="責任の種類", choices=EMPTY + Liability.Kind.choices)
    obligor_number = forms.CharField(label="責任を負う者の宛名番号", max_length=15)
    charges = forms.TypedMultipleChoiceField(label="責任の及ぶ期別", coerce=int, widget=forms.CheckboxSelectMultiple)
    facts = forms.CharField(
        label="認定の事実と資料", max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="登記事項証明書、契約書、株主名簿など、何によって、どの事実を認めたか。",
    )  # fmt: skip
    is_established = forms.BooleanField(label="要件に当たる事実があると認める", required=False)
    is_defaulted = forms.BooleanField(label="猶予の履行がない（保証人・担保財産だけ）", required=False)
    value = YenField(label="財産の価額（円）", required=False)
    paid = YenField(label="支払った額（低額の譲受けだけ、円）", least=0, required=False)
    remaining_benefit = YenField(label="現に存する利益（特殊関係者でない譲受人だけ、円）", least=0, required=False)
    assets = YenField(label="資産（同族会社だけ、円）", least=0, required=False)
    liabilities = YenField(label="負債（同族会社だけ、円）", least=0, required=False)
    shares_held = forms.IntegerField(label="持ち株・出資の数（同族会社だけ）", min_value=0, required=False)
    shares_total = forms.IntegerField(label="株式・出資の総数（同族会社だけ）", min_value=0, required=False)
    limit = YenField(label="保証した額（限度のある保証だけ、円）", required=False)
    disposed_on = WarekiDateField(within_years=NEAR_YEARS, label="譲渡などの日（譲受人だけ）", required=False)
    secured_on = WarekiDateField(within_years=NEAR_YEARS, label="譲渡担保の設定の日（譲渡担保だけ）", required=False)
    property_text = forms.CharField(label="責任の及ぶ財産", max_length=500, required=False)
    due_date = WarekiDateField(within_years=1, label="納期限（連帯する者だけ）", required=False)
    reason = ReasonField(label="理由")
    refusals = {
        LiabilityOfNothing: "charges", ObligorUnknown: "obligor_number", LiabilityNeedsFacts: "facts",
        DueDatePassed: "due_date", DisposalDayNeeded: "disposed_on", NothingWithinLimit: "value", NoShares: "shares_total",
    }  # fmt: skip

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charges"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = list(choices)

    @property
    def measure(self) -> Measure:
        """限度を求める事実。"""
        told = self.cleaned_data
        amounts = {name: told[name] or 0 for name in AMOUNTS}
        return Measure(
            **amounts, remaining_benefit=told["remaining_benefit"], shares_held=told["shares_held"] or 0,
            shares_total=told["shares_total"] or 0, limit=told["limit"], disposed_on=told["disposed_on"],
            secured_on=told["secured_on"],
        )  # fmt: skip


class LiabilityCancelForm(ActForm):
    """告知の取消しの起案。"""

    reason = ReasonField(label="取り消す理由")
    refusals = {LiabilityCancelNeedsReason: "reason"}
