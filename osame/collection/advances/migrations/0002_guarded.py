from django.db import migrations

from osame.collection.arrears.procedures import guarded_transitions
from osame.law.dispositions import Procedure
from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = (
    "advance_collection", "advance_collection_charge", "advance_collection_event", "preservation", "preservation_security",
    "preservation_charge", "preservation_event",
)  # fmt: skip


class Migration(migrations.Migration):
    """繰上徴収と保全の段階を、法の表のとおりにだけ進ませ、目的の門の内に置く。"""

    dependencies = [("advances", "0001_initial"), ("ledger", "0002_guards"), ("approvals", "0001_initial")]
    operations = [
        migrations.RunSQL(guarded_transitions("advance_collection", Procedure.ADVANCE_COLLECTION)),
        migrations.RunSQL(guarded_transitions("preservation", Procedure.PRESERVATION)),
        migrations.RunSQL(sql_text("osame.collection.advances", "sql/advances.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
