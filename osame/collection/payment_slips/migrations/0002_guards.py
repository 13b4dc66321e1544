from django.db import migrations

from osame.platform.database import sql_text


class Migration(migrations.Migration):
    """発行連番と、発行した納付書を守る規則。"""

    dependencies = [("payment_slips", "0001_initial"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(sql_text("osame.collection.payment_slips", "sql/payment_slips.sql"))]
