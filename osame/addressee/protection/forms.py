"""支援措置の書式。"""

from typing import Any

from django import forms

from osame.addressee.people.forms import text
from osame.addressee.protection.actions import (
    ExtensionIsNotLater,
    MeasurePeriodInverted,
    MeasureRequest,
    MeasureWithoutOffice,
    OtherParty,
    OtherPartyIsThePerson,
)
from osame.addressee.protection.models import ProtectionMeasure
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField, WarekiDateField


class OtherForm(ActForm):
    """相手方。番号か氏名の、少なくとも一つ。"""

    other_number = CodeField(label="相手方の宛名番号", longest=15, required=False)
    other_name = text("相手方の氏名", help_text="宛名番号が分からないとき")

    refusals = {OtherPartyIsThePerson: "other_number"}
    must_name_one = True

    def clean(self) -> dict[str, Any]:
        """どちらも空なら断る。"""
        told = super().clean() or {}
        if self.must_name_one and not self.errors and not (told.get("other_number") or told.get("other_name")):
            self.add_error("other_number", "相手方の宛名番号か氏名を入力してください。")
        return told

    @property
    def others(self) -> tuple[OtherParty, ...]:
        """打たれた相手方。"""
        number, name = self.cleaned_data["other_number"], self.cleaned_data["other_name"]
        return (OtherParty(number=number, name="" if number else name),) if number or name else ()


class MeasureForm(OtherForm):
    """支援措置の登録。"""

    kind = forms.ChoiceField(label="措置区分", choices=ProtectionMeasure.Kind.choices)
    requesting_office = text("申出を受けた機関", required=True, help_text="例：〇〇警察署、〇〇女性相談支援センター")
    starts_on = WarekiDateField(label="開始日", within_years=2)
    through = WarekiDateField(label="末日", within_years=5, required=False, help_text="空なら、開始日から1年")
    decided = forms.BooleanField(label="決定済み（印がなければ仮支援）", required=False)

    refusals = {
        **OtherForm.refusals, MeasureWithoutOffice: "requesting_office", MeasurePeriodInverted: "through",
    }  # fmt: skip
    must_name_one = False
    field_order = ("kind", "requesting_office", "starts_on", "through", "decided", "other_number", "other_name")

    def asked(self, number: str) -> MeasureRequest:
        """打たれた支援措置。"""
        told = self.cleaned_data
        return MeasureRequest(
            number, ProtectionMeasure.Kind(told["kind"]), told["starts_on"], told["requesting_office"], told["through"],
            decided=told["decided"], others=self.others,
        )  # fmt: skip


class ExtendForm(ActForm):
    """延長。"""

    through = WarekiDateField(label="新しい末日", within_years=5)

    refusals = {ExtensionIsNotLater: "through"}


class DecideMeasureForm(ActForm):
    """仮支援の決定。"""

    decided_on = WarekiDateField(label="決定日", within_years=1)
    through = WarekiDateField(label="末日", within_years=5, required=False, help_text="空なら、いまの末日のまま")


class ReleaseForm(ActForm):
    """解除の起案。"""

    released_on = WarekiDateField(label="解除する日", within_years=1)
    reason = ReasonField(label="解除する理由", help_text="例：本人から解除の申出があり、本人であることを確かめた")
