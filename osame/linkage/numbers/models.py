"""番号の表。個人番号は暗号と索引の姿でだけあり、アプリケーションの役割は、その表を見ることもできない。

The application role holds no right on `stored_number` and `number_index`; it calls the narrow functions of `sql/vault.sql`.
"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, NONE, READ_ONLY


class VaultKey(models.Model):
    """金庫の鍵。包まれた姿でだけ保存する。"""

    rights = READ_ONLY

    class Use(models.TextChoices):
        """鍵の用途。"""

        DATA = "1", "番号の暗号"
        INDEX = "2", "番号の索引"
        SEALING = "3", "封筒"

    class State(models.TextChoices):
        """鍵の状態。"""

        ACTIVE = "1", "現用"
        READABLE = "2", "読取りだけ"
        RETIRED = "3", "廃止"

    key_id = models.BigAutoField("鍵番号", primary_key=True)
    tenant = models.CharField("団体コード", max_length=6)
    use = models.CharField("鍵の用途", max_length=1, choices=Use.choices)
    version = models.IntegerField("鍵の版")
    wrapped = models.BinaryField("包まれた鍵")
    keeper = models.TextField("包んだ鍵の置き場所")
    name = models.CharField("封筒の宛先の名", max_length=16, default="", blank=True)
    state = models.CharField("鍵の状態", max_length=1, choices=State.choices, default=State.ACTIVE)
    made_at = models.DateTimeField("作成日時", db_default=Now())
    retired_at = models.DateTimeField("廃止日時", null=True)

    class Meta:
        db_table = "vault_key"
        db_table_comment = "金庫の鍵（包まれた姿）"
        constraints = [
            models.UniqueConstraint(fields=["use", "version"], name="one_key_of_a_version"),
            models.UniqueConstraint(fields=["use"], condition=models.Q(state="1"), name="one_active_key_of_a_use"),
            models.CheckConstraint(condition=~models.Q(state="3") | models.Q(wrapped=b""), name="retired_key_is_gone"),
        ]


class StoredNumber(models.Model):
    """保管番号。個人番号の暗号。団体内統合宛名番号と一対一で、変わる前の番号も残る。"""

    rights = NONE

    class State(models.TextChoices):
        """保管番号の状態。"""

        CURRENT = "1", "現在"
        CHANGED = "2", "変更前"
        CORRECTED = "3", "訂正前"

    number_id = models.UUIDField("番号の識別子", primary_key=True)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15)
    state = models.CharField("状態", max_length=1, choices=State.choices)
    ciphertext = models.BinaryField("暗号")
    key_version = models.IntegerField("鍵の版")
    stored_at = models.DateTimeField("保管日時", db_default=Now())
    ended_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        db_table = "stored_number"
        db_table_comment = "保管番号（個人番号の暗号）"
        constraints = [
            models.UniqueConstraint(
                fields=["unified_addressee_number"],
                condition=models.Q(state="1"),
                name="one_current_number_of_a_person",
            ),
        ]
        indexes = [
            models.Index(fields=["unified_addressee_number"], name="number_of_person"),
            models.Index(fields=["key_version"], name="number_by_key_version"),
        ]


class NumberIndex(models.Model):
    """番号の索引。番号を知らずに番号で探す。訂正で離された番号の索引は残さない。"""

    rights = NONE

    pk = models.CompositePrimaryKey("number_id", "index_version")
    number_id = models.UUIDField("番号の識別子")
    index_version = models.IntegerField("索引の鍵の版")
    blind_index = models.BinaryField("索引の値")

    class Meta:
        db_table = "number_index"
        db_table_comment = "番号の索引（鍵つきハッシュ）"
        constraints = [
            models.UniqueConstraint(fields=["index_version", "blind_index"], name="one_person_of_a_number"),
        ]


class NumberChange(models.Model):
    """番号の異動。変更・訂正・削除の履歴。団体内統合宛名番号は変わらない。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """番号の異動の種別。"""

        STORED = "1", "登録"
        CHANGED = "2", "変更"
        CORRECTED = "3", "訂正"
        ERASED = "4", "削除"

    change_id = models.BigAutoField("異動番号", primary_key=True)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15)
    kind = models.CharField("番号の異動の種別", max_length=1, choices=Kind.choices)
    old_number_id = models.UUIDField("前の番号の識別子", null=True)
    new_number_id = models.UUIDField("後の番号の識別子", null=True)
    changed_on = models.DateField("異動日")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())
    officer = models.TextField("職員")
    request_number = models.TextField("操作番号")
    reason = models.TextField("理由", default="", blank=True)

    class Meta:
        db_table = "number_change"
        db_table_comment = "番号の異動（変更・訂正・削除の履歴）"
        indexes = [models.Index(fields=["unified_addressee_number"], name="change_of_number")]


class Reveal(models.Model):
    """番号の開示。理由を添えて求め、30秒のうちに一度だけ見る。"""

    rights = APPEND_ONLY

    reveal_id = models.UUIDField("開示番号", primary_key=True)
    token_hash = models.CharField("引換券のハッシュ", max_length=64, unique=True)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15)
    peer = models.TextField("求めたシステム")
    officer = models.TextField("見る職員")
    department = models.TextField("見る職員の所属", default="", blank=True)
    number_right = models.TextField("利用権限")
    affair = models.TextField("事務")
    purpose = models.TextField("使用目的")
    case_number = models.TextField("受付番号")
    reason = models.TextField("理由")
    requested_at = models.DateTimeField("求めた日時", db_default=Now())
    expires_at = models.DateTimeField("引換期限")
    redeemed_at = models.DateTimeField("引換日時", null=True)

    class Meta:
        db_table = "reveal"
        db_table_comment = "番号の開示（一度だけ）"
        indexes = [models.Index(fields=["unified_addressee_number"], name="reveal_of_person")]
