"""折衝を記録する書式、訂正する書式。"""

import re
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from osame.collection.arrears.actions import (
    LONGEST,
    AlreadyCorrected,
    AlreadyPostponed,
    ContactInFuture,
    ContactNeedsContent,
    ContactTooLong,
    CorrectionNeedsReason,
    NewContact,
    NumberInContact,
    PlaceInContact,
    PostponedWithoutPromise,
    PromiseIncomplete,
    PromiseInPast,
    PromiseNotStanding,
)
from osame.collection.arrears.models import ContactRecord, Promise
from osame.collection.arrears.queries import Contact, PromiseFacts
from osame.kernel.dates import format_wareki
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField, plain
from osame.platform.terminal import JAPAN

TIME = re.compile(r"([01]?[0-9]|2[0-3]):?([0-5][0-9])")
NUMBER_DIGITS = 18
EMPTY = [("", "選んでください")]


class TimeField(forms.CharField):
    """時刻。「10:30」「1030」と打てる。値は（時、分）。"""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off", "size": "5", "class": "date"})

    def to_python(self, value: Any) -> Any:
        """打たれた時刻を読む。"""
        text = plain(super().to_python(value)).replace("時", ":").removesuffix("分")
        if not text:
            return None
        found = TIME.fullmatch(text)
        if not found:
            raise ValidationError("時刻は「10:30」のように入力してください。")
        return int(found[1]), int(found[2])


class PostponedField(forms.TypedChoiceField):
    """延期する約束。画面を開いた後になくなった約束も受け取り、なぜ延期できないかは行いが言う。"""

    def valid_value(self, value: Any) -> bool:
        """約束の番号の形をしているか。"""
        return str(value).isdecimal() and len(str(value)) <= NUMBER_DIGITS


class ContactForm(ActForm):
    """折衝の記録。"""

    contacted_on = WarekiDateField(label="話した日", within_years=5)
    contacted_time = TimeField(label="時刻")
    means = forms.ChoiceField(label="手段", choices=EMPTY + ContactRecord.Means.choices)
    relationship = forms.ChoiceField(label="相手", choices=EMPTY + ContactRecord.Relationship.choices)
    counterpart = forms.CharField(label="相手の名（本人でなければ）", required=False, max_length=100)
    identification = forms.ChoiceField(label="本人確認", choices=EMPTY + ContactRecord.Identification.choices)
    content = forms.CharField(
        label="話した内容",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="開示を請求されることがあります。あったことを、そのまま書いてください。",
    )
    promised_on = WarekiDateField(label="約束日", required=False, within_years=3)
    amount = YenField(label="約束の金額（円）", required=False)
    postpones = PostponedField(label="延期する約束", required=False, coerce=int, empty_value=None)

    refusals = {
        ContactNeedsContent: "content", ContactTooLong: "content", NumberInContact: "content", PlaceInContact: "content",
        ContactInFuture: "contacted_time", PromiseIncomplete: "amount", PromiseInPast: "promised_on",
        AlreadyPostponed: "postpones", PromiseNotStanding: "postpones", PostponedWithoutPromise: "postpones",
    }  # fmt: skip

    def __init__(
        self,
        *args: Any,
        now: datetime,
        promises: tuple[PromiseFacts, ...] = (),
        told: Contact | None = None,
        **kwargs: Any,
    ) -> None:
        if told:
            kwargs["initial"] = as_initial(told)
        super().__init__(*args, today=now.date(), **kwargs)
        self.fields["contacted_on"].initial = now.date()
        self.fields["contacted_time"].initial = f"{now:%H:%M}"
        offered = [each for each in promises if _offered(each, told)]
        if offered or self.data.get("postpones"):
            named = [(each.origin_id, f"{format_wareki(each.promised_on)}の{each.amount:,}円") for each in offered]
            cast(forms.ChoiceField, self.fields["postpones"]).choices = [("", "なし"), *named]
        else:
            del self.fields["postpones"]

    def contact(self, addressee_number: str) -> NewContact:
        """書かれた折衝。"""
        told = self.cleaned_data
        day, (hour, minute) = told["contacted_on"], told["contacted_time"]
        return NewContact(
            addressee_number,
            datetime(day.year, day.month, day.day, hour, minute, tzinfo=JAPAN),
            ContactRecord.Means(told["means"]),
            ContactRecord.Relationship(told["relationship"]),
            ContactRecord.Identification(told["identification"]),
            told["content"],
            told["counterpart"],
            told["promised_on"],
            told["amount"],
            told.get("postpones"),
        )


class CorrectionForm(ContactForm):
    """折衝の訂正。訂正の理由が要る。"""

    reason = ReasonField(label="訂正の理由")

    refusals = {**ContactForm.refusals, CorrectionNeedsReason: "reason", AlreadyCorrected: "content"}


def _offered(promise: PromiseFacts, told: Contact | None) -> bool:
    """選べる約束か。訂正では、その折衝より前の約束と、その折衝が延期した約束。"""
    if told and promise.origin_id >= told.origin_id:
        return False
    still = promise.result in {Promise.Result.DUE, Promise.Result.BROKEN}
    return still or bool(told and promise.origin_id == told.postpones)


def as_initial(contact: Contact) -> dict[str, Any]:
    """記録してある折衝を、書式の初めの値にする。"""
    at = contact.contacted_at.astimezone(JAPAN)
    return {
        "contacted_on": at.date(), "contacted_time": f"{at:%H:%M}", "means": contact.means,
        "relationship": contact.relationship, "counterpart": contact.counterpart, "identification": contact.identification,
        "content": contact.content, "promised_on": contact.promised_on, "amount": contact.amount,
        "postpones": contact.postpones, "seen": str(contact.contact_id),
    }  # fmt: skip
