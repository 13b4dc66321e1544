"""基本設定の変更の書式。欄は、表の列から組む。"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db import models

from osame.collection.changes.due_dates import (
    BasisOfDueDateMissing,
    ClosedDay,
    Ground,
    NotBroughtForward,
    SameDueDate,
)
from osame.collection.parameters.changing import BasisMissing, ThatDayIsTaken
from osame.collection.parameters.tables import ParameterTable
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField

FAR = 20  # 適用開始日は、前後この年数まで
LONG_TEXTS = {"body"}
LONGEST = 2_000


class DueDateForm(ActForm):
    """納期限の変更。"""

    refusals = {
        NotBroughtForward: "due_date", SameDueDate: "due_date", ClosedDay: "due_date", BasisOfDueDateMissing: "basis",
    }  # fmt: skip

    due_date = WarekiDateField(label="新しい納期限", within_years=2)
    ground = forms.ChoiceField(
        label="根拠", choices=[(each.value, each.label) for each in Ground], widget=forms.RadioSelect
    )
    basis = forms.CharField(label="根拠の番号", max_length=200, help_text="例：令和8年架空市告示第31号")
    reason = ReasonField()


class ChangeForm(ActForm):
    """基本設定の変更。 fixed: 変えられない鍵の値。"""

    refusals = {ThatDayIsTaken: "valid_from", BasisMissing: "basis"}

    def __init__(self, table: ParameterTable, fixed: Mapping[str, str], *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.table = table
        for name in table.columns:
            field = table.field(name)
            if name != "basis" and not isinstance(field, models.BinaryField):
                self.fields[name] = _field(field, fixed.get(name))
        if "valid_from" in self.fields:
            self.fields["valid_from"].label = "いつから"
            self.order_fields(["submission", "seen", *fixed, "valid_from"])
        self.fields["basis"] = forms.CharField(
            label="根拠", max_length=400, help_text="条例・規則・告示の名と番号。例：架空市市税条例第19条"
        )
        self.fields["reason"] = ReasonField()
        for name, each in self.fields.items():
            if isinstance(each, WarekiDateField):
                each.around = today
            if each.required and name not in {"reason", "submission"}:
                each.error_messages["required"] = f"{each.label}を入力してください。"

    def given(self) -> dict[str, Any]:
        """打たれた値を、表の一行にする。"""
        return {name: self.cleaned_data[name] for name in self.table.columns if name in self.cleaned_data}


def _field(field: "models.Field[Any, Any]", fixed: str | None) -> forms.Field:
    """列の型に合う欄。"""
    options: dict[str, Any] = {"label": str(field.verbose_name), "required": not field.blank and not field.null}
    if fixed is not None:
        return forms.CharField(disabled=True, initial=fixed, label=options["label"])
    if isinstance(field, models.DateField):
        return WarekiDateField(within_years=FAR, **options)
    if isinstance(field, models.BooleanField):
        return forms.BooleanField(label=options["label"], required=False)
    if isinstance(field, models.BigIntegerField):
        return YenField(least=0, **options)
    if isinstance(field, models.IntegerField):
        return forms.IntegerField(min_value=0, **options)
    if field.choices:
        return forms.ChoiceField(choices=field.flatchoices, **options)
    if field.name in LONG_TEXTS:
        return forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}), **options)
    return forms.CharField(max_length=field.max_length or LONGEST, **options)
