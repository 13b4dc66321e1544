from django.db import migrations

from osame.platform.database import sql_text


class Migration(migrations.Migration):
    dependencies = [("determinations", "0001_initial"), ("ledger", "0002_guards")]

    operations = [migrations.RunSQL(sql_text("osame.collection.determinations", "sql/revisions.sql"))]
