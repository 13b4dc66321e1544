"""日締めの画面の書式。"""

from typing import Any

from django import forms

from osame.collection.closing.actions import ReopeningNeedsReason, TotalNeedsReason
from osame.collection.closing.queries import CHANNEL_NAMES, INTERNAL_CHANNELS
from osame.formats.reports import Channel
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField, YenField


class CloseForm(ActForm):
    """日を締める書式。欄はない。"""


class AskReopenForm(ActForm):
    """締めの解除を申し出る書式。"""

    reason = ReasonField(label="締めを解く理由")

    refusals = {ReopeningNeedsReason: "reason"}


class BankTotalForm(ActForm):
    """公金日計の一行を手で入力する書式。"""

    channel = forms.ChoiceField(
        label="チャネル", choices=[(str(c), name) for c, name in CHANNEL_NAMES.items() if c not in INTERNAL_CHANNELS]
    )
    receipts = CodeField(label="件数", longest=7)
    amount = YenField(label="金額", least=0)
    reason = ReasonField(label="入力の理由", help_text="例：指定金融機関の○○さんから、訂正した日計表を受け取った")

    refusals = {TotalNeedsReason: "reason"}

    def clean_receipts(self) -> int:
        """件数を数にする。"""
        return int(self.cleaned_data["receipts"])

    def clean_channel(self) -> Channel:
        """チャネルの符号。"""
        return Channel(self.cleaned_data["channel"])


def total_form(data: Any, **options: Any) -> BankTotalForm:
    """公金日計の書式。件数の下の枠を、符号の欄より狭くする。"""
    form = BankTotalForm(data, **options)
    form.fields["receipts"].widget.attrs["class"] = "yen"
    return form
