from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded


class Migration(migrations.Migration):
    """締めたレジと領収を書き換えさせない。目的を告げない取引には、一行も見せない。"""

    dependencies = [("tills", "0001_initial"), ("ledger", "0002_guards")]
    operations = [
        migrations.RunSQL(sql_text("osame.collection.tills", "sql/tills.sql")),
        migrations.RunSQL(guarded("till_receipt"), "ALTER TABLE till_receipt DISABLE ROW LEVEL SECURITY"),
    ]
