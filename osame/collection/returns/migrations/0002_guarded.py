from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = ("returned_letter", "whereabouts_inquiry", "service_publication", "service_record", "returned_notice")


class Migration(migrations.Migration):
    """調査のない公示送達を起案させない。目的を告げない取引には、一行も見せない。"""

    dependencies = [("returns", "0001_initial"), ("ledger", "0002_guards"), ("letters", "0002_frozen")]
    operations = [
        migrations.RunSQL(sql_text("osame.collection.returns", "sql/returns.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
