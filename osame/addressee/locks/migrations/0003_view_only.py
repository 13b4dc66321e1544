from django.db import migrations

from osame.platform.database import sql_text


class Migration(migrations.Migration):
    dependencies = [
        ("locks", "0002_guarded"),
        ("people", "0001_initial"),
        ("mailing", "0001_initial"),
        ("agents", "0001_initial"),
    ]

    operations = [migrations.RunSQL(sql_text("osame.addressee.locks", "sql/view_only.sql"))]
