"""猶予の書式。申請の受付、書類、決定の起案、担保。"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from osame.collection.demands.forms import PreviewedForm
from osame.collection.grace.actions import (
    ChargeInAnotherGrace,
    DefectNeedsWords,
    GraceNeedsCircumstances,
    GraceOfNothing,
    GracePeriodInverted,
)
from osame.collection.grace.deciding import Decision, ExtensionNotLater, HearingNeeded
from osame.collection.grace.entrusting import (
    CertainBecauseNeeded,
    GraceOfOthers,
    MoneyNotCome,
    NothingToEntrust,
    PaperNotDue,
    PaperSettled,
    SettlingNeedsWords,
)
from osame.collection.grace.extending import AreaNeeded, Disaster, DisasterEndsFirst, DisasterNoticeNeeded
from osame.collection.grace.models import GROUND_NAMES, EntrustedPaper, GraceDocument, GraceSecurity, SecurityAct
from osame.collection.grace.securing import (
    AskingNeedsDay,
    GuarantorIsNotified,
    NotDisposed,
    NothingAsked,
    NothingLeftToPay,
    ProceedsAboveValue,
    SecurityActNeedsWords,
    StillInGrace,
)
from osame.kernel.dates import parse_date
from osame.law.grace import GraceGround
from osame.law.payment_entrustment import EntrustmentGround
from osame.platform.console.acts import ActForm, DecidingForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField, plain

FAR_YEARS = 3
LINE = re.compile(r"(\S+)[\s　=＝]+([0-9,，]+)円?")


class InstalmentsField(forms.CharField):
    """分割の計画。一行に一回、「R8.3.31 200,000」と打つ。"""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "一行に一回。例：R8.3.31 200,000")
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), required=False, **options)

    def to_python(self, value: Any) -> Any:
        """行ごとに、期日と額を読む。"""
        found: list[tuple[date, int]] = []
        for line in (super().to_python(value) or "").splitlines():
            if not line.strip():
                continue
            told = LINE.fullmatch(plain(line).strip())
            try:
                assert told
                found.append((parse_date(told[1]), int(told[2].replace(",", "").replace("，", ""))))
            except (AssertionError, ValueError):
                raise ValidationError(
                    f"「{line.strip()}」を読めません。一行に「期日 額」と入力してください。"
                ) from None
        return tuple(found)


class ApplicationForm(ActForm):
    """猶予の申請。"""

    ground = forms.ChoiceField(
        label="猶予の根拠", choices=[("", "選んでください"), *((g.value, GROUND_NAMES[g]) for g in GraceGround)]
    )
    charges = forms.TypedMultipleChoiceField(label="対象の期別", coerce=int, widget=forms.CheckboxSelectMultiple)
    applied_on = WarekiDateField(
        within_years=1, label="申請日", required=False, help_text="職権による換価の猶予なら、空のままにします。"
    )
    first_on = WarekiDateField(within_years=FAR_YEARS, label="猶予期間の初日")
    through_on = WarekiDateField(within_years=FAR_YEARS, label="猶予期間の末日", help_text="1年以内。")
    circumstances = ReasonField(label="一時に納付できない事情")
    instalments = InstalmentsField(label="分割納付の計画")
    security_excuse = forms.CharField(label="担保を徴しない特別の事情", required=False, max_length=400)
    refusals = {
        GraceOfNothing: "charges", ChargeInAnotherGrace: "charges", GraceNeedsCircumstances: "circumstances",
        GracePeriodInverted: "through_on",
    }  # fmt: skip

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charges"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = list(choices)


class DecisionForm(DecidingForm):
    """猶予の決定の起案。"""

    decision = forms.ChoiceField(label="決定", choices=[(each.value, each.label) for each in Decision])
    reason = ReasonField(label="理由")
    proved = forms.BooleanField(label="猶予の事由が認められる", required=False, initial=True)
    sincere = forms.BooleanField(label="納付について誠実な意思が認められる（換価の猶予）", required=False, initial=True)
    through = WarekiDateField(
        within_years=FAR_YEARS, label="延長する末日", required=False, help_text="延長のときだけ。"
    )
    instalments = InstalmentsField(label="延長後の分割納付の計画")
    recovered = forms.BooleanField(label="財産の状況などの変化により、猶予が適当でない（取消しのとき）", required=False)
    cause_arose_on = WarekiDateField(
        within_years=FAR_YEARS,
        label="取消しの事由の生じた日",
        required=False,
        help_text="その日以後の延滞金を免除しないとき。",
    )
    hearing = forms.CharField(
        label="弁明の記録（取消しのとき）", required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    refusals = {ExtensionNotLater: "through", HearingNeeded: "hearing"}


class DocumentForm(ActForm):
    """書類の受領、または不備の通知。"""

    kind = forms.ChoiceField(label="書類", choices=GraceDocument.Kind.choices)
    on = WarekiDateField(within_years=1, label="受領日・通知日")
    defect = forms.CharField(
        label="不備の内容", required=False, max_length=400, help_text="不備を知らせて補正を求めるときだけ。"
    )
    refusals = {DefectNeedsWords: "defect"}


class SecurityForm(ActForm):
    """担保の受領。"""

    kind = forms.ChoiceField(label="担保の種類", choices=GraceSecurity.Kind.choices)
    description = forms.CharField(label="担保の内容", max_length=400)
    value = YenField(label="価額")
    given_on = WarekiDateField(within_years=1, label="提供日")


class ReleaseForm(ActForm):
    """担保の解除。"""

    reason = ReasonField(label="解除の理由")


class DisasterForm(PreviewedForm):
    """災害等による期限の延長。一度目の送信で当たる人数を見て、二度目で行う。"""

    notice = forms.CharField(label="告示の番号", max_length=60, help_text="例：架空市告示第5号")
    areas = forms.CharField(
        label="地域", widget=forms.Textarea(attrs={"rows": 3}), help_text="住所の頭の文字を、一行に一つ。例：架空市岩渕"
    )
    first = WarekiDateField(
        within_years=FAR_YEARS, label="災害の日", help_text="この日から後に納期限の来る期別を延ばします。"
    )
    through = WarekiDateField(within_years=FAR_YEARS, label="延長した期限")
    refusals = {DisasterNoticeNeeded: "notice", AreaNeeded: "areas", DisasterEndsFirst: "through"}

    @property
    def disaster(self) -> Disaster:
        """書かれた告示。"""
        told = self.cleaned_data
        return Disaster(told["notice"], tuple(told["areas"].splitlines()), told["first"], told["through"])


class SecurityActForm(ActForm):
    """担保についての行い。"""

    kind = forms.ChoiceField(label="行い", choices=SecurityAct.Kind.choices)
    note = forms.CharField(label="説明", max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    through = WarekiDateField(
        within_years=1, label="求めの期限", required=False, help_text="増担保などを求めるときだけ。"
    )
    amount = YenField(label="充てた額", required=False, help_text="処分の代金を充てたときだけ。")
    refusals = {
        SecurityActNeedsWords: "note", AskingNeedsDay: "through", NothingAsked: "kind", StillInGrace: "kind",
        NothingLeftToPay: "kind", GuarantorIsNotified: "kind", NotDisposed: "kind", ProceedsAboveValue: "amount",
    }  # fmt: skip


class EntrustForm(ActForm):
    """納付の委託の受付。"""

    charges = forms.TypedMultipleChoiceField(label="納める期別", coerce=int, widget=forms.CheckboxSelectMultiple)
    ground = forms.ChoiceField(label="委託の根拠", choices=[(each.name, each.value) for each in EntrustmentGround])
    grace_id = forms.TypedChoiceField(
        label="猶予", coerce=int, empty_value=None, required=False, help_text="猶予に係るときだけ。"
    )
    kind = forms.ChoiceField(label="証券の種類", choices=EntrustedPaper.Kind.choices)
    paper_number = forms.CharField(label="証券の番号", max_length=40)
    drawer = forms.CharField(label="振出人", max_length=60)
    payable_at = forms.CharField(label="支払場所", max_length=60)
    amount = YenField(label="証券の額")
    payable_on = WarekiDateField(within_years=2, label="支払期日")
    cost = YenField(label="取立ての費用", required=False, help_text="費用を要するときは、併せて受け取った額。")
    cost_settled = forms.BooleanField(label="取立ての費用は要らないか、併せて受け取った", required=False)
    certain_because = forms.CharField(
        label="取立てが確実と認めた理由", max_length=400, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="支払場所への照会の結果など。",
    )  # fmt: skip
    refusals = {NothingToEntrust: "charges", GraceOfOthers: "grace_id", CertainBecauseNeeded: "certain_because"}

    def __init__(
        self, *args: Any, choices: Sequence[tuple[int, str]], graces: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, held in (("charges", list(choices)), ("grace_id", [("", "猶予に係らない"), *graces])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField | forms.MultipleChoiceField)
            field.choices = held


class SettleForm(ActForm):
    """受託した証券の再委託、取立て、不渡り、返還。"""

    act = forms.ChoiceField(
        label="行い",
        choices=[("bank", "金融機関に再委託した"), *((each.value, each.label) for each in EntrustedPaper.State if each.value != "1")],
    )  # fmt: skip
    note = forms.CharField(
        label="説明", max_length=200, help_text="再委託した金融機関、取立ての結果、不渡りの事由、返還の理由。"
    )
    refusals = {SettlingNeedsWords: "note", PaperNotDue: "act", MoneyNotCome: "act", PaperSettled: "act"}
