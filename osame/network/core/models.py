"""国の側の模擬の表。機関、証明書、符号、許可証、運んだ封筒、振舞い。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT, WRITE


class Institution(models.Model):
    """機関。 exchange_key: その機関の中間サーバーが求めに署名する鍵。模擬の機関にはない。"""

    rights = KEPT

    institution = models.CharField("機関コード", max_length=16, primary_key=True)
    name = models.TextField("機関名")
    simulated = models.BooleanField("模擬の機関")
    exchange_key = models.TextField("求めの署名の鍵", default="", blank=True)

    class Meta:
        db_table = "institution"
        db_table_comment = "機関（模擬）"
        indexes = [models.Index(fields=["exchange_key"], name="institution_by_key")]


class InstitutionCertificate(models.Model):
    """機関の証明書。"""

    rights = KEPT

    serial = models.CharField("証明書番号", max_length=32, primary_key=True)
    institution = models.CharField("機関コード", max_length=16)
    content = models.JSONField("証明書の中身")
    valid_until = models.DateTimeField("有効期限")
    revoked_at = models.DateTimeField("失効日時", null=True)

    class Meta:
        db_table = "institution_certificate"
        db_table_comment = "機関の証明書（模擬）"


class SymbolIssue(models.Model):
    """符号の交付。機関と処理通番ごとに一つ。 resident: 模擬の住民の印。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("institution", "processing_number")
    institution = models.CharField("機関コード", max_length=16)
    processing_number = models.CharField("処理通番", max_length=32)
    resident = models.TextField("模擬の住民", default="", blank=True)
    requested_at = models.DateTimeField("依頼日時", null=True)
    symbol = models.CharField("機関の符号", max_length=64, default="", blank=True)

    class Meta:
        db_table = "symbol_issue"
        db_table_comment = "符号の交付（模擬）"
        indexes = [models.Index(fields=["institution", "symbol"], name="symbol_to_resident")]


class PermitIssue(models.Model):
    """許可証の交付と拒否。照会者と照会番号ごとに一つで、同じ求めには同じ答えを返す。期限の切れた許可証は、出し直す。"""

    rights = KEPT

    permit_id = models.BigAutoField("交付番号", primary_key=True)
    inquirer = models.CharField("照会者", max_length=16)
    inquiry_number = models.CharField("照会番号", max_length=40)
    provider = models.CharField("提供者", max_length=16)
    affair = models.CharField("事務コード", max_length=16)
    procedure = models.CharField("手続", max_length=16)
    item = models.CharField("特定個人情報名コード", max_length=16)
    decision = models.JSONField("答え")
    granted = models.BooleanField("交付した")
    decided_at = models.DateTimeField("日時")

    class Meta:
        db_table = "permit_issue"
        db_table_comment = "許可証の交付と拒否（模擬）"
        constraints = [
            models.UniqueConstraint(fields=["inquirer", "inquiry_number"], name="one_permit_decision_per_inquiry")
        ]


class CarriedEnvelope(models.Model):
    """受けた封筒。番号は一度だけ。"""

    rights = KEPT

    message_id = models.CharField("伝文番号", max_length=32, primary_key=True)
    sender = models.CharField("送り手", max_length=16)
    receiver = models.CharField("受け手", max_length=16)
    kind = models.CharField("種別", max_length=20)
    outcome = models.TextField("結果")
    received_at = models.DateTimeField("受けた日時", db_default=Now())

    class Meta:
        db_table = "carried_envelope"
        db_table_comment = "運んだ封筒（模擬）"


class MailboxEntry(models.Model):
    """受け手ごとの、届ける封筒。 due_at までは見せない。位置は、見せてよくなった順ではなく、受け手が後から読み直せる順。"""

    rights = WRITE

    entry_id = models.BigAutoField("番号", primary_key=True)
    position = models.BigIntegerField("位置", null=True)
    receiver = models.CharField("受け手", max_length=16)
    envelope = models.JSONField("封筒")
    due_at = models.DateTimeField("届ける日時")

    class Meta:
        db_table = "mailbox_entry"
        db_table_comment = "届ける封筒（模擬）"
        constraints = [models.UniqueConstraint(fields=["receiver", "position"], name="one_entry_per_position")]
        indexes = [
            models.Index(fields=["receiver", "due_at"], condition=models.Q(position=None), name="mail_not_placed")
        ]


class Behaviour(models.Model):
    """振舞い。遅れ、誤り、二重、並べ替え、不通、悪意の伝文。割合は千分の一。"""

    rights = KEPT

    behaviour_id = models.SmallIntegerField("番号", primary_key=True, default=1)
    drop = models.IntegerField("失う割合", default=0)
    duplicate = models.IntegerField("二重に届ける割合", default=0)
    reorder = models.IntegerField("並べ替える割合", default=0)
    delay = models.IntegerField("遅らせる割合", default=0)
    delay_milliseconds = models.IntegerField("遅れの上限（ミリ秒）", default=0)
    error = models.IntegerField("誤りを返す割合", default=0)
    alter = models.IntegerField("中身を変える割合", default=0)
    hostile = models.IntegerField("悪意の伝文を混ぜる割合", default=0)
    down_until = models.DateTimeField("不通の終わり", null=True)
    permit_seconds = models.IntegerField("許可証の有効秒数", default=3600)

    class Meta:
        db_table = "behaviour"
        db_table_comment = "振舞い（模擬）"


class ListVersion(models.Model):
    """照会許可用照合リストの版。"""

    rights = APPEND_ONLY

    version = models.IntegerField("版", primary_key=True)
    content = models.JSONField("リスト")

    class Meta:
        db_table = "list_version"
        db_table_comment = "照合リストの版（模擬）"
