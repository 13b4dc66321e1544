"""換価執行決定の書式。同意、決定の起案、告知の到達、取消し。"""

from django import forms

from osame.collection.dispositions.realizing import (
    Consent,
    ConsentBeforeCall,
    ConsentNeedsDocument,
    NoGroundToRevoke,
    NotNotifiedYet,
    RevocationJudgement,
    RevocationNeedsReason,
)
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField


class ConsentForm(ActForm):
    """先に差し押さえた行政機関の答え。"""

    answer = forms.ChoiceField(label="答え", choices=[("yes", "同意する"), ("no", "同意しない")])
    on = WarekiDateField(within_years=2, label="答えの日")
    text = forms.CharField(label="文書の日付と番号", max_length=200)
    rank = forms.IntegerField(
        label="この参加差押えの順位", min_value=1, initial=1, help_text="交付要求・参加差押えの中で、何番目にされたか。"
    )
    refusals = {ConsentNeedsDocument: "text", ConsentBeforeCall: "on"}

    @property
    def consent(self) -> Consent:
        """打たれた答え。"""
        told = self.cleaned_data
        return Consent(told["on"], told["text"], told["answer"] == "yes", told["rank"])


class RealizationForm(ActForm):
    """換価執行決定の起案。"""

    reason = ReasonField(label="理由")


class NoticeDayForm(ActForm):
    """告知の到達。"""

    on = WarekiDateField(within_years=1, label="告知が届いた日")
    refusals = {NotNotifiedYet: "on"}


class RevocationForm(ActForm):
    """換価執行決定の取消し。"""

    is_seizure_released = forms.BooleanField(label="換価同意行政機関等の差押えが解除された", required=False)
    is_replaced = forms.BooleanField(
        label="その行政機関等の参加差押えに差押えの効力が生じ、施行令第42条の3第1項各号に当たらない", required=False
    )
    is_hardship = forms.BooleanField(label="生活を著しく窮迫させるおそれがある", required=False)
    is_excessive = forms.BooleanField(label="価額が著しく超過すると認める", required=False)
    substitute_value = YenField(label="代わりに差し押さえた財産の価額（円）", least=0, required=False)
    auctions_without_bid = forms.IntegerField(label="入札のなかった公売の回数", min_value=0, required=False)
    reason = ReasonField(label="取り消す理由")
    refusals = {RevocationNeedsReason: "reason", NoGroundToRevoke: "reason"}

    @property
    def judgement(self) -> RevocationJudgement:
        """職員が認めた事由。"""
        told = self.cleaned_data
        return RevocationJudgement(
            told["reason"], told["is_seizure_released"], told["is_replaced"], told["is_hardship"], told["is_excessive"],
            told["substitute_value"] or 0, told["auctions_without_bid"] or 0,
        )  # fmt: skip
