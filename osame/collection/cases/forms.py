"""台帳の画面の書式。一覧の条件、担当、方針、点検、特記、注意、予定。"""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from osame.collection.arrears.forms import ContactForm
from osame.collection.cases.actions import (
    CaseCleared,
    NewTask,
    NoteNeedsContent,
    NoteTooLong,
    NumberInNote,
    OfficerUnknown,
    PlaceInNote,
    PolicyNeedsReason,
    ReviewsOwnCase,
    ReviewTooEarly,
    TaskEnded,
    TaskInPast,
)
from osame.collection.cases.contacts import Followed
from osame.collection.cases.documents import (
    DocumentKindRefused,
    DocumentNeedsTitle,
    DocumentTooLarge,
    DocumentUnknown,
    NumberInDocument,
    PlaceInDocument,
)
from osame.collection.cases.filters import UNASSIGNED, CaseFilter, CaseOrder
from osame.collection.cases.handovers import HandsOverToSelf, HandsOverTwice, NothingToHandOver
from osame.collection.cases.insolvency import (
    BeforeOpening,
    DividendNotFiled,
    FilingNeedsAmount,
    NoFilingInRehabilitation,
)
from osame.collection.cases.models import ArrearsCase, CaseDocument, CaseStage, CaseTask, InsolvencyRecord
from osame.collection.cases.prescribing import NothingNearing
from osame.collection.cases.queries import CaseUnknown
from osame.kernel.refusals import Refusal
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField, WarekiDateField, YenField

ANY = [("", "すべて")]
MANUAL = [(each.value, each.label) for each in CaseTask.Kind if each.value < "11"]
MOST_DAYS = 3_700
ASSETS = [
    *ANY,
    ("ANY", "どれかある"),
    ("REAL_ESTATE", "不動産"),
    ("WAGE", "給与"),
    ("DEPOSIT", "預貯金"),
    ("VEHICLE", "自動車など"),
]
WORDS: dict[type[Refusal], str] = {
    NoteNeedsContent: "content", NoteTooLong: "content", NumberInNote: "content", PlaceInNote: "content",
}  # fmt: skip


def _days(label: str) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "code", "inputmode": "numeric"})
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST_DAYS, widget=widget)


class FilterForm(forms.Form):
    """一覧の条件。"""

    text = forms.CharField(label="氏名・カナ・宛名番号", required=False, max_length=40)
    officer = forms.ChoiceField(label="担当", required=False)
    stage = forms.ChoiceField(label="進行段階", required=False, choices=ANY + CaseStage.choices)
    policy = forms.ChoiceField(label="方針", required=False, choices=ANY + ArrearsCase.Policy.choices)
    order = forms.ChoiceField(label="並び順", required=False, choices=CaseOrder.choices)
    tax_item = CodeField(label="税目コード", required=False, longest=2)
    least = YenField(label="未納の計（から）", required=False)
    most = YenField(label="未納の計（まで）", required=False)
    due_before = WarekiDateField(label="納期限がこの日より前", required=False)
    prescribed_within = _days("時効までの日数")
    silent_days = _days("折衝のない日数")
    stalled_days = _days("段階にいる日数")
    kind = forms.ChoiceField(
        label="個人・法人", required=False, choices=[*ANY, ("person", "個人"), ("corporation", "法人")]
    )
    postal_code = CodeField(label="郵便番号（前方）", required=False, longest=7)
    asset = forms.ChoiceField(label="分かっている財産", required=False, choices=ASSETS)
    broken = forms.BooleanField(label="約束の不履行あり", required=False)
    review_over = forms.BooleanField(label="見直し日を過ぎた", required=False)
    task_over = forms.BooleanField(label="予定日を過ぎた", required=False)
    unreviewed = forms.BooleanField(label="一年点検なし", required=False)
    moved_out = forms.BooleanField(label="転出", required=False)
    died = forms.BooleanField(label="死亡", required=False)
    first = ("text", "officer", "stage", "order")
    """いつも見える条件。ほかは「くわしい条件」の中にある。"""

    def __init__(self, *args: Any, officers: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        named = [*ANY, (UNASSIGNED, "担当なし"), *officers]
        cast(forms.ChoiceField, self.fields["officer"]).choices = named

    @property
    def always(self) -> list[forms.BoundField]:
        """いつも見える欄。"""
        return [self[name] for name in self.first]

    @property
    def more(self) -> list[forms.BoundField]:
        """くわしい条件の欄。"""
        return [field for field in self if field.name not in self.first]

    @property
    def more_used(self) -> bool:
        """くわしい条件を使っているか。"""
        return any(field.data for field in self.more)

    @property
    def chosen(self) -> CaseFilter:
        """選ばれた条件。読めない欄は問わない。"""
        self.is_valid()
        told = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", False)}
        order = CaseOrder(told.pop("order", CaseOrder.SCORE))
        return CaseFilter(**told, order=order)


class NoteForm(ActForm):
    """特記、点検、注意。"""

    content = forms.CharField(label="内容", max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
    refusals = {**WORDS, ReviewsOwnCase: "content"}


class CareForm(ActForm):
    """注意事項。"""

    content = forms.CharField(
        label="注意事項", required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    no_visit = forms.BooleanField(label="訪問しない", required=False)
    refusals = WORDS


class PolicyForm(ActForm):
    """処理方針。"""

    policy = forms.ChoiceField(label="方針", choices=ArrearsCase.Policy.choices[1:])
    review_on = WarekiDateField(label="見直し日", within_years=3)
    content = ReasonField(label="方針の理由")
    refusals = {**WORDS, PolicyNeedsReason: "content", ReviewTooEarly: "review_on"}


class AssignForm(ActForm):
    """担当。"""

    officer = forms.ChoiceField(label="担当者")
    refusals = {OfficerUnknown: "officer"}

    def __init__(self, *args: Any, officers: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["officer"]).choices = list(officers)


class TaskForm(ActForm):
    """予定を立てる。"""

    kind = forms.ChoiceField(label="種類", choices=MANUAL)
    due_on = WarekiDateField(label="予定日", within_years=3)
    content = forms.CharField(label="内容", required=False, max_length=400)
    refusals = {**WORDS, TaskInPast: "due_on"}


class EndTaskForm(ActForm):
    """予定を終える。"""

    result = forms.ChoiceField(label="結果", choices=CaseTask.Result.choices[:3])
    content = forms.CharField(label="結果の説明", required=False, max_length=400)
    again_on = WarekiDateField(label="延期する日（延期のとき）", within_years=3, required=False)
    refusals = {**WORDS, TaskInPast: "again_on", TaskEnded: "result"}


class HandoverForm(ActForm):
    """引継ぎの起案。"""

    from_officer = forms.ChoiceField(label="旧担当")
    to_officer = forms.ChoiceField(label="新担当")
    hand_over_on = WarekiDateField(label="引継日", within_years=1)
    content = ReasonField(label="引継ぎの理由")
    refusals = {
        OfficerUnknown: "to_officer", HandsOverToSelf: "to_officer", NothingToHandOver: "from_officer",
        HandsOverTwice: "from_officer", NoteNeedsContent: "content",
    }  # fmt: skip

    def __init__(
        self, *args: Any, holders: Iterable[tuple[str, str]], officers: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["from_officer"]).choices = list(holders)
        cast(forms.ChoiceField, self.fields["to_officer"]).choices = list(officers)


class ApproveForm(ActForm):
    """引継ぎの承認と取りやめ。"""

    refusals: dict[type[Refusal], str] = {}


class DocumentForm(ActForm):
    """資料の綴り。"""

    kind = forms.ChoiceField(label="種類", choices=CaseDocument.Kind.choices)
    title = forms.CharField(label="題", max_length=100)
    replaces = forms.TypedChoiceField(label="差し替える資料", required=False, coerce=int, empty_value=None)
    document = forms.FileField(
        label="ファイル", help_text="PDF、JPEG、PNG、文字だけのファイル。8MBまで。個人番号は塗りつぶしてください。"
    )
    refusals = {
        DocumentNeedsTitle: "title", DocumentTooLarge: "document", DocumentKindRefused: "document",
        NumberInDocument: "document", PlaceInDocument: "document", DocumentUnknown: "replaces",
    }  # fmt: skip

    def __init__(self, *args: Any, known: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["replaces"]).choices = [("", "新しい資料"), *known]


class NearingForm(ActForm):
    """時効の近い事案の確認。"""

    content = ReasonField(label="確かめたことと、担当への指示")
    refusals = {**WORDS, NothingNearing: "content", ReviewsOwnCase: "content"}


class FollowedContactForm(ContactForm):
    """折衝の記録。次の予定と、添付を添えられる。"""

    next_on = WarekiDateField(label="次の予定日", required=False, within_years=3)
    next_kind = forms.ChoiceField(label="次にすること", required=False, choices=[("", "なし"), *MANUAL])
    next_note = forms.CharField(label="予定の内容", required=False, max_length=200)
    attached = forms.FileField(
        label="添付", required=False, help_text="PDF、JPEG、PNG、文字だけのファイル。事案の資料に綴じます。8MBまで。"
    )
    refusals = {
        **ContactForm.refusals, TaskInPast: "next_on", CaseUnknown: "next_on", CaseCleared: "next_on", NoteTooLong: "next_note",
        NumberInNote: "next_note", PlaceInNote: "next_note", DocumentTooLarge: "attached", DocumentKindRefused: "attached",
        NumberInDocument: "attached", PlaceInDocument: "attached",
    }  # fmt: skip

    def clean(self) -> dict[str, Any] | None:
        """次の予定は、日と種類の両方が要る。"""
        told = super().clean() or self.cleaned_data
        if bool(told.get("next_on")) != bool(told.get("next_kind")) and not {"next_on", "next_kind"} & set(self.errors):
            self.add_error(
                "next_kind" if told.get("next_on") else "next_on", "次の予定は、日とすることの両方を入力してください。"
            )
        return told

    @property
    def followed(self) -> Followed:
        """添えるもの。"""
        told, file = self.cleaned_data, self.cleaned_data.get("attached")
        task = (
            NewTask(CaseTask.Kind(told["next_kind"]), told["next_on"], told["next_note"])
            if told.get("next_on")
            else None
        )
        return Followed(task, (str(file.name), file.read()) if file else None)


class InsolvencyForm(ActForm):
    """倒産手続の届出の期限、届出、配当・弁済。"""

    kind = forms.ChoiceField(label="記録すること", choices=InsolvencyRecord.Kind.choices)
    on = WarekiDateField(label="日", within_years=10, help_text="期限なら、その日。")
    amount = YenField(label="額（円）", required=False, help_text="届け出た額、または受けた額。")
    content = forms.CharField(label="説明", max_length=400, help_text="例：破産管財人あて交付要求、最後配当")
    refusals = {
        **WORDS,
        FilingNeedsAmount: "amount",
        BeforeOpening: "on",
        DividendNotFiled: "kind",
        NoFilingInRehabilitation: "kind",
    }
