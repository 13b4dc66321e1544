"""財産調査の書式。調査、照会、回答、認定、評価、権利、照会先。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.assets.actions import (
    AlreadyAsked,
    DescriptionNeeded,
    FindingsNeeded,
    Found,
    GivenParty,
    Holder,
    HolderNeeded,
    InvestigationNeedsReason,
    NobodyAsked,
    ReplyDueTooEarly,
)
from osame.collection.assets.identifying import NotTheSamePerson, WithdrawalNeedsReason
from osame.collection.assets.models import KINDS, AssetInterest, PropertyReply, ThirdParty
from osame.collection.assets.registering import Valuation
from osame.law.arrears_facts import AssetKind
from osame.platform.approvals.actions import NoReason
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField, WarekiDateField, YenField

BY_HAND = [each for each in PropertyReply.Source.choices if each[0] != PropertyReply.Source.BANK_FILE]
SEXES = [("0", "分からない"), ("1", "男"), ("2", "女")]


class InvestigationForm(ActForm):
    """財産調査の計画。"""

    kinds = forms.MultipleChoiceField(
        label="調べる財産", choices=KINDS, widget=forms.CheckboxSelectMultiple,
        initial=["DEPOSIT", "WAGE", "INSURANCE", "REAL_ESTATE", "VEHICLE"],
    )  # fmt: skip
    reason = ReasonField(label="調査の理由")
    review_on = WarekiDateField(within_years=2, label="見直しの日", required=False)
    refusals = {InvestigationNeedsReason: "reason"}


class AskForm(ActForm):
    """書面の照会。"""

    third_parties = forms.TypedMultipleChoiceField(label="照会先", coerce=int, widget=forms.CheckboxSelectMultiple)
    reply_by = WarekiDateField(within_years=1, label="回答の期限")
    refusals = {NobodyAsked: "third_parties", AlreadyAsked: "third_parties", ReplyDueTooEarly: "reply_by"}

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["third_parties"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = list(choices)


class ReplyForm(ActForm):
    """回答の記録。書面に書かれていたとおりに打つ。"""

    source = forms.ChoiceField(label="入手元", choices=BY_HAND)
    inquiry = forms.TypedChoiceField(label="照会", coerce=int, empty_value=None, required=False)
    arrived_on = WarekiDateField(within_years=2, label="回答日")
    holder_name = forms.CharField(
        label="名義人の氏名", max_length=200, required=False, help_text="書面のとおり。推測で補わない。"
    )
    holder_kana = forms.CharField(label="名義人のカナ", max_length=200, required=False)
    holder_born_on = WarekiDateField(label="名義人の生年月日", required=False)
    holder_sex = forms.ChoiceField(label="名義人の性別", choices=SEXES, required=False)
    holder_address = forms.CharField(label="名義人の住所", max_length=300, required=False)
    holder_telephone = forms.CharField(label="名義人の電話番号", max_length=20, required=False)
    holder_corporate_number = CodeField(label="名義人の法人番号", longest=13, required=False)
    holder_record_number = CodeField(
        label="課税台帳の宛名番号", longest=15, required=False, help_text="入手元が市の課税台帳の、不動産と車両だけ。"
    )
    kind = forms.ChoiceField(label="財産の種類", choices=KINDS, initial="DEPOSIT")
    description = forms.CharField(
        label="財産の表示", max_length=600, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="差し押さえる財産を特定できるように。例：架空銀行 本店 普通 口座番号1234567",
    )  # fmt: skip
    amount = YenField(label="残高・評価の額", least=0)
    counter_claim = YenField(label="貸付金など優先する債権の額", least=0, required=False)
    refusals = {HolderNeeded: "holder_name", DescriptionNeeded: "description"}

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["inquiry"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", "照会によらない"), *choices]

    @property
    def holder(self) -> Holder:
        """書かれていた名義人。"""
        told = self.cleaned_data
        return Holder(
            told["holder_name"], told["holder_kana"], told["holder_born_on"], told["holder_sex"] or "0", told["holder_address"],
            told["holder_telephone"], told["holder_corporate_number"], told["holder_record_number"],
        )  # fmt: skip

    @property
    def found(self) -> Found:
        """書かれていた財産。"""
        told = self.cleaned_data
        return Found(AssetKind[told["kind"]], told["description"], told["amount"], told["counter_claim"] or 0)


class CloseForm(ActForm):
    """調査の終わり。"""

    findings = ReasonField(label="調査の結果")
    refusals = {FindingsNeeded: "findings"}


class ConfirmForm(ActForm):
    """確かめて行う。"""

    refusals = {NotTheSamePerson: "__all__"}


class IdentificationForm(ActForm):
    """規則で足りない回答の認定の起案。"""

    reason = ReasonField(
        label="同じ人と認める理由", help_text="見た資料と、足りない項目をどう確かめたかを書いてください。"
    )
    refusals = {NoReason: "reason"}


class WithdrawForm(ActForm):
    """認定の取消し。"""

    reason = ReasonField(label="取り消す理由")
    refusals = {WithdrawalNeedsReason: "reason"}


class ValuationForm(ActForm):
    """財産の評価。"""

    value = YenField(label="評価額", least=0)
    valued_on = WarekiDateField(within_years=2, label="評価日")
    prior_claims = YenField(label="優先する債権の額", least=0, required=False)
    disposition_cost = YenField(label="見込まれる滞納処分費", least=0, required=False)
    exempt_article = forms.CharField(
        label="差押えを禁じる条文",
        max_length=60,
        required=False,
        help_text="禁じられていなければ空。例：国税徴収法第75条第1項第1号",
    )
    is_divisible = forms.BooleanField(label="分けて差し押さえることができる", required=False)
    is_seized_by_other = forms.BooleanField(label="他の団体の差押えが先にある", required=False)
    note = forms.CharField(label="評価の根拠・参照資料", max_length=300, required=False)

    @property
    def valuation(self) -> Valuation:
        """打たれた評価。"""
        told = self.cleaned_data
        return Valuation(
            told["value"], told["valued_on"], told["prior_claims"] or 0, told["disposition_cost"] or 0, told["exempt_article"],
            told["is_divisible"], told["is_seized_by_other"], told["note"],
        )  # fmt: skip


class InterestForm(ActForm):
    """財産についてのほかの者の権利。"""

    kind = forms.ChoiceField(label="権利の種類", choices=AssetInterest.Kind.choices)
    third_party = forms.TypedChoiceField(label="権利者", coerce=int)
    amount = YenField(label="債権の額", least=0)
    set_on = WarekiDateField(label="設定・登記の日（租税なら法定納期限等）", required=False)
    rank = forms.IntegerField(label="順位", min_value=0, max_value=99, initial=1)

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["third_party"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = list(choices)


class ThirdPartyForm(ActForm):
    """照会先の登録。"""

    kind = forms.ChoiceField(label="照会先の種類", choices=ThirdParty.Kind.choices)
    name = forms.CharField(label="名称", max_length=120)
    postal_code = CodeField(label="郵便番号", longest=7, required=False)
    address = forms.CharField(label="所在地", max_length=200)
    section = forms.CharField(label="担当の部署", max_length=80, required=False)
    bank_code = CodeField(label="金融機関コード", longest=4, required=False)
    takes_files = forms.BooleanField(label="電子照会ができる", required=False)

    @property
    def given(self) -> GivenParty:
        """打たれた照会先。"""
        told = self.cleaned_data
        return GivenParty(
            ThirdParty.Kind(told["kind"]), told["name"], told["postal_code"], told["address"], told["section"],
            told["bank_code"], told["takes_files"],
        )  # fmt: skip
