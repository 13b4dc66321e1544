"""文書の束と、文書一通の表。作ったときに凍り、何を誰に送ったかが、あとから変わらない。"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from osame.platform.rights import KEPT


class LetterRun(models.Model):
    """文書の束。一度に作った、同じ様式の文書。番号は督促の実行と同じ連番から採る。"""

    rights = KEPT

    run_id = models.BigIntegerField("束の番号", primary_key=True)
    form = models.CharField("様式番号", max_length=8)
    issued_on = models.DateField("発付日")
    document_number = models.TextField("文書番号")
    officer = models.TextField("職員")
    requested = models.IntegerField("通数")
    generated = models.IntegerField("印刷データの通数", default=0)
    held = models.IntegerField("手作業の通数", default=0)
    apart = models.IntegerField("支援措置の通数", default=0)
    pulled = models.IntegerField("引抜きの通数", default=0)
    printed = models.IntegerField("刷った通数", null=True)
    enclosed = models.IntegerField("封入した通数", null=True)
    dispatched_on = models.DateField("差出日", null=True)

    class Meta:
        db_table = "letter_run"
        db_table_comment = "文書の束 (F01-09)"
        constraints = [
            models.CheckConstraint(
                name="letter_run_counts_every_letter",
                condition=Q(requested=F("generated") + F("held") + F("apart")) | Q(generated=0, held=0, apart=0),
            ),
            models.CheckConstraint(
                name="letter_run_printed_what_was_generated",
                condition=Q(printed__isnull=True) | Q(printed=F("generated")),
            ),
            models.CheckConstraint(
                name="letter_run_enclosed_what_was_printed",
                condition=Q(enclosed__isnull=True) | Q(printed__isnull=False, enclosed=F("printed") - F("pulled")),
            ),
            models.CheckConstraint(
                name="letter_run_dispatched_after_counting",
                condition=Q(dispatched_on__isnull=True) | Q(enclosed__isnull=False, dispatched_on__gte=F("issued_on")),
            ),
        ]


class Letter(models.Model):
    """文書一通。宛先と内容は、作ったときのまま。"""

    rights = KEPT

    class State(models.TextChoices):
        """文書の状態。"""

        FROZEN = "1", "作成"
        GENERATED = "2", "印刷済"
        HELD = "3", "手作業"
        APART = "4", "支援措置の確認待ち"
        PULLED = "9", "引抜き"

    pk = models.CompositePrimaryKey("run_id", "letter_number", "addressee_number")
    run_id = models.BigIntegerField("束の番号")
    letter_number = models.IntegerField("発付番号")
    addressee_number = models.CharField("宛名番号", max_length=15)
    subject = models.TextField("対象")
    tax_item = models.CharField("税目", max_length=2, blank=True)
    receiver_number = models.CharField("受け取る者の宛名番号", max_length=15)
    agent_kind = models.CharField("代理人の種別", max_length=2, blank=True)
    postal_code = models.CharField("郵便番号", max_length=7, blank=True)
    address = models.TextField("住所", blank=True)
    address_detail = models.TextField("方書", blank=True)
    to_name = models.TextField("宛先の氏名")
    honorific = models.TextField("敬称")
    care_of = models.TextField("誰の分か", blank=True)
    shared = models.BooleanField("共有者に宛てるか")
    protected = models.BooleanField("支援措置の対象者が受け取るか")
    context = models.JSONField("内容")
    marks = ArrayField(models.TextField(), verbose_name="最初の頁にあるはずの文字")
    pages = models.SmallIntegerField("頁数")
    state = models.CharField("状態", max_length=1, choices=State.choices)
    reason = models.TextField("手作業・引抜きの理由", default="", blank=True)
    generated = models.BooleanField("印刷データにしたか", default=False)
    enclosures = models.TextField("同封するもの", db_default="", default="", blank=True)

    class Meta:
        db_table = "letter"
        db_table_comment = "文書一通 (F01-09)"
        constraints = [
            models.CheckConstraint(
                name="letter_kept_back_with_reason", condition=~Q(state__in=["3", "9"]) | ~Q(reason="")
            ),
            models.CheckConstraint(name="letter_has_pages", condition=Q(pages__gte=1)),
        ]
        indexes = [
            models.Index(name="letter_addressee", fields=["addressee_number"]),
            models.Index(name="letter_subject", fields=["subject"]),
        ]


class EnclosureNeed(models.Model):
    """同封の申出。点字や外国語の案内など、その人への文書に添えるもの。"""

    rights = "SELECT, INSERT, UPDATE (ended_on)"

    class Kind(models.TextChoices):
        """同封の種類。"""

        BRAILLE = "1", "点字"
        LARGE_PRINT = "2", "大きな文字"
        VOICE_CODE = "3", "音声コード"
        FOREIGN = "4", "外国語の案内"

    pk = models.CompositePrimaryKey("addressee_number", "need_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    need_id = models.BigIntegerField("同封の登録番号")
    kind = models.CharField("同封の種類", max_length=1, choices=Kind.choices)
    mark = models.TextField("同封の印")
    basis = models.TextField("同封の申出の説明")
    valid_from = models.DateField("適用開始日")
    ended_on = models.DateField("終了日", null=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "enclosure_need"
        db_table_comment = "同封の申出 (F07-08)"
        constraints = [
            models.CheckConstraint(name="enclosure_need_says_why", condition=~Q(basis="") & ~Q(mark="")),
            models.UniqueConstraint(
                name="enclosure_needed_once", fields=["addressee_number", "mark"], condition=Q(ended_on__isnull=True)
            ),
        ]
