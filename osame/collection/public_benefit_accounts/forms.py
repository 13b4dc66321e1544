"""公金受取口座の希望と取下げ、帳票の期間の書式。"""

from datetime import date

from django import forms

from osame.collection.public_benefit_accounts.actions import AskedBefore, Wish, WishInFuture
from osame.collection.public_benefit_accounts.models import PublicBenefitAccountInquiry
from osame.collection.public_benefit_accounts.queries import Period
from osame.collection.public_benefit_accounts.reports import NothingAskedThen
from osame.collection.refunds.actions import NoteMissing
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField

WishSource = PublicBenefitAccountInquiry.WishSource


class WishForm(ActForm):
    """希望の受付。"""

    wished_on = WarekiDateField(label="希望日", within_years=1, help_text="本人の希望を受けた日。")
    source = forms.ChoiceField(label="希望の受け方", choices=WishSource.choices, widget=forms.RadioSelect)
    again = forms.CharField(
        label="もう一度照会する理由",
        max_length=200,
        required=False,
        help_text="前に照会しているときだけ。例：組戻しのため",
    )
    refusals = {WishInFuture: "wished_on", AskedBefore: "again"}

    def wish(self) -> Wish:
        """打たれた希望。"""
        told = self.cleaned_data
        return Wish(told["wished_on"], WishSource(told["source"]), told["again"])


class WithdrawForm(ActForm):
    """希望の取下げ。"""

    note = ReasonField(label="取下げの理由")
    refusals = {NoteMissing: "note"}


class PeriodForm(ActForm):
    """照会状況表・エラーリストの期間。"""

    since = WarekiDateField(label="希望日の初め", required=False, help_text="空なら、今年度の初め")
    through = WarekiDateField(label="希望日の終わり", required=False, help_text="空なら、今日")
    state = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), *PublicBenefitAccountInquiry.State.choices]
    )
    refusals = {NothingAskedThen: "since"}

    def period(self, as_of: date) -> Period:
        """打たれた期間。"""
        told = self.cleaned_data
        return Period.told(told["since"], told["through"], told["state"], as_of=as_of)
