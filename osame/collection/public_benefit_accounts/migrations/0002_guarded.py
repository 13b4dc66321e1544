from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLE = "public_benefit_account_inquiry"


class Migration(migrations.Migration):
    """公金受取口座を、還付の目的の門の内に置き、照会した受取人への支払に、一度だけ使わせる。"""

    dependencies = [("public_benefit_accounts", "0001_initial"), ("refunds", "0002_guarded")]
    operations = [
        migrations.RunSQL(guarded(TABLE), f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY"),
        migrations.RunSQL(
            sql_text("osame.collection.public_benefit_accounts", "sql/public_benefit_accounts.sql"),
            migrations.RunSQL.noop,
        ),
    ]
