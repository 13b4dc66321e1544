"""納付書の発行、無効化、印刷の書式。"""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from osame.collection.demands.forms import PreviewedForm
from osame.collection.payment_slips.actions import SlipAlreadyUsed, SlipAlreadyVoid, VoidNeedsReason
from osame.collection.payment_slips.owed import Owed
from osame.collection.payment_slips.planning import (
    AmountTooLarge,
    ChargeWithoutFee,
    DayBeforeIssue,
    DayTooFar,
    NothingChosen,
    NothingUnpaid,
    ReasonNeeded,
    SlipRequest,
    TooManyTerms,
)
from osame.kernel.dates import format_wareki
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField


class SlipForm(PreviewedForm):
    """納付書の発行。期別を選び、額を見てから発行する。"""

    charges = forms.TypedMultipleChoiceField(
        label="納付書に載せる期別",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="いくつか選ぶと、一枚に合算します。",
    )
    payable_through = WarekiDateField(
        within_years=1, label="指定期限", help_text="この日まで使えます。延滞金もこの日まで計算します。例：R8.9.30"
    )
    with_fee = forms.BooleanField(label="督促手数料を含める", required=False, initial=True)
    with_charge = forms.BooleanField(label="延滞金を含める", required=False, initial=True)
    reason = ReasonField(
        label="発行する理由",
        required=False,
        help_text="猶予・督促停止・時効の満了など、注意のある期別を含むときに要ります。",
    )
    refusals = {
        NothingChosen: "charges", TooManyTerms: "charges", NothingUnpaid: "charges", AmountTooLarge: "charges",
        DayBeforeIssue: "payable_through", DayTooFar: "payable_through", ChargeWithoutFee: "with_fee",
        ReasonNeeded: "reason",
    }  # fmt: skip

    def __init__(self, *args: Any, owed: Sequence[Owed], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.TypedMultipleChoiceField, self.fields["charges"])
        field.choices = [(each.facts.charge_id, told_charge(each)) for each in owed]
        field.error_messages["required"] = NothingChosen.message()

    def request(self, addressee_number: str) -> SlipRequest:
        """打たれた発行の内容。"""
        told = self.cleaned_data
        return SlipRequest(
            addressee_number, tuple(told["charges"]), told["payable_through"], told["with_fee"], told["with_charge"],
            told["reason"],
        )  # fmt: skip


class VoidForm(ActForm):
    """納付書の無効化。"""

    reason = ReasonField(label="無効にする理由")
    refusals = {VoidNeedsReason: "reason", SlipAlreadyUsed: "reason", SlipAlreadyVoid: "reason"}


def told_charge(owed: Owed) -> str:
    """選ぶ期別の言い方。"""
    late, _ = owed.late
    parts = [f"本税{owed.facts.principal_tax:,}円"]
    parts += [f"手数料{owed.facts.demand_fee:,}円"] if owed.facts.demand_fee else []
    parts += [f"延滞金{late:,}円"] if late else []
    return f"{owed.label}（納期限 {format_wareki(owed.facts.due_date)}、{'、'.join(parts)}）"
