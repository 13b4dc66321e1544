"""督促停止の登録と解除の書式。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.demands.forms import PreviewedForm
from osame.collection.demands.models import DemandStop
from osame.collection.demands.stops import AddresseeNotKnown, ChargeNotOfAddressee, StopNeedsReason, StopPeriodInverted
from osame.collection.ledger.queries import ChargeNotFound, ChargeNotUnique
from osame.platform.console.fields import CodeField, ReasonField, WarekiDateField

ADDRESSEE_DIGITS = 15
FAR_YEARS = 20


class AddresseeField(CodeField):
    """宛名番号。頭の零は省いて打てる。"""

    def to_python(self, value: Any) -> Any:
        """15桁にして読む。"""
        text = super().to_python(value)
        return text.zfill(ADDRESSEE_DIGITS) if text else text


class StopForm(PreviewedForm):
    """督促停止。"""

    addressee_number = AddresseeField(label="宛名番号", longest=ADDRESSEE_DIGITS)
    tax_item = forms.ChoiceField(label="税目", required=False, help_text="選ばなければ、すべての税目です。")
    charge = forms.CharField(
        label="期別", required=False, max_length=40,
        help_text="一つの期別だけを止めるとき。納付書番号、または「税目-賦課年度-通知書番号-期別」。",
    )  # fmt: skip
    reason = forms.ChoiceField(label="停止理由", choices=[("", "選んでください"), *DemandStop.Reason.choices])
    note = ReasonField(label="理由の説明", help_text="元になった決定や申出。例：徴収猶予の許可（R8.7.1 収納第12号）")
    starts_on = WarekiDateField(within_years=1, label="停止日")
    ends_through = WarekiDateField(
        within_years=FAR_YEARS, label="停止の末日", required=False, help_text="決まっていなければ、空のままにします。"
    )
    refusals = {
        AddresseeNotKnown: "addressee_number", ChargeNotOfAddressee: "charge", ChargeNotFound: "charge",
        ChargeNotUnique: "charge", StopNeedsReason: "note", StopPeriodInverted: "ends_through",
    }  # fmt: skip

    def __init__(self, *args: Any, tax_items: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tax_item"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべての税目"), *tax_items]


class ReleaseForm(PreviewedForm):
    """督促停止の解除。"""

    released_on = WarekiDateField(within_years=1, label="解除日", help_text="この日から、また督促の対象になります。")
    refusals = {StopPeriodInverted: "released_on"}
