"""本人の請求と漏えい等事故の書式。"""

from typing import Any

from django import forms

from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField, WarekiDateField, plain
from osame.platform.privacy import refusals
from osame.platform.privacy.models import Incident, PrivacyMeasure, PrivacyRequest
from osame.platform.privacy.tracing import Scope
from osame.platform.terminal import instants_of


def _text(label: str, *, rows: int = 2, required: bool = True, longest: int = 2_000, told: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), help_text=told
    )


class IntakeForm(ActForm):
    """開示等請求の受付。"""

    refusals = {
        refusals.AgentNeedsAuthority: "authority_paper",
        refusals.ReceivedInTheFuture: "requested_on",
        refusals.AskedTooLate: "disclosed_on",
    }

    kind = forms.ChoiceField(label="請求の種類", choices=PrivacyRequest.Kind.choices)
    number_kind = forms.ChoiceField(label="番号の種類", choices=PrivacyRequest.NumberKind.choices)
    addressee_number = CodeField(label="番号", longest=15)
    requester = forms.ChoiceField(label="請求する者", choices=PrivacyRequest.Requester.choices)
    requester_name = forms.CharField(label="請求する者の氏名", max_length=100)
    proof = forms.ChoiceField(
        label="本人確認書類", choices=PrivacyRequest.Proof.choices, help_text="書類を見て確かめます。番号は控えません。"
    )
    authority_paper = forms.CharField(
        label="代理権を証する書類",
        required=False,
        max_length=200,
        help_text="代理人のときだけ。戸籍全部事項証明書、委任状など",
    )
    requested_on = WarekiDateField(label="請求のあった日", within_years=1)
    disclosed_on = WarekiDateField(
        label="開示を受けた日",
        required=False,
        within_years=3,
        help_text="訂正・利用停止のときだけ。90日以内に請求するものです。",
    )
    scope = _text("請求の内容", rows=3)
    again = forms.BooleanField(label="請求書と、番号・氏名・請求の内容を、もう一度見比べました")


class AmendForm(ActForm):
    """補正に要した日数。"""

    days = forms.IntegerField(label="補正に要した日数", min_value=0, max_value=365)


class ReasonForm(ActForm):
    """理由だけの行い。"""

    refusals = {refusals.ReasonMissing: "reason"}

    reason = ReasonField()


class PlainForm(ActForm):
    """欄のない行い。"""


class JudgeForm(ActForm):
    """一つの項目を見分ける。"""

    refusals = {refusals.ColumnUnknown: "opened", refusals.PlaceOfProtectedPerson: "opened"}

    withheld_ground = forms.CharField(
        label="開示しない理由", required=False, max_length=400,
        help_text="この項目のすべてを開示しないときだけ。例：個人情報の保護に関する法律第78条第1項第7号ハ",
    )  # fmt: skip
    opened = forms.MultipleChoiceField(
        label="確かめて開く列", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="中身を確かめ、第三者の情報がないと認めた列だけを開きます。",
    )  # fmt: skip

    def __init__(self, *args: Any, columns: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened"].choices = columns  # type: ignore[attr-defined]


class DecisionForm(ActForm):
    """決定の起案。"""

    refusals = {refusals.ReasonMissing: "reason", refusals.OutcomeDisagrees: "outcome"}

    outcome = forms.ChoiceField(label="決定", choices=PrivacyRequest.Outcome.choices)
    reason = ReasonField(label="決定の理由", required=False, help_text="全部に応じるときのほかは、要ります。")


class MeasureForm(ActForm):
    """応じて行ったこと。"""

    refusals = {refusals.MeasureDoesNotFit: "kind"}

    kind = forms.ChoiceField(label="行ったこと", choices=PrivacyMeasure.Kind.choices)
    target = forms.CharField(label="項目", max_length=200, help_text="例：送付先の方書、名義人のフリガナ")
    detail = _text("中身", required=False)
    done_on = WarekiDateField(label="行った日", within_years=1)


class DetectionForm(ActForm):
    """漏えい等事故の登録。"""

    refusals = {refusals.WrongOrderOfDates: "known_on"}

    kind = forms.ChoiceField(label="種類", choices=Incident.Kind.choices)
    summary = _text("概要", rows=3, told="発生日、発覚日、経緯。氏名や番号は書きません。")
    known_on = WarekiDateField(label="知った日", within_years=1)
    number_included = forms.BooleanField(label="個人番号を含む", required=False)
    in_affair_system = forms.BooleanField(label="個人番号利用事務のシステムの情報である", required=False, initial=True)
    wrongful = forms.BooleanField(label="不正の目的のおそれがある", required=False)
    open_to_public = forms.BooleanField(label="不特定多数の者に見られるおそれがある", required=False)
    protected_by_encryption = forms.BooleanField(label="高度な暗号化などの措置があった", required=False)


class ScopeForm(ActForm):
    """範囲の条件。"""

    since = WarekiDateField(label="この日から", required=False)
    through = WarekiDateField(label="この日まで", required=False)
    officer = forms.CharField(label="職員番号", required=False, max_length=64)
    terminal = forms.CharField(label="端末", required=False, max_length=64)
    receiver = forms.CharField(label="渡した相手", required=False, max_length=200)
    person = CodeField(label="対象の宛名番号", required=False, longest=15)
    outputs = forms.CharField(
        label="出力番号",
        required=False,
        max_length=2_000,
        help_text="読点か空白で区切って、いくつでも。あれば、期間などより先に効きます。",
    )

    def scope(self) -> Scope:
        """範囲の条件にする。"""
        told = self.cleaned_data
        since, until = instants_of(told["since"], told["through"])
        return Scope(
            since=since,
            until=until,
            officer=plain(told["officer"]),
            terminal=plain(told["terminal"]),
            receiver=told["receiver"].strip(),
            person=told["person"].zfill(15) if told["person"] else "",
            outputs=tuple(plain(told["outputs"]).replace("、", " ").replace(",", " ").split()),
        )


class DayForm(ActForm):
    """日だけの行い。"""

    refusals = {refusals.WrongOrderOfDates: "on"}

    on = WarekiDateField(label="日", within_years=2)


class DescribeForm(ActForm):
    """報告の項目。"""

    items = _text("漏えい等した項目", required=False)
    cause = _text("原因", required=False)
    secondary_damage = _text("二次被害又はそのおそれの有無と内容", required=False)
    response = _text("本人への対応の実施状況", required=False)
    publication = _text("公表の実施状況", required=False)
    prevention = _text("再発防止のための措置", required=False)
    other = _text("その他参考となる事項", required=False)
