"""手入力の束の書式。"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from osame.collection.closing.queries import CHANNEL_NAMES
from osame.collection.slips.actions import (
    CountedOtherwise,
    PaidAfterReceived,
    Slip,
    SlipAlreadyKeyed,
)
from osame.formats import gs1_128
from osame.formats.gs1_128 import BarcodeError
from osame.formats.reports import Channel
from osame.formats.slip_numbers import slip_number_of_free_field, slip_number_of_matter_key
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, WarekiDateField, YenField

KEYED = (Channel.COUNTER, Channel.BANK, Channel.DISTRIBUTION, Channel.DEPOSIT_PAYOUT, Channel.SECURITY)
BARCODE, MATTER_KEY = 44, 20


class OpenForm(ActForm):
    """束を開く書式。"""

    channel = forms.ChoiceField(label="チャネル", choices=[(str(each), CHANNEL_NAMES[each]) for each in KEYED])
    received_on = WarekiDateField(label="収入日", within_years=1)
    count = CodeField(label="束の件数", longest=4)
    total = YenField(label="束の合計")

    def clean_channel(self) -> Channel:
        """チャネルの符号。"""
        return Channel(self.cleaned_data["channel"])

    def clean_count(self) -> int:
        """件数。"""
        if not int(self.cleaned_data["count"]):
            raise ValidationError("1件以上を入力してください。")
        return int(self.cleaned_data["count"])


class KeyForm(ActForm):
    """一枚を入力する書式。バーコードを読めば、納付書番号と金額が入る。"""

    slip = CodeField(label="納付書番号かバーコード", longest=BARCODE, widget=forms.TextInput(attrs={"data-focus": ""}))
    amount = YenField(label="金額", required=False, help_text="バーコードなら空でよい")
    paid_on = WarekiDateField(label="領収日", within_years=1)
    notice_id = forms.CharField(label="済通番号・領収書番号", max_length=30)

    refusals = {SlipAlreadyKeyed: "notice_id", PaidAfterReceived: "paid_on"}

    def clean(self) -> dict[str, Any]:
        """読んだ番号から、納付書番号と金額を取り出す。"""
        typed = super().clean() or {}
        if "slip" not in typed:
            return typed
        try:
            typed["slip_number"], told = read_slip(typed["slip"])
        except BarcodeError as unreadable:
            self.add_error("slip", str(unreadable))
            return typed
        if typed.get("amount") is None and "amount" in typed:
            typed["amount"] = told
        if "amount" in typed and typed["amount"] is None:
            self.add_error("amount", "金額を入力してください。")
        return typed

    @property
    def read(self) -> Slip:
        """入力した一枚。"""
        typed = self.cleaned_data
        return Slip(typed["slip_number"], typed["amount"], typed["paid_on"], typed["notice_id"].strip())


class CheckForm(ActForm):
    """照合の書式。現物を数え直した件数と合計。"""

    count = CodeField(label="数え直した件数", longest=4)
    total = YenField(label="数え直した合計")

    refusals = {CountedOtherwise: "total"}


class StepForm(ActForm):
    """欄のない書式（照合に回す、入力に戻す、取りやめる、一枚を除く）。"""


def read_slip(digits: str) -> tuple[int, int | None]:
    """納付書番号と、分かれば金額。44桁はコンビニ収納のバーコード、20桁は案件特定キー、15桁までは納付書番号。

    >>> read_slip("250600000011"), read_slip("00000000250600000011")
    ((250600000011, None), (250600000011, None))
    """
    if len(digits) == BARCODE:
        barcode = gs1_128.decode(digits)
        number = slip_number_of_free_field(barcode.free_field)
        if number is None:
            raise BarcodeError("このバーコードは、この市の納付書のものではありません。納付書番号を入力してください。")
        return number, int(barcode.amount)
    number = slip_number_of_matter_key(digits) if len(digits) == MATTER_KEY else int(digits)
    if not number or number >= 10**15:
        raise BarcodeError(
            "納付書番号（15桁まで）、案件特定キー（20桁）、バーコード（44桁）のどれかを入力してください。"
        )
    return number, None
