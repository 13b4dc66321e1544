"""編集中の宛名の解放の書式。"""

from osame.addressee.locks.actions import ForcedWithoutReason
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField


class ForceForm(ActForm):
    """ほかの職員の編集の解放。"""

    reason = ReasonField(label="解放する理由", help_text="例：本人が外出し、連絡が取れない")

    refusals = {ForcedWithoutReason: "reason"}
