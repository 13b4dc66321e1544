"""職員についての行いの書式。"""

from typing import Any

from django import forms

from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField
from osame.platform.functions.identity import CONTRACTOR_ROLES, GRANTABLE, Role
from osame.platform.functions.registry import purposes
from osame.platform.staff.queries import departments
from osame.platform.staff.refusals import (
    AlreadyRegistered,
    ContractEndsEarlier,
    ExpiresTooLate,
    NotAPerson,
    UnknownDepartment,
)

NUMBER_PURPOSES = ("identification", "number_linkage")


def _offices() -> list[tuple[str, str]]:
    return [(each.department_code, f"{each.name}（{each.department_code}）") for each in departments()]


class RegisterForm(ActForm):
    """職員の登録。委託先の者なら、契約を添える。"""

    refusals = {
        AlreadyRegistered: "staff_number",
        NotAPerson: "staff_number",
        UnknownDepartment: "department",
        ContractEndsEarlier: "contract_ends_on",
    }

    staff_number = forms.CharField(label="職員番号", max_length=20, help_text="一人に一つ。英数字と「-」")
    name = forms.CharField(label="氏名", max_length=60)
    department = forms.ChoiceField(label="所属", choices=_offices)
    valid_from = WarekiDateField(label="着任日", within_years=1)
    email = forms.EmailField(label="電子メール", required=False)
    contractor = forms.CharField(label="委託先の名", max_length=100, required=False, help_text="委託先の者だけ")
    contract_number = forms.CharField(label="契約番号", max_length=60, required=False)
    contract_ends_on = WarekiDateField(label="契約の最後の日", required=False, within_years=6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = self.today

    def clean_contract_ends_on(self) -> Any:
        """委託先の者には、契約の最後の日が要る。"""
        ends_on = self.cleaned_data.get("contract_ends_on")
        if self.cleaned_data.get("contractor") and ends_on is None:
            raise forms.ValidationError("委託先の者には、契約の最後の日を入力してください。")
        return ends_on


class ReasonForm(ActForm):
    """理由だけの書式。"""

    reason = ReasonField()


class DisableForm(ReasonForm):
    """停止。"""

    on = WarekiDateField(
        label="止める日", required=False, within_years=1, help_text="その日の0時に止まります。空なら、今すぐ止まります"
    )


class PlainForm(ActForm):
    """確かめるだけの書式。"""


class TransferForm(ActForm):
    """異動。"""

    refusals = {UnknownDepartment: "department"}

    department = forms.ChoiceField(label="新しい所属", choices=_offices)
    on = WarekiDateField(label="異動の日", within_years=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = self.today


def _roles() -> list[tuple[str, str]]:
    employees = [role for role in Role if role in GRANTABLE and role not in CONTRACTOR_ROLES]
    contractors = [role for role in Role if role in CONTRACTOR_ROLES]
    return [(role.value, role.label) for role in (*employees, *contractors)]


class GrantForm(ReasonForm):
    """役割の付与の起案。"""

    role = forms.ChoiceField(label="役割", choices=_roles)
    valid_from = WarekiDateField(label="始期", within_years=1)
    valid_through = WarekiDateField(label="最後の日", required=False, within_years=6, help_text="空なら、取り消すまで")
    field_order = ["role", "valid_from", "valid_through", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = self.today


class HandlerForm(ActForm):
    """事務取扱担当者の登録。"""

    department = forms.ChoiceField(label="所属", choices=_offices)
    valid_from = WarekiDateField(label="始期", within_years=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = self.today


class NumberRightForm(ActForm):
    """個人番号利用権限の申請。"""

    refusals = {ExpiresTooLate: "expires_on"}

    purposes = forms.MultipleChoiceField(
        label="使用目的",
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(code, purposes()[code].name) for code in NUMBER_PURPOSES],
    )
    valid_from = WarekiDateField(label="始期", within_years=1)
    expires_on = WarekiDateField(label="最後の日", within_years=2, help_text="次の3月31日まで")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = self.today
