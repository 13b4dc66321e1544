"""納税証明の書式。"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from osame.collection.certificates import actions
from osame.collection.certificates.actions import Application, Identity
from osame.collection.certificates.certified import Asked, Evidence, SubjectUnknown
from osame.collection.certificates.consented import ConsentMissing, Inquiry
from osame.collection.certificates.models import CertificateRequest
from osame.collection.demand_stops.forms import ADDRESSEE_DIGITS, AddresseeField
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField, WarekiDateField, YenField

YEAR_DIGITS = 4
EARLIEST = 2000


class YearField(CodeField):
    """年度（西暦4桁）。"""

    def to_python(self, value: Any) -> Any:
        """年度の数。"""
        text = super().to_python(value)
        if not text:
            return None
        if len(text) != YEAR_DIGITS or int(text) < EARLIEST:
            raise ValidationError("年度は西暦4桁で入力してください。例：2026")
        return int(text)


class ApplyForm(ActForm):
    """申請。"""

    addressee_number = AddresseeField(label="証明する人の宛名番号", longest=ADDRESSEE_DIGITS)
    kind = forms.ChoiceField(label="証明の種類", choices=CertificateRequest.Kind.choices)
    tax_item = forms.ChoiceField(label="税目", required=False)
    first_levy_year = YearField(label="初めの年度", longest=YEAR_DIGITS)
    last_levy_year = YearField(label="終わりの年度", longest=YEAR_DIGITS)
    notice_number = forms.CharField(
        label="通知書番号", required=False, max_length=30, help_text="一つの通知書だけを証明するとき。"
    )
    plate_number = forms.CharField(
        label="標識番号", required=False, max_length=40, help_text="継続検査用のとき。例：三重580あ1234"
    )
    chassis_number = forms.CharField(label="車台番号", required=False, max_length=40)
    applicant_name = forms.CharField(label="申請者の氏名", max_length=100)
    authority = forms.ChoiceField(label="請求の資格", choices=CertificateRequest.Authority.choices)
    use = forms.CharField(label="使用目的", max_length=100, help_text="例：融資、入札参加、車検")
    submitted_to = forms.CharField(label="提出先", max_length=100)
    fee = YenField(label="手数料", least=0, required=False, help_text="空なら、団体の定める額です。免除なら0にします。")
    fee_exemption = forms.CharField(label="免除の理由", required=False, max_length=100)

    refusals = {
        actions.VehicleUnnamed: "plate_number", actions.FeeUnexplained: "fee_exemption", SubjectUnknown: "addressee_number",
        actions.ApplicationIncomplete: "last_levy_year", actions.NumberInRequest: "use",
    }  # fmt: skip

    def __init__(self, *args: Any, tax_items: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tax_item"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべての税目"), *tax_items]

    @property
    def application(self) -> Application:
        """申請の内容。"""
        typed = self.cleaned_data
        names = ("addressee_number", "kind", "tax_item", "first_levy_year", "last_levy_year", "notice_number",
                 "plate_number", "chassis_number", "authority")  # fmt: skip
        return Application(
            Asked(**{name: typed[name] for name in names}), typed["applicant_name"], typed["use"], typed["submitted_to"],
            typed["fee"], typed["fee_exemption"],
        )  # fmt: skip


class IdentifyForm(ActForm):
    """本人確認。"""

    means = forms.ChoiceField(
        label="確認した書類", choices=[("", "選んでください"), *CertificateRequest.IdentityMeans.choices]
    )
    note = forms.CharField(
        label="書類の名と控え", max_length=100, help_text="例：運転免許証。番号は書きません。", required=False
    )
    authority_document = forms.CharField(
        label="資格を示す書面", required=False, max_length=100, help_text="本人でないとき。例：委任状（R8.7.1）、戸籍"
    )
    authority_valid_through = WarekiDateField(label="書面の末日", required=False, within_years=5)

    refusals = {
        actions.AuthorityUnproven: "authority_document", actions.AuthorityExpired: "authority_valid_through",
        actions.NumberInRequest: "note",
    }  # fmt: skip

    @property
    def identity(self) -> Identity:
        """本人確認の内容。"""
        typed = self.cleaned_data
        return Identity(
            CertificateRequest.IdentityMeans(typed["means"]), typed["note"], typed["authority_document"],
            typed["authority_valid_through"],
        )  # fmt: skip


class EvidenceForm(ActForm):
    """領収書確認。"""

    charge_id = forms.TypedChoiceField(label="期別", coerce=int)
    paid_on = WarekiDateField(label="領収日", within_years=1)
    amount = YenField(label="領収書の額")
    seen = forms.CharField(label="確かめた領収書", max_length=100, help_text="例：百五銀行本店の領収印（R8.7.9）")

    refusals = {actions.EvidenceWrong: "charge_id"}

    def __init__(self, *args: Any, charges: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charge_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(charges)

    @property
    def evidence(self) -> Evidence:
        """領収書確認の内容。"""
        typed = self.cleaned_data
        return Evidence(typed["charge_id"], typed["paid_on"], typed["amount"], typed["seen"])


class IssueForm(ActForm):
    """発行。欄はない。断りは、画面で言う。"""


class CloseForm(ActForm):
    """不発行・取下げ。"""

    how = forms.ChoiceField(label="どうするか", choices=[("refuse", "不発行にする"), ("withdraw", "取り下げる")])
    reason = ReasonField()


class ReasonForm(ActForm):
    """取消し・再発行の理由。"""

    reason = ReasonField()


class DayForm(forms.Form):
    """発行簿の日。"""

    on = WarekiDateField(label="申請日", required=False)
    addressee = AddresseeField(label="宛名番号", longest=ADDRESSEE_DIGITS, required=False)


class InquiryForm(ActForm):
    """同意書による滞納の照会。"""

    addressee_number = AddresseeField(label="宛名番号", longest=ADDRESSEE_DIGITS)
    asked_by = forms.CharField(label="照会元", max_length=100, help_text="例：契約検査課")
    use = forms.CharField(label="使用目的", max_length=100, help_text="例：入札参加資格の審査")
    consent = forms.CharField(
        label="同意書", max_length=200, help_text="本人の同意書の日付と番号。例：同意書 R8.7.1 契検第12号"
    )
    consented_on = WarekiDateField(label="同意した日", within_years=3)

    refusals = {ConsentMissing: "consented_on", SubjectUnknown: "addressee_number", actions.NumberInRequest: "consent"}

    @property
    def inquiry(self) -> Inquiry:
        """照会の内容。"""
        typed = self.cleaned_data
        return Inquiry(
            typed["addressee_number"], typed["asked_by"], typed["use"], typed["consent"], typed["consented_on"]
        )


def this_year(on: date) -> int:
    """その日の年度。"""
    return on.year if on.month >= 4 else on.year - 1
