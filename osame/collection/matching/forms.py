"""消込の画面の書式。"""

from typing import Any

from django import forms

from osame.collection.matching.actions import CancellationNeedsNote, ReceiptAlreadyCancelled
from osame.collection.matching.models import HeldReceipt, ReceiptCancellation
from osame.collection.matching.queries import HeldFilter, ReceiptFilter
from osame.formats.reports import Channel
from osame.kernel.kana import to_half_width
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField, WarekiDateField, YenField, plain

EVERY = ("", "すべて")


class FilterForm(forms.Form):
    """絞り込みの書式。 channels: チャネルの名。"""

    def __init__(self, data: Any, *, channels: dict[Channel, str]) -> None:
        super().__init__(data, label_suffix="")
        chosen = self.fields["channel"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [EVERY, *((str(code), name) for code, name in channels.items())]


class HeldFilterForm(FilterForm):
    """不明入金の絞り込み。"""

    text = forms.CharField(label="名義・納付書番号", required=False, max_length=40)
    amount = YenField(label="金額", required=False)
    channel = forms.ChoiceField(label="チャネル", required=False)
    reason = forms.ChoiceField(label="理由", required=False, choices=[EVERY, *HeldReceipt.Reason.choices])
    before = WarekiDateField(label="収入日（この日まで）", required=False)

    @property
    def wanted(self) -> HeldFilter:
        """打たれた条件。誤りのある欄は、絞らない。"""
        if not self.is_valid():
            return HeldFilter()
        typed = self.cleaned_data
        return HeldFilter(
            to_half_width(plain(typed["text"])), typed["amount"], typed["channel"], typed["reason"], typed["before"]
        )


class ReceiptFilterForm(FilterForm):
    """収納の絞り込み。"""

    accounted_on = WarekiDateField(label="会計日", required=False)
    channel = forms.ChoiceField(label="チャネル", required=False)
    amount = YenField(label="金額", required=False)
    slip_number = CodeField(label="納付書番号", longest=15, required=False)
    addressee_number = CodeField(label="宛名番号", longest=15, required=False)

    @property
    def wanted(self) -> ReceiptFilter:
        """打たれた条件。"""
        if not self.is_valid():
            return ReceiptFilter()
        typed = self.cleaned_data
        return ReceiptFilter(
            typed["addressee_number"].zfill(15) if typed["addressee_number"] else "",
            int(typed["slip_number"]) if typed["slip_number"] else None,
            typed["accounted_on"],
            typed["channel"],
            typed["amount"],
        )


class IdentifyForm(ActForm):
    """消し込む書式。見せた残高の版だけを運ぶ。"""


OTHER_ACTS = (
    ReceiptCancellation.Reason.REALLOCATION,
    ReceiptCancellation.Reason.APPROPRIATION,
)  # それぞれの行いで取り消す


class CancelForm(ActForm):
    """収納を取り消す書式。"""

    reason = forms.ChoiceField(
        label="取消しの理由",
        choices=[each for each in ReceiptCancellation.Reason.choices if each[0] not in OTHER_ACTS],
        widget=forms.RadioSelect,
        help_text="誤消込は、入金を調査中に戻します。不渡りと収納機関の取消しは、金が市にないので戻しません。",
    )
    note = ReasonField(label="説明")

    refusals = {CancellationNeedsNote: "note", ReceiptAlreadyCancelled: "note"}


class MoveForm(ActForm):
    """収納を組み替える書式。"""

    note = ReasonField(label="組み替える理由")

    refusals = {CancellationNeedsNote: "note"}
