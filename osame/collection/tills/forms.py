"""窓口レジの書式。"""

from typing import Any

from django import forms

from osame.collection.demand_stops.forms import ADDRESSEE_DIGITS, AddresseeField
from osame.collection.tills.actions import CashTooLittle, NothingToReceive, TillAlreadyOpened, TillNeedsReason
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, YenField

MOST_TILLS = 99


class OpenForm(ActForm):
    """レジを開く。"""

    till_number = forms.IntegerField(label="レジ番号", min_value=1, max_value=MOST_TILLS)
    change_fund = YenField(label="釣銭準備金", least=0)
    refusals = {TillAlreadyOpened: "till_number"}


class PersonForm(forms.Form):
    """納める人。"""

    addressee = AddresseeField(label="宛名番号", longest=ADDRESSEE_DIGITS)


class TakeForm(ActForm):
    """領収。 charges: 納める期別。"""

    charges = forms.MultipleChoiceField(label="納める期別", widget=forms.CheckboxSelectMultiple)
    tendered = YenField(label="お預りした現金", least=1)
    refusals = {CashTooLittle: "tendered", NothingToReceive: "charges"}

    def __init__(self, *args: Any, owed: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charges"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = owed


class CountForm(ActForm):
    """締め。"""

    counted = YenField(label="数えた現金", least=0, help_text="釣銭準備金を含めて数えます。")
    reason = ReasonField(label="過不足の理由", required=False)
    refusals = {TillNeedsReason: "reason"}


class ReasonForm(ActForm):
    """理由だけの書式。"""

    reason = ReasonField(label="理由")
    refusals = {TillNeedsReason: "reason"}


class PlainForm(ActForm):
    """欄のない書式。"""
