"""歳出からの支払の書式。"""

from typing import Any

from django import forms

from osame.collection.outlays.deciding import OutlayNeedsReason, Restitution
from osame.collection.outlays.paying import HolderIsAnother, OutlayDayClosed
from osame.collection.outlays.restitutions import (
    GivenPart,
    NothingToRestitute,
    NotWhatWasPaid,
    PaidTwiceOver,
    PartUnreadable,
    read_parts,
)
from osame.collection.outlays.shortfalls import AppliedLate, Shortfall, ShortfallAlreadyDecided, ShortfallWrong
from osame.collection.refunds.forms import ClaimForm
from osame.kernel.refusals import Refusal
from osame.law.restitution import StillRefundable, TooOldToRestitute
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField

EARLIEST_YEAR = 1990
FAR_YEARS = 1


class RewardsForm(forms.Form):
    """報奨金の候補の条件。"""

    tax_item = forms.ChoiceField(label="税目")
    levy_year = forms.IntegerField(label="賦課年度（西暦）", min_value=EARLIEST_YEAR)

    def __init__(self, *args: Any, tax_items: list[tuple[str, str]], **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        field = self.fields["tax_item"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = tax_items


class ProposeRewardsForm(ActForm):
    """報奨金の交付の起案。"""

    tax_item = forms.CharField(widget=forms.HiddenInput)
    levy_year = forms.IntegerField(widget=forms.HiddenInput)
    reason = ReasonField(label="起案の理由", help_text="例：令和7年度 全期前納分")
    refusals = {OutlayNeedsReason: "reason"}


class RestitutionForm(ActForm):
    """返還金の起案。内訳は、一行に一つ。"""

    tax_item = forms.ChoiceField(label="税目")
    parts = forms.CharField(
        label="内訳", widget=forms.Textarea(attrs={"rows": 6}),
        help_text="一行に一つ、賦課年度、期、法定納期限、納付の日、納付した額、返還する額、資料を「、」で区切ります。"
        "例：2012、1、H24.5.31、H24.5.28、50,000、12,000、平成24年度 収納簿。推計した年度は、終わりに「、推計」。",
    )  # fmt: skip
    reason = ReasonField(label="支払う理由", help_text="どうして誤っていたか、いつ分かったか。")
    refusals = {
        OutlayNeedsReason: "reason", NothingToRestitute: "parts", PaidTwiceOver: "parts", NotWhatWasPaid: "parts",
        StillRefundable: "parts", TooOldToRestitute: "parts",
    }  # fmt: skip

    def __init__(self, *args: Any, tax_items: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tax_item"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = tax_items

    def clean_parts(self) -> tuple[GivenPart, ...]:
        """打たれた内訳。"""
        try:
            return read_parts(self.cleaned_data["parts"])
        except (PartUnreadable, Refusal) as unreadable:
            raise forms.ValidationError(str(unreadable)) from unreadable

    def wanted(self, addressee_number: str) -> Restitution:
        """起案する返還金。"""
        told = self.cleaned_data
        return Restitution(addressee_number, told["tax_item"], told["parts"], told["reason"])


class ShortfallForm(ActForm):
    """控除不足額の起案。"""

    levy_year = forms.IntegerField(label="賦課年度（西暦）", min_value=EARLIEST_YEAR)
    amount = YenField(label="控除不足額", least=1, help_text="税額通知書の控除不足額（市町村民税と道府県民税の計）。")
    applied_on = WarekiDateField(label="申出の日", within_years=2)
    wished = forms.BooleanField(
        label="未納の徴収金に充てること（委託納付）の申出があった", required=False,
        help_text="申出がなければ、その年度の個人住民税にだけ充てます。",
    )  # fmt: skip
    reason = ReasonField(label="起案の理由", help_text="例：令和7年分の確定申告による")
    refusals = {
        OutlayNeedsReason: "reason", ShortfallWrong: "amount", AppliedLate: "applied_on", ShortfallAlreadyDecided: "levy_year",
    }  # fmt: skip

    def wanted(self, addressee_number: str) -> Shortfall:
        """起案する控除不足額。"""
        told = self.cleaned_data
        return Shortfall(
            addressee_number, told["levy_year"], told["amount"], told["applied_on"], told["wished"], told["reason"]
        )


class AccountForm(ClaimForm):
    """支払先の口座。"""

    field_order = ("bank_code", "branch_code", "account_type", "account_number", "holder_kana", "consented")
    refusals = {**ClaimForm.refusals, HolderIsAnother: "holder_kana"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["delegated"]
        self.fields["bank_code"].required = True


class ReasonOnlyForm(ActForm):
    """理由だけの書式（取消し、組戻し、返納）。"""

    reason = ReasonField(label="理由")
    refusals = {OutlayNeedsReason: "reason"}


class PlainForm(ActForm):
    """欄のない書式。"""


class RunForm(ActForm):
    """支払の起案。"""

    transfer_on = WarekiDateField(label="振込指定日", within_years=FAR_YEARS, help_text="金融機関の営業日。例：R7.9.30")
    reason = ReasonField(label="起案の理由")
    refusals = {OutlayDayClosed: "transfer_on"}


class ReturnedForm(ActForm):
    """返納された日。"""

    returned_on = WarekiDateField(label="返納された日", within_years=FAR_YEARS)
