from django.db import migrations

from osame.collection.arrears.procedures import guarded_transitions
from osame.law.dispositions import Procedure
from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = (
    "grace", "grace_charge", "grace_event", "grace_document", "grace_instalment", "grace_security", "security_act", "entrusted_paper",
    "entrusted_charge",
)  # fmt: skip


class Migration(migrations.Migration):
    """猶予の段階を、法の表のとおりにだけ進ませ、目的の門の内に置く。目的を告げない取引には、一行も見せない。"""

    dependencies = [("grace", "0001_initial"), ("ledger", "0002_guards")]
    operations = [
        migrations.RunSQL(guarded_transitions("grace", Procedure.COLLECTION_GRACE, Procedure.REALIZATION_GRACE)),
        migrations.RunSQL(sql_text("osame.collection.grace", "sql/grace.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
