"""手続の移り方の一行。猶予・誓約・停止・処分・破産の記録は、みな同じ形で残り、`procedures.move` が書く。"""

from django.db import models
from django.db.models.functions import Now

from osame.collection.arrears.procedures import ACTS, STAGES
from osame.platform.rights import APPEND_ONLY


class ProcedureEvent(models.Model):
    """手続の移り方の記録。追記だけ。章は、手続の番号と、（宛名番号、手続の番号、連番）の主キーを足す。"""

    rights = APPEND_ONLY

    addressee_number = models.CharField("宛名番号", max_length=15)
    event_number = models.IntegerField("連番")
    act = models.CharField("行い", max_length=20, choices=ACTS)
    from_stage = models.CharField("前の段階", max_length=20, choices=STAGES)
    to_stage = models.CharField("後の段階", max_length=20, choices=STAGES)
    article = models.TextField("根拠の条文")
    happened_on = models.DateField("効力の日")
    note = models.TextField("説明", blank=True)
    proposal_id = models.BigIntegerField("起案番号", null=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        abstract = True
