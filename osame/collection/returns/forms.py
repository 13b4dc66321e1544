"""返戻・所在調査・公示送達・送達の書式。"""

from typing import Any

from django import forms

from osame.collection.demand_mail.forms import SheetCodeField
from osame.collection.letters.actions import Outside
from osame.collection.returns import actions
from osame.collection.returns.actions import Delivery, InquiryAnswered
from osame.collection.returns.letters import NotAskedByLetter
from osame.collection.returns.letters_sent import PaperUnknown
from osame.collection.returns.models import ReturnedLetter, ServicePublication, ServiceRecord, WhereaboutsInquiry
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField

CHOOSE = ("", "選んでください")


class ReturnForm(ActForm):
    """返戻。紙の番号を読み、事由と返戻日を入れる。"""

    code = SheetCodeField(
        label="文書の番号",
        help_text="文書の下の番号を読み取るか、「束の番号-発付番号」を入力します。例：12-345",
        widget=forms.TextInput(attrs={"data-focus": "", "autocomplete": "off"}),
    )
    cause = forms.ChoiceField(label="返戻の事由", choices=[CHOOSE, *ReturnedLetter.Cause.choices])
    returned_on = WarekiDateField(label="返戻日", within_years=1)

    refusals = {PaperUnknown: "code", actions.AlreadyReturned: "code", actions.ReturnedTooEarly: "returned_on"}


class InquiryForm(ActForm):
    """所在調査の照会。"""

    kind = forms.ChoiceField(label="調査の種類", choices=[CHOOSE, *WhereaboutsInquiry.Kind.choices])
    asked_of = forms.CharField(label="照会先", max_length=100, help_text="例：伊勢市戸籍住民課、現地（職員2人）")
    asked_on = WarekiDateField(label="照会日", within_years=1)

    refusals = {actions.DayTooEarly: "asked_on", actions.TextMissing: "asked_of", actions.NumberWritten: "asked_of"}


class AnswerForm(ActForm):
    """所在調査の答え。"""

    outcome = forms.ChoiceField(label="結果", choices=[CHOOSE, *WhereaboutsInquiry.Outcome.choices])
    answered_on = WarekiDateField(label="回答日", within_years=1)
    answer = ReasonField(label="回答の内容", help_text="例：住民票は職権消除。転出先の記載なし。")

    refusals = {actions.DayTooEarly: "answered_on", actions.TextMissing: "answer", actions.NumberWritten: "answer"}


class InquiryLetterForm(ActForm):
    """所在照会書の宛先と、回答の期限。"""

    name = forms.CharField(label="宛先の名称", max_length=60, help_text="例：隣市役所")
    postal_code = forms.RegexField(label="郵便番号", regex=r"^\d{3}-?\d{4}$", help_text="例：510-0001")
    address = forms.CharField(label="所在地", max_length=80)
    section = forms.CharField(label="部署", max_length=40, required=False)
    reply_by = WarekiDateField(label="回答の期限", within_years=1)

    refusals = {InquiryAnswered: "name", NotAskedByLetter: "name"}

    @property
    def to(self) -> Outside:
        """宛先。"""
        typed = self.cleaned_data
        return Outside(typed["name"], typed["postal_code"].replace("-", ""), typed["address"], typed["section"])


class ResendForm(ActForm):
    """再発送。"""

    resent_on = WarekiDateField(label="再発送日", within_years=1)

    refusals = {actions.DayTooEarly: "resent_on"}


class CloseForm(ActForm):
    """返戻の終了。"""

    note = ReasonField(label="終える理由", help_text="例：来庁し納付。督促を取り消したため。")

    refusals = {actions.TextMissing: "note", actions.NumberWritten: "note"}


class DraftForm(ActForm):
    """公示送達の起案。"""

    ground = forms.ChoiceField(label="事由", choices=ServicePublication.Ground.choices)
    kept_at = forms.CharField(label="書類を保管する場所", max_length=100)
    reason = ReasonField(label="要件の説明", help_text="調べたことと、その結果。")

    refusals = {actions.NotInvestigated: "ground", actions.TextMissing: "reason", actions.NumberWritten: "reason"}


class PostForm(ActForm):
    """公示送達の掲示。起案した職員とは別の職員が、人と書類を確かめる。"""

    posted_on = WarekiDateField(label="掲示を始めた日", within_years=1)
    checked = forms.BooleanField(label="送達を受けるべき者の氏名と書類名を、返戻された文書と突き合わせた")

    refusals = {actions.DayTooEarly: "posted_on"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checked"].error_messages["required"] = "氏名と書類名を確かめて、印を付けてください。"


class TakeDownForm(ActForm):
    """掲示を外した日。"""

    taken_down_on = WarekiDateField(label="掲示を外した日", within_years=1)

    refusals = {actions.TakenDownTooEarly: "taken_down_on"}


class CancelForm(ActForm):
    """公示送達の取りやめ。"""

    reason = ReasonField(label="取りやめる理由")


class ServiceForm(ActForm):
    """書留・特別送達・交付などの送達。"""

    code = SheetCodeField(label="文書の番号", help_text="例：12-345")
    method = forms.ChoiceField(label="送達の方法", choices=[CHOOSE, *ServiceRecord.Method.choices])
    delivered_on = WarekiDateField(label="配達日・交付日", within_years=1)
    place = forms.CharField(label="送達の場所", max_length=100)
    tracking_number = forms.CharField(
        label="追跡番号", max_length=40, required=False, help_text="書留・特別送達・配達証明のとき。"
    )
    received_by = forms.CharField(
        label="受領者", max_length=100, required=False, help_text="交付のとき。例：本人、同居の妻"
    )
    note = forms.CharField(
        label="説明",
        max_length=200,
        required=False,
        help_text="差置送達のとき。例：本人が受領を拒んだため、玄関に差し置いた",
    )

    refusals = {PaperUnknown: "code", actions.DayTooEarly: "delivered_on", actions.TextMissing: "note"}

    def clean(self) -> dict[str, Any]:
        """方法ごとに要る欄を確かめる。"""
        typed = super().clean() or {}
        method = typed.get("method")
        if method in {"02", "03", "04"} and not typed.get("tracking_number"):
            self.add_error("tracking_number", "追跡番号を入力してください。")
        if method in {"05", "06"} and not typed.get("received_by"):
            self.add_error("received_by", "受領者を入力してください。")
        if method == "07" and not typed.get("note"):
            self.add_error("note", "差し置いた理由を入力してください。")
        return typed

    @property
    def delivery(self) -> Delivery:
        """送達の内容。"""
        typed = self.cleaned_data
        return Delivery(
            ServiceRecord.Method(typed["method"]), typed["delivered_on"], typed["place"], typed["tracking_number"],
            typed["received_by"], typed["note"],
        )  # fmt: skip


class BookForm(forms.Form):
    """送達記録簿の期間。"""

    first = WarekiDateField(label="差出日（初め）")
    last = WarekiDateField(label="差出日（終わり）")


class FindForm(forms.Form):
    """文書の番号での絞込み。"""

    code = SheetCodeField(label="文書の番号", required=False)
