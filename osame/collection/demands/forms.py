"""督促の画面の書式。日付、対象の期別、理由。"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar, cast

from django import forms
from django.http import QueryDict

from osame.collection.demands.batch import CutOffAfterIssue, refuse_implausible
from osame.collection.demands.effects import version_of
from osame.kernel.refusals import Refusal
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField

Answer = TypeVar("Answer")
LETTER, POSTCARD, WITH_SLIP = "letter", "postcard", "slip"
PAPERS = ((LETTER, "封書（A4）"), (POSTCARD, "圧着はがき"), (WITH_SLIP, "納付書一体型（A4の下に納付書）"))
LONGEST_TERMS = 4_000


class PreviewedForm(ActForm):
    """効き目を見てから行う書式。見たものと、行うときの効き目が同じときだけ行う。

    The first press shows the effect and carries its version in `seen`; the second acts only when the effect is still that.
    """

    agreed = False

    def weigh(self, effect: Callable[[], Answer]) -> Answer | None:
        """効き目を試す。断られたら欄に言い、None を返す。"""
        try:
            answer = effect()
        except Refusal as refusal:
            self.add_error(self._field_of(refusal), str(refusal))
            return None
        told = {
            name: str(self.cleaned_data.get(name))
            for name, field in self.fields.items()
            if not field.widget.is_hidden and not isinstance(field, ReasonField)
        }
        version = version_of(answer, told)
        self.agreed = self.cleaned_data["seen"] == version
        shown = cast(QueryDict, self.data).copy()
        shown["seen"] = version
        self.data = shown
        return answer


class RunTermsForm(forms.Form):
    """督促の条件。発付日、収納の締切日、対象の期別。"""

    as_of = WarekiDateField(within_years=1, label="発付日", help_text="督促状に載る日。例：R8.7.17")
    cut_off = WarekiDateField(within_years=1, label="収納の締切日", help_text="この日までの入金を差し引きます。")
    term = forms.MultipleChoiceField(label="対象の期別", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, today: date, choices: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name in ("as_of", "cut_off"):
            field = self.fields[name]
            assert isinstance(field, WarekiDateField)
            field.around = today
            field.error_messages["required"] = f"{field.label}を入力してください。"
        terms = self.fields["term"]
        assert isinstance(terms, forms.MultipleChoiceField)
        terms.choices = list(choices)
        terms.error_messages["invalid_choice"] = "その期別には、督促する未納がありません。選び直してください。"

    def is_plausible(self) -> bool:
        """欄が読め、日付が互いに、また前の督促と矛盾しないか。矛盾は欄に言う。"""
        if not self.is_valid():
            return False
        try:
            refuse_implausible(self.cleaned_data["as_of"], self.cleaned_data["cut_off"])
        except Refusal as refusal:
            self.add_error("cut_off" if isinstance(refusal, CutOffAfterIssue) else "as_of", str(refusal))
        return not self.errors


class RunForm(ActForm):
    """見本で見たとおりの実行。見た数を運ぶ。"""

    as_of = forms.DateField(widget=forms.HiddenInput)
    cut_off = forms.DateField(widget=forms.HiddenInput)
    terms = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_TERMS)
    letters = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    charges = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    amount = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    @property
    def chosen(self) -> tuple[str, ...]:
        """対象の期別。"""
        return tuple(each for each in self.cleaned_data["terms"].split(",") if each)


class WaiveForm(ActForm):
    """門が挙げた事柄の認容。"""

    reason = ReasonField(
        label="認める理由", help_text="何を確かめ、なぜ差し支えないかを書きます。名前とともに残ります。"
    )


class PrintForm(ActForm):
    """督促状の印刷。紙の形を選ぶ。前に印刷していれば、もう一度刷る理由が要る。"""

    paper = forms.ChoiceField(
        label="紙の形", choices=PAPERS, required=False, initial=LETTER, widget=forms.RadioSelect,
        help_text="収まらないものと、支援措置の対象者のものは、封書にします。一体型は、指定期限までの納付書を発行します。",
    )  # fmt: skip
    reason = ReasonField(label="もう一度印刷する理由", required=False)

    def __init__(self, *args: Any, again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not again:
            del self.fields["reason"]


class ReasonForm(ActForm):
    """理由だけの書式。"""

    reason = ReasonField()
