from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded


class Migration(migrations.Migration):
    dependencies = [("numbers", "0001_initial")]

    operations = [
        migrations.RunSQL(sql_text("osame.linkage.numbers", "sql/vault.sql")),
        *(migrations.RunSQL(guarded(table)) for table in ("stored_number", "number_index", "number_change", "reveal")),
    ]
