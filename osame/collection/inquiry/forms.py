"""いつの姿で、何を並べるかを選ぶ欄。名前は、どの欄にも書かない。"""

from datetime import date
from typing import Any, cast

from django import forms

from osame.collection.inquiry.charges import View
from osame.collection.inquiry.timeline import EventKind
from osame.collection.letters.actions import NothingToSend
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import WarekiDateField

VIEWS = [(View.EFFECTIVE.value, "その日までに納めたもの"), (View.KNOWN.value, "その日に帳簿にあったもの")]
SHOWS = [("unpaid", "未納のみ"), ("all", "すべて")]


class StatusForm(ActForm):
    """納付状況のお知らせ。いつの姿を、どの期別まで知らせるか。"""

    day = WarekiDateField(label="いつの納付状況か", within_years=30)
    unpaid_only = forms.BooleanField(label="未納の期別だけ", required=False)
    refusals = {NothingToSend: "day"}


class AskForm(forms.Form):
    """基準日、過ぎた日の見方、並べる期別。空なら、今日の未納。"""

    as_of = WarekiDateField(label="基準日・納付予定日", required=False, within_years=30)
    view = forms.ChoiceField(label="過ぎた日の見方", required=False, choices=VIEWS)
    show = forms.ChoiceField(label="期別", required=False, choices=SHOWS)
    tax = forms.CharField(required=False, max_length=2)
    year = forms.IntegerField(required=False, min_value=1900, max_value=2999)
    kind = forms.ChoiceField(required=False, choices=[(kind.value, kind.label) for kind in EventKind])

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.today = today
        cast(WarekiDateField, self.fields["as_of"]).around = today
        self.is_valid()

    @property
    def day(self) -> date:
        """基準日。書かれていないか、読めなければ、今日。"""
        asked: date | None = self.cleaned_data.get("as_of")
        return asked or self.today

    @property
    def reading(self) -> View:
        """過ぎた日の見方。"""
        return View(self.cleaned_data.get("view") or View.EFFECTIVE)

    @property
    def query(self) -> str:
        """ほかの画面に、同じ基準日を渡す文字。今日なら空。"""
        if self.day == self.today:
            return ""
        known = f"&view={self.reading.value}" if self.reading is View.KNOWN else ""
        return f"as_of={self.day.isoformat()}{known}"
