"""財務伝票の書式。"""

from osame.collection.vouchers.actions import (
    CheckedByMaker,
    DayNotOver,
    LedgerDisagrees,
    NothingToTell,
    TotalsDiffer,
    WithdrawalNeedsReason,
)
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField, YenField


class MakeForm(ActForm):
    """束を作る。"""

    through = WarekiDateField(
        label="対象の末日", within_years=2, help_text="この日までの、まだ渡していない支払と戻りを集めます。"
    )
    refusals = {DayNotOver: "through", NothingToTell: "through", LedgerDisagrees: "through"}


class CheckForm(ActForm):
    """控えで数えた合計を、束と照合する。"""

    paid = YenField(label="支払の合計", help_text="支払の控え（総合振込の合計と現金の合計）で数えた額。")
    returned = YenField(label="戻りの合計", help_text="組戻しと返納の合計。なければ0。", required=False)
    refusals = {TotalsDiffer: "paid", CheckedByMaker: "paid"}


class WithdrawForm(ActForm):
    """束を取り下げる。"""

    reason = ReasonField(label="取り下げる理由")
    refusals = {WithdrawalNeedsReason: "reason"}
