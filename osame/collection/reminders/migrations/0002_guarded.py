from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = ("reminder", "reminder_charge", "reminder_exclusion", "contact_opt_out")


class Migration(migrations.Migration):
    """催告した期別を追記だけにし、人の表を目的の門の内に置く。目的を告げない取引には、一行も見せない。"""

    dependencies = [("reminders", "0001_initial"), ("ledger", "0002_guards")]
    operations = [
        migrations.RunSQL(sql_text("osame.collection.reminders", "sql/reminders.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
