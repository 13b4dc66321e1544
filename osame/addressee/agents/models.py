"""代理人と関係人の表。

An agent acts for an addressee in one tax item or all (`tax_item` empty) over a period. A relation ties two addressees.
"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.history import kept_history
from osame.platform.rights import KEPT


@kept_history()
class Agent(models.Model):
    """代理人。届出、承認を経て有効になり、終了する。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """代理人の種別。"""

        TAX_AGENT = "01", "納税管理人"
        ADULT_GUARDIAN = "02", "成年後見人"
        CURATOR = "03", "保佐人・補助人"
        HEIR_REPRESENTATIVE = "04", "相続人代表者"
        BANKRUPTCY_TRUSTEE = "05", "破産管財人"
        LAWYER = "06", "弁護士"
        TAX_ACCOUNTANT = "07", "税理士"
        PARENT = "08", "親権者・未成年後見人"
        LIQUIDATOR = "09", "清算人"
        OTHER = "99", "その他"

    class State(models.TextChoices):
        """代理人の状態。"""

        NOTIFIED = "1", "届出"
        ACTIVE = "2", "有効"
        ENDED = "3", "終了"
        NOT_APPROVED = "4", "不承認"

    agent_id = models.BigAutoField("代理人番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    agent_number = models.CharField("代理人の宛名番号", max_length=15)
    kind = models.CharField("種別", max_length=2, choices=Kind.choices)
    tax_item = models.CharField("税目", max_length=2, default="", blank=True)
    title = models.TextField("肩書", default="", blank=True)
    note = models.TextField("メモ", default="", blank=True)
    state = models.CharField("状態", max_length=1, choices=State.choices, default=State.NOTIFIED)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)
    notified_on = models.DateField("届出日")
    approved_on = models.DateField("承認日", null=True)
    refused_on = models.DateField("承認しないと決めた日", null=True)
    approver = models.TextField("承認者", default="", blank=True)
    ended_reason = models.TextField("終了の理由", default="", blank=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())

    class Meta:
        db_table = "agent"
        db_table_comment = "代理人 (036o013)"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(agent_number=models.F("addressee_number")), name="agent_is_another"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
                name="agent_acts_at_least_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(approver="") | ~models.Q(approver=models.F("officer")),
                name="agent_approved_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["addressee_number"], name="agent_of_addressee"),
            models.Index(fields=["agent_number"], name="agent_acting"),
        ]


@kept_history()
class AddresseeRelation(models.Model):
    """関係人。主体から見た客体の関係。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """関係種別。"""

        HOUSEHOLD_MEMBER = "01", "世帯員"
        SPOUSE = "02", "配偶者"
        SAME_LIVELIHOOD = "03", "生計一親族"
        COHABITANT = "04", "同居者"
        WORKPLACE = "05", "勤務先"
        GUARANTOR = "06", "保証人"
        HEIR = "07", "相続人"
        PARENT = "08", "親"

    relation_id = models.BigAutoField("関係番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    related_number = models.CharField("関係人の宛名番号", max_length=15)
    kind = models.CharField("関係種別", max_length=2, choices=Kind.choices)
    basis = models.TextField("関係の根拠")
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())
    superseded_at = models.DateTimeField("上書き日時", null=True)

    class Meta:
        db_table = "addressee_relation"
        db_table_comment = "関係人"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(related_number=models.F("addressee_number")), name="relation_is_to_another"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
                name="relation_lasts_a_day",
            ),
            models.UniqueConstraint(
                fields=["addressee_number", "related_number", "kind", "valid_from"],
                condition=models.Q(superseded_at=None),
                name="relation_once",
            ),
        ]
        indexes = [models.Index(fields=["related_number"], name="relation_of_related")]
