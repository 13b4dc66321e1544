"""不納欠損の書式。候補からの起案、戻しの起案、時効の近い期別の期間。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.arrears.prescribing import ChargeKey
from osame.collection.writeoffs.deciding import NothingToWriteOff
from osame.collection.writeoffs.fraud import (
    FraudAfterWriteOff,
    FraudConfirmedBySelf,
    FraudFoundAlready,
    FraudNeedsFacts,
    FraudOfNothing,
    FraudUnknown,
    NumberInFraud,
    WithdrawNeedsReason,
)
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField


class WriteOffForm(ActForm):
    """不納欠損の起案。値は「宛名番号:期別番号」。"""

    charges = forms.MultipleChoiceField(label="不納欠損にする期別", widget=forms.CheckboxSelectMultiple)
    reason = ReasonField(label="理由")
    refusals = {NothingToWriteOff: "charges"}

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charges"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(choices)

    @property
    def keys(self) -> list[ChargeKey]:
        """選ばれた期別。"""
        pairs = (each.partition(":") for each in self.cleaned_data["charges"])
        return [(who, int(charge)) for who, _, charge in pairs]


class ReversalForm(ActForm):
    """戻しの起案。"""

    reason = ReasonField(label="戻す理由")


class FraudForm(ActForm):
    """偽りその他不正の行為の認定。"""

    charge = forms.TypedChoiceField(label="免れた期別", coerce=int)
    facts = forms.CharField(label="不正の行為と資料", max_length=1_000, widget=forms.Textarea(attrs={"rows": 4}))
    refusals = {
        FraudNeedsFacts: "facts", NumberInFraud: "facts", FraudFoundAlready: "charge", FraudOfNothing: "charge",
        FraudAfterWriteOff: "charge",
    }  # fmt: skip

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charge"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)


class FraudJudgeForm(ActForm):
    """認定の確かめ、または取消し。"""

    decision = forms.ChoiceField(
        label="行い", choices=[("confirm", "確かめた"), ("withdraw", "認定を取り消す")], widget=forms.RadioSelect
    )
    reason = forms.CharField(label="取り消す理由", required=False, max_length=400, help_text="取り消すときだけ。")
    refusals = {
        FraudConfirmedBySelf: "decision", FraudUnknown: "decision", FraudAfterWriteOff: "decision", WithdrawNeedsReason: "reason",
    }  # fmt: skip
