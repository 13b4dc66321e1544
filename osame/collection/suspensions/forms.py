"""執行停止の書式。調書、調査、見直し、決定の起案。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.suspensions.actions import (
    ChargeInAnotherSuspension,
    FindingInFuture,
    FindingNeedsResult,
    ReviewNeedsNote,
    SuspensionNeedsCircumstances,
    SuspensionOfNothing,
)
from osame.collection.suspensions.deciding import CauseAfterCancel, Decision
from osame.collection.suspensions.models import Suspension, SuspensionFinding, SuspensionReview
from osame.platform.console.acts import ActForm, DecidingForm
from osame.platform.console.fields import ReasonField, WarekiDateField

EMPTY = [("", "選んでください")]
NEAR_YEARS = 5


class OpeningForm(ActForm):
    """執行停止の調書。"""

    ground = forms.ChoiceField(label="停止の事由", choices=EMPTY + Suspension.Ground.choices)
    charges = forms.TypedMultipleChoiceField(label="対象の期別", coerce=int, widget=forms.CheckboxSelectMultiple)
    circumstances = ReasonField(label="停止を要する事情")
    refusals = {
        SuspensionOfNothing: "charges", ChargeInAnotherSuspension: "charges",
        SuspensionNeedsCircumstances: "circumstances",
    }  # fmt: skip

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charges"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = list(choices)


class FindingForm(ActForm):
    """調査の一件。"""

    kind = forms.ChoiceField(label="調査の項目", choices=EMPTY + SuspensionFinding.Kind.choices)
    is_found = forms.TypedChoiceField(
        label="あるか・当てはまるか", choices=[*EMPTY, ("1", "ある・当てはまる"), ("0", "ない・当てはまらない")],
        coerce=lambda told: told == "1",
    )  # fmt: skip
    answered_on = WarekiDateField(within_years=NEAR_YEARS, label="調査・回答の日")
    result = forms.CharField(
        label="調査の結果と資料", max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="何を調べ、何が分かり、どの資料によるかを書きます。",
    )  # fmt: skip
    refusals = {FindingNeedsResult: "result", FindingInFuture: "answered_on"}


class ReviewForm(ActForm):
    """停止した後の資力の調査。"""

    outcome = forms.ChoiceField(label="見直しの結果", choices=EMPTY + SuspensionReview.Outcome.choices)
    note = ReasonField(label="資力の状況")
    refusals = {ReviewNeedsNote: "note"}


class DecisionForm(DecidingForm):
    """執行停止の決定の起案。"""

    decision = forms.ChoiceField(label="決定", choices=[(each.value, each.label) for each in Decision])
    reason = ReasonField(label="理由")
    cause_arose_on = WarekiDateField(
        within_years=NEAR_YEARS, label="取消しの事由の生じた日", required=False,
        help_text="取消しで、その日以後の延滞金を免除しないときだけ。",
    )  # fmt: skip
    refusals = {CauseAfterCancel: "cause_arose_on"}
