from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded

PEOPLE = (
    "addressee",
    "addressee_change",
    "addressee_version",
    "succession_step",
    "corporate_event",
    "co_owner_share",
    "withholding_number",
)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunSQL(sql_text("osame.addressee.people", "sql/people.sql")),
        *(migrations.RunSQL(guarded(table)) for table in PEOPLE),
    ]
