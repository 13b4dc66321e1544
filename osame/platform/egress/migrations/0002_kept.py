from django.db import migrations

from osame.platform.database import sql_text


class Migration(migrations.Migration):
    dependencies = [("egress", "0001_initial"), ("audit", "0002_chain")]

    operations = [migrations.RunSQL(sql_text("osame.platform.egress", "sql/egress.sql"))]
