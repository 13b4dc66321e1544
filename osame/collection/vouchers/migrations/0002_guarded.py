from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded


class Migration(migrations.Migration):
    """束と行を書き換えさせず、支払を二度渡させない。目的を告げない取引には、だれの支払も見せない。"""

    dependencies = [("vouchers", "0001_initial"), ("ledger", "0002_guards"), ("refunds", "0002_guarded")]
    operations = [
        migrations.RunSQL(sql_text("osame.collection.vouchers", "sql/vouchers.sql")),
        migrations.RunSQL(guarded("voucher_part"), "ALTER TABLE voucher_part DISABLE ROW LEVEL SECURITY"),
    ]
