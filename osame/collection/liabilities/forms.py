"""連帯・第二次納税義務・保証・担保財産の責任の書式。告知の起案、取消し、催告。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.liabilities.deciding import (
    DueDatePassed,
    LiabilityCancelNeedsReason,
    LiabilityNeedsFacts,
)
from osame.collection.liabilities.measuring import (
    DisposalDayNeeded,
    LiabilityOfNothing,
    Measure,
    NothingWithinLimit,
    ObligorUnknown,
)
from osame.collection.liabilities.models import Liability
from osame.law.secondary_liability import NoShares
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField

Kind = Liability.Kind
EMPTY = [("", "選んでください")]
NEAR_YEARS = 15
AMOUNTS = ("value", "paid", "assets", "liabilities")
VALUED = ("value", "property_text")
FIELDS_OF: dict[Liability.Kind, tuple[str, ...]] = {
    Kind.JOINT: ("due_date",), Kind.UNLIMITED_PARTNER: (), Kind.LIQUIDATOR: VALUED, Kind.DISTRIBUTEE: VALUED,
    Kind.FAMILY_COMPANY: ("assets", "liabilities", "shares_held", "shares_total", "property_text"),
    Kind.SUBSTANTIVE_TAXATION: VALUED, Kind.JOINT_BUSINESS: VALUED, Kind.BUSINESS_TRANSFEREE: (*VALUED, "disposed_on"),
    Kind.GRATUITOUS_TRANSFEREE: (*VALUED, "paid", "remaining_benefit", "disposed_on"), Kind.NOMINEE: VALUED,
    Kind.REFUNDED_MEMBER: VALUED, Kind.GUARANTOR: ("limit", "is_defaulted"),
    Kind.TRANSFERRED_SECURITY: (*VALUED, "secured_on"), Kind.THIRD_PARTY_SECURITY: (*VALUED, "is_defaulted"),
}  # fmt: skip
"""責任の種類ごとの欄。どの種類にもある欄のほかは、ここに挙げたものだけを示す。"""
OF_SOME_KINDS = frozenset(name for names in FIELDS_OF.values() for name in names)


class LiabilityKindForm(forms.Form):
    """責任の種類を選ぶ。種類が決まると、その種類の欄だけの書式になる。"""

    kind = forms.ChoiceField(label="責任の種類", choices=EMPTY + Kind.choices)

    @property
    def chosen(self) -> Liability.Kind | None:
        """選んだ種類。まだ選んでいなければ None。"""
        return Kind(self.cleaned_data["kind"]) if self.is_valid() else None


class LiabilityForm(ActForm):
    """告知の起案。選んだ種類に要る欄だけを持つ。"""

    kind = forms.ChoiceField(label="責任の種類", choices=Kind.choices, widget=forms.HiddenInput)
    obligor_number = forms.CharField(label="責任を負う者の宛名番号", max_length=15)
    charges = forms.TypedMultipleChoiceField(label="責任の及ぶ期別", coerce=int, widget=forms.CheckboxSelectMultiple)
    facts = forms.CharField(
        label="認定の事実と資料", max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="登記事項証明書、契約書、株主名簿など、何によって、どの事実を認めたか。",
    )  # fmt: skip
    is_established = forms.BooleanField(label="要件に当たる事実があると認める", required=False)
    is_defaulted = forms.BooleanField(label="猶予の履行がない", required=False)
    value = YenField(label="財産の価額（円）", required=False)
    paid = YenField(label="支払った額（低額の譲受けのとき、円）", least=0, required=False)
    remaining_benefit = YenField(label="現に存する利益（特殊関係者でない譲受人のとき、円）", least=0, required=False)
    assets = YenField(label="同族会社の資産（円）", least=0, required=False)
    liabilities = YenField(label="同族会社の負債（円）", least=0, required=False)
    shares_held = forms.IntegerField(label="持ち株・出資の数", min_value=0, required=False)
    shares_total = forms.IntegerField(label="株式・出資の総数", min_value=0, required=False)
    limit = YenField(label="保証した額（限度のある保証のとき、円）", required=False)
    disposed_on = WarekiDateField(within_years=NEAR_YEARS, label="譲渡などの日", required=False)
    secured_on = WarekiDateField(within_years=NEAR_YEARS, label="譲渡担保の設定の日", required=False)
    property_text = forms.CharField(label="責任の及ぶ財産", max_length=500, required=False)
    due_date = WarekiDateField(within_years=1, label="納期限", required=False)
    reason = ReasonField(label="理由")
    refusals = {
        LiabilityOfNothing: "charges", ObligorUnknown: "obligor_number", LiabilityNeedsFacts: "facts",
        DueDatePassed: "due_date", DisposalDayNeeded: "disposed_on", NothingWithinLimit: "value", NoShares: "shares_total",
    }  # fmt: skip

    def __init__(self, *args: Any, kind: Liability.Kind, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in OF_SOME_KINDS.difference(FIELDS_OF[kind]):
            del self.fields[name]
        self.fields["kind"].initial = kind.value
        field = self.fields["charges"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = list(choices)

    @property
    def measure(self) -> Measure:
        """限度を求める事実。"""
        told = self.cleaned_data.get
        amounts = {name: told(name) or 0 for name in AMOUNTS}
        return Measure(
            **amounts, remaining_benefit=told("remaining_benefit"), shares_held=told("shares_held") or 0,
            shares_total=told("shares_total") or 0, limit=told("limit"), disposed_on=told("disposed_on"),
            secured_on=told("secured_on"),
        )  # fmt: skip


class LiabilityCancelForm(ActForm):
    """告知の取消しの起案。"""

    reason = ReasonField(label="取り消す理由")
    refusals = {LiabilityCancelNeedsReason: "reason"}
