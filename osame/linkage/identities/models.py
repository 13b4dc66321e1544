"""団体内統合宛名の表。番号、業務の宛名番号との紐付け、4情報、付番の依頼。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import KEPT


class Standing(models.TextChoices):
    """住民状態。業務からの更新で統合宛名フラグを立てるかを決める。"""

    REGISTERED = "1", "住登者"
    UNREGISTERED = "2", "住登外者"
    MOVED_OUT = "3", "転出者"
    DEAD = "4", "死亡者"
    REMOVED = "5", "消除者"


class UnifiedIdentity(models.Model):
    """団体内統合宛名。番号は使い回さない。"""

    rights = KEPT

    class Origin(models.TextChoices):
        """団体内統合宛名番号の出どころ。"""

        NUMBERED = "1", "付番"
        MIGRATED = "2", "移行"

    class State(models.TextChoices):
        """団体内統合宛名の状態。"""

        LIVE = "1", "有効"
        DELETED = "2", "削除"

    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15, primary_key=True)
    origin = models.CharField("出どころ", max_length=1, choices=Origin.choices)
    state = models.CharField("状態", max_length=1, choices=State.choices, default=State.LIVE)
    numbered_for = models.CharField("付番を求めた業務ID", max_length=3)
    numbered_at = models.DateTimeField("付番日時", db_default=Now())
    deleted_at = models.DateTimeField("削除日時", null=True)

    class Meta:
        db_table = "unified_identity"
        db_table_comment = "団体内統合宛名 (F34-01)"


class NumberingCounter(models.Model):
    """付番台。次に付ける通し番号。付番と同じ取引で進むので、欠番は移行した番号との重なりだけである。"""

    rights = "SELECT, UPDATE"

    counter_id = models.SmallIntegerField("付番台の番号", primary_key=True)
    next_serial = models.BigIntegerField("次の通し番号")

    class Meta:
        db_table = "numbering_counter"
        db_table_comment = "付番台（次の通し番号）"
        constraints = [models.CheckConstraint(condition=models.Q(counter_id=1), name="one_numbering_counter")]


class IdentityLink(models.Model):
    """番号の紐付け。業務の宛名番号と団体内統合宛名番号を、一対多で結ぶ。"""

    rights = KEPT

    link_id = models.BigAutoField("紐付番号", primary_key=True)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15)
    business_id = models.CharField("業務ID", max_length=3)
    scheme_id = models.CharField("独自施策ID", max_length=3, default="000")
    addressee_number = models.CharField("宛名番号", max_length=15)
    standing = models.CharField("住民状態", max_length=1, choices=Standing.choices)
    is_unified = models.BooleanField("統合宛名フラグ", default=False)
    linked_at = models.DateTimeField("紐付日時", db_default=Now())
    unlinked_at = models.DateTimeField("解除日時", null=True)

    class Meta:
        db_table = "identity_link"
        db_table_comment = "番号の紐付け（宛名番号⇔団体内統合宛名番号）"
        constraints = [
            models.UniqueConstraint(
                fields=["business_id", "scheme_id", "addressee_number"],
                condition=models.Q(unlinked_at=None),
                name="one_link_of_an_addressee",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unified_addressee_number", "business_id"],
                condition=models.Q(unlinked_at=None),
                name="links_of_identity",
            ),
        ]


class IdentityFact(models.Model):
    """4情報。氏名・住所・性別・生年月日と、その履歴。"""

    rights = KEPT

    fact_id = models.BigAutoField("履歴番号", primary_key=True)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15)
    name = models.TextField("氏名")
    address = models.TextField("住所")
    sex = models.CharField("性別", max_length=1)
    born_on = models.DateField("生年月日", null=True)
    business_id = models.CharField("更新元の業務ID", max_length=3)
    recorded_at = models.DateTimeField("記録日時", db_default=Now())
    superseded_at = models.DateTimeField("上書き日時", null=True)

    class Meta:
        db_table = "identity_fact"
        db_table_comment = "4情報と履歴"
        constraints = [
            models.UniqueConstraint(
                fields=["unified_addressee_number"],
                condition=models.Q(superseded_at=None),
                name="one_believed_fact_of_identity",
            ),
        ]
        indexes = [models.Index(fields=["unified_addressee_number"], name="facts_of_identity")]


class SuppressedAddressee(models.Model):
    """伏せる宛名。支援措置の対象者か、ほかの業務に渡せない宛名。紐付けより先に知っても忘れない。"""

    addressee_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    suppressed = models.BooleanField("伏せる")
    position = models.BigIntegerField("配信の位置")

    class Meta:
        db_table = "suppressed_addressee"
        db_table_comment = "伏せる宛名（支援措置の対象者など） (F34-06)"


class NumberingRequest(models.Model):
    """付番依頼。付番・更新・番号変更の依頼と、その結末。個人番号は封筒のままで、決まれば捨てる。"""

    rights = KEPT

    class Act(models.TextChoices):
        """依頼の種別。"""

        NUMBER = "1", "付番"
        UPDATE = "2", "更新"
        CHANGE = "3", "番号変更"

    class Outcome(models.TextChoices):
        """依頼の結末。"""

        NUMBERED = "1", "付番した"
        LINKED = "2", "既存の番号に紐付けた"
        UPDATED = "3", "更新した"
        CHANGED = "4", "番号を変更した"
        WITHOUT_NUMBER = "5", "個人番号待ち"
        FACTS_DIFFER = "6", "4情報の相違で保留"
        NUMBER_DIFFERS = "7", "番号の相違で保留"
        DECLINED = "8", "取り下げた"

    request_id = models.UUIDField("依頼番号", primary_key=True)
    peer = models.TextField("依頼元のシステム")
    request_number = models.TextField("依頼元の依頼番号")
    act = models.CharField("依頼の種別", max_length=1, choices=Act.choices)
    business_id = models.CharField("業務ID", max_length=3)
    scheme_id = models.CharField("独自施策ID", max_length=3, default="000")
    addressee_number = models.CharField("宛名番号", max_length=15)
    standing = models.CharField("住民状態", max_length=1, choices=Standing.choices)
    name = models.TextField("氏名")
    address = models.TextField("住所")
    sex = models.CharField("性別", max_length=1)
    born_on = models.DateField("生年月日", null=True)
    affair = models.TextField("事務")
    envelope = models.BinaryField("封筒", null=True)
    sealing_key = models.CharField("封筒の宛先の名", max_length=16, default="", blank=True)
    content_hash = models.CharField("中身のハッシュ", max_length=64)
    outcome = models.CharField("依頼の結末", max_length=1, choices=Outcome.choices)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15, default="", blank=True)
    matching_facts = models.SmallIntegerField("一致した情報の数", null=True)
    received_at = models.DateTimeField("受付日時", db_default=Now())
    decided_at = models.DateTimeField("決定日時", null=True)

    class Meta:
        db_table = "numbering_request"
        db_table_comment = "付番依頼と結末 (F34-01)"
        constraints = [
            models.UniqueConstraint(fields=["peer", "request_number"], name="one_request_of_a_number"),
        ]
        indexes = [
            models.Index(
                fields=["received_at"], condition=models.Q(outcome__in=["5", "6", "7"]), name="request_still_open"
            ),
        ]
