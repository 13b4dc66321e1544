"""代理人と関係人の書式。"""

from django import forms

from osame.addressee.agents.actions import (
    AgentIsThePerson,
    AgentNotRegistered,
    AgentOverlaps,
    AgentPeriodInverted,
    AgentRequest,
    RelationMakesCycle,
    RelationNeedsBasis,
    RelationRequest,
)
from osame.addressee.agents.models import AddresseeRelation, Agent
from osame.addressee.agents.papers import IssuerNeeded
from osame.addressee.people.forms import text
from osame.addressee.people.tax_items import EVERY_ITEM
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField, WarekiDateField


class AgentForm(ActForm):
    """代理人の届出。"""

    kind = forms.ChoiceField(label="代理人の種別", choices=Agent.Kind.choices)
    agent_number = CodeField(label="代理人の宛名番号", longest=15, help_text="宛名にない代理人は、先に登録してください")
    tax_item = forms.ChoiceField(label="税目", choices=EVERY_ITEM, required=False)
    notified_on = WarekiDateField(label="届出日", within_years=5)
    valid_from = WarekiDateField(label="代理を始める日", within_years=5)
    valid_until = WarekiDateField(label="代理を終える日", within_years=50, required=False, help_text="分からなければ空")
    title = text("肩書", help_text="例：弁護士")

    refusals = {
        AgentIsThePerson: "agent_number", AgentNotRegistered: "agent_number", AgentOverlaps: "kind",
        AgentPeriodInverted: "valid_until",
    }  # fmt: skip

    def asked(self, number: str) -> AgentRequest:
        """打たれた届出。"""
        told = self.cleaned_data
        return AgentRequest(
            number, told["agent_number"], Agent.Kind(told["kind"]), told["valid_from"], told["notified_on"],
            told["valid_until"], told["tax_item"], told["title"],
        )  # fmt: skip


class DecideAgentForm(ActForm):
    """承認するか、しないか。"""

    decision = forms.ChoiceField(
        label="判断", choices=[("approve", "承認する"), ("refuse", "承認しない")], widget=forms.RadioSelect
    )
    on = WarekiDateField(label="判断した日", within_years=1)
    reason = ReasonField(label="承認しない理由", required=False)

    def clean_reason(self) -> str:
        """承認しないなら、理由が要る。"""
        reason = str(self.cleaned_data["reason"] or "")
        if self.cleaned_data.get("decision") == "refuse" and not reason.strip():
            raise forms.ValidationError("承認しない理由を入力してください。")
        return reason


class AgentPaperForm(ActForm):
    """承認・不承認の通知書。"""

    issuer = text("発する者", required=True, help_text="市長の職と氏名。例：架空市長 架空 太郎")
    refusals = {IssuerNeeded: "issuer"}


class EndAgentForm(ActForm):
    """代理の終わり。"""

    valid_until = WarekiDateField(label="代理人でなくなる日", within_years=5)
    reason = ReasonField()

    refusals = {AgentPeriodInverted: "valid_until"}


class RelationForm(ActForm):
    """関係人。"""

    kind = forms.ChoiceField(label="関係", choices=AddresseeRelation.Kind.choices)
    related_number = CodeField(label="関係人の宛名番号", longest=15)
    basis = ReasonField(label="関係の根拠", help_text="戸籍、届出など")
    valid_from = WarekiDateField(label="始まりの日", within_years=100)

    refusals = {
        AgentNotRegistered: "related_number", RelationMakesCycle: "related_number", RelationNeedsBasis: "basis",
    }  # fmt: skip

    def asked(self, number: str) -> RelationRequest:
        """打たれた関係。"""
        told = self.cleaned_data
        return RelationRequest(
            number, told["related_number"], AddresseeRelation.Kind(told["kind"]), told["basis"], told["valid_from"]
        )


class EndRelationForm(ActForm):
    """関係の終わり。"""

    valid_until = WarekiDateField(label="関係の終わる日", within_years=5)
