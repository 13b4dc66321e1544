"""公売の書式。準備、実施の起案、申込み、調査、入札、開札、売却決定、代金、移転、中止、異議、交付、滞納処分費、申立書。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.assets.models import ThirdParty
from osame.collection.auctions.bidding import (
    BiddingClosed,
    BidFinal,
    DepositMissing,
    DrawUnknown,
    MayNotBuy,
    TieToSettle,
)
from osame.collection.auctions.deciding import (
    DecisionDayUnlawful,
    DepositTooSmall,
    EstimateNeedsReason,
    EstimateNoticeLate,
    OpensTooEarly,
    Terms,
)
from osame.collection.auctions.delivering import DepositNeedsDetail, ObjectionLate, ObjectionNeedsDetail
from osame.collection.auctions.models import DistributionObjection
from osame.collection.auctions.paying import NoGroundToStop, PriceDiffers, PriceLate, StillMayBuy, StopNeedsReason
from osame.collection.auctions.preparing import (
    Applicant,
    BarredName,
    NotSellable,
    Preparation,
    Screening,
    SurveyedLater,
    SurveyNeeded,
)
from osame.collection.dispositions.creditors import (
    ClaimNeedsEvidence,
    CostNeedsDetail,
    CostRecovered,
    Disposed,
    InterestUnknown,
    Spent,
)
from osame.collection.dispositions.models import DispositionCost
from osame.law.auction_conditions import PoliceAnswer
from osame.law.auction_days import AuctionDaysInverted, ExtensionTooLong
from osame.law.auction_steps import AuctionMethod
from osame.law.conditions import ConditionNotMet
from osame.law.mortgage_disposal import MortgageDisposalKind, UnknownMortgagee
from osame.law.public_auction import ReductionTooLarge
from osame.platform.approvals.actions import NoReason
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField

MOST_REDUCTION = 30
UNCHANGED = [("", "変えない")]
REGISTRIES = [ThirdParty.Kind.REGISTRY, ThirdParty.Kind.OFFICE]


class PreparationForm(ActForm):
    """公売の準備。"""

    also = forms.TypedMultipleChoiceField(
        label="一緒に売る差押え", coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="一括して売ると、代金は財産の評価額の割合で分けます。",
    )  # fmt: skip
    description = forms.CharField(
        label="公売財産の名称・数量・性質・所在", max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    survey = forms.CharField(
        label="現況調査の結果", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="占有者、境界、接道、建物の状態、利用の制限など。",
    )  # fmt: skip
    surveyed_on = WarekiDateField(within_years=2, label="現況調査の日")
    surveyors = forms.CharField(label="調査した職員と立会人", max_length=120)
    needs_license = forms.BooleanField(label="買受けに資格が要る（農地など）", required=False)
    falling = forms.CharField(
        label="価額が著しく減少するおそれの事情", max_length=300, required=False,
        help_text="第二次納税義務者などの財産を、主たる納税者の財産より先に売るときだけ書きます（地方税法第11条第3項）。",
    )  # fmt: skip
    refusals = {SurveyNeeded: "survey", SurveyedLater: "surveyed_on", NotSellable: "also"}

    def __init__(self, *args: Any, others: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["also"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(others)

    def preparation(self, disposition_id: int) -> Preparation:
        """打たれた準備。"""
        told = self.cleaned_data
        return Preparation(
            (disposition_id, *told["also"]), told["description"], told["survey"], told["surveyed_on"], told["surveyors"],
            told["needs_license"], told["falling"],
        )  # fmt: skip


class HoldingForm(ActForm):
    """公売の実施の起案。"""

    method = forms.ChoiceField(label="換価の方法", choices=[(each.name, each.value) for each in AuctionMethod])
    market_value = YenField(label="評価額（時価）")
    reduction_percent = forms.IntegerField(
        label="公売の特殊性による減価（%）", min_value=0, max_value=MOST_REDUCTION, help_text="0から30まで。"
    )
    estimate_reason = ReasonField(label="見積価額の理由（鑑定・近隣の取引など）")
    place = forms.CharField(label="公売の場所", max_length=120)
    opens_on = WarekiDateField(within_years=2, label="入札などの始めの日")
    closes_on = WarekiDateField(within_years=2, label="締切りの日")
    opening_on = WarekiDateField(within_years=2, label="開札の日")
    decision_on = WarekiDateField(within_years=2, label="売却決定の日")
    deposit = YenField(label="公売保証金（空なら法の下限）", least=0, required=False)
    pay_by = WarekiDateField(within_years=2, label="代金の納付の期限（空なら売却決定の日）", required=False)
    is_perishable = forms.BooleanField(label="公売が公益上適当でないなど（随意契約の事由）", required=False)
    refusals = {
        AuctionDaysInverted: "opens_on", OpensTooEarly: "opens_on", EstimateNoticeLate: "opens_on", ReductionTooLarge: "reduction_percent",
        DecisionDayUnlawful: "decision_on", DepositTooSmall: "deposit", ExtensionTooLong: "pay_by", ConditionNotMet: "method",
        EstimateNeedsReason: "estimate_reason", NoReason: "estimate_reason",
    }  # fmt: skip

    @property
    def terms(self) -> Terms:
        """打たれた条件。"""
        told = self.cleaned_data
        return Terms(
            AuctionMethod[told["method"]], told["market_value"], told["reduction_percent"], told["estimate_reason"], told["place"],
            told["opens_on"], told["closes_on"], told["opening_on"], told["decision_on"], told["deposit"], told["pay_by"],
            told["is_perishable"],
        )  # fmt: skip


class ApplicantForm(ActForm):
    """買受けの申込み。"""

    name = forms.CharField(label="申込者の氏名・名称", max_length=120)
    kana = forms.CharField(label="カナ", max_length=120, required=False)
    postal_code = forms.RegexField(r"^\d{7}$", label="郵便番号（7桁）", required=False)
    address = forms.CharField(label="住所・所在地", max_length=200)
    agent = forms.CharField(label="代理人・共同入札の代表", max_length=120, required=False)
    deposit = YenField(label="提供された公売保証金", least=0, required=False)
    stated_on = WarekiDateField(within_years=1, label="陳述書の日（不動産）", required=False)
    license_number = forms.CharField(label="買受適格証明書の番号", max_length=80, required=False)
    different_evidence = forms.CharField(label="滞納者や職員と同じ名でも別人である資料", max_length=200, required=False)
    refusals = {BarredName: "different_evidence"}

    @property
    def applicant(self) -> Applicant:
        """打たれた申込み。"""
        told = self.cleaned_data
        deposit = told["deposit"] or 0
        return Applicant(
            told["name"], told["address"], told["kana"], told["postal_code"], told["agent"], deposit=deposit,
            deposited_on=self.today if deposit else None, stated_on=told["stated_on"], license_number=told["license_number"],
            different_evidence=told["different_evidence"],
        )  # fmt: skip


class ScreeningForm(ActForm):
    """申込者の調査。"""

    deposit = YenField(label="提供された公売保証金", least=0, required=False)
    stated_on = WarekiDateField(within_years=1, label="陳述書の日", required=False)
    police = forms.ChoiceField(
        label="警察の調査", choices=[*UNCHANGED, *((each.name, each.value) for each in PoliceAnswer)], required=False
    )
    license_number = forms.CharField(label="買受適格証明書の番号", max_length=80, required=False)
    obstructed_on = WarekiDateField(within_years=3, label="公売を妨げた日", required=False)
    wants_next = forms.BooleanField(label="次順位買受けの申込みをした", required=False)

    @property
    def screening(self) -> Screening:
        """打たれた調査。"""
        told = self.cleaned_data
        police = PoliceAnswer[told["police"]] if told["police"] else None
        return Screening(
            told["stated_on"],
            police,
            told["license_number"],
            told["obstructed_on"],
            told["deposit"],
            told["wants_next"] or None,
        )


class BidForm(ActForm):
    """入札。"""

    amount = YenField(label="入札の額")
    refusals = {
        BidFinal: "amount", MayNotBuy: "amount", DepositMissing: "amount", BiddingClosed: "amount",
    }  # fmt: skip


class OpeningForm(ActForm):
    """開札。同額のときだけ、くじの結果を入れる。"""

    drawn = forms.IntegerField(label="くじで決めた申込者の番号（同額のときだけ）", min_value=1, required=False)
    note = forms.CharField(label="くじの方法と立会人", max_length=200, required=False)
    refusals = {TieToSettle: "drawn", DrawUnknown: "drawn"}


class SaleForm(ActForm):
    """売却決定、または取消しの起案。"""

    reason = ReasonField(label="起案の理由")
    refusals = {ConditionNotMet: "reason", NoReason: "reason"}


class PriceForm(ActForm):
    """買受代金の納付。"""

    amount = YenField(label="納付の額（充てる公売保証金を含む）")
    paid_on = WarekiDateField(within_years=1, label="納付の日")
    refusals = {PriceDiffers: "amount", PriceLate: "paid_on"}


class TransferForm(ActForm):
    """権利の移転。"""

    registry = forms.TypedChoiceField(label="登記・登録を嘱託する先", coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, registries: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["registry"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "嘱託しない（引渡しだけ）"), *registries]


class StopForm(ActForm):
    """公売の中止。"""

    reason = ReasonField(label="中止の理由")
    unlawful = forms.BooleanField(label="公売の手続に違法または不当がある", required=False)
    disturbed = forms.BooleanField(label="天災などで行うことが困難である", required=False)
    refusals = {NoGroundToStop: "reason", StopNeedsReason: "reason"}


class RevokeForm(ActForm):
    """最高価申込者の決定の取消し。"""

    reason = ReasonField(label="取り消す理由")
    refusals = {StillMayBuy: "reason", StopNeedsReason: "reason"}


class ClaimForm(ActForm):
    """債権現在額申立書。"""

    interest = forms.TypedChoiceField(label="権利", coerce=int)
    amount = YenField(label="申し立てた債権の額", least=0)
    evidence = forms.CharField(label="債権の内容と証する書類", max_length=300)
    refusals = {ClaimNeedsEvidence: "evidence", InterestUnknown: "interest"}

    def __init__(self, *args: Any, interests: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["interest"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(interests)


class DisposalForm(ClaimForm):
    """登記された抵当権の処分。"""

    amount = YenField(label="処分を受けた無担保の債権の額", least=0, required=False)
    evidence = forms.CharField(label="処分を受けた無担保の債権者", max_length=120, required=False)
    kind = forms.ChoiceField(label="処分の種類", choices=[(each.name, each.value) for each in MortgageDisposalKind])
    to_interest = forms.IntegerField(label="順位の処分を受けた権利の番号", min_value=1, required=False)
    refusals = {UnknownMortgagee: "to_interest", InterestUnknown: "to_interest"}

    @property
    def disposed(self) -> Disposed:
        """打たれた処分。"""
        told = self.cleaned_data
        return Disposed(MortgageDisposalKind[told["kind"]], told["to_interest"], told["evidence"], told["amount"] or 0)


class CostForm(ActForm):
    """滞納処分費の起票。"""

    kind = forms.ChoiceField(label="費用の区分", choices=DispositionCost.Kind.choices)
    amount = YenField(label="支出の額")
    spent_on = WarekiDateField(within_years=3, label="支出の日")
    payee = forms.CharField(
        label="支払先と根拠の書類", max_length=200, help_text="書類の送達の費用は含めません（国税徴収法第136条）。"
    )
    refusals = {CostNeedsDetail: "payee"}

    @property
    def spent(self) -> Spent:
        """打たれた費用。"""
        told = self.cleaned_data
        return Spent(DispositionCost.Kind(told["kind"]), told["amount"], told["spent_on"], told["payee"])


class WithdrawForm(ActForm):
    """滞納処分費の起票の取消し。"""

    reason = ReasonField(label="取り消す理由")
    refusals = {CostNeedsDetail: "reason", CostRecovered: "reason"}


class ObjectionForm(ActForm):
    """配当への異議。"""

    part = forms.TypedChoiceField(label="異議のある配当", coerce=int)
    objector = forms.CharField(label="異議を申し出た者", max_length=120)
    claim = forms.CharField(label="異議の内容", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    refusals = {ObjectionLate: "claim", ObjectionNeedsDetail: "claim"}

    def __init__(self, *args: Any, parts: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["part"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(parts)


class SettlementForm(ActForm):
    """異議の審査の結果。"""

    outcome = forms.ChoiceField(
        label="結末", choices=[each for each in DistributionObjection.Outcome.choices if each[0] != "1"]
    )
    settlement = ReasonField(label="審査の内容")
    refusals = {ObjectionNeedsDetail: "settlement"}


class DeliveryForm(ActForm):
    """換価代金等の交付。供託する配当を選ぶ。"""

    deposits = forms.TypedMultipleChoiceField(
        label="供託する配当（選ばないものは交付する）", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    office = forms.CharField(label="供託所", max_length=80, required=False)
    number = forms.CharField(label="供託番号", max_length=80, required=False)
    reason = forms.CharField(
        label="供託の理由と条文",
        max_length=200,
        required=False,
        help_text="例：異議があり争っている（国税徴収法第133条第3項）",
    )
    refusals = {DepositNeedsDetail: "office"}

    def __init__(self, *args: Any, parts: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["deposits"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(parts)
