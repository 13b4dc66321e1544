"""決裁の表。起案・照査・決裁・執行を、別の職員が行ったことを、表そのものが保証する。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.history import kept_history
from osame.platform.rights import KEPT


class HighRiskAct(models.TextChoices):
    """重要行為。二人以上の職員が要る。"""

    REFUND = "refund", "還付"
    REFUND_PAYMENT = "refund_payment", "還付金の支払"
    APPROPRIATION_REVERSAL = "appropriation_reversal", "還付・充当の取消"
    SEIZURE = "seizure", "差押"
    WRITE_OFF = "write_off", "不納欠損"
    SUSPENSION = "suspension", "執行停止"
    BULK_EXPORT = "bulk_export", "大量出力"
    NUMBER_RELINKING = "number_relinking", "個人番号の紐付変更"
    PROTECTION_RELEASE = "protection_release", "支援措置の解除"
    ROLE_GRANT = "role_grant", "役割の付与"
    ERASURE = "erasure", "消去"
    CONSOLIDATION = "consolidation", "名寄せ"
    PROTECTED_LETTER = "protected_letter", "支援措置対象者の文書"
    PARAMETER_CHANGE = "parameter_change", "基本設定の変更"
    DUE_DATE_CHANGE = "due_date_change", "納期限の変更"
    PROVISION_RELEASE = "provision_release", "情報提供の許可"
    PROVISION_SWITCH = "provision_switch", "情報提供の開始・停止"
    GRACE = "grace", "猶予"
    PLEDGE = "pledge", "長い分割納付"
    IDENTIFICATION = "identification", "同一人の認定"
    ADVANCE = "advance", "繰上徴収・保全"
    LIABILITY = "liability", "連帯・第二次納税義務"
    SUCCESSION = "succession", "納税義務の承継"
    AUCTION = "auction", "公売"
    OUTLAY = "outlay", "歳出からの支払の決定"
    OUTLAY_PAYMENT = "outlay_payment", "歳出からの支払"
    AFFAIR_RIGHT = "affair_right", "中間サーバーの事務の権限"
    PRIVACY_DECISION = "privacy_decision", "開示・訂正・利用停止の決定"


@kept_history()
class Proposal(models.Model):
    """起案。中身は起案のときに固まり、決裁されたものと違うものは執行できない。"""

    rights = KEPT

    class State(models.TextChoices):
        """決裁の段階。"""

        PROPOSED = "1", "起案"
        CHECKED = "2", "照査済"
        DECIDED = "3", "決裁済"
        EXECUTED = "4", "執行済"
        REJECTED = "8", "却下"
        WITHDRAWN = "9", "取下げ"

    proposal_id = models.BigAutoField("起案番号", primary_key=True)
    act = models.TextField("重要行為", choices=HighRiskAct.choices)
    content = models.JSONField("中身")
    content_hash = models.CharField("中身のハッシュ", max_length=64)
    reason = models.TextField("理由")
    purpose = models.TextField("使用目的")  # 執行も、起案したときの目的で行う
    subjects = models.JSONField("対象の宛名番号", default=list)
    state = models.CharField("段階", max_length=1, choices=State.choices, default=State.PROPOSED)
    maker = models.TextField("起案者")
    proposed_at = models.DateTimeField("起案日時", db_default=Now())
    checker = models.TextField("照査者", default="", blank=True)
    checked_at = models.DateTimeField("照査日時", null=True)
    decider = models.TextField("決裁者", default="", blank=True)
    decided_at = models.DateTimeField("決裁日時", null=True)
    executor = models.TextField("執行者", default="", blank=True)
    executed_at = models.DateTimeField("執行日時", null=True)
    rejection_reason = models.TextField("却下・取下げの理由", default="", blank=True)

    class Meta:
        db_table = "proposal"
        db_table_comment = "起案（四つの目）"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(maker="") & ~models.Q(checker=models.F("maker")), name="checker_is_not_the_maker"
            ),
            models.CheckConstraint(
                condition=models.Q(decider="") | ~models.Q(decider=models.F("maker")), name="decider_is_not_the_maker"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("2", "3", "4")) | ~models.Q(checker=""), name="checked_means_a_checker"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("3", "4")) | ~models.Q(decider=""), name="decided_means_a_decider"
            ),
            models.CheckConstraint(
                condition=models.Q(executor="") | ~models.Q(executor=models.F("checker")),
                name="executor_is_not_the_checker",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="4") | ~models.Q(executor=""), name="executed_means_an_executor"
            ),
        ]
