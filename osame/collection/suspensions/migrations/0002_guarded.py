from django.db import migrations

from osame.collection.arrears.procedures import guarded_transitions
from osame.law.dispositions import Procedure
from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = ("suspension", "suspension_charge", "suspension_finding", "suspension_review", "suspension_event")


class Migration(migrations.Migration):
    """執行停止の段階を、法の表のとおりにだけ進ませ、目的の門の内に置く。目的を告げない取引には、一行も見せない。"""

    dependencies = [("suspensions", "0001_initial"), ("ledger", "0002_guards"), ("approvals", "0001_initial")]
    operations = [
        migrations.RunSQL(guarded_transitions("suspension", Procedure.SUSPENSION)),
        migrations.RunSQL(sql_text("osame.collection.suspensions", "sql/suspensions.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
