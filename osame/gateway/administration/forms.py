"""システム管理の書式。"""

from osame.gateway.administration.erasing import NothingExpired
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField


class ErasureForm(ActForm):
    """保管期限切れの消去の起案。"""

    reason = ReasonField(label="わけ", help_text="例：保存期間の満了")

    refusals = {NothingExpired: "reason"}
