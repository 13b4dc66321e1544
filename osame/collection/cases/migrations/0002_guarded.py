from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = (
    "arrears_case", "case_event", "case_task", "case_charge", "case_figure", "handover_line", "case_document",
    "insolvency_record",
)  # fmt: skip


class Migration(migrations.Migration):
    """台帳の追記だけの表を守り、人の表を目的の門の内に置く。目的を告げない取引には、一行も見せない。"""

    dependencies = [("cases", "0001_initial"), ("ledger", "0002_guards"), ("dispositions", "0002_guarded")]
    operations = [
        migrations.RunSQL(sql_text("osame.collection.cases", "sql/cases.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
