from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = ("payee_account", "refund_payee", "refund_encumbrance")


class Migration(migrations.Migration):
    """過誤納金を超える決議を書かせず、決議・支払・指図を書き換えさせない。受取人と口座は、目的の門の内に置く。"""

    dependencies = [("refunds", "0001_initial"), ("ledger", "0002_guards"), ("overpayments", "0001_initial")]
    operations = [
        migrations.RunSQL(sql_text("osame.collection.refunds", "sql/refunds.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
