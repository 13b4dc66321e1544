from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = ("write_off", "fraud_finding")


class Migration(migrations.Migration):
    """不納欠損を守り、時効に関わる出来事と手続の段階を、すべての章から集める。章が増えたら、依存に足す。"""

    dependencies = [
        ("writeoffs", "0001_initial"),
        ("approvals", "0001_initial"),
        ("matching", "0002_append_only"),
        ("determinations", "0002_append_only"),
        ("demands", "0002_guarded"),
        ("grace", "0002_guarded"),
        ("pledges", "0002_guarded"),
        ("advances", "0002_guarded"),
        ("liabilities", "0002_guarded"),
        ("successions", "0002_guarded"),
        ("assets", "0002_guarded"),
        ("dispositions", "0002_guarded"),
        ("reminders", "0002_guarded"),
        ("suspensions", "0002_guarded"),
    ]
    operations = [
        migrations.RunSQL(sql_text("osame.collection.writeoffs", "sql/writeoffs.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
        migrations.RunSQL(sql_text("osame.collection.writeoffs", "sql/arrears_facts.sql")),
    ]
