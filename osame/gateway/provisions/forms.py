"""情報提供の書式。"""

from django import forms

from osame.gateway.affair_rights.queries import NoAffairRight
from osame.gateway.provisions.releasing import ContentChanged, NotWaiting, RefusalWithoutReason
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField


class DecisionForm(ActForm):
    """許可するか断るかの起案。"""

    release = forms.ChoiceField(
        label="行うこと", choices=[("1", "この内容のまま許可する"), ("0", "断る")], widget=forms.RadioSelect
    )
    reason = ReasonField(label="わけ", help_text="例：本人の支援措置を確かめ、提供してよいと判断した")

    refusals = {RefusalWithoutReason: "reason", NotWaiting: "release", ContentChanged: "release"}


class SwitchForm(ActForm):
    """情報提供を行う事務の起案。"""

    refusals = {NoAffairRight: "affair"}

    affair = forms.CharField(label="事務コード", max_length=16)
    item = forms.CharField(label="特定個人情報名コード", max_length=16)
    provided = forms.ChoiceField(label="情報提供", choices=[("1", "行う"), ("0", "行わない")], widget=forms.RadioSelect)
    reason = ReasonField(label="わけと根拠")
