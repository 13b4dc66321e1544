"""納付書の表。発行した一枚と、その符号、eLTAX への登録。

A slip is frozen when it is issued: amounts, codes and the law's steps never change. Whether it was used or has expired is
never stored; it follows from the receipts and the day (`queries.State`).
"""

from django.db import models

from osame.platform.rights import APPEND_ONLY


class PaymentSlip(models.Model):
    """納付書（E-16）。一枚に一つの発行連番（納付書番号）。再び使うことはない。"""

    rights = "SELECT, INSERT, UPDATE (void_on, void_reason, voided_by, replaced_by)"

    class Kind(models.TextChoices):
        """納付書の種類。"""

        SINGLE = "1", "単票"
        COMBINED = "2", "合算"
        INSTALMENT = "3", "分納"

    pk = models.CompositePrimaryKey("slip_number", "addressee_number")
    slip_number = models.BigIntegerField("納付書番号")
    addressee_number = models.CharField("宛名番号", max_length=15)
    kind = models.CharField("納付書の種類", max_length=1, choices=Kind.choices)
    issue_count = models.SmallIntegerField("発行回数")
    issued_on = models.DateField("納付書の発付日")
    issued_by = models.TextField("発行した職員")
    amount = models.BigIntegerField("金額")
    payable_through = models.DateField("納付書の使用期限")
    barcode_through = models.DateField("コンビニバーコード使用期限", null=True)
    electronic_through = models.DateField("二次元コード・マルチペイメント支払期限", null=True)
    agency_number = models.CharField("収納機関番号", max_length=5)
    confirmation_number = models.CharField("確認番号", max_length=6)
    payment_class = models.CharField("納付区分", max_length=3)
    barcode = models.CharField("バーコード情報", max_length=44, default="", blank=True)
    upper_line = models.CharField("上段OCR", max_length=39)
    lower_line = models.CharField("下段OCR", max_length=44)
    el_qr = models.CharField("地方税統一QRコード", max_length=255, default="", blank=True)
    plan = models.JSONField("内訳と計算の過程")  # 発行のときの姿。紙はこれから刷る
    cautions = models.TextField("発行のときの注意", default="", blank=True)
    reason = models.TextField("発行の理由", default="", blank=True)
    pledge_key = models.TextField("分割納付管理番号", default="", blank=True)
    round_number = models.SmallIntegerField("回次", null=True)
    void_on = models.DateField("無効化日", null=True)
    void_reason = models.TextField("無効の理由", default="", blank=True)
    voided_by = models.TextField("無効にした職員", default="", blank=True)
    replaced_by = models.BigIntegerField("後に発行した納付書番号", null=True)

    class Meta:
        db_table = "payment_slip"
        db_table_comment = "納付書の発行 (E-16, F07-01)"
        constraints = [
            models.CheckConstraint(
                name="payment_slip_amount", condition=models.Q(amount__gt=0, amount__lt=100_000_000_000)
            ),
            models.CheckConstraint(
                name="payment_slip_barcode_within_limit",
                condition=models.Q(barcode="") | models.Q(amount__lte=300_000, barcode_through__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_slip_void_says_why", condition=models.Q(void_on__isnull=True) | ~models.Q(void_reason="")
            ),
            models.UniqueConstraint(
                name="payment_slip_round_once",
                fields=["pledge_key", "round_number", "addressee_number"],
                condition=~models.Q(pledge_key="") & models.Q(void_on__isnull=True),
            ),
        ]
        indexes = [models.Index(name="payment_slip_addressee", fields=["addressee_number", "issued_on"])]


class SlipRegistration(models.Model):
    """eLTAX への納付書情報の登録と取消しの依頼（F07-03）。一行が、一つの依頼ファイルの一件。"""

    rights = "SELECT, INSERT, UPDATE (answered_on, result_code)"

    class Act(models.TextChoices):
        """依頼の区分。"""

        REGISTER = "1", "登録"
        WITHDRAW = "9", "無効化"

    pk = models.CompositePrimaryKey("slip_number", "act", "addressee_number")
    slip_number = models.BigIntegerField("納付書番号")
    act = models.CharField("登録の区分", max_length=1, choices=Act.choices)
    addressee_number = models.CharField("宛名番号", max_length=15)
    request_number = models.BigIntegerField("依頼番号")
    requested_on = models.DateField("依頼日")
    answered_on = models.DateField("回答日", null=True)
    result_code = models.CharField("結果コード", max_length=2, default="", blank=True)

    class Meta:
        db_table = "slip_registration"
        db_table_comment = "eLTAX への納付書情報の登録 (F07-03)"
        indexes = [models.Index(name="slip_registration_request", fields=["request_number"])]


class RegistrationFile(models.Model):
    """登録依頼ファイル。番号は連番で、一度書いたものは書き直さない。"""

    rights = APPEND_ONLY

    request_number = models.BigIntegerField("依頼番号", primary_key=True)
    made_on = models.DateField("作成日")
    made_by = models.TextField("作成した職員")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    rows = models.IntegerField("件数")
    total = models.BigIntegerField("合計金額")

    class Meta:
        db_table = "slip_registration_file"
        db_table_comment = "eLTAX への登録依頼ファイル (F07-03)"
