from django.db import migrations

from osame.platform import systems
from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = ("privacy_request", "privacy_request_item", "privacy_measure", "incident_person")


class Migration(migrations.Migration):
    """本人の請求と事故の対象者を目的の門の内に置く。年限の過ぎた行は、消す扉からだけ消える。"""

    dependencies = [("privacy", "0001_initial"), ("exchanges", "0001_initial")]
    operations = [
        *(migrations.RunSQL(guarded(table)) for table in TABLES),
        migrations.RunSQL(sql_text("osame.platform.privacy", "sql/retention.sql")),
        migrations.RunSQL(f"GRANT EXECUTE ON FUNCTION erase_kept_rows(text, date) TO {systems.current().role}"),
    ]
