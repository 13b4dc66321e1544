"""証票の交付と返納の書式。"""

from typing import Any

from django import forms

from osame.collection.assets import credentials
from osame.collection.assets.credentials import End, Issuance, Kind
from osame.collection.assets.queries import InvestigationUnknown
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import WarekiDateField


class CredentialForm(ActForm):
    """証票の交付。"""

    kind = forms.ChoiceField(label="証票の種類", choices=Kind.choices)
    staff_number = forms.ChoiceField(label="職員")
    position = forms.CharField(label="職名", max_length=40, help_text="例：収納課 主事")
    valid_from = WarekiDateField(label="有効期間の初日", within_years=1)
    valid_through = WarekiDateField(label="有効期間の末日", within_years=4)
    investigation_id = forms.IntegerField(
        label="財産調査の番号", required=False, min_value=1, help_text="捜索許可書のときだけ。"
    )
    refusals = {
        credentials.OfficerUnknown: "staff_number", credentials.PeriodUnlawful: "valid_through",
        credentials.CredentialStillHeld: "kind", credentials.SearchNeedsPlan: "investigation_id",
        InvestigationUnknown: "investigation_id",
    }  # fmt: skip

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["staff_number"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "選んでください"), *choices]

    @property
    def issuance(self) -> Issuance:
        """交付する証票。"""
        told = self.cleaned_data
        return Issuance(
            Kind(told["kind"]), told["staff_number"], told["position"], told["valid_from"], told["valid_through"],
            told["investigation_id"],
        )  # fmt: skip


class CredentialEndForm(ActForm):
    """証票の返納・紛失・引換え。"""

    end = forms.ChoiceField(label="事由", choices=End.choices)
    on = WarekiDateField(label="返納日（紛失の届出の日）", within_years=4)
    note = forms.CharField(
        label="説明", max_length=300, required=False, help_text="紛失のときは、いつ、どこで失い、どう届け出たか。"
    )
    refusals = {credentials.EndTooEarly: "on", credentials.LossUntold: "note", credentials.CredentialEnded: "end"}
