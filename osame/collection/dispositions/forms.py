"""滞納処分の書式。差押え・交付要求の起案、送達、取立て、配当、解除、方針、破産。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.dispositions.collecting import (
    CollectedBeforeEffect,
    NoEffectYet,
    NotCollectable,
    ServedBeforeDone,
)
from osame.collection.dispositions.facts import NothingToSeizeFor
from osame.collection.dispositions.releasing import (
    NoGroundToRelease,
    PolicyNeeded,
    ReleaseJudgement,
    ReleaseNeedsReason,
)
from osame.collection.dispositions.seizing import BodyNeeded, PerformByNeeded, ScopeNeeded
from osame.collection.dispositions.wages import NothingSeizableOfWages, OtherWagesNeeded, PaidWages, WagesNeeded
from osame.kernel.money import Yen
from osame.law.conditions import ConditionNotMet
from osame.law.seizure_effect import SeizureService
from osame.law.wage_seizure import Wages
from osame.law.wage_seizure_multiple import SharingMethod
from osame.platform.approvals.actions import NoReason
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField

MOST_DEPENDANTS, MOST_YEARS = 20, 60
WAGE_PARTS = (
    ("gross", "給料等の額（同じ月）"),
    ("income_tax", "所得税"),
    ("resident_tax", "住民税"),
    ("insurance", "社会保険料"),
)


class ChargesField(forms.TypedMultipleChoiceField):
    """期別を選ぶ。値は期別番号。"""

    def __init__(self, **options: Any) -> None:
        super().__init__(coerce=int, widget=forms.CheckboxSelectMultiple, **options)


class ChosenForm(ActForm):
    """期別と、市の外の者を選ぶ書式。"""

    charges = ChargesField(label="対象の期別")

    def __init__(
        self, *args: Any, choices: Sequence[tuple[int, str]], parties: Sequence[tuple[int, str]] = (),
        registries: Sequence[tuple[int, str]] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        for name, told in (("charges", choices), ("registry", [("", "嘱託しない"), *registries]), ("body", parties)):
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                field.choices = list(told)


class SeizureForm(ChosenForm):
    """差押えの起案。"""

    scope = forms.CharField(
        label="差し押さえる範囲", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例：差押えの時の残高の全額。給与なら「毎月の給料等のうち、差押可能額」。",
    )  # fmt: skip
    perform_by = WarekiDateField(within_years=1, label="履行期限（債権だけ）", required=False)
    gross = YenField(label="給料等の額（給与・年金だけ）", required=False)
    income_tax = YenField(label="所得税（1号）", least=0, required=False)
    resident_tax = YenField(label="住民税（2号）", least=0, required=False)
    insurance = YenField(label="社会保険料（3号）", least=0, required=False)
    dependants = forms.IntegerField(
        label="生計を一にする親族の人数", required=False, min_value=0, max_value=MOST_DEPENDANTS
    )
    service_years = forms.IntegerField(
        label="勤続年数（退職手当だけ。1年未満は切上げ）", required=False, min_value=0, max_value=MOST_YEARS
    )
    method = forms.TypedChoiceField(
        label="二か所以上の給料等の分け方", choices=[(each.name, each.value) for each in SharingMethod],
        coerce=SharingMethod.__getitem__, required=False, empty_value=None,
    )  # fmt: skip
    registry = forms.TypedChoiceField(label="登記・登録を嘱託する先", coerce=int, empty_value=None, required=False)
    place = forms.CharField(label="場所・立会人（動産だけ）", max_length=200, required=False)
    reason = ReasonField(label="差し押さえる理由")
    refusals = {
        NothingToSeizeFor: "charges", ConditionNotMet: "charges", ScopeNeeded: "scope", PerformByNeeded: "perform_by",
        WagesNeeded: "gross", NothingSeizableOfWages: "gross", OtherWagesNeeded: "gross", NoReason: "reason",
    }  # fmt: skip

    def __init__(self, *args: Any, payers: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payers = tuple(each for each, _ in payers)
        reason = self.fields.pop("reason")
        for asset_id, name in payers:
            for part, label in WAGE_PARTS:
                self.fields[f"{part}_{asset_id}"] = YenField(label=f"{name}の{label}", least=0, required=False)
        self.fields["reason"] = reason

    @property
    def payer_fields(self) -> list[forms.BoundField]:
        """ほかの支払者の給料等の欄。"""
        return [self[f"{part}_{asset_id}"] for asset_id in self.payers for part, _ in WAGE_PARTS]

    @property
    def wages(self) -> PaidWages | None:
        """打たれた給料等。なければ None。ほかの支払者の額が空なら、打たれなかったものとして、行いが断る。"""
        told = self.cleaned_data
        if not told.get("gross"):
            return None
        others = {each: self._paid(f"_{each}") for each in self.payers if told.get(f"gross_{each}") is not None}
        return PaidWages(self._paid(""), others, told["method"] or SharingMethod.DEDUCTION, told["service_years"])

    def _paid(self, of: str) -> Wages:
        told = self.cleaned_data
        deductions = tuple(Yen(told[f"{name}{of}"] or 0) for name, _ in WAGE_PARTS[1:])
        return Wages(Yen(told[f"gross{of}"]), deductions, told["dependants"] or 0)


class PreservationSeizureForm(ActForm):
    """保全差押えの起案。"""

    preservation = forms.TypedChoiceField(label="保全の決定", coerce=int)
    scope = forms.CharField(label="差し押さえる範囲", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    perform_by = WarekiDateField(within_years=1, label="履行期限（債権だけ）", required=False)
    registry = forms.TypedChoiceField(label="登記・登録を嘱託する先", coerce=int, empty_value=None, required=False)
    reason = ReasonField(label="差し押さえる理由")
    refusals = {
        ConditionNotMet: "preservation", ScopeNeeded: "scope", PerformByNeeded: "perform_by", NoReason: "reason",
    }  # fmt: skip

    def __init__(
        self, *args: Any, choices: Sequence[tuple[int, str]], parties: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (("preservation", choices), ("registry", [("", "嘱託しない"), *parties])):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = list(offered)


class RequestForm(ChosenForm):
    """交付要求・参加差押えの起案。"""

    body = forms.TypedChoiceField(label="執行機関・先の差押えの機関", coerce=int)
    case_number = forms.CharField(label="事件番号・先の差押えの表示", max_length=120)
    has_easier_asset = forms.BooleanField(label="ほかに換価の容易な財産がある", required=False)
    registry = forms.TypedChoiceField(
        label="登記・登録を嘱託する先（参加差押えだけ）", coerce=int, empty_value=None, required=False
    )
    reason = ReasonField(label="起案の理由")
    refusals = {NothingToSeizeFor: "charges", ConditionNotMet: "charges", BodyNeeded: "case_number", NoReason: "reason"}


class ServiceForm(ActForm):
    """送達などの日。"""

    third_party_served_on = WarekiDateField(within_years=2, label="第三債務者などに送達した日", required=False)
    taxpayer_served_on = WarekiDateField(within_years=2, label="滞納者に送達した日", required=False)
    registered_on = WarekiDateField(within_years=2, label="登記・登録の日", required=False)
    possessed_on = WarekiDateField(within_years=2, label="占有した日（動産だけ）", required=False)
    refusals = {ServedBeforeDone: "third_party_served_on"}

    @property
    def service(self) -> SeizureService:
        """打たれた日。"""
        told = self.cleaned_data
        return SeizureService(
            told["possessed_on"], told["third_party_served_on"], told["taxpayer_served_on"], told["registered_on"]
        )


class CollectForm(ActForm):
    """取立て。"""

    amount = YenField(label="取り立てた額")
    collected_on = WarekiDateField(within_years=1, label="取立ての日")
    from_whom = forms.CharField(label="支払った者", max_length=120)
    refusals = {NoEffectYet: "collected_on", CollectedBeforeEffect: "collected_on", NotCollectable: "amount"}


class DistributionForm(ActForm):
    """配当の起案。"""

    reason = ReasonField(label="起案の理由", initial="計算のとおり配当する")
    refusals = {NoReason: "reason"}


class ReleaseForm(ActForm):
    """解除。"""

    reason = ReasonField(label="解除の理由")
    unlawful = forms.BooleanField(label="差押えが違法であった", required=False)
    third_partys = forms.BooleanField(label="滞納者の財産でなかった", required=False)
    hardship = forms.BooleanField(label="生活の窮迫による執行停止をした", required=False)
    substitute = YenField(label="代わりに差し押さえた財産の額", least=0, required=False)
    refusals = {ReleaseNeedsReason: "reason", NoGroundToRelease: "reason"}

    @property
    def judgement(self) -> ReleaseJudgement:
        """打たれた判断。"""
        told = self.cleaned_data
        return ReleaseJudgement(
            told["reason"], told["unlawful"], told["third_partys"], told["hardship"], told["substitute"] or 0
        )


class CancelForm(ActForm):
    """取消し。"""

    reason = ReasonField(label="取り消す理由")
    refusals = {ReleaseNeedsReason: "reason"}


class PolicyForm(ActForm):
    """方針と見直しの日。"""

    policy = forms.CharField(label="換価・解除・停止の方針", max_length=300)
    review_on = WarekiDateField(within_years=2, label="見直しの日")
    refusals = {PolicyNeeded: "policy"}


class ConfirmForm(ActForm):
    """確かめて行う。"""
