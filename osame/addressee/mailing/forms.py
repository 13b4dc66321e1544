"""送付先と連絡先の書式。"""

from typing import Any

from django import forms

from osame.addressee.mailing.actions import (
    ContactRequest,
    ContactUnreadable,
    MailingAddressEmpty,
    MailingPeriodInverted,
    MailingReasonMissing,
    MailingRequest,
    Place,
)
from osame.addressee.mailing.coverage import DOCUMENTS
from osame.addressee.mailing.models import Contact
from osame.addressee.people.forms import PlaceForm, text
from osame.addressee.people.tax_items import EVERY_ITEM
from osame.kernel.personal_numbers import holds_personal_number
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField

EVERY_DOCUMENT = [("", "すべての書類"), *DOCUMENTS.items()]
PRIORITIES = [(each, f"{each}{'（最も先）' if each == 1 else ''}") for each in range(1, 10)]


class MailingForm(PlaceForm):
    """送付先。"""

    tax_item = forms.ChoiceField(label="税目", choices=EVERY_ITEM, required=False)
    document = forms.ChoiceField(label="書類", choices=EVERY_DOCUMENT, required=False)
    priority = forms.TypedChoiceField(label="優先順位", choices=PRIORITIES, coerce=int, initial=5)
    is_safe = forms.BooleanField(label="支援措置の安全な送付先（別の職員の承認が要る）", required=False)
    name = text("受取人の氏名", help_text="本人が受け取るなら空")
    valid_from = WarekiDateField(label="使い始める日", within_years=5)
    valid_until = WarekiDateField(label="使わなくなる日", within_years=20, required=False, help_text="分からなければ空")
    reason = ReasonField(label="送付先を設ける理由")

    layout = (
        ("何に使うか", ("tax_item", "document", "priority", "is_safe")),
        ("受取人", ("name",)),
        ("国内の送付先", ("postal_code", "prefecture", "municipality_name", "town", "block", "building")),
        ("国外の送付先", ("country_name", "foreign_address")),
        ("期間と理由", ("valid_from", "valid_until", "reason")),
    )
    refusals = {
        MailingAddressEmpty: "municipality_name", MailingReasonMissing: "reason", MailingPeriodInverted: "valid_until",
    }  # fmt: skip

    def asked(self, number: str) -> MailingRequest:
        """打たれた送付先。"""
        told = self.cleaned_data
        place = Place(**{name: value for name, value in told.items() if name in Place.__dataclass_fields__})
        return MailingRequest(
            number, place, told["reason"], told["valid_from"], told["valid_until"], told["tax_item"], told["document"],
            told["priority"], told["is_safe"],
        )  # fmt: skip


class EndForm(ActForm):
    """終わりの日。"""

    valid_until = WarekiDateField(
        label="使わなくなる日", within_years=5, help_text="この日からは使いません。例：R8.4.1"
    )


class ContactForm(ActForm):
    """連絡先。"""

    kind = forms.ChoiceField(label="連絡先区分", choices=Contact.Kind.choices, initial=Contact.Kind.MOBILE)
    value = text("電話番号・メールアドレス", required=True, help_text="電話は市外局番から")
    priority = forms.TypedChoiceField(label="優先順位", choices=PRIORITIES, coerce=int, initial=5)
    note = text("説明", help_text="例：平日の夜だけ")
    valid_from = WarekiDateField(label="使い始める日", within_years=5)

    refusals = {ContactUnreadable: "value"}

    def clean_note(self) -> Any:
        """説明に、個人番号らしい数字は書けない。"""
        note = self.cleaned_data["note"]
        if holds_personal_number(note):
            raise forms.ValidationError("個人番号らしい数字があります。個人番号は説明に書けません。消してください。")
        return note

    def asked(self, number: str) -> ContactRequest:
        """打たれた連絡先。"""
        told = self.cleaned_data
        return ContactRequest(
            number, Contact.Kind(told["kind"]), told["value"], told["valid_from"], told["priority"], told["note"]
        )
