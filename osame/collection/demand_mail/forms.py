"""差出し、引抜き、取消しの書式。"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from osame.collection.demands.actions import (
    CancellationBeforeIssue,
    CancellationNeedsReason,
    DispatchBeforeIssue,
)
from osame.collection.demands.forms import PreviewedForm
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, plain
from osame.platform.letters.engine import SHEET_CODE


class SheetCodeField(forms.CharField):
    """督促状の通し番号。バーコードの読取りでも、手でも打てる。値は（実行番号、発付番号）。"""

    def to_python(self, value: Any) -> Any:
        """R000012-L000345-A…-P01/02、または 12-345 を読む。"""
        text = plain(super().to_python(value)).upper().replace(" ", "")
        if not text:
            return None
        if found := SHEET_CODE.fullmatch(text):
            return int(found[1]), int(found[2])
        run, _, letter = text.partition("-")
        if all(each.isascii() and each.isdigit() and len(each) <= 9 for each in (run, letter)):
            return int(run), int(letter)
        raise ValidationError(
            "督促状の下にある番号を読めません。バーコードを読み直すか、「実行番号-発付番号」（例：12-345）で入力してください。"
        )


class ScanForm(forms.Form):
    """督促状を探す。"""

    code = SheetCodeField(
        label="督促状の番号",
        help_text="督促状のバーコードを読むか、「実行番号-発付番号」を入力します。例：12-345",
        error_messages={"required": "督促状の番号を入力してください。"},
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )


class DispatchForm(PreviewedForm):
    """差出日。"""

    dispatched_on = WarekiDateField(within_years=1, label="差出日", help_text="郵便局に差し出した日。例：R8.7.17")
    refusals = {DispatchBeforeIssue: "dispatched_on"}


class CancelForm(PreviewedForm):
    """督促の取消し。"""

    cancelled_on = WarekiDateField(within_years=1, label="取消日")
    reason = ReasonField(label="取消しの理由", help_text="例：税額の更正により、督促すべき未納がなかったため")
    refusals = {CancellationBeforeIssue: "cancelled_on", CancellationNeedsReason: "reason"}


class PullForm(ActForm):
    """引き抜く督促の選択。"""

    charge = forms.TypedMultipleChoiceField(
        label="引き抜く督促",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "引き抜く督促を選んでください。",
            "invalid_choice": "選んだ督促の入金を確かめられません。一覧を確かめて、選び直してください。",
        },
    )

    def __init__(self, *args: Any, charges: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charge"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(str(each), str(each)) for each in charges]
        field.error_messages["required"] = "引き抜く督促を選んでください。"


class RecallForm(ActForm):
    """支援措置の対象者の督促状の回収。"""
