from django.db import migrations

from osame.platform.database import sql_text


class Migration(migrations.Migration):
    dependencies = [
        ("feed", "0001_initial"),
        ("people", "0001_initial"),
        ("mailing", "0001_initial"),
        ("agents", "0001_initial"),
        ("protection", "0001_initial"),
        ("consolidation", "0001_initial"),
    ]

    operations = [migrations.RunSQL(sql_text("osame.addressee.feed", "sql/feed.sql"))]
