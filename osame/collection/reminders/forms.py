"""催告の書式。条件、実行、条件の保存、名簿の結果、連絡の辞退。"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from osame.collection.demands.forms import PreviewedForm
from osame.collection.payment_slips.planning import DayTooFar
from osame.collection.reminders.actions import (
    ConditionNameTaken,
    ConditionNeedsName,
    DeadlineTooEarly,
    NobodyToRemind,
    SelectionChanged,
)
from osame.collection.reminders.models import ReminderRun
from osame.collection.reminders.selection import ReminderAmountsCross, Terms
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, WarekiDateField, YenField, plain

MOST_DAYS = 3_700
YEAR_DIGITS = 4


class CodesField(forms.CharField):
    """「06, 01」のように、読点やカンマで並べた数字。値は文字列の並び。"""

    def to_python(self, value: Any) -> Any:
        """打たれた並びを読む。"""
        text = plain(super().to_python(value)).replace("、", ",").replace(" ", ",")
        found = tuple(each for each in text.split(",") if each)
        if not all(each.isascii() and each.isdigit() and len(each) <= YEAR_DIGITS for each in found):
            raise ValidationError("数字をカンマで区切って入力してください。例：06,01")
        return found


class ReminderForm(PreviewedForm):
    """催告の条件と実行。一度目の送信で対象を見て、二度目で行う。"""

    kind = forms.ChoiceField(label="催告の種類", choices=ReminderRun.Kind.choices)
    deadline = WarekiDateField(label="指定期限", within_years=1)
    with_slips = forms.BooleanField(
        label="納付書を添える", required=False, help_text="一人の期別を一枚にします。12期を超える人には添えません。"
    )
    tax_items = CodesField(label="税目コード（空ならすべて）", required=False)
    levy_years = CodesField(label="賦課年度（西暦。空ならすべて）", required=False)
    overdue = forms.IntegerField(label="納期限からの日数", min_value=0, max_value=MOST_DAYS, initial=30)
    least = YenField(label="一人の未納の額（から）", required=False)
    most = YenField(label="一人の未納の額（まで）", required=False)
    person_kind = forms.ChoiceField(
        label="個人・法人", required=False, choices=[("", "すべて"), ("person", "個人"), ("corporation", "法人")]
    )
    postal_code = CodeField(label="郵便番号（前方）", required=False, longest=7)
    cases = forms.CharField(required=False, widget=forms.HiddenInput)
    refusals = {
        DeadlineTooEarly: "deadline", DayTooFar: "deadline", NobodyToRemind: "kind", SelectionChanged: "kind", ReminderAmountsCross: "most",
    }  # fmt: skip

    @property
    def terms(self) -> Terms:
        """書かれた条件。"""
        told = self.cleaned_data
        return Terms(
            told["tax_items"], tuple(int(each) for each in told["levy_years"]), told["overdue"], told["least"] or 1, told["most"],
            told["person_kind"], told["postal_code"] or "", told["cases"],
        )  # fmt: skip


class OneForm(PreviewedForm):
    """一人への催告。"""

    kind = forms.ChoiceField(label="催告の種類", choices=[each for each in ReminderRun.Kind.choices if each[0] < "20"])
    deadline = WarekiDateField(label="指定期限", within_years=1)
    with_slips = forms.BooleanField(
        label="納付書を添える", required=False, help_text="一人の期別を一枚にします。12期を超える人には添えません。"
    )
    refusals = {DeadlineTooEarly: "deadline", DayTooFar: "deadline", NobodyToRemind: "kind", SelectionChanged: "kind"}


class ConditionForm(ActForm):
    """条件を残す。"""

    name = forms.CharField(label="条件の名", max_length=60)
    terms = forms.JSONField(widget=forms.HiddenInput)
    refusals = {ConditionNeedsName: "name", ConditionNameTaken: "name"}


class PullForm(ActForm):
    """行き違いの引抜き。"""
