"""還付と充当の表。発生事由の認定、決議と明細、受取人、口座、支払、支払の実行、差押え、返納。

A decision is frozen with its parts; who gets the money, when it left and whether it came back are rows of their own.
"""

from django.db import models

from osame.collection.overpayments.models import Overpayment
from osame.collection.refunds.transfer_runs import TransferRun
from osame.platform.rights import APPEND_ONLY, KEPT


class OverpaymentFinding(models.Model):
    """発生事由の認定。過誤納金がなぜ生じたか、還付加算金をいつから数えるか。最後の認定を使う。"""

    rights = APPEND_ONLY

    class Ground(models.TextChoices):
        """還付加算金の起算の根拠（地方税法第17条の4第1項の各号）。"""

        REDUCED_ASSESSMENT = "1", "第1号（更正・賦課決定の取消しなどによる過納）"
        REQUESTED_CORRECTION = "2", "第2号（更正の請求による更正）"
        INCOME_TAX_CHANGED = "3", "第3号（所得税の更正・申告に基因する賦課決定）"
        OTHER_OVERPAYMENT = "4", "第4号（二重納付などの過誤納）"
        CORRECTION_WITHOUT_REQUEST = "4-return", "第4号（請求によらない更正、令第6条の15第1項第1号）"

    pk = models.CompositePrimaryKey("addressee_number", "charge_id", "receipt_key", "finding_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    charge_id = models.BigIntegerField("期別番号")
    receipt_key = models.UUIDField("収納")
    finding_id = models.BigIntegerField("認定番号")
    cause = models.CharField("発生事由", max_length=2, choices=Overpayment.Cause.choices)
    ground = models.TextField("起算の根拠", choices=Ground.choices)
    requested_on = models.DateField("更正の請求の日", null=True)
    corrected_on = models.DateField("更正の日", null=True)
    income_tax_noticed_on = models.DateField("所得税の更正の通知または申告の日", null=True)
    note = models.TextField("説明")
    officer = models.TextField("職員")
    found_on = models.DateField("認定日")

    class Meta:
        db_table = "overpayment_finding"
        db_table_comment = "発生事由の認定 (F05-01, C-08)"
        constraints = [models.CheckConstraint(name="finding_has_a_note", condition=~models.Q(note=""))]


class RefundDecision(models.Model):
    """還付決議・充当決議（E-15、R-036）。何をいくら還付し、いくら充当すると決めたか。"""

    rights = KEPT

    class State(models.TextChoices):
        """決議の状態。"""

        DECIDED = "1", "決議"
        RECOVERING = "2", "返納待ち"
        CANCELLED = "9", "取消"

    pk = models.CompositePrimaryKey("addressee_number", "decision_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    decision_id = models.BigIntegerField("決議番号")
    proposal_id = models.BigIntegerField("起案番号", null=True)
    decided_on = models.DateField("決議日")
    appropriated = models.BigIntegerField("充当の額")
    payable = models.BigIntegerField("還付の額（加算金を含む）")
    interest = models.BigIntegerField("還付加算金の額")
    state = models.CharField("決議の状態", max_length=1, choices=State.choices, default=State.DECIDED)
    noticed_on = models.DateField("還付通知日", null=True)
    cancelled_on = models.DateField("取消日", null=True)
    cancel_reason = models.TextField("決議の取消しの理由", default="", blank=True)
    command_id = models.BigIntegerField("命令番号")

    class Meta:
        db_table = "refund_decision"
        db_table_comment = "還付決議・充当決議 (E-15, F05-02)"
        indexes = [models.Index(name="refund_decision_by_number", fields=["decision_id"]),
                   models.Index(name="refund_decision_day", fields=["decided_on"])]  # fmt: skip
        constraints = [
            models.CheckConstraint(name="decision_moves_money", condition=models.Q(appropriated__gte=0, payable__gte=0,
                interest__gte=0) & (models.Q(appropriated__gt=0) | models.Q(payable__gt=0))),
            models.CheckConstraint(name="decision_cancelled_with_reason",
                condition=models.Q(state="1") | ~models.Q(cancel_reason="")),
        ]  # fmt: skip


class RefundPart(models.Model):
    """還付充当明細。一つの収納の過誤納のうち、いくらを、何に使うか。計算の過程とともに凍らせる。"""

    rights = APPEND_ONLY

    class Use(models.TextChoices):
        """使いみち。"""

        REFUND = "1", "還付"
        APPROPRIATION = "2", "充当"
        INTEREST_APPROPRIATION = "3", "還付加算金の充当"

    class RevenueClass(models.TextChoices):
        """払い出す科目。"""

        REVENUE = "1", "歳入からの戻出（現年度）"
        EXPENDITURE = "2", "歳出からの還付（過年度）"

    pk = models.CompositePrimaryKey("addressee_number", "decision_id", "part_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    decision_id = models.BigIntegerField("決議番号")
    part_number = models.SmallIntegerField("明細番号")
    charge_id = models.BigIntegerField("期別番号")
    receipt_key = models.UUIDField("収納")
    use = models.CharField("使いみち", max_length=1, choices=Use.choices)
    amount = models.BigIntegerField("明細の額")
    interest = models.BigIntegerField("還付加算金")
    applied = models.BigIntegerField("うち充当した還付加算金", default=0)
    cause = models.CharField("発生事由", max_length=2, choices=Overpayment.Cause.choices)
    ground = models.TextField("起算の根拠", choices=OverpaymentFinding.Ground.choices)
    starts_on = models.DateField("加算金の起算日")
    ends_on = models.DateField("加算金の終期")
    steps = models.JSONField("計算の過程", default=list)
    revenue_class = models.CharField("払い出す科目", max_length=1, choices=RevenueClass.choices)
    expires_on = models.DateField("請求権の時効満了日")
    target_charge_id = models.BigIntegerField("充当先の期別番号", null=True)
    target_receipt_key = models.UUIDField("充当先の収納", null=True)
    appropriated_on = models.DateField("充当の効力の日", null=True)

    class Meta:
        db_table = "refund_part"
        db_table_comment = "還付充当明細 (F05-02, F05-10)"
        indexes = [models.Index(name="refund_part_charge", fields=["charge_id"])]
        constraints = [
            models.CheckConstraint(name="refund_part_is_positive", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(name="refund_part_interest_applied",
                condition=models.Q(interest__gte=0, applied__gte=0, applied__lte=models.F("interest"))),
            models.CheckConstraint(name="refund_part_has_its_target",
                condition=models.Q(use="1", target_charge_id__isnull=True) | models.Q(use__in=["2", "3"],
                    target_charge_id__isnull=False, target_receipt_key__isnull=False, appropriated_on__isnull=False)),
        ]  # fmt: skip


class PayeeAccount(models.Model):
    """還付先口座。番号は封をして置き、下三桁だけを見せる。"""

    rights = KEPT

    class Source(models.TextChoices):
        """口座の出どころ。この順に使う。"""

        CLAIM = "1", "還付請求書の口座"
        DIRECT_DEBIT = "2", "振替口座"
        PUBLIC_MONEY = "3", "公金受取口座"
        PREVIOUS = "4", "前回の還付口座"

    class AccountType(models.TextChoices):
        """預金種目。"""

        ORDINARY = "1", "普通"
        CURRENT = "2", "当座"
        SAVINGS = "4", "貯蓄"
        OTHER = "9", "その他"

    pk = models.CompositePrimaryKey("addressee_number", "account_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    account_id = models.BigIntegerField("還付先口座番号")
    source = models.CharField("口座の入手元", max_length=1, choices=Source.choices)
    own = models.BooleanField("本人の口座")
    bank_code = models.CharField("金融機関コード", max_length=4)
    branch_code = models.CharField("店舗コード", max_length=3)
    account_type = models.CharField("預金種目", max_length=1, choices=AccountType.choices)
    sealed_number = models.BinaryField("封をした口座番号")
    last_digits = models.CharField("口座番号の下三桁", max_length=3)
    holder_kana = models.TextField("口座名義カナ")
    consented = models.BooleanField("次の還付にも使う同意")
    registered_on = models.DateField("登録日")
    ended_on = models.DateField("口座の終了日", null=True)
    ending_reason = models.TextField("終了の理由", default="", blank=True)
    erased_on = models.DateField("口座の消去日", null=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "payee_account"
        db_table_comment = "還付先口座 (F05-04)"


class RefundPayee(models.Model):
    """還付の受取人。本人、相続人、差押債権者など。額の合計は、決議の還付の額に等しい。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """受取人の区分。"""

        SELF = "1", "本人"
        HEIR_REPRESENTATIVE = "2", "相続人代表者"
        HEIR = "3", "相続人"
        SEIZING_CREDITOR = "4", "差押債権者"
        ASSIGNEE = "5", "譲受人"
        PLEDGEE = "6", "質権者"
        DEPOSIT_OFFICE = "8", "供託所"

    class State(models.TextChoices):
        """還付状態（C-09）。"""

        AWAITING_CLAIM = "1", "請求待ち"
        READY = "2", "支払待ち"
        DEFECTIVE = "3", "口座不備"
        ORDERED = "4", "支払依頼"
        PAID = "5", "支払済"
        RETURNED = "6", "組戻し"
        HELD = "7", "保留"
        EXPIRED = "8", "時効"
        CANCELLED = "9", "取消"

    class Method(models.TextChoices):
        """支払方法。"""

        TRANSFER = "1", "口座振込"
        CASH = "2", "窓口現金"
        REGISTERED_MAIL = "3", "現金書留"

    pk = models.CompositePrimaryKey("addressee_number", "decision_id", "payee_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    decision_id = models.BigIntegerField("決議番号")
    payee_number = models.SmallIntegerField("受取人番号")
    kind = models.CharField("受取人の区分", max_length=1, choices=Kind.choices)
    name = models.TextField("氏名")
    kana = models.TextField("カナ")
    postal_code = models.CharField("郵便番号", max_length=7, default="", blank=True)
    address = models.TextField("住所", default="", blank=True)
    share = models.TextField("持分", default="", blank=True)
    amount = models.BigIntegerField("受取額")
    state = models.CharField("還付状態", max_length=1, choices=State.choices)
    account_id = models.BigIntegerField("還付先口座番号", null=True)
    claimed_on = models.DateField("還付請求日", null=True)
    reminded_on = models.DateField("再通知日", null=True)
    note = models.TextField("不備・保留の理由", default="", blank=True)
    encumbrance_id = models.BigIntegerField("差押え・譲渡の番号", null=True)

    class Meta:
        db_table = "refund_payee"
        db_table_comment = "還付の受取人 (F05-07, F05-11, C-09)"
        indexes = [models.Index(name="refund_payee_state", fields=["state"])]
        constraints = [
            models.CheckConstraint(name="payee_amount_is_positive", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(name="payee_held_with_reason",
                condition=~models.Q(state__in=["3", "7"]) | ~models.Q(note="")),
        ]  # fmt: skip


class PaymentRun(TransferRun):
    """支払の実行。一度の総合振込。一つの決裁から、一度だけ指図になる。"""

    rights = KEPT

    run_id = models.BigIntegerField("支払の実行番号", primary_key=True)

    class Meta:
        db_table = "payment_run"
        db_table_comment = "支払の実行 (F05-08)"


class RefundPayment(models.Model):
    """還付金の支払一件。組戻しになれば、もう一度、別の支払で払う。"""

    rights = KEPT

    class State(models.TextChoices):
        """支払の状態。"""

        ORDERED = "1", "依頼"
        PAID = "2", "支払済"
        RETURNED = "3", "組戻し"
        RECOVERED = "4", "返納"
        WITHDRAWN = "9", "取下げ"

    pk = models.CompositePrimaryKey("addressee_number", "payment_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    payment_id = models.BigIntegerField("支払番号")
    decision_id = models.BigIntegerField("決議番号")
    payee_number = models.SmallIntegerField("受取人番号")
    amount = models.BigIntegerField("支払額")
    method = models.CharField("支払方法", max_length=1, choices=RefundPayee.Method.choices)
    run_id = models.BigIntegerField("支払の実行番号", null=True)
    account_id = models.BigIntegerField("還付先口座番号", null=True)
    state = models.CharField("支払の状態", max_length=1, choices=State.choices)
    paid_out_on = models.DateField("支払日")
    returned_on = models.DateField("組戻日", null=True)
    return_reason = models.TextField("組戻しの理由", default="", blank=True)
    confirmed_by = models.TextField("支払を確かめた職員", default="", blank=True)
    officer = models.TextField("職員")
    command_id = models.BigIntegerField("命令番号", null=True)

    class Meta:
        db_table = "refund_payment"
        db_table_comment = "還付金の支払 (F05-08)"
        indexes = [models.Index(name="refund_payment_run", fields=["run_id"]),
                   models.Index(name="refund_payment_by_number", fields=["payment_id"])]  # fmt: skip
        constraints = [
            models.UniqueConstraint(name="one_standing_payment",
                fields=["addressee_number", "decision_id", "payee_number"], condition=models.Q(state__in=["1", "2"])),
            models.CheckConstraint(name="refund_payment_is_positive", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(name="cash_is_confirmed_by_another",
                condition=models.Q(method="1") | (~models.Q(confirmed_by="") & ~models.Q(confirmed_by=models.F("officer")))),
        ]  # fmt: skip


class RefundPaymentLine(models.Model):
    """支払の内訳。どの収納の還付未済から、いくら払ったか。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "payment_id", "part_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    payment_id = models.BigIntegerField("支払番号")
    part_number = models.SmallIntegerField("明細番号")
    decision_id = models.BigIntegerField("決議番号")
    charge_id = models.BigIntegerField("期別番号")
    receipt_key = models.UUIDField("収納")
    amount = models.BigIntegerField("内訳の額")
    revenue_class = models.CharField("払い出す科目", max_length=1, choices=RefundPart.RevenueClass.choices)

    class Meta:
        db_table = "refund_payment_line"
        db_table_comment = "支払の内訳 (F05-08, F05-09)"
        constraints = [models.CheckConstraint(name="payment_line_is_positive", condition=models.Q(amount__gt=0))]


class RefundEncumbrance(models.Model):
    """還付請求権の差押え・譲渡。通知の順に、本人より先に払う。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """差押え・譲渡の種類。"""

        SEIZURE = "1", "差押え"
        PROVISIONAL_SEIZURE = "2", "仮差押え"
        PLEDGE = "3", "質権"
        ASSIGNMENT = "4", "譲渡"

    pk = models.CompositePrimaryKey("addressee_number", "encumbrance_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    encumbrance_id = models.BigIntegerField("差押え・譲渡の番号")
    kind = models.CharField("差押え・譲渡の種類", max_length=1, choices=Kind.choices)
    creditor_name = models.TextField("債権者")
    creditor_kana = models.TextField("債権者カナ")
    postal_code = models.CharField("郵便番号", max_length=7, default="", blank=True)
    address = models.TextField("住所", default="", blank=True)
    amount = models.BigIntegerField("差押え・譲渡の額", null=True)
    served_at = models.DateTimeField("通知の送達日時")
    document = models.TextField("通知の文書")
    released_on = models.DateField("解除日", null=True)
    release_reason = models.TextField("解除の理由", default="", blank=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "refund_encumbrance"
        db_table_comment = "還付請求権の差押え・譲渡 (F05-12)"
        constraints = [models.CheckConstraint(name="encumbrance_is_positive", condition=models.Q(amount__gt=0))]


class RefundRecovery(models.Model):
    """還付金の返納。支払の後に決議を取り消したとき、払った額を返してもらう。"""

    rights = KEPT

    class State(models.TextChoices):
        """返納の状態。"""

        ASKED = "1", "返納待ち"
        RECOVERED = "2", "返納済"

    pk = models.CompositePrimaryKey("addressee_number", "payment_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    payment_id = models.BigIntegerField("支払番号")
    decision_id = models.BigIntegerField("決議番号")
    amount = models.BigIntegerField("返納額")
    reason = models.TextField("返納の理由")
    asked_on = models.DateField("返納告知日")
    due_on = models.DateField("返納期限")
    state = models.CharField("返納の状態", max_length=1, choices=State.choices, default=State.ASKED)
    recovered_on = models.DateField("返納日", null=True)

    class Meta:
        db_table = "refund_recovery"
        db_table_comment = "還付金の返納 (F05-14)"
