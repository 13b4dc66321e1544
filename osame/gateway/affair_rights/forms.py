"""事務の権限の書式。"""

from typing import Any

from django import forms

from osame.gateway.affair_rights.actions import (
    AffairRightDatesReversed,
    AffairRightStands,
    AffairRightToOneself,
    NoSuchAccount,
)
from osame.gateway.affair_rights.models import AffairRight
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField
from osame.platform.systems import SUITE, SYSTEMS


def _systems() -> list[tuple[str, str]]:
    return [("gateway", "この画面の職員"), *((code, SYSTEMS[code].name) for code in SUITE)]


class RightForm(ActForm):
    """事務の権限の起案。"""

    refusals = {
        NoSuchAccount: "staff_number", AffairRightToOneself: "staff_number", AffairRightStands: "affair",
        AffairRightDatesReversed: "valid_through",
    }  # fmt: skip

    system = forms.ChoiceField(label="職員のいるシステム", choices=_systems)
    staff_number = forms.CharField(label="職員番号", max_length=20)
    department = forms.CharField(
        label="所属コード", max_length=60, required=False, help_text="この所属にいる間だけ効く"
    )
    affair = forms.CharField(label="事務コード", max_length=16, help_text="例：JM01000000048000")
    item = forms.CharField(
        label="特定個人情報名コード", max_length=16, required=False, help_text="空なら、この事務のすべて"
    )
    deed = forms.ChoiceField(label="行ってよいこと", choices=AffairRight.Deed.choices, widget=forms.RadioSelect)
    valid_from = WarekiDateField(label="始まり", within_years=1)
    valid_through = WarekiDateField(label="最後の日", required=False, within_years=6, help_text="空なら、取り消すまで")
    reason = ReasonField(label="わけ", help_text="例：収納推進課に着任し、還付の照会を担当するため")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = self.today


class EndForm(ActForm):
    """取り消すことを確かめるだけの書式。"""
