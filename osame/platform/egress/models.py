"""出力の記録。何を、誰が、何のために、誰に渡したか。ファイルが見えるようになる前に書く。"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import KEPT


class EgressKind(models.TextChoices):
    """出力の種類。透かしを重ねるのは、庁内で使う帳票だけ。"""

    LETTER = "letter", "住民への文書"
    CERTIFICATE = "certificate", "証明書"
    PAYMENT_SLIP = "payment_slip", "納付書"
    REPORT = "report", "庁内の帳票"
    LIST = "list", "庁内の一覧"
    PRINT_DATA = "print_data", "委託先の印刷データ"
    PROVISION = "provision", "提供データ"
    CONTROL_SHEET = "control_sheet", "照合表"


class ReceiverClass(models.TextChoices):
    """渡す相手の区分。"""

    STAFF = "staff", "庁内の職員"
    CITIZEN = "citizen", "本人"
    CONTRACTOR = "contractor", "委託先"
    PROVISION = "provision", "提供先"
    STATUTORY = "statutory", "法令の定める通知先"
    BANK = "bank", "金融機関"


class EgressMedium(models.TextChoices):
    """出力の媒体。フラッシュメモリには出さない。"""

    FILE = "file", "庁内のファイル"
    PAPER = "paper", "紙"
    SCREEN = "screen", "画面からの保存"
    OPTICAL_DISC = "optical_disc", "光ディスク"
    MAGNETIC_TAPE = "magnetic_tape", "磁気テープ"
    FLASH_MEMORY = "flash_memory", "フラッシュメモリ"


class EgressRecord(models.Model):
    """出力の記録。書いた後に変わるのは、見えた日時・取消し・消去だけ。"""

    rights = KEPT

    egress_id = models.BigAutoField("出力番号", primary_key=True)
    kind = models.TextField("出力の種類", choices=EgressKind.choices)
    place = models.TextField("出力先")
    sha256 = models.CharField("出力のハッシュ", max_length=64)
    content_sha256 = models.CharField("封をする前の中身のハッシュ", max_length=64)
    size = models.BigIntegerField("大きさ（バイト）")
    subjects = ArrayField(models.CharField(max_length=15), verbose_name="対象の宛名番号", default=list)
    subject_count = models.IntegerField("対象の人数")
    number_included = models.BooleanField("個人番号を含むか")
    officer = models.TextField("職員", default="", blank=True)
    department = models.TextField("所属", default="", blank=True)
    function_code = models.TextField("機能コード", default="", blank=True)
    purpose = models.TextField("使用目的", default="", blank=True)
    request_number = models.TextField("操作番号", default="", blank=True)
    receiver_class = models.TextField("渡す相手の区分", choices=ReceiverClass.choices)
    receiver = models.TextField("渡す相手")
    medium = models.TextField("出力の媒体", choices=EgressMedium.choices)
    proposal_id = models.BigIntegerField("起案番号", null=True)
    bulk_by_law = models.TextField("法による一括の実行", default="", blank=True)
    copy_number = models.IntegerField("何回目か", default=1)
    reason = models.TextField("理由", default="", blank=True)
    emitted_at = models.DateTimeField("記録日時", db_default=Now())
    expires_at = models.DateTimeField("期限", null=True)
    released_at = models.DateTimeField("渡した日時", null=True)
    revoked_at = models.DateTimeField("取消日時", null=True)
    revocation_reason = models.TextField("出力の取消しの理由", default="", blank=True)
    erased_at = models.DateTimeField("消去日時", null=True)

    class Meta:
        db_table = "egress_record"
        db_table_comment = "出力の記録"
        constraints = [
            models.CheckConstraint(condition=~models.Q(medium="flash_memory"), name="nothing_leaves_on_flash_memory"),
            models.CheckConstraint(
                condition=models.Q(revoked_at=None) | ~models.Q(revocation_reason=""), name="revoking_needs_a_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(copy_number=1) | ~models.Q(reason=""), name="another_copy_needs_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["officer", "emitted_at"], name="egress_by_officer"),
            models.Index(fields=["content_sha256"], name="egress_by_content"),
            models.Index(fields=["proposal_id"], name="egress_by_proposal"),
        ]

    @property
    def serial(self) -> str:
        """出力番号の書き方。"""
        return f"E{self.egress_id:09d}"
