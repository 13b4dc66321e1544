from django.db import migrations

from osame.platform.database import sql_text


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunSQL(sql_text("osame.addressee.search", "sql/search.sql"))]
