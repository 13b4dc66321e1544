from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = ("outlay", "outlay_part", "outlay_recovery")


class Migration(migrations.Migration):
    """決裁のない支払を書かせず、決めた額を書き換えさせない。目的を告げない取引には、一行も見せない。"""

    dependencies = [("outlays", "0001_initial"), ("ledger", "0002_guards"), ("approvals", "0001_initial")]
    operations = [
        migrations.RunSQL(sql_text("osame.collection.outlays", "sql/outlays.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
