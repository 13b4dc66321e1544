from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = (
    "asset_investigation", "property_inquiry", "property_reply", "holder_identification", "asset", "asset_interest", "earlier_address",
    "search_record", "seizure_left_out", "competing_enforcement",
)  # fmt: skip


class Migration(migrations.Migration):
    """同一人の規則を表の中に置き、財産を目的の門の内に置く。目的を告げない取引には、一行も見せない。"""

    dependencies = [
        ("assets", "0001_initial"),
        ("addressees", "0003_search"),
        ("approvals", "0002_frozen"),
        ("ledger", "0002_guards"),
    ]
    operations = [
        migrations.RunSQL(sql_text("osame.collection.assets", "sql/identity.sql")),
        migrations.RunSQL(sql_text("osame.collection.assets", "sql/assets.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
