"""捜索の書式。"""

import re
from collections.abc import Sequence
from datetime import time
from typing import Any

from django import forms

from osame.collection.arrears.prescribing import ObligationExtinguished
from osame.collection.assets.models import SearchRecord
from osame.collection.assets.searching import (
    NightSearch,
    NoChargeOfSearch,
    Search,
    SearchBackwards,
    SearchIncomplete,
    SearchUnknown,
    WitnessNeeded,
)
from osame.kernel.refusals import Refusal
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import WarekiDateField

LINE = re.compile(r"(.+?)[,、，\s]+([0-9,，]+)円?$")


class FoundNotRead(Refusal):
    """見つかった物を読めません。一行に一つ、「表示、見積りの額」の順に、「腕時計 一個、50,000」のように入力してください。"""


class ClockField(forms.TimeField):
    """時刻。"""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.TimeInput(format="%H:%M"),
            input_formats=["%H:%M", "%H%M"],
            help_text="例：10:05（24時間）",
            **options,
        )


def read_found(text: str) -> tuple[tuple[str, int], ...]:
    """打たれた物を読む。

    >>> read_found("腕時計 一個、50,000")
    (('腕時計 一個', 50000),)
    """
    found = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        told = LINE.match(line)
        if told is None:
            raise FoundNotRead(line)
        found.append((told[1].strip(), int(re.sub(r"[,，]", "", told[2]))))
    return tuple(found)


class SearchForm(ActForm):
    """捜索調書。"""

    charges = forms.TypedMultipleChoiceField(label="捜索に係る期別", coerce=int, widget=forms.CheckboxSelectMultiple)
    searched_on = WarekiDateField(within_years=1, label="捜索した日")
    began_at = ClockField(label="着手した時刻")
    ended_at = ClockField(label="終わった時刻")
    night_ground = forms.CharField(
        label="着手の時刻について（朝7時より前、夕方5時より後に着手したとき）", max_length=200, required=False,
        help_text="日没前・日出後に着手したことの確かめ、または夜間でも公衆が出入りできる場所であった理由。",
    )  # fmt: skip
    place = forms.CharField(label="捜索した場所", max_length=300)
    whose = forms.TypedChoiceField(
        label="捜索を受けた者の立場", choices=SearchRecord.Whose.choices, coerce=SearchRecord.Whose
    )
    searched_name = forms.CharField(label="捜索を受けた者の氏名", max_length=200)
    witness = forms.TypedChoiceField(
        label="立会人の立場", choices=SearchRecord.Witness.choices, coerce=SearchRecord.Witness
    )
    witness_names = forms.CharField(label="立会人の氏名（二人以上は「、」で区切る）", max_length=200)
    officers = forms.CharField(label="捜索した徴税吏員", max_length=200)
    findings = forms.CharField(label="捜索の結果", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    found = forms.CharField(
        label="見つかった物（一行に一つ。表示、見積りの額）", max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例：腕時計 一個、50,000",
    )  # fmt: skip
    refusals = {
        SearchIncomplete: "findings", WitnessNeeded: "witness_names", NightSearch: "night_ground", SearchBackwards: "ended_at",
        NoChargeOfSearch: "charges", ObligationExtinguished: "charges", FoundNotRead: "found",
    }  # fmt: skip

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["charges"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    @property
    def search(self) -> Search:
        """打たれた捜索。"""
        told = self.cleaned_data
        began, ended = told["began_at"], told["ended_at"]
        assert isinstance(began, time)
        names = tuple(each.strip() for each in re.split(r"[、,，]", told["witness_names"]) if each.strip())
        return Search(
            tuple(told["charges"]), told["place"], told["searched_on"], began, ended, told["whose"], told["searched_name"],
            told["witness"], names, told["officers"], told["findings"], told["night_ground"], read_found(told["found"]),
        )  # fmt: skip


class SearchNoticeForm(ActForm):
    """滞納者に知らせた日。"""

    notified_on = WarekiDateField(within_years=1, label="滞納者に知らせた日")
    refusals = {SearchUnknown: "notified_on"}
