"""情報提供等記録の書式。"""

from django import forms

from osame.gateway.exchange_records.recording import CorrectionWithoutReason, NothingToCorrect
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField


class CorrectionForm(ActForm):
    """記録の訂正。"""

    words = forms.CharField(label="結果のわけ", max_length=200)
    non_disclosure = forms.BooleanField(label="不開示情報に該当する", required=False)
    reason = ReasonField(label="訂正のわけ", help_text="例：訂正請求（令和8年11月2日）に応じた")

    refusals = {CorrectionWithoutReason: "reason", NothingToCorrect: "words"}
