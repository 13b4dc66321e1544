"""承継の表。相続・合併・分割と、その相続人など。決めたことは決定の行にだけあり、割合は決定から作り直せる。

A succession is a head, editions of who the successors are, and decisions that put a edition in force. The portions in force are
derived from the decisions: cancelling a decision restores exactly what was before.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT, WRITE

NOBODY = ""


class Succession(models.Model):
    """承継一つ。宛名番号は、被相続人、または合併・分割などをした法人。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """承継の事由。"""

        INHERITANCE = "1", "相続"
        MERGER = "2", "合併"
        SPLIT = "3", "分割"
        TRANSFER = "4", "事業譲渡"
        DISSOLUTION = "5", "解散・清算"

    pk = models.CompositePrimaryKey("addressee_number", "succession_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    succession_id = models.BigIntegerField("承継番号")
    kind = models.CharField("承継の事由", max_length=1, choices=Kind.choices)
    opened_on = models.DateField("相続開始日・効力の日")
    evidence = models.TextField("資料")
    officer = models.TextField("職員")
    recorded_on = models.DateField("登録日")

    class Meta:
        db_table = "succession"
        db_table_comment = "納税義務の承継 (F24-01, F24-04)"
        constraints = [
            models.UniqueConstraint(name="succession_once_for_a_day", fields=["addressee_number", "kind", "opened_on"]),
            models.CheckConstraint(name="succession_has_evidence", condition=~Q(evidence="")),
        ]


class SuccessionEdition(models.Model):
    """承継する者の調べの一つの版。直すときは、新しい版を足す。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "succession_id", "edition")
    addressee_number = models.CharField("宛名番号", max_length=15)
    succession_id = models.BigIntegerField("承継番号")
    edition = models.SmallIntegerField("版")
    reason = models.TextField("直した理由・資料")
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "succession_edition"
        db_table_comment = "承継する者の調べの版 (F24-01, F24-03)"
        constraints = [models.CheckConstraint(name="succession_edition_is_told", condition=~Q(reason=""))]


class Successor(models.Model):
    """承継する者一人（相続人、相続財産法人、存続法人など）。割合は、版を作ったときに法が答えたもの。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """承継する者の区分。"""

        SPOUSE = "01", "配偶者"
        CHILD = "02", "子（代襲を含む）"
        ASCENDANT = "03", "直系尊属"
        SIBLING = "04", "兄弟姉妹（その子を含む）"
        LEGATEE = "05", "包括受遺者"
        ESTATE = "06", "相続財産法人（相続財産清算人）"
        MERGED = "11", "存続法人・新設法人"
        SPLIT_OFF = "12", "分割により承継した法人"
        TRANSFEREE = "13", "事業の譲受人"
        LIQUIDATOR = "14", "清算人・残余財産の分配を受けた者"

    class Answer(models.TextChoices):
        """相続の承認と放棄。"""

        ACCEPTED = "1", "承認（申述なし）"
        RENOUNCED = "2", "放棄"
        LIMITED = "3", "限定承認"
        UNBORN = "4", "胎児"

    pk = models.CompositePrimaryKey("addressee_number", "succession_id", "edition", "position")
    addressee_number = models.CharField("宛名番号", max_length=15)
    succession_id = models.BigIntegerField("承継番号")
    edition = models.SmallIntegerField("版")
    position = models.SmallIntegerField("承継者連番")
    successor_number = models.CharField("承継者の宛名番号", max_length=15, default=NOBODY, blank=True)
    name = models.TextField("氏名・名称")
    kind = models.CharField("承継する者の区分", max_length=2, choices=Kind.choices)
    stem = models.TextField("代襲される者", default="", blank=True)
    is_half = models.BooleanField("半血の兄弟姉妹", default=False)
    acceptance = models.CharField("承認と放棄", max_length=1, choices=Answer.choices, default=Answer.ACCEPTED)
    designated_numerator = models.BigIntegerField("指定相続分の分子", null=True)
    designated_denominator = models.BigIntegerField("指定相続分の分母", null=True)
    received = models.BigIntegerField("得た財産の価額", null=True)
    numerator = models.BigIntegerField("持分の分子")
    denominator = models.BigIntegerField("持分の分母")

    class Meta:
        db_table = "successor"
        db_table_comment = "承継納税義務者 (F24-01, IF036 承継納税義務者情報)"
        constraints = [
            models.CheckConstraint(
                name="successor_has_a_portion",
                condition=Q(numerator__gte=0, denominator__gt=0, numerator__lte=F("denominator")),
            ),
            models.CheckConstraint(
                name="successor_is_another", condition=~Q(successor_number=F("addressee_number")) & ~Q(name="")
            ),
        ]
        indexes = [models.Index(name="successor_of", fields=["successor_number"])]


class SuccessionDecision(models.Model):
    """承継の決定、変更、取消し。最後の行の版が、いま効力を持つ（0なら、ない）。"""

    rights = APPEND_ONLY

    class Act(models.TextChoices):
        """承継の決定の行い。"""

        DECIDE = "1", "承継の決定"
        CHANGE = "2", "承継の変更"
        CANCEL = "9", "承継の取消し"

    pk = models.CompositePrimaryKey("addressee_number", "succession_id", "decision_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    succession_id = models.BigIntegerField("承継番号")
    decision_number = models.SmallIntegerField("決定の連番")
    act = models.CharField("行い", max_length=1, choices=Act.choices)
    edition = models.SmallIntegerField("効力を持つ版")
    decided_on = models.DateField("決定日")
    reason = models.TextField("理由")
    proposal_id = models.BigIntegerField("起案番号")
    officer = models.TextField("職員")

    class Meta:
        db_table = "succession_decision"
        db_table_comment = "承継の決定 (F24-01)"


class SuccessionPortion(models.Model):
    """いま効力を持つ承継の割合。決定から作り直せる。数次相続は、最後の者まで分け直してある。"""

    rights = WRITE

    pk = models.CompositePrimaryKey("addressee_number", "succession_id", "position")
    addressee_number = models.CharField("宛名番号", max_length=15)
    succession_id = models.BigIntegerField("承継番号")
    position = models.SmallIntegerField("承継者連番")
    successor_number = models.CharField("承継者の宛名番号", max_length=15)
    kind = models.CharField("承継する者の区分", max_length=2, choices=Successor.Kind.choices)
    numerator = models.DecimalField("持分の分子（分母は皆同じ）", max_digits=30, decimal_places=0)
    denominator = models.DecimalField("持分の分母", max_digits=30, decimal_places=0)
    through = models.TextField("数次相続で経た者", default="", blank=True)
    is_limited = models.BooleanField("限定承認")
    received = models.BigIntegerField("得た財産の価額", null=True)
    from_on = models.DateField("相続開始日・効力の日")

    class Meta:
        db_table = "succession_portion"
        db_table_comment = "効力を持つ承継の割合 (F24-01)"
        indexes = [models.Index(name="succession_portion_of", fields=["successor_number"])]


class NoticedShare(models.Model):
    """承継の通知で知らせた、一人の一つの期別の額。更正の後に額が変われば、知らせ直す。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "succession_id", "run_id", "position", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    succession_id = models.BigIntegerField("承継番号")
    run_id = models.BigIntegerField("束の番号")
    position = models.SmallIntegerField("承継者連番")
    charge_id = models.BigIntegerField("期別番号")
    successor_number = models.CharField("承継者の宛名番号", max_length=15)
    amount = models.BigIntegerField("承継額")
    noticed_on = models.DateField("通知日")

    class Meta:
        db_table = "noticed_share"
        db_table_comment = "承継の通知で知らせた額 (F24-01, R-106)"


class HeirRepresentative(models.Model):
    """相続人代表者の届出と指定。新しい行が前の行に代わり、「終わり」の行で代表者がいなくなる。"""

    rights = APPEND_ONLY

    class Basis(models.TextChoices):
        """代表者の決まり方。"""

        REPORTED = "1", "相続人の届出"
        DESIGNATED = "2", "職権による指定"
        ENDED = "9", "終わり"

    pk = models.CompositePrimaryKey("addressee_number", "line_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    line_number = models.SmallIntegerField("連番")
    succession_id = models.BigIntegerField("承継番号")
    representative_number = models.CharField("代表者の宛名番号", max_length=15, default=NOBODY, blank=True)
    basis = models.CharField("代表者の決まり方", max_length=1, choices=Basis.choices)
    effective_on = models.DateField("届出・指定の日")
    reason = models.TextField("理由")
    run_id = models.BigIntegerField("通知の束の番号", null=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "heir_representative"
        db_table_comment = "相続人代表者 (F24-02)"
        constraints = [
            models.CheckConstraint(
                name="heir_representative_is_somebody",
                condition=Q(basis="9", representative_number="") | ~Q(basis="9") & ~Q(representative_number=""),
            )
        ]


class CourtInquiry(models.Model):
    """相続放棄・限定承認の、家庭裁判所への照会一件と、その回答。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "succession_id", "inquiry_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    succession_id = models.BigIntegerField("承継番号")
    inquiry_number = models.SmallIntegerField("連番")
    third_party_id = models.BigIntegerField("照会先（家庭裁判所）")
    asked_on = models.DateField("照会日")
    reply_by = models.DateField("回答の期限")
    run_id = models.BigIntegerField("照会書の束の番号")
    answered_on = models.DateField("回答日", null=True)
    reply = models.TextField("回答の内容・事件番号", default="", blank=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "court_inquiry"
        db_table_comment = "相続放棄・限定承認の照会 (F24-03)"
        constraints = [
            models.CheckConstraint(
                name="court_inquiry_answered_with_words", condition=Q(answered_on__isnull=True) | ~Q(reply="")
            )
        ]


class ShareSlip(models.Model):
    """承継した者の分の納付書。この納付書による納付は、その者の納付である。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "slip_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    slip_number = models.BigIntegerField("納付書番号")
    succession_id = models.BigIntegerField("承継番号")
    successor_number = models.CharField("承継者の宛名番号", max_length=15)
    issued_on = models.DateField("発付日")
    run_id = models.BigIntegerField("束の番号")

    class Meta:
        db_table = "share_slip"
        db_table_comment = "承継した者の分の納付書 (F24-01)"
