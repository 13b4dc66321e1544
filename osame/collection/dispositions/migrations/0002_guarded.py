from django.db import migrations

from osame.collection.arrears.procedures import guarded_transitions
from osame.law.dispositions import Procedure
from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = (
    "disposition", "disposition_charge", "disposition_event", "collected_money", "distribution", "distribution_part",
    "disposition_cost", "creditor_claim", "interest_disposal", "bankruptcy", "bankruptcy_event", "seizure_claim",
    "disposition_correction", "insolvency_stay", "realization_decision", "realization_decision_event",
)  # fmt: skip
DISPOSITIONS = (
    Procedure.SEIZURE, Procedure.PARTICIPATING_SEIZURE, Procedure.DISTRIBUTION_REQUEST, Procedure.PRESERVATION_SEIZURE,
)  # fmt: skip
INSOLVENCIES = (Procedure.BANKRUPTCY, Procedure.REHABILITATION, Procedure.REORGANIZATION)


class Migration(migrations.Migration):
    """処分の段階を、法の表のとおりにだけ進ませ、目的の門の内に置く。目的を告げない取引には、一行も見せない。"""

    dependencies = [("dispositions", "0001_initial"), ("assets", "0002_guarded"), ("approvals", "0002_frozen")]
    operations = [
        migrations.RunSQL(guarded_transitions("disposition", *DISPOSITIONS)),
        migrations.RunSQL(guarded_transitions("bankruptcy", *INSOLVENCIES)),
        migrations.RunSQL(guarded_transitions("realization_decision", Procedure.REALIZATION_DECISION)),
        migrations.RunSQL(sql_text("osame.collection.dispositions", "sql/dispositions.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
