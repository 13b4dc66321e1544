from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = (
    "succession", "succession_edition", "successor", "succession_decision", "succession_portion", "noticed_share",
    "heir_representative", "court_inquiry", "share_slip",
)  # fmt: skip


class Migration(migrations.Migration):
    """承継の記録を守り、目的の門の内に置く。だれに、いくらを請求できるかの見え方を作る。"""

    dependencies = [
        ("successions", "0001_initial"),
        ("addressees", "0002_guarded"),
        ("ledger", "0002_guards"),
        ("matching", "0002_append_only"),
        ("approvals", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(sql_text("osame.collection.successions", "sql/successions.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
