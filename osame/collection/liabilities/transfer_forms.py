"""担保権付財産の譲渡の書式。通知・交付要求・取消しの起案、受けた配当。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.liabilities.measuring import LiabilityOfNothing
from osame.collection.liabilities.slips import NothingLeftToClaim
from osame.collection.liabilities.transfer_deciding import (
    CancelNeedsReason,
    CaseNeeded,
    NothingFromCreditor,
    TransferNeedsFacts,
)
from osame.collection.liabilities.transfer_measuring import (
    OTHER_KINDS,
    Conveyed,
    OtherClaimUnreadable,
    other_claims,
)
from osame.collection.liabilities.transfer_models import EncumberedTransfer
from osame.collection.liabilities.transfer_paying import DividendBeyondLimit
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField

NEAR_YEARS = 15
Security = EncumberedTransfer.Security


class TransferForm(ActForm):
    """質権者・抵当権者への徴収の通知の起案。"""

    creditor = forms.TypedChoiceField(label="質権者・抵当権者（照会先）", coerce=int)
    security = forms.TypedChoiceField(
        label="担保権の種類", choices=Security.choices, coerce=Security, initial=Security.MORTGAGE
    )
    property_text = forms.CharField(label="譲渡された財産の表示", max_length=500)
    transferee = forms.CharField(label="譲り受けた者", max_length=200)
    registered_on = WarekiDateField(within_years=NEAR_YEARS, label="担保権の登記の日")
    transferred_on = WarekiDateField(within_years=NEAR_YEARS, label="譲渡の日")
    secured_claim = YenField(label="担保される債権の額（円）")
    proceeds = YenField(label="換価代金の見込み（円）")
    others = forms.CharField(
        label="配当に加わるほかの債権", max_length=4_000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一行に一つ、「区分 名 額 日」。区分は" + "・".join(OTHER_KINDS) + "。日は登記の日か法定納期限等（費用と先取特権には要らない）。",
    )  # fmt: skip
    charges = forms.TypedMultipleChoiceField(label="徴収する期別", coerce=int, widget=forms.CheckboxSelectMultiple)
    was_without_other = forms.BooleanField(
        label="譲渡の時に、ほかに徴収金に充てるべき十分な財産がなかったと認める", required=False
    )
    facts = forms.CharField(
        label="認定の事実と資料", max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="登記事項証明書、譲渡の契約書、財産調査の結果など。",
    )  # fmt: skip
    reason = ReasonField(label="理由")
    refusals = {
        LiabilityOfNothing: "charges", TransferNeedsFacts: "facts", OtherClaimUnreadable: "others",
        NothingFromCreditor: "proceeds",
    }  # fmt: skip

    def __init__(
        self,
        *args: Any,
        choices: Sequence[tuple[int, str]],
        parties: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, told in (("charges", choices), ("creditor", parties)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(told)

    @property
    def conveyed(self) -> Conveyed:
        """譲渡された財産と、その担保権。"""
        told = self.cleaned_data
        return Conveyed(
            told["creditor"], told["security"], told["property_text"], told["transferee"], told["registered_on"],
            told["transferred_on"], told["secured_claim"], told["proceeds"], other_claims(told["others"]),
        )  # fmt: skip


class TransferRequestForm(ActForm):
    """執行機関への交付要求の起案。"""

    body = forms.TypedChoiceField(label="執行機関（照会先）", coerce=int)
    case_number = forms.CharField(label="事件の表示", max_length=200)
    reason = ReasonField(label="理由")
    refusals = {CaseNeeded: "case_number"}

    def __init__(self, *args: Any, parties: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["body"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(parties)


class TransferCancelForm(ActForm):
    """徴収の取消しの起案。"""

    reason = ReasonField(label="取り消す理由")
    refusals = {CancelNeedsReason: "reason"}


class DividendForm(ActForm):
    """執行機関からの配当。"""

    amount = YenField(label="配当の額（円）")
    refusals = {DividendBeyondLimit: "amount", NothingLeftToClaim: "amount"}
