"""決裁の書式。"""

from typing import Any

from django import forms

from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField


class StepForm(ActForm):
    """決裁の一段。 step: 押した釦; reason: 却下・取下げの理由。"""

    step = forms.ChoiceField(
        choices=[(each, each) for each in ("check", "decide", "reject", "execute")], widget=forms.HiddenInput
    )
    reason = ReasonField(label="却下・取下げの理由", required=False)

    def clean(self) -> dict[str, Any]:
        """下げるときは、理由が要る。"""
        given = super().clean() or self.cleaned_data
        if given.get("step") == "reject" and not given.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "理由を入力してください。")
        return given
