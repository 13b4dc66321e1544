from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded


class Migration(migrations.Migration):
    dependencies = [("consolidation", "0001_initial"), ("people", "0002_guards"), ("approvals", "0001_initial")]

    operations = [
        migrations.RunSQL(sql_text("osame.addressee.consolidation", "sql/links.sql")),
        migrations.RunSQL(guarded("consolidation_link")),
        migrations.RunSQL(guarded("identity_candidate")),
    ]
