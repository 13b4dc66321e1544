"""換価執行決定の表。参加差押えごとに、催告と同意の求め、同意、決定、告知、取消し。

The decision of the holder of a participating seizure to sell: one open decision for a participation, moved only by the table of the law.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from osame.collection.arrears.events import ProcedureEvent
from osame.collection.arrears.procedures import STAGES
from osame.law.dispositions import Procedure
from osame.platform.rights import KEPT

FORMS = [(Procedure.REALIZATION_DECISION.name, Procedure.REALIZATION_DECISION.value)]


class RealizationDecision(models.Model):
    """換価執行決定一件。 conditions: 起案のときの条件の判定（そのまま残る）; effect_on: 告知が届き、効力の生じた日。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "realization_decision_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    realization_decision_id = models.BigIntegerField("換価執行決定の番号")
    procedure = models.CharField("手続", max_length=30, choices=FORMS, default="REALIZATION_DECISION")
    stage = models.CharField("段階", max_length=20, choices=STAGES, default="NONE")
    disposition_id = models.BigIntegerField("参加差押えの処分管理番号")
    body_id = models.BigIntegerField("先に差し押さえた行政機関の照会先番号")
    called_on = models.DateField("換価を催告し、同意を求めた日")
    consented_on = models.DateField("同意の日", null=True)
    consent_text = models.TextField("同意の文書", default="", blank=True)
    request_rank = models.SmallIntegerField("交付要求の中での順位", default=1)
    decided_on = models.DateField("決定の日", null=True)
    effect_on = models.DateField("告知が届き、効力の生じた日", null=True)
    ended_on = models.DateField("終わった日", null=True)
    conditions = models.JSONField("条件の一覧", db_default=[])
    proposal_id = models.BigIntegerField("起案番号", null=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "realization_decision"
        db_table_comment = "換価執行決定 (F18-02)"
        constraints = [
            models.UniqueConstraint(
                name="realization_decision_one_open",
                fields=["addressee_number", "disposition_id"],
                condition=Q(stage__in=("APPLIED", "IN_FORCE")),
            ),
            models.CheckConstraint(
                name="realization_decision_needs_consent",
                condition=Q(decided_on__isnull=True, effect_on__isnull=True)
                | (Q(consented_on__isnull=False, proposal_id__isnull=False) & ~Q(consent_text="")),
            ),
            models.CheckConstraint(
                name="realization_decision_days_in_order",
                condition=(Q(consented_on__isnull=True) | Q(consented_on__gte=models.F("called_on")))
                & (Q(effect_on__isnull=True) | Q(effect_on__gte=models.F("decided_on"))),
            ),
        ]


class RealizationDecisionEvent(ProcedureEvent):
    """換価執行決定の移り方の記録。追記だけ。"""

    pk = models.CompositePrimaryKey("addressee_number", "realization_decision_id", "event_number")
    realization_decision_id = models.BigIntegerField("換価執行決定の番号")

    class Meta:
        db_table = "realization_decision_event"
        db_table_comment = "換価執行決定の移り方の記録 (F18-02)"
