"""繰上徴収と保全の書式。告知、取消し、保全の決定、担保、確定、解除。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.advances.deciding import (
    AdvancedAlready,
    AdvanceNeedsEvidence,
    AdvanceOfNothing,
    CancelNeedsReason,
    DeadlineNotEarlier,
    DeadlinePassed,
)
from osame.collection.advances.models import AdvanceCollection, Preservation
from osame.collection.advances.preserving import (
    EndNeedsReason,
    NoSuchCharge,
    PreservationIncomplete,
    SecurityDeadlineWrong,
    SecurityIncomplete,
    SecurityOfferedBefore,
)
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField

EMPTY = [("", "選んでください")]
NEAR_YEARS = 2


class _ChoosesCharges(ActForm):
    charges = forms.TypedMultipleChoiceField(label="対象の期別", coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charges"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = list(choices)


class AdvanceForm(_ChoosesCharges):
    """繰上徴収の起案。"""

    ground = forms.ChoiceField(label="事由", choices=EMPTY + AdvanceCollection.Ground.choices)
    evidence = forms.CharField(
        label="事由の資料", max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="開始決定の官報、登記事項証明書、転出届など。",
    )  # fmt: skip
    deadline = WarekiDateField(
        within_years=NEAR_YEARS, label="変更後の納期限", help_text="告知の日以後で、元の納期限より前の日。"
    )
    is_uncollectable = forms.BooleanField(label="元の納期限まで待つと、全額を徴収できないと認められる", required=False)
    reason = ReasonField(label="認められる理由")
    refusals = {
        AdvanceOfNothing: "charges", AdvancedAlready: "charges", AdvanceNeedsEvidence: "evidence",
        DeadlineNotEarlier: "deadline", DeadlinePassed: "deadline",
    }  # fmt: skip


class AdvanceCancelForm(ActForm):
    """繰上徴収の取消しの起案。"""

    reason = ReasonField(label="取り消す理由")
    refusals = {CancelNeedsReason: "reason"}


class PreservationForm(ActForm):
    """保全の決定の起案。"""

    kind = forms.ChoiceField(label="保全の種類", choices=EMPTY + Preservation.Kind.choices)
    tax = forms.CharField(label="年度と税目", max_length=200)
    facts = forms.CharField(label="要する事情と資料", max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
    expected = YenField(label="確定の見込み・命ずることのできる限度（円）")
    amount = YenField(label="決定する金額（円）")
    deadline = WarekiDateField(
        within_years=NEAR_YEARS, label="担保の提供の期限", required=False, help_text="担保の提供命令のときだけ。"
    )
    is_cause = forms.BooleanField(
        label="事由がある（保全差押え：不正の嫌疑で差押え・逮捕などを受けた／担保：その税を滞納した）", required=False
    )
    is_endangered = forms.BooleanField(label="後では徴収を確保できないと認められる", required=False)
    reason = ReasonField(label="理由")
    refusals = {PreservationIncomplete: "facts", SecurityDeadlineWrong: "deadline"}


class SecurityForm(ActForm):
    """提供された担保。"""

    description = forms.CharField(label="担保の表示", max_length=500)
    value = YenField(label="担保の価額（円）")
    offered_on = WarekiDateField(within_years=NEAR_YEARS, label="提供日")
    refusals = {SecurityIncomplete: "value", SecurityOfferedBefore: "offered_on"}


class FixedForm(_ChoosesCharges):
    """税額の確定。"""

    refusals = {NoSuchCharge: "charges"}


class PreservationEndForm(ActForm):
    """保全の決定の解除。"""

    reason = ReasonField(label="解除の理由")
    refusals = {EndNeedsReason: "reason"}
