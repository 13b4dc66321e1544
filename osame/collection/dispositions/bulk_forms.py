"""一斉差押えの書式。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.dispositions.bulk import LEAST, NothingToSeizeTogether
from osame.collection.dispositions.seizing import PerformByNeeded, ScopeNeeded
from osame.platform.approvals.actions import NoReason
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField


class BulkForm(ActForm):
    """一斉差押えの起案。"""

    assets = forms.TypedMultipleChoiceField(label="差し押さえる預金", coerce=int, widget=forms.CheckboxSelectMultiple)
    least = YenField(label="下限の額（これに満たないものは外す）", initial=LEAST)
    scope = forms.CharField(
        label="差し押さえる範囲", max_length=300, initial="差押えの時の残高のうち、滞納額に満つるまで",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    perform_by = WarekiDateField(within_years=1, label="履行期限")
    reason = ReasonField(label="差し押さえる理由")
    refusals = {
        NothingToSeizeTogether: "assets",
        ScopeNeeded: "scope",
        PerformByNeeded: "perform_by",
        NoReason: "reason",
    }

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["assets"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)
