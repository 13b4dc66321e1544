from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = ("protection_measure", "protection_measure_history", "protected_relation")


class Migration(migrations.Migration):
    dependencies = [("protection", "0001_initial"), ("approvals", "0001_initial")]

    operations = [
        migrations.RunSQL(sql_text("osame.addressee.protection", "sql/protection.sql")),
        *(migrations.RunSQL(guarded(table)) for table in TABLES),
    ]
